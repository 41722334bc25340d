/* Primes below 2^19 by the sieve of Eratosthenes over the odd numbers, a byte each: strided stores. */
#include "bench.h"

enum { SIZE = 1 << 18 };

const uint32_t bench_count = 800;

static uint8_t composite[SIZE]; /* of 2i + 1 */

uint32_t bench_run(uint32_t count) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < count; round++) {
        uint32_t size = SIZE - round % 16;
        for (uint32_t i = 0; i < size; i++) {
            composite[i] = 0;
        }
        for (uint32_t i = 1; 2 * i * (i + 1) < size; i++) {
            if (!composite[i]) {
                for (uint32_t j = 2 * i * (i + 1); j < size; j += 2 * i + 1) {
                    composite[j] = 1;
                }
            }
        }
        uint32_t primes = 1;
        for (uint32_t i = 1; i < size; i++) {
            if (!composite[i]) {
                primes++;
            }
        }
        sum = mix(sum, primes);
    }
    return sum;
}
