/* A chain of SHA-256 compressions: rotations and additions of 32 bits. */
#include "bench.h"
#include "../sha256.h"

const uint32_t bench_count = 600000;

uint32_t bench_run(uint32_t count) {
    uint32_t state[8], block[16];
    for (int i = 0; i < 8; i++) {
        state[i] = sha256_initial[i];
    }
    for (int i = 0; i < 16; i++) {
        block[i] = i;
    }
    /* The function leaves its message schedule in the block, the next message. */
    for (uint32_t i = 0; i < count; i++) {
        sha256_compress(state, block);
    }
    return state[0] ^ state[7];
}
