/* Input: n, a little-endian u32, at most 2^24. Sorts n pseudo-random words, x' = 1664525 x + 1013904223 from x = n on, and puts
 * out a checksum of them in ascending order. Exit code 1 when n is too large. */
#include "quicksort.h"
#include "words.h"

int main(void) {
    uint32_t n = input_word();
    if (n > 1u << 24) {
        return 1;
    }
    uint32_t *words = malloc((n + 1) * sizeof *words);
    assert(words != NULL);
    uint32_t x = n;
    for (uint32_t i = 0; i < n; i++) {
        words[i] = x = 1664525 * x + 1013904223;
    }
    quicksort(words, n);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert(i == 0 || words[i - 1] <= words[i]);
        sum = mix(sum, words[i]);
    }
    write_word(sum);
    return 0;
}
