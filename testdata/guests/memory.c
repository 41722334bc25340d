/* The SDK's memory functions at all alignments. Input: up to 256 bytes. For each function and each combination of source
 * offset, destination offset and size, a block of bytes around the destination goes into a checksum. Output: a checksum for
 * memcpy, memmove (upwards and downwards), memset, memcmp and strlen each, a word. Exit code 1 for a longer input. */
#include "words.h"

enum { MAX = 256, EDGE = 8, SIZES = 40 };

static uint8_t source[MAX + 2 * EDGE], target[MAX + 2 * EDGE];

static uint32_t checksum(uint32_t sum, const uint8_t *p, size_t size) {
    for (size_t i = 0; i < size; i++) {
        sum = mix(sum, p[i]);
    }
    return sum;
}

static void run_memcpy(const uint8_t *input, size_t length) {
    uint32_t sum = 0;
    for (size_t from = 0; from < 4; from++) {
        for (size_t to = 0; to < 4; to++) {
            for (size_t size = 0; size <= length && size < SIZES; size++) {
                memset(target, 0xee, sizeof target);
                memcpy(source + from, input, length);
                uint8_t *got = memcpy(target + EDGE + to, source + from, size);
                sum = mix(sum, (uint32_t)(got - target));
                sum = checksum(sum, target, SIZES + 2 * EDGE);
            }
            memcpy(target + to, source + from, length);
            sum = checksum(sum, target, sizeof target);
        }
    }
    write_word(sum);
}

static void run_memmove(const uint8_t *input, size_t length) {
    uint32_t sum = 0;
    for (size_t from = 0; from < 8; from++) {
        for (size_t to = 0; to < 8; to++) {
            for (size_t size = 0; size <= length && size < SIZES; size++) {
                memcpy(target, input, length);
                memmove(target + to, target + from, size);
                sum = checksum(sum, target, SIZES + 2 * EDGE);
            }
        }
    }
    write_word(sum);
}

static void run_memset(void) {
    uint32_t sum = 0;
    for (size_t to = 0; to < 4; to++) {
        for (size_t size = 0; size < SIZES; size++) {
            memset(target, 0xee, SIZES + 2 * EDGE);
            memset(target + EDGE + to, (int)(0x100 + size), size);
            sum = checksum(sum, target, SIZES + 2 * EDGE);
        }
    }
    write_word(sum);
}

/* Only the sign of what memcmp returns is defined. */
static void run_memcmp(const uint8_t *input, size_t length) {
    uint32_t sum = 0;
    for (size_t left = 0; left < 4; left++) {
        for (size_t right = 0; right < 4; right++) {
            for (size_t size = 1; size <= length && size < SIZES; size++) {
                memcpy(source + left, input, size);
                memcpy(target + right, input, size);
                int equal = memcmp(source + left, target + right, size);
                size_t place = right + size * 7 / 8;
                target[place] ^= 0x80;
                int other = memcmp(source + left, target + right, size);
                int before = memcmp(source + left, target + right, place - right);
                sum = mix(sum, (uint32_t)(equal == 0) | (uint32_t)(other < 0) << 1 | (uint32_t)(before == 0) << 2);
            }
        }
    }
    write_word(sum);
}

static void run_strlen(void) {
    uint32_t sum = 0;
    for (size_t from = 0; from < 4; from++) {
        for (size_t size = 0; size < SIZES; size++) {
            memset(source, 'x', sizeof source);
            source[from + size] = 0;
            sum = mix(sum, (uint32_t)strlen((const char *)source + from));
        }
    }
    write_word(sum);
}

int main(void) {
    const uint8_t *input;
    size_t length;
    read_input(&input, &length);
    if (length > MAX) {
        return 1;
    }
    run_memcpy(input, length);
    run_memmove(input, length);
    run_memset();
    run_memcmp(input, length);
    run_strlen();
    return 0;
}
