/* Sorting 4096 words, then looking 4096 words up: recursion, and branches and addresses that depend on data. */
#include "bench.h"

enum { SIZE = 4096 };

const uint32_t bench_count = 500;

static uint32_t table[SIZE];

/* Sorts from first to last: Hoare's partition, insertion for short pieces, the longer side by the loop. */
static void sort(uint32_t *first, uint32_t *last) {
    while (last - first >= 12) {
        uint32_t pivot = first[(last - first) / 2];
        uint32_t *i = first, *j = last;
        for (;;) {
            while (*i < pivot) {
                i++;
            }
            while (pivot < *j) {
                j--;
            }
            if (i >= j) {
                break;
            }
            uint32_t t = *i;
            *i++ = *j;
            *j-- = t;
        }
        if (j - first < last - j) {
            sort(first, j);
            first = j + 1;
        } else {
            sort(j + 1, last);
            last = j;
        }
    }
    for (uint32_t *i = first + 1; i <= last; i++) {
        uint32_t x = *i, *j = i;
        for (; j > first && x < j[-1]; j--) {
            *j = j[-1];
        }
        *j = x;
    }
}

/* Index of the first word that isn't less than x; SIZE when there is none. */
static uint32_t search(uint32_t x) {
    uint32_t low = 0, high = SIZE;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (table[middle] < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t bench_run(uint32_t count) {
    uint32_t state = 1, sum = 0;
    for (uint32_t round = 0; round < count; round++) {
        for (uint32_t i = 0; i < SIZE; i++) {
            table[i] = next_random(&state);
        }
        sort(table, table + SIZE - 1);
        for (uint32_t i = 0; i < SIZE; i++) {
            sum = mix(sum, search(next_random(&state)));
        }
        sum = mix(sum, table[round % SIZE]);
    }
    return sum;
}
