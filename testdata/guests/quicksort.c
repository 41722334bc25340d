/* Input: little-endian u32 words. Output: the same words in ascending order. Exit code 1 when the input is no whole number
 * of words or too large. */
#include <orrery.h>

static void swap(uint32_t *a, uint32_t *b) {
    uint32_t t = *a;
    *a = *b;
    *b = t;
}

static void insertion_sort(uint32_t *words, size_t count) {
    for (size_t i = 1; i < count; i++) {
        uint32_t x = words[i];
        size_t j = i;
        for (; j > 0 && words[j - 1] > x; j--) {
            words[j] = words[j - 1];
        }
        words[j] = x;
    }
}

static void quicksort(uint32_t *words, size_t count) {
    while (count > 16) {
        /* The median of three goes to the front as the pivot. */
        uint32_t *middle = words + count / 2, *last = words + count - 1;
        if (*middle > *last) {
            swap(middle, last);
        }
        if (*words > *last) {
            swap(words, last);
        }
        if (*middle > *words) {
            swap(middle, words);
        }
        uint32_t pivot = *words;
        size_t i = 0, j = count;
        for (;;) {
            do {
                i++;
            } while (i < count && words[i] < pivot);
            do {
                j--;
            } while (words[j] > pivot);
            if (i >= j) {
                break;
            }
            swap(words + i, words + j);
        }
        swap(words, words + j);
        /* The recursion takes the smaller part, so that its depth stays below 32. */
        if (j < count - j - 1) {
            quicksort(words, j);
            words += j + 1;
            count -= j + 1;
        } else {
            quicksort(words + j + 1, count - j - 1);
            count = j;
        }
    }
    insertion_sort(words, count);
}

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
