/* A bytecode interpreter with a switch: an indirect jump a step. The bytecode counts the steps of Collatz
 * sequences and sums them in a table of 256 words. */
#include "bench.h"

const uint32_t bench_count = 250000;

/* An instruction is op, a, b, c: registers, or in b the signed distance of a jump counted from the next instruction. */
enum { HALT, CONST, ADD, ADDI, SUB, AND, OR, XOR, SHL, SHR, MUL, LESS, LOAD, STORE, JUMP, JUMP_ZERO, JUMP_NOT };

enum { N = 0, X, T, ONE, STEPS, THREE, INDEX, MASK, SEED, SUM };

static const uint8_t program[][4] = {
    {CONST, ONE, 1, 0},
    {CONST, THREE, 3, 0},
    {CONST, MASK, 255, 0},
    {CONST, T, 7, 0},
    {SHL, X, MASK, T},
    {OR, MASK, MASK, X},
    {CONST, SEED, 1, 0},
    /* Next sequence. */
    {JUMP_ZERO, N, 19, 0},
    {SUB, N, N, ONE},
    {ADDI, SEED, SEED, 2},
    {AND, X, SEED, MASK},
    {OR, X, X, ONE},
    {CONST, STEPS, 0, 0},
    /* Next step: ends at 1. */
    {SUB, T, X, ONE},
    {JUMP_ZERO, T, 6, 0},
    {ADDI, STEPS, STEPS, 1},
    {AND, T, X, ONE},
    {JUMP_NOT, T, 6, 0},
    {SHR, X, X, ONE},
    {JUMP, 0, (uint8_t)-7, 0},
    {HALT, 0, 0, 0},
    /* The end of a sequence. */
    {AND, INDEX, N, MASK},
    {JUMP, 0, 5, 0},
    {HALT, 0, 0, 0},
    /* An odd number. */
    {MUL, X, X, THREE},
    {ADD, X, X, ONE},
    {JUMP, 0, (uint8_t)-14, 0},
    {HALT, 0, 0, 0},
    /* Into the table. */
    {LOAD, T, INDEX, 0},
    {ADD, T, T, STEPS},
    {STORE, T, INDEX, 0},
    {XOR, SUM, SUM, T},
    {JUMP, 0, (uint8_t)-26, 0},
};

static uint32_t data[256];

__attribute__((noinline)) static uint32_t interpret(const uint8_t (*code)[4], uint32_t n) {
    uint32_t reg[16] = {[N] = n};
    const uint8_t(*pc)[4] = code;
    for (;;) {
        const uint8_t *p = *pc++;
        uint32_t *a = &reg[p[1] % 16];
        uint32_t b = reg[p[2] % 16], c = reg[p[3] % 16];
        int8_t distance = (int8_t)p[2];
        switch (p[0]) {
        case HALT:
            return reg[SUM];
        case CONST:
            *a = p[2];
            break;
        case ADD:
            *a = b + c;
            break;
        case ADDI:
            *a = b + p[3];
            break;
        case SUB:
            *a = b - c;
            break;
        case AND:
            *a = b & c;
            break;
        case OR:
            *a = b | c;
            break;
        case XOR:
            *a = b ^ c;
            break;
        case SHL:
            *a = b << c % 32;
            break;
        case SHR:
            *a = b >> c % 32;
            break;
        case MUL:
            *a = b * c;
            break;
        case LESS:
            *a = b < c;
            break;
        case LOAD:
            *a = data[b % 256];
            break;
        case STORE:
            data[b % 256] = *a;
            break;
        case JUMP:
            pc += distance;
            break;
        case JUMP_ZERO:
            if (*a == 0) {
                pc += distance;
            }
            break;
        case JUMP_NOT:
            if (*a != 0) {
                pc += distance;
            }
            break;
        }
    }
}

uint32_t bench_run(uint32_t count) {
    uint32_t sum = interpret(program, count);
    for (int i = 0; i < 256; i++) {
        sum = mix(sum, data[i]);
    }
    return sum;
}
