/* Products of 64 x 64 matrices of words: multiplications, and addresses in two strides. */
#include "bench.h"

enum { SIZE = 64 };

const uint32_t bench_count = 2500;

static uint32_t left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

uint32_t bench_run(uint32_t count) {
    uint32_t state = 1, sum = 0;
    for (int i = 0; i < SIZE; i++) {
        for (int j = 0; j < SIZE; j++) {
            left[i][j] = next_random(&state);
            right[i][j] = next_random(&state);
        }
    }
    for (uint32_t round = 0; round < count; round++) {
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                uint32_t s = 0;
                for (int k = 0; k < SIZE; k++) {
                    s += left[i][k] * right[k][j];
                }
                product[i][j] = s;
            }
        }
        for (int i = 0; i < SIZE; i++) {
            for (int j = 0; j < SIZE; j++) {
                left[i][j] ^= product[j][i] >> 7;
            }
        }
        sum = mix(sum, product[round % SIZE][round / SIZE % SIZE]);
    }
    return sum;
}
