/* The costly part of an RSA-2048 verification. Input: modulus n and signature s, 256 big-endian bytes each. Output:
 * s^65537 mod n, 256 big-endian bytes. Exit code 1 when the input has another size, n is even or below 2^2047, or s >= n. */
#include <orrery.h>

enum { LIMBS = 64, BYTES = 4 * LIMBS };

/* A number of 2048 bits, least significant limb first. */
typedef uint32_t number[LIMBS];

static void load(number x, const uint8_t bytes[BYTES]) {
    for (int i = 0; i < LIMBS; i++) {
        const uint8_t *p = bytes + BYTES - 4 - 4 * i;
        x[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
}

static void store(uint8_t bytes[BYTES], const number x) {
    for (int i = 0; i < LIMBS; i++) {
        uint8_t *p = bytes + BYTES - 4 - 4 * i;
        p[0] = (uint8_t)(x[i] >> 24);
        p[1] = (uint8_t)(x[i] >> 16);
        p[2] = (uint8_t)(x[i] >> 8);
        p[3] = (uint8_t)x[i];
    }
}

static int less(const number x, const number y) {
    for (int i = LIMBS - 1; i >= 0; i--) {
        if (x[i] != y[i]) {
            return x[i] < y[i];
        }
    }
    return 0;
}

/* x -= y modulo 2^2048. */
static void subtract(number x, const number y) {
    uint32_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        uint64_t d = (uint64_t)x[i] - y[i] - borrow;
        x[i] = (uint32_t)d;
        borrow = (uint32_t)(d >> 32) & 1;
    }
}

/* out = a b / 2^2048 mod n by Montgomery's method, limb by limb (CIOS), where inverse = -1/n mod 2^32. For a, b < n the
 * result is below n; out may be a or b. */
static void multiply(number out, const number a, const number b, const number n, uint32_t inverse) {
    uint32_t t[LIMBS + 1] = {0};
    for (int i = 0; i < LIMBS; i++) {
        /* t = (t + a b_i + m n) / 2^32 with m such that the division is exact. Each sum of a product and two words fits in
         * 64 bits. */
        uint32_t factor = b[i];
        uint64_t x = (uint64_t)a[0] * factor + t[0];
        uint32_t m = (uint32_t)x * inverse;
        uint64_t y = (uint64_t)m * n[0] + (uint32_t)x;
        for (int j = 1; j < LIMBS; j++) {
            x = (uint64_t)a[j] * factor + t[j] + (x >> 32);
            y = (uint64_t)m * n[j] + (uint32_t)x + (y >> 32);
            t[j - 1] = (uint32_t)y;
        }
        uint64_t top = (uint64_t)t[LIMBS] + (x >> 32) + (y >> 32);
        t[LIMBS - 1] = (uint32_t)top;
        t[LIMBS] = (uint32_t)(top >> 32);
    }
    uint32_t carry = t[LIMBS];
    memcpy(out, t, sizeof(number));
    if (carry != 0 || !less(out, n)) {
        subtract(out, n);
    }
}

/* -1/n mod 2^32 for odd n: each step of Newton's iteration doubles the number of right bits, from 3. */
static uint32_t negative_inverse(uint32_t n) {
    uint32_t x = n;
    for (int bits = 3; bits < 32; bits *= 2) {
        x *= 2 - n * x;
    }
    return -x;
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size != 2 * BYTES) {
        return 1;
    }
    number n, s;
    load(n, input);
    load(s, input + BYTES);
    if ((n[0] & 1) == 0 || n[LIMBS - 1] >> 31 == 0 || !less(s, n)) {
        return 1;
    }
    uint32_t inverse = negative_inverse(n[0]);

    /* With R = 2^2048: R mod n = R - n, as n has its top bit set. Then 2 R, and eleven squarings 2^k R -> 2^2k R. */
    number r = {0};
    subtract(r, n);
    uint32_t top = r[LIMBS - 1] >> 31;
    for (int i = LIMBS - 1; i > 0; i--) {
        r[i] = r[i] << 1 | r[i - 1] >> 31;
    }
    r[0] <<= 1;
    if (top != 0 || !less(r, n)) {
        subtract(r, n);
    }
    for (int k = 1; k < 8 * BYTES; k *= 2) {
        multiply(r, r, r, n, inverse);
    }

    /* s R, then sixteen squarings to s^65536 R; the last product with s itself takes R away. */
    number power;
    multiply(power, s, r, n, inverse);
    for (int i = 0; i < 16; i++) {
        multiply(power, power, power, n, inverse);
    }
    multiply(power, power, s, n, inverse);

    uint8_t result[BYTES];
    store(result, power);
    write_output(result, sizeof result);
    return 0;
}
