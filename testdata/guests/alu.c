/* Every instruction of RV32I but ebreak, on edge operands, with equal registers and with x0 as source and destination.
 * Output: a checksum each, in the order of main. On the host the definitions of the RISC-V specification in C. */
#include "edges.h"
#include "words.h"

/* Immediates for each instruction with one, upper immediates and shift amounts. */
#define IMMEDIATES(X, op) X(op, -2048) X(op, -1365) X(op, -1) X(op, 0) X(op, 1) X(op, 7) X(op, 2047)
#define UPPER_IMMEDIATES(X, op) X(op, 0) X(op, 1) X(op, 0x12345) X(op, 0x7ffff) X(op, 0x80000) X(op, 0xfffff)
#define AMOUNTS(X, op) X(op, 0) X(op, 1) X(op, 8) X(op, 15) X(op, 16) X(op, 31)

#ifdef ORRERY_HOST

static uint32_t slt(uint32_t a, uint32_t b) {
    return (int32_t)a < (int32_t)b;
}

static uint32_t sltu(uint32_t a, uint32_t b) {
    return a < b;
}

#define add(a, b) ((a) + (b))
#define sub(a, b) ((a) - (b))
#define sll(a, b) ((a) << ((b) % 32))
#define xor(a, b) ((a) ^ (b))
#define srl(a, b) ((a) >> ((b) % 32))
#define sra(a, b) ((uint32_t)((int32_t)(a) >> ((b) % 32)))
#define or(a, b) ((a) | (b))
#define and(a, b) ((a) & (b))
#define addi add
#define slti slt
#define sltiu sltu
#define xori xor
#define ori or
#define andi and
#define slli sll
#define srli srl
#define srai sra
#define beq(a, b) ((a) == (b))
#define bne(a, b) ((a) != (b))
#define blt(a, b) slt(a, b)
#define bge(a, b) !slt(a, b)
#define bltu(a, b) sltu(a, b)
#define bgeu(a, b) !sltu(a, b)

#define TWO(op, d, a, b) d = op(a, b)
#define SAME(op, d, a) d = op(a, a)
#define REPLACE(op, d) d = op(d, d)
#define FROM_ZERO(op, d, b) d = op((uint32_t)0, b)
#define TO_ZERO(op, d, a, b) d = 0
#define IMMEDIATE(op, d, a, imm) d = op(a, (uint32_t)(imm))
#define IMMEDIATE_REPLACE(op, d, imm) d = op(d, (uint32_t)(imm))
#define IMMEDIATE_TO_ZERO(op, d, a, imm) d = 0
#define UPPER(op, d, imm) d = (uint32_t)(imm) << 12
#define BRANCH(op, d, a, b) d = op(a, b)
#define BRANCH_BACK(op, d, a, b) d = op(a, b)
#define BRANCH_SAME(op, d, a) d = op(a, a)
#define LINK(d) d = 4
#define LINK_REGISTER(d) d = 4
#define LINK_SAME(d) d = 0
#define LINK_ODD(d) d = 4
#define FENCE() (void)0
#define LOAD(op, d, p, offset) d = op((p) + (offset))
#define STORE(op, x, p, offset) op((p) + (offset), x)

static uint32_t lbu(const uint8_t *p) {
    return *p;
}

static uint32_t lb(const uint8_t *p) {
    return (uint32_t)(int8_t)*p;
}

