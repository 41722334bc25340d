/* Input: little-endian u32 words. Output: the same words in ascending order. Exit code 1 when the input is no whole number
 * of words or too large. */
#include "quicksort.h"
#include <orrery.h>

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size % 4 != 0 || size > ORRERY_OUTPUT_MAX) {
        return 1;
    }
    if (size == 0) {
        return 0;
    }
    uint32_t *words = malloc(size);
    assert(words != NULL);
    memcpy(words, input, size);
    quicksort(words, size / 4);
    write_output((const uint8_t *)words, size);
    return 0;
}
