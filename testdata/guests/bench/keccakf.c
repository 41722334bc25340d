/* Keccak-f[1600] again and again: lanes of 64 bits, which are two words each on a machine of 32 bits. */
#include "bench.h"
#include "../keccak.h"

const uint32_t bench_count = 400000;

uint32_t bench_run(uint32_t count) {
    uint64_t lanes[25] = {0};
    for (uint32_t i = 0; i < count; i++) {
        permute(lanes);
    }
    return (uint32_t)(lanes[0] ^ lanes[0] >> 32);
}
