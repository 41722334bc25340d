/* Output: the SHA-256 digest of the whole input. */
#include "sha256.h"

#include <orrery.h>

static void absorb(uint32_t state[8], const uint8_t bytes[64]) {
    uint32_t block[16];
    for (int i = 0; i < 16; i++) {
        block[i] = load_big_endian(bytes + 4 * i);
    }
    sha256_compress(state, block);
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);

    uint32_t state[8];
    memcpy(state, sha256_initial, sizeof state);
    size_t at = 0;
    for (; size - at >= 64; at += 64) {
        absorb(state, input + at);
    }

    uint8_t tail[128] = {0};
    size_t rest = size - at;
    size_t padded = rest < 56 ? 64 : 128;
    if (rest > 0) {
        memcpy(tail, input + at, rest);
    }
    tail[rest] = 0x80;
    uint64_t bits = (uint64_t)size * 8;
    store_big_endian(tail + padded - 8, (uint32_t)(bits >> 32));
    store_big_endian(tail + padded - 4, (uint32_t)bits);
    for (at = 0; at < padded; at += 64) {
        absorb(state, tail + at);
    }

    uint8_t digest[32];
    for (int i = 0; i < 8; i++) {
        store_big_endian(digest + 4 * i, state[i]);
    }
    write_output(digest, sizeof digest);
    return 0;
}
