/* Input: n, a little-endian u32. Takes n steps through a table of 2^24 words (64 MiB), all zero in the beginning: each step
 * leaves its number in the word where it is, and what stood there says where the next one goes. Output: the last place. */
#include "words.h"

enum { MASK = (1 << 24) - 1 };

int main(void) {
    uint32_t n = input_word();
    uint32_t *table = calloc(MASK + 1, sizeof *table);
    assert(table != NULL);
    uint32_t at = 0;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t next = (1664525 * (at + table[at]) + 1013904223) & MASK;
        table[at] = i;
        at = next;
    }
    write_word(at);
    return 0;
}
