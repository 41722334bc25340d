/* The permutation of Keccak (FIPS 202). */
#include <stdint.h>

static const uint64_t round_constant[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
    0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
    0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rotl(uint64_t x, int n) {
    return x << n | x >> (64 - n);
}

/* Keccak-f[1600] over lanes a[x + 5 y]. */
static void permute(uint64_t a[25]) {
    for (int round = 0; round < 24; round++) {
        uint64_t c[5], b[25];
        for (int x = 0; x < 5; x++) {
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        }
        for (int x = 0; x < 5; x++) {
            uint64_t d = c[(x + 4) % 5] ^ rotl(c[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) {
                a[x + y] ^= d;
            }
        }
/* rho and pi: the lane at (x, y) goes to (y, 2x + 3y), turned by n. Written out, so that each turn is by a constant. */
#define MOVE(x, y, n) b[(y) + 5 * ((2 * (x) + 3 * (y)) % 5)] = rotl(a[(x) + 5 * (y)], n)
        b[0] = a[0];
        MOVE(1, 0, 1), MOVE(2, 0, 62), MOVE(3, 0, 28), MOVE(4, 0, 27);
        MOVE(0, 1, 36), MOVE(1, 1, 44), MOVE(2, 1, 6), MOVE(3, 1, 55), MOVE(4, 1, 20);
        MOVE(0, 2, 3), MOVE(1, 2, 10), MOVE(2, 2, 43), MOVE(3, 2, 25), MOVE(4, 2, 39);
        MOVE(0, 3, 41), MOVE(1, 3, 45), MOVE(2, 3, 15), MOVE(3, 3, 21), MOVE(4, 3, 8);
        MOVE(0, 4, 18), MOVE(1, 4, 2), MOVE(2, 4, 61), MOVE(3, 4, 56), MOVE(4, 4, 14);
#undef MOVE
        for (int y = 0; y < 25; y += 5) {
            for (int x = 0; x < 5; x++) {
                a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & b[(x + 2) % 5 + y]);
            }
        }
        a[0] ^= round_constant[round];
    }
}
