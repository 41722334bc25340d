/* All eight instructions of extension M on all pairs of edge operands. Output: a checksum each, for MUL, MULH, MULHSU, MULHU,
 * DIV, DIVU, REM, REMU. For each pair the results of three forms are mixed in: (a, b), (a, a), and (a, b) with the result
 * replacing a; at last one of x0 and one that writes x0 (always 0). On the host the definitions of the RISC-V specification
 * in C. */
#include "edges.h"
#include "words.h"

#ifdef ORRERY_HOST

static uint32_t mul(uint32_t a, uint32_t b) {
    return a * b;
}

static uint32_t mulh(uint32_t a, uint32_t b) {
    return (uint32_t)((int64_t)(int32_t)a * (int32_t)b >> 32);
}

static uint32_t mulhsu(uint32_t a, uint32_t b) {
    return (uint32_t)((int64_t)(int32_t)a * (int64_t)b >> 32);
}

static uint32_t mulhu(uint32_t a, uint32_t b) {
    return (uint32_t)((uint64_t)a * b >> 32);
}

static uint32_t divu(uint32_t a, uint32_t b) {
    return b == 0 ? UINT32_MAX : a / b;
}

static uint32_t remu(uint32_t a, uint32_t b) {
    return b == 0 ? a : a % b;
}

static uint32_t div_(uint32_t a, uint32_t b) {
    if (b == 0) {
        return UINT32_MAX;
    }
    return b == UINT32_MAX ? -a : (uint32_t)((int32_t)a / (int32_t)b);
}

static uint32_t rem(uint32_t a, uint32_t b) {
    if (b == 0) {
        return a;
    }
    return b == UINT32_MAX ? 0 : (uint32_t)((int32_t)a % (int32_t)b);
}

#define TWO(op, d, a, b) d = op(a, b)
#define SAME(op, d, a) d = op(a, a)
#define REPLACE(op, d, b) d = op(d, b)
#define FROM_ZERO(op, d, b) d = op(0, b)
#define TO_ZERO(op, d, a, b) d = 0
#define div div_

#else

#define TWO(op, d, a, b) __asm__(#op " %0, %1, %2" : "=r"(d) : "r"(a), "r"(b))
#define SAME(op, d, a) __asm__(#op " %0, %1, %1" : "=r"(d) : "r"(a))
#define REPLACE(op, d, b) __asm__(#op " %0, %0, %1" : "+r"(d) : "r"(b))
#define FROM_ZERO(op, d, b) __asm__(#op " %0, x0, %1" : "=r"(d) : "r"(b))
#define TO_ZERO(op, d, a, b) __asm__(#op " x0, %1, %2\n mv %0, x0" : "=r"(d) : "r"(a), "r"(b))

#endif

#define RUN(op)                                                    \
    do {                                                           \
        uint32_t sum = 0, d;                                       \
        for (int i = 0; i < EDGES; i++) {                          \
            for (int j = 0; j < EDGES; j++) {                      \
                TWO(op, d, edge[i], edge[j]);                      \
                sum = mix(sum, d);                                 \
                SAME(op, d, edge[i]);                              \
                sum = mix(sum, d);                                 \
                d = edge[i];                                       \
                REPLACE(op, d, edge[j]);                           \
                sum = mix(sum, d);                                 \
                FROM_ZERO(op, d, edge[j]);                         \
                sum = mix(sum, d);                                 \
                TO_ZERO(op, d, edge[i], edge[j]);                  \
                sum = mix(sum, d);                                 \
            }                                                      \
        }                                                          \
        write_word(sum);                                           \
    } while (0)

int main(void) {
    RUN(mul);
    RUN(mulh);
    RUN(mulhsu);
    RUN(mulhu);
    RUN(div);
    RUN(divu);
    RUN(rem);
    RUN(remu);
    return 0;
}