static uint32_t lhu(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t lh(const uint8_t *p) {
    return (uint32_t)(int16_t)lhu(p);
}

static uint32_t lw(const uint8_t *p) {
    return load_word(p);
}

static void sb(uint8_t *p, uint32_t x) {
    *p = (uint8_t)x;
}

static void sh(uint8_t *p, uint32_t x) {
    sb(p, x);
    sb(p + 1, x >> 8);
}

static void sw(uint8_t *p, uint32_t x) {
    sh(p, x);
    sh(p + 2, x >> 16);
}

#else

#define TWO(op, d, a, b) __asm__(#op " %0, %1, %2" : "=r"(d) : "r"(a), "r"(b))
#define SAME(op, d, a) __asm__(#op " %0, %1, %1" : "=r"(d) : "r"(a))
#define REPLACE(op, d) __asm__(#op " %0, %0, %0" : "+r"(d))
#define FROM_ZERO(op, d, b) __asm__(#op " %0, x0, %1" : "=r"(d) : "r"(b))
#define TO_ZERO(op, d, a, b) __asm__(#op " x0, %1, %2\n mv %0, x0" : "=r"(d) : "r"(a), "r"(b))
#define IMMEDIATE(op, d, a, imm) __asm__(#op " %0, %1, " #imm : "=r"(d) : "r"(a))
#define IMMEDIATE_REPLACE(op, d, imm) __asm__(#op " %0, %0, " #imm : "+r"(d))
#define IMMEDIATE_TO_ZERO(op, d, a, imm) __asm__(#op " x0, %1, " #imm "\n mv %0, x0" : "=r"(d) : "r"(a))
#define UPPER(op, d, imm) UPPER_##op(d, imm)
#define UPPER_lui(d, imm) __asm__("lui %0, " #imm : "=r"(d))
/* auipc adds its own address, which is taken away again. */
#define UPPER_auipc(d, imm) __asm__("1: auipc %0, " #imm "\n la t0, 1b\n sub %0, %0, t0" : "=&r"(d) : : "t0")
#define BRANCH(op, d, a, b) \
    __asm__("li %0, 1\n" #op " %1, %2, 1f\n li %0, 0\n 1:" : "=&r"(d) : "r"(a), "r"(b))
#define BRANCH_BACK(op, d, a, b) \
    __asm__("j 2f\n 1: li %0, 1\n j 3f\n 2: li %0, 0\n" #op " %1, %2, 1b\n 3:" : "=&r"(d) : "r"(a), "r"(b))
#define BRANCH_SAME(op, d, a) __asm__("li %0, 1\n" #op " %1, %1, 1f\n li %0, 0\n 1:" : "=&r"(d) : "r"(a))
/* The link, less the address of the jump: 4. In LINK_SAME the register of the target takes the link, whose distance to the
 * target is 0. */
#define LINK(d) __asm__("1: jal %0, 2f\n nop\n 2: la t0, 1b\n sub %0, %0, t0" : "=&r"(d) : : "t0")
#define LINK_REGISTER(d) \
    __asm__("la t0, 2f\n addi t0, t0, 512\n 1: jalr %0, -512(t0)\n nop\n 2: la t0, 1b\n sub %0, %0, t0" : "=&r"(d) : : "t0")
#define LINK_SAME(d) __asm__("la %0, 1f\n jalr %0, 0(%0)\n 1: la t0, 1b\n sub %0, %0, t0" : "=&r"(d) : : "t0")
#define LINK_ODD(d) \
    __asm__("la t0, 2f\n 1: jalr %0, 1(t0)\n nop\n 2: la t0, 1b\n sub %0, %0, t0" : "=&r"(d) : : "t0")
#define FENCE() __asm__ volatile("fence\n fence r, w\n fence.tso" : : : "memory")
#define LOAD(op, d, p, offset) __asm__ volatile(#op " %0, " #offset "(%1)" : "=r"(d) : "r"(p) : "memory")
#define STORE(op, x, p, offset) __asm__ volatile(#op " %0, " #offset "(%1)" : : "r"(x), "r"(p) : "memory")

#endif

#define RUN_REGISTERS(op)                             \
    do {                                              \
        uint32_t sum = 0, d;                          \
        for (int i = 0; i < EDGES; i++) {             \
            uint32_t a = edge[i];                     \
            for (int j = 0; j < EDGES; j++) {         \
                TWO(op, d, a, edge[j]);               \
                sum = mix(sum, d);                    \
                TO_ZERO(op, d, a, edge[j]);           \
                sum = mix(sum, d);                    \
            }                                         \
            SAME(op, d, a);                           \
            sum = mix(sum, d);                        \
            d = a;                                    \
            REPLACE(op, d);                           \
            sum = mix(sum, d);                        \
            FROM_ZERO(op, d, a);                      \
            sum = mix(sum, d);                        \
        }                                             \
        write_word(sum);                              \
    } while (0)

#define ONE_IMMEDIATE(op, imm)         \
    IMMEDIATE(op, d, a, imm);          \
    sum = mix(sum, d);                 \
    d = a;                             \
    IMMEDIATE_REPLACE(op, d, imm);     \
    sum = mix(sum, d);                 \
    IMMEDIATE_TO_ZERO(op, d, a, imm);  \
    sum = mix(sum, d);

#define RUN_IMMEDIATES(op, list)          \
    do {                                  \
        uint32_t sum = 0, d;              \
        for (int i = 0; i < EDGES; i++) { \
            uint32_t a = edge[i];         \
            list(ONE_IMMEDIATE, op)       \
        }                                 \
        write_word(sum);                  \
    } while (0)

#define ONE_UPPER(op, imm) \
    UPPER(op, d, imm);     \
    sum = mix(sum, d);

#define RUN_UPPER(op)                       \
    do {                                    \
        uint32_t sum = 0, d;                \
        UPPER_IMMEDIATES(ONE_UPPER, op)     \
        write_word(sum);                    \
    } while (0)

#define RUN_BRANCH(op)                           \
    do {                                         \
        uint32_t sum = 0, d;                     \
        for (int i = 0; i < EDGES; i++) {        \
            uint32_t a = edge[i];                \
            for (int j = 0; j < EDGES; j++) {    \
                BRANCH(op, d, a, edge[j]);       \
                sum = mix(sum, d);               \
                BRANCH_BACK(op, d, a, edge[j]);  \
                sum = mix(sum, d);               \
            }                                    \
            BRANCH_SAME(op, d, a);               \
            sum = mix(sum, d);                   \
        }                                        \
        write_word(sum);                         \
    } while (0)

#define RUN_LINK(form)     \
    do {                   \
        uint32_t d;        \
        form(d);           \
        write_word(d);     \
    } while (0)

static uint8_t bytes[16] __attribute__((aligned(16)));

/* Each edge operand is stored as a word and read back at each place of the given step, with an offset to either side. */
#define RUN_LOAD(op, step)                         \
    do {                                           \
        uint32_t sum = 0, d;                       \
        for (int i = 0; i < EDGES; i++) {          \
            STORE(sw, edge[i], bytes, 4);          \
            for (int at = 0; at < 4; at += step) { \
                LOAD(op, d, bytes + at, 4);        \
                sum = mix(sum, d);                 \
                LOAD(op, d, bytes + 8 + at, -4);   \
                sum = mix(sum, d);                 \
            }                                      \
        }                                          \
        write_word(sum);                           \
    } while (0)

/* Each edge operand is stored over a pattern at each place of the given step, and the word is read back. */
#define RUN_STORE(op, step)                              \
    do {                                                 \
        uint32_t sum = 0, d;                             \
        for (int i = 0; i < EDGES; i++) {                \
            for (int at = 0; at < 4; at += step) {       \
                STORE(sw, 0x5aa5c33c, bytes, 8);         \
                STORE(op, edge[i], bytes + at, 8);       \
                LOAD(lw, d, bytes, 8);                   \
                sum = mix(sum, d);                       \
                STORE(op, edge[i], bytes + 12 + at, -4); \
                LOAD(lw, d, bytes, 8);                   \
                sum = mix(sum, d);                       \
            }                                            \
        }                                                \
        write_word(sum);                                 \
    } while (0)

int main(void) {
    RUN_REGISTERS(add);
    RUN_REGISTERS(sub);
    RUN_REGISTERS(sll);
    RUN_REGISTERS(slt);
    RUN_REGISTERS(sltu);
    RUN_REGISTERS(xor);
    RUN_REGISTERS(srl);
    RUN_REGISTERS(sra);
    RUN_REGISTERS(or);
    RUN_REGISTERS(and);
    RUN_IMMEDIATES(addi, IMMEDIATES);
    RUN_IMMEDIATES(slti, IMMEDIATES);
    RUN_IMMEDIATES(sltiu, IMMEDIATES);
    RUN_IMMEDIATES(xori, IMMEDIATES);
    RUN_IMMEDIATES(ori, IMMEDIATES);
    RUN_IMMEDIATES(andi, IMMEDIATES);
    RUN_IMMEDIATES(slli, AMOUNTS);
    RUN_IMMEDIATES(srli, AMOUNTS);
    RUN_IMMEDIATES(srai, AMOUNTS);
    RUN_UPPER(lui);
    RUN_UPPER(auipc);
    RUN_BRANCH(beq);
    RUN_BRANCH(bne);
    RUN_BRANCH(blt);
    RUN_BRANCH(bge);
    RUN_BRANCH(bltu);
    RUN_BRANCH(bgeu);
    RUN_LINK(LINK);
    RUN_LINK(LINK_REGISTER);
    RUN_LINK(LINK_SAME);
    RUN_LINK(LINK_ODD);
    RUN_LOAD(lb, 1);
    RUN_LOAD(lh, 2);
    RUN_LOAD(lw, 4);
    RUN_LOAD(lbu, 1);
    RUN_LOAD(lhu, 2);
    RUN_STORE(sb, 1);
    RUN_STORE(sh, 2);
    RUN_STORE(sw, 4);
    FENCE();
    return 0;
}
