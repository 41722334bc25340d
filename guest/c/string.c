/* Memory functions, a word at a time wherever possible: in a proof every instruction costs the same, so a word moved is
 * four times cheaper than its bytes. All words are read and written aligned, which is the cheaper kind of access. A word
 * that holds one byte of an object may be read as a whole, because access is granted to 64 KiB pages. */
#include <orrery.h>

#define WORD sizeof(uint32_t)

/* A word that may overlay objects of any type. */
typedef uint32_t word __attribute__((may_alias));

static size_t misalignment(const void *p) {
    return (uintptr_t)p % WORD;
}

/* Copies upwards; right also for overlapping blocks with the destination below the source, as every byte is read before
 * one at its address or above it is written. */
static void copy_up(uint8_t *to, const uint8_t *from, size_t size) {
    if (size >= 2 * WORD) {
        for (; misalignment(to) != 0; size--) {
            *to++ = *from++;
        }
        word *out = (word *)to;
        size_t shift = 8 * misalignment(from);
        if (shift == 0) {
            const word *in = (const word *)from;
            for (; size >= 4 * WORD; size -= 4 * WORD, in += 4, out += 4) {
                word a = in[0], b = in[1], c = in[2], d = in[3];
                out[0] = a;
                out[1] = b;
                out[2] = c;
                out[3] = d;
            }
            for (; size >= WORD; size -= WORD) {
                *out++ = *in++;
            }
            from = (const uint8_t *)in;
        } else {
            /* Each word written is put together from two neighbours of the source. */
            const word *in = (const word *)(from - shift / 8);
            word low = *in++;
            for (; size >= WORD; size -= WORD, from += WORD) {
                word high = *in++;
                *out++ = low >> shift | high << (32 - shift);
                low = high;
            }
        }
        to = (uint8_t *)out;
    }
    for (; size > 0; size--) {
        *to++ = *from++;
    }
}

/* Copies downwards, for overlapping blocks with the destination above the source. */
static void copy_down(uint8_t *to, const uint8_t *from, size_t size) {
    to += size;
    from += size;
    if (misalignment(to) == misalignment(from)) {
        for (; size > 0 && misalignment(to) != 0; size--) {
            *--to = *--from;
        }
        for (; size >= WORD; size -= WORD) {
            to -= WORD;
            from -= WORD;
            *(word *)to = *(const word *)from;
        }
    }
    for (; size > 0; size--) {
        *--to = *--from;
    }
}

void *memcpy(void *destination, const void *source, size_t size) {
    copy_up(destination, source, size);
    return destination;
}

void *memmove(void *destination, const void *source, size_t size) {
    /* The difference wraps for a destination below the source, and is then large. */
    if ((uintptr_t)destination - (uintptr_t)source >= size) {
        copy_up(destination, source, size);
    } else {
        copy_down(destination, source, size);
    }
    return destination;
}

void *memset(void *destination, int value, size_t size) {
    uint8_t *to = destination;
    uint8_t byte = (uint8_t)value;
    if (size >= 2 * WORD) {
        for (; misalignment(to) != 0; size--) {
            *to++ = byte;
        }
        word *out = (word *)to;
        word fill = byte * 0x01010101u;
        for (; size >= 4 * WORD; size -= 4 * WORD, out += 4) {
            out[0] = fill;
            out[1] = fill;
            out[2] = fill;
            out[3] = fill;
        }
        for (; size >= WORD; size -= WORD) {
            *out++ = fill;
        }
        to = (uint8_t *)out;
    }
    for (; size > 0; size--) {
        *to++ = byte;
    }
    return destination;
}

int memcmp(const void *left, const void *right, size_t size) {
    const uint8_t *a = left, *b = right;
    if (misalignment(a) == misalignment(b)) {
        for (; size > 0 && misalignment(a) != 0; size--, a++, b++) {
            if (*a != *b) {
                return *a - *b;
            }
        }
        for (; size >= WORD && *(const word *)a == *(const word *)b; size -= WORD) {
            a += WORD;
            b += WORD;
        }
    }
    for (; size > 0; size--, a++, b++) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    const char *end = text;
    while (*end != 0) {
        end++;
    }
    return (size_t)(end - text);
}
