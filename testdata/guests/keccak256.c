/* Output: Keccak-256 of the whole input, as Ethereum uses it (the padding of the Keccak submission, not that of SHA-3). */
#include "keccak.h"
#include <orrery.h>

enum { RATE = 136 };

/* Adds a full block to the state; lanes are little endian. */
static void absorb(uint64_t a[25], const uint8_t block[RATE]) {
    for (int i = 0; i < RATE / 8; i++) {
        uint64_t lane;
        memcpy(&lane, block + 8 * i, 8);
        a[i] ^= lane;
    }
    permute(a);
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);

    uint64_t state[25] = {0};
    for (; size >= RATE; size -= RATE, input += RATE) {
        absorb(state, input);
    }
    uint8_t last[RATE] = {0};
    if (size > 0) {
        memcpy(last, input, size);
    }
    last[size] ^= 0x01;
    last[RATE - 1] ^= 0x80;
    absorb(state, last);
    write_output((const uint8_t *)state, 32);
    return 0;
}
