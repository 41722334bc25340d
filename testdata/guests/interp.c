/* A bytecode interpreter: unpredictable branches and a jump table.
 *
 * Input: a program of 4-byte instructions (op, a, b, c). It has 16 registers of 32 bits, zero at the start, of which a, b
 * and c name one (bits above the lowest four are ignored), and 4096 words of data, zero at the start, whose index wraps.
 * bc is the signed 16-bit number with low byte b and high byte c. A jump is counted in instructions from the next one.
 *
 *   0 halt               exits with code 0
 *   1 a = bc             2 a = a << 16 | bc (unsigned)
 *   3 a = b + c          4 a = b - c          5 a = b * c          6 a = b / c (unsigned; all ones for c = 0)
 *   7 a = b & c          8 a = b | c          9 a = b ^ c         10 a = b << (c mod 32)    11 a = b >> (c mod 32)
 *  12 a = b < c (unsigned)                   13 a = data[b]       14 data[b] = a
 *  15 jump bc           16 jump bc if a is 0 17 jump bc if a is not 0
 *  18 output a (one little-endian word)
 *
 * Exit code 1: unknown op, execution leaves the program, or the input is no whole number of instructions. */
#include "words.h"

enum { DATA = 4096 };

static uint32_t data[DATA];

int main(void) {
    const uint8_t *code;
    size_t size;
    read_input(&code, &size);
    if (size % 4 != 0) {
        return 1;
    }
    uint32_t count = size / 4, pc = 0;
    uint32_t reg[16] = {0};
    while (pc < count) {
        const uint8_t *p = code + 4 * pc++;
        uint32_t *a = &reg[p[1] % 16];
        uint32_t b = reg[p[2] % 16], c = reg[p[3] % 16];
        uint32_t word = p[2] | (uint32_t)p[3] << 8;
        uint32_t bc = (uint32_t)(int16_t)word;
        switch (p[0]) {
        case 0:
            return 0;
        case 1:
            *a = bc;
            break;
        case 2:
            *a = *a << 16 | word;
            break;
        case 3:
            *a = b + c;
            break;
        case 4:
            *a = b - c;
            break;
        case 5:
            *a = b * c;
            break;
        case 6:
            *a = c == 0 ? UINT32_MAX : b / c;
            break;
        case 7:
            *a = b & c;
            break;
        case 8:
            *a = b | c;
            break;
        case 9:
            *a = b ^ c;
            break;
        case 10:
            *a = b << c % 32;
            break;
        case 11:
            *a = b >> c % 32;
            break;
        case 12:
            *a = b < c;
            break;
        case 13:
            *a = data[b % DATA];
            break;
        case 14:
            data[b % DATA] = *a;
            break;
        case 15:
            pc += bc;
            break;
        case 16:
            if (*a == 0) {
                pc += bc;
            }
            break;
        case 17:
            if (*a != 0) {
                pc += bc;
            }
            break;
        case 18:
            write_word(*a);
            break;
        default:
            return 1;
        }
    }
    return 1;
}
