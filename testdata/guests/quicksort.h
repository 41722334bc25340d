/* Quicksort of words: median of three, insertion sort for short parts. */
#ifndef QUICKSORT_H
#define QUICKSORT_H

#include <stddef.h>
#include <stdint.h>

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

#endif
