/* 64-bit arithmetic, which the SDK's helpers do on the machine. Input: pairs (a, b) of little-endian u64. Output for each
 * pair: a * b, a / b and a % b unsigned and signed (0 for b = 0, and for the signed ones also for the one quotient that
 * overflows), then a << b, a >> b unsigned and signed with b mod 64, 8 bytes each; then the leading zeros, trailing zeros
 * and ones of a (64, 64, 0 for 0), a word each. Exit code 1 when the input is no whole number of pairs. */
#include "words.h"

static uint64_t load(const uint8_t *p) {
    return load_word(p) | (uint64_t)load_word(p + 4) << 32;
}

static void write(uint64_t x) {
    write_word((uint32_t)x);
    write_word((uint32_t)(x >> 32));
}

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size % 16 != 0) {
        return 1;
    }
    for (size_t i = 0; i < size; i += 16) {
        uint64_t a = load(input + i), b = load(input + i + 8);
        int64_t signed_a = (int64_t)a, signed_b = (int64_t)b;
        int overflow = signed_a == INT64_MIN && signed_b == -1;
        write(a * b);
        write(b == 0 ? 0 : a / b);
        write(b == 0 ? 0 : a % b);
        write(b == 0 || overflow ? 0 : (uint64_t)(signed_a / signed_b));
        write(b == 0 || overflow ? 0 : (uint64_t)(signed_a % signed_b));
        write(a << b % 64);
        write(a >> b % 64);
        write((uint64_t)(signed_a >> b % 64));
        write_word(a == 0 ? 64 : (uint32_t)__builtin_clzll(a));
        write_word(a == 0 ? 64 : (uint32_t)__builtin_ctzll(a));
        write_word((uint32_t)__builtin_popcountll(a));
    }
    return 0;
}
