/* The helpers that compilers call for 64-bit arithmetic and bit counts on a 32-bit machine, under the names of GCC's
 * low-level runtime library. Division by zero gives what the 32-bit instructions give: all ones, and the dividend as
 * remainder. */
#include <stddef.h>
#include <stdint.h>

static uint32_t low(uint64_t x) {
    return (uint32_t)x;
}

static uint32_t high(uint64_t x) {
    return (uint32_t)(x >> 32);
}

static uint64_t join(uint32_t hi, uint32_t lo) {
    return (uint64_t)hi << 32 | lo;
}

int __clzsi2(uint32_t x) {
    int n = 32;
    for (int step = 16; step > 0; step /= 2) {
        if (x >> step != 0) {
            n -= step;
            x >>= step;
        }
    }
    return n - (int)x;
}

int __ctzsi2(uint32_t x) {
    return 31 - __clzsi2(x & -x);
}

int __ffssi2(uint32_t x) {
    return 32 - __clzsi2(x & -x);
}

int __popcountsi2(uint32_t x) {
    x -= x >> 1 & 0x55555555;
    x = (x & 0x33333333) + (x >> 2 & 0x33333333);
    return (int)(((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24);
}

int __paritysi2(uint32_t x) {
    return __popcountsi2(x) & 1;
}

uint32_t __bswapsi2(uint32_t x) {
    x = (x & 0x00ff00ff) << 8 | (x >> 8 & 0x00ff00ff);
    return x << 16 | x >> 16;
}

int __clzdi2(uint64_t x) {
    return high(x) != 0 ? __clzsi2(high(x)) : 32 + __clzsi2(low(x));
}

int __ctzdi2(uint64_t x) {
    return low(x) != 0 ? __ctzsi2(low(x)) : 32 + __ctzsi2(high(x));
}

int __popcountdi2(uint64_t x) {
    return __popcountsi2(low(x)) + __popcountsi2(high(x));
}

int __paritydi2(uint64_t x) {
    return __paritysi2(low(x) ^ high(x));
}

uint64_t __bswapdi2(uint64_t x) {
    return join(__bswapsi2(low(x)), __bswapsi2(high(x)));
}

uint64_t __ashldi3(uint64_t x, int n) {
    if (n >= 32) {
        return join(low(x) << (n - 32), 0);
    }
    return n == 0 ? x : join(high(x) << n | low(x) >> (32 - n), low(x) << n);
}

uint64_t __lshrdi3(uint64_t x, int n) {
    if (n >= 32) {
        return high(x) >> (n - 32);
    }
    return n == 0 ? x : join(high(x) >> n, low(x) >> n | high(x) << (32 - n));
}

int64_t __ashrdi3(int64_t x, int n) {
    int32_t top = (int32_t)high((uint64_t)x);
    if (n >= 32) {
        return (int64_t)join((uint32_t)(top >> 31), (uint32_t)(top >> (n - 32)));
    }
    return n == 0 ? x : (int64_t)join((uint32_t)(top >> n), low((uint64_t)x) >> n | (uint32_t)top << (32 - n));
}

/* (high, low) of the product of two words; with the M extension two instructions. */
static uint64_t multiply(uint32_t a, uint32_t b) {
    return (uint64_t)a * b;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    uint64_t product = multiply(low(a), low(b));
    return join(high(product) + low(a) * high(b) + high(a) * low(b), low(product));
}

/* Divides (hi, lo) by d, given hi < d and d with its top bit set: Knuth's algorithm D with 16-bit digits (TAOCP 4.3.1). */
static uint32_t divide_normalised(uint32_t hi, uint32_t lo, uint32_t d) {
    uint32_t d1 = d >> 16, d0 = d & 0xffff;
    uint32_t quotient = 0;
    for (int digit = 0; digit < 2; digit++) {
        uint32_t next = lo >> 16;
        uint32_t q = hi / d1, r = hi - q * d1;
        /* The estimate is at most 2 too large, and a remainder of 2^16 or more ends the test. */
        while (q > 0xffff || q * d0 > (r << 16 | next)) {
            q--;
            r += d1;
            if (r > 0xffff) {
                break;
            }
        }
        hi = (hi << 16 | next) - q * d;
        lo <<= 16;
        quotient = quotient << 16 | q;
    }
    return quotient;
}

/* Divides (hi, lo) by d, given hi < d. */
static uint32_t divide_wide(uint32_t hi, uint32_t lo, uint32_t d) {
    if (hi == 0) {
        return lo / d;
    }
    int shift = __clzsi2(d);
    uint64_t n = __ashldi3(join(hi, lo), shift);
    return divide_normalised(high(n), low(n), d << shift);
}

uint64_t __udivmoddi4(uint64_t n, uint64_t d, uint64_t *remainder) {
    uint64_t q;
    if (high(d) == 0) {
        uint32_t divisor = low(d);
        if (divisor == 0) {
            q = UINT64_MAX;
        } else {
            uint32_t top = high(n) / divisor;
            q = join(top, divide_wide(high(n) - top * divisor, low(n), divisor));
        }
    } else {
        /* The quotient fits in a word. Dividing half of n by the top word of d, both shifted so that d fills its words,
         * gives an estimate that is right or one too large once lowered by one (Hacker's Delight, 9-5). */
        int shift = __clzsi2(high(d));
        uint64_t half = n >> 1;
        uint32_t estimate = divide_normalised(high(half), low(half), high(__ashldi3(d, shift)));
        estimate >>= 31 - shift;
        if (estimate != 0) {
            estimate--;
        }
        q = estimate;
        if (n - __muldi3(q, d) >= d) {
            q++;
        }
    }
    if (remainder != NULL) {
        *remainder = n - __muldi3(q, d);
    }
    return q;
}

uint64_t __udivdi3(uint64_t n, uint64_t d) {
    return __udivmoddi4(n, d, NULL);
}

uint64_t __umoddi3(uint64_t n, uint64_t d) {
    uint64_t remainder;
    __udivmoddi4(n, d, &remainder);
    return remainder;
}

static uint64_t magnitude(int64_t x) {
    return x < 0 ? -(uint64_t)x : (uint64_t)x;
}

int64_t __divdi3(int64_t n, int64_t d) {
    uint64_t q = __udivdi3(magnitude(n), magnitude(d));
    return (int64_t)((n ^ d) < 0 && d != 0 ? -q : q);
}

int64_t __moddi3(int64_t n, int64_t d) {
    uint64_t r = __umoddi3(magnitude(n), magnitude(d));
    return (int64_t)(n < 0 ? -r : r);
}

int64_t __divmoddi4(int64_t n, int64_t d, int64_t *remainder) {
    *remainder = __moddi3(n, d);
    return __divdi3(n, d);
}
