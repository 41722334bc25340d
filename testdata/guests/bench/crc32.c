/* CRC-32 (ISO 3309) of 16 KiB, a byte a step by a table: a chain of loads. */
#include "bench.h"

enum { SIZE = 16384 };

const uint32_t bench_count = 7000;

static uint32_t table[256];
static uint8_t message[SIZE];

uint32_t bench_run(uint32_t count) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) {
            c = c >> 1 ^ (0xedb88320 & (0 - (c & 1)));
        }
        table[i] = c;
    }
    uint32_t state = 1, crc = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        message[i] = (uint8_t)next_random(&state);
    }
    for (uint32_t round = 0; round < count; round++) {
        crc = ~crc;
        for (uint32_t i = 0; i < SIZE; i++) {
            crc = table[(crc ^ message[i]) & 0xff] ^ crc >> 8;
        }
        crc = ~crc;
    }
    return crc;
}
