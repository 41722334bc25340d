/* Multiplication modulo the prime of the curve secp256k1, 2^256 - 2^32 - 977, in Montgomery's form with limbs of 32 bits:
 * products of 64 bits and carries. Operand scanning with the reduction between (CIOS; Koc, Acar, Kaliski 1996). */
#include "bench.h"

enum { LIMBS = 8 };

const uint32_t bench_count = 1500000;

static const uint32_t prime[LIMBS] = {
    0xfffffc2f, 0xfffffffe, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
};

/* -1 / prime modulo 2^32. */
#define INVERSE 0xd2253531u

/* r = a b / 2^256 modulo the prime, fully reduced when one of a and b is. */
static void multiply(uint32_t r[LIMBS], const uint32_t a[LIMBS], const uint32_t b[LIMBS]) {
    uint32_t t[LIMBS + 2] = {0};
    for (int i = 0; i < LIMBS; i++) {
        uint32_t carry = 0;
        for (int j = 0; j < LIMBS; j++) {
            uint64_t s = (uint64_t)a[j] * b[i] + t[j] + carry;
            t[j] = (uint32_t)s;
            carry = (uint32_t)(s >> 32);
        }
        uint64_t top = (uint64_t)t[LIMBS] + carry;
        t[LIMBS] = (uint32_t)top;
        t[LIMBS + 1] = (uint32_t)(top >> 32);

        uint32_t m = t[0] * INVERSE;
        carry = (uint32_t)(((uint64_t)m * prime[0] + t[0]) >> 32);
        for (int j = 1; j < LIMBS; j++) {
            uint64_t s = (uint64_t)m * prime[j] + t[j] + carry;
            t[j - 1] = (uint32_t)s;
            carry = (uint32_t)(s >> 32);
        }
        top = (uint64_t)t[LIMBS] + carry;
        t[LIMBS - 1] = (uint32_t)top;
        t[LIMBS] = t[LIMBS + 1] + (uint32_t)(top >> 32);
    }
    uint32_t difference[LIMBS], borrow = 0;
    for (int j = 0; j < LIMBS; j++) {
        uint64_t s = (uint64_t)t[j] - prime[j] - borrow;
        difference[j] = (uint32_t)s;
        borrow = (uint32_t)(s >> 63);
    }
    uint32_t keep = 0 - (uint32_t)(t[LIMBS] < borrow);
    for (int j = 0; j < LIMBS; j++) {
        r[j] = (t[j] & keep) | (difference[j] & ~keep);
    }
}

uint32_t bench_run(uint32_t count) {
    uint32_t x[LIMBS], y[LIMBS], state = 1, sum = 0;
    for (int i = 0; i < LIMBS; i++) {
        x[i] = next_random(&state);
        y[i] = next_random(&state);
    }
    for (uint32_t i = 0; i < count; i++) {
        multiply(x, x, y);
        multiply(y, y, x);
    }
    for (int i = 0; i < LIMBS; i++) {
        sum = mix(sum, x[i]);
    }
    return sum;
}
