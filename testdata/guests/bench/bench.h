/* What a benchmark program offers its driver. */
#include "../mix.h"
#include <stdint.h>

/* The count that benchmarks use: a few tenths of a second of native code. */
extern const uint32_t bench_count;

/* Does the work count times and returns a checksum of all results. */
uint32_t bench_run(uint32_t count);

/* The next number of a pseudo-random sequence (xorshift; Marsaglia 2003). The state isn't 0. */
static inline uint32_t next_random(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
