/* Little-endian words of the input and the output. */
#include "mix.h"
#include <orrery.h>

static inline uint32_t load_word(const uint8_t *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void write_word(uint32_t x) {
    uint8_t bytes[4] = {(uint8_t)x, (uint8_t)(x >> 8), (uint8_t)(x >> 16), (uint8_t)(x >> 24)};
    write_output(bytes, sizeof bytes);
}

/* The input as one word: 0 when it is empty, and exit code 1 when it has another size than 0 or 4. */
static inline uint32_t input_word(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size == 0) {
        return 0;
    }
    if (size != 4) {
        exit(1);
    }
    return load_word(input);
}
