/* Halves and words read and written at every offset, aligned or not, in the middle of a page and across a border of 64 KiB.
 * Output: a checksum for LH, LHU, LW, SH and SW each, then how many of all accesses were misaligned. */
#include "words.h"

#ifdef ORRERY_HOST

static uint32_t lhu(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t lh(const uint8_t *p) {
    return (uint32_t)(int16_t)lhu(p);
}

static uint32_t lw(const uint8_t *p) {
    return load_word(p);
}

static void sh(uint8_t *p, uint32_t x) {
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static void sw(uint8_t *p, uint32_t x) {
    sh(p, x);
    sh(p + 2, x >> 16);
}

#define LOAD(op, d, p) d = op(p)
#define STORE(op, x, p) op(p, x)

#else

#define LOAD(op, d, p) __asm__ volatile(#op " %0, 0(%1)" : "=r"(d) : "r"(p) : "memory")
#define STORE(op, x, p) __asm__ volatile(#op " %0, 0(%1)" : : "r"(x), "r"(p) : "memory")

#endif

enum { WINDOW = 16, PAGE = 65536 };

static uint8_t pages[2 * PAGE + WINDOW] __attribute__((aligned(16)));

/* The middle of a window: the border of a page, or inside it. */
static uint8_t *middle(int inside) {
    uint8_t *last = pages + PAGE + WINDOW / 2;
    uint8_t *border = last - (uintptr_t)last % PAGE;
    return inside ? border + PAGE / 2 : border;
}

static uint32_t misaligned;

static void fill(uint8_t *window) {
    for (int i = 0; i < WINDOW; i++) {
        window[i] = (uint8_t)(0x83 + 29 * i);
    }
}

static void count(uint32_t offset, uint32_t size) {
    misaligned += offset % size != 0;
}

#define RUN_LOAD(op, size)                                            \
    do {                                                              \
        uint32_t sum = 0, d;                                          \
        for (int i = 0; i < 2; i++) {                                 \
            uint8_t *window = middle(i) - WINDOW / 2;                 \
            fill(window);                                             \
            for (uint32_t at = 0; at <= WINDOW - size; at++) {        \
                LOAD(op, d, window + at);                             \
                sum = mix(sum, d);                                    \
                count(at, size);                                      \
            }                                                         \
        }                                                             \
        write_word(sum);                                              \
    } while (0)

#define RUN_STORE(op, size)                                           \
    do {                                                              \
        uint32_t sum = 0;                                             \
        for (int i = 0; i < 2; i++) {                                 \
            uint8_t *window = middle(i) - WINDOW / 2;                 \
            fill(window);                                             \
            for (uint32_t at = 0; at <= WINDOW - size; at++) {        \
                STORE(op, 0x9e3779b9 + at * 0x01030507, window + at); \
                count(at, size);                                      \
                for (int k = 0; k < WINDOW; k++) {                    \
                    sum = mix(sum, window[k]);                        \
                }                                                     \
            }                                                         \
        }                                                             \
        write_word(sum);                                              \
    } while (0)

int main(void) {
    RUN_LOAD(lh, 2);
    RUN_LOAD(lhu, 2);
    RUN_LOAD(lw, 4);
    RUN_STORE(sh, 2);
    RUN_STORE(sw, 4);
    write_word(misaligned);
    return 0;
}
