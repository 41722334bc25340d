/* Input: n, a little-endian u32, at most 2^26. Output: the number of primes up to n and the largest of them (0 when there is
 * none), two words. Exit code 1 when n is too large. */
#include "words.h"

int main(void) {
    uint32_t n = input_word();
    if (n > 1u << 26) {
        return 1;
    }
    uint32_t count = n >= 2, largest = n >= 2 ? 2 : 0;
    /* A byte for each odd number: composite[i] belongs to 2 i + 1. */
    uint32_t odds = (n + 1) / 2;
    uint8_t *composite = calloc(odds + 1, 1);
    assert(composite != NULL);
    for (uint32_t i = 1; i < odds; i++) {
        if (composite[i]) {
            continue;
        }
        uint32_t prime = 2 * i + 1;
        count++;
        largest = prime;
        if (prime < 1u << 13) {
            for (uint32_t j = prime * prime / 2; j < odds; j += prime) {
                composite[j] = 1;
            }
        }
    }
    write_word(count);
    write_word(largest);
    return 0;
}
