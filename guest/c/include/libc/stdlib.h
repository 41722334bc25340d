#ifndef ORRERY_LIBC_STDLIB_H
#define ORRERY_LIBC_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

#ifdef __cplusplus
extern "C" {
#endif

/* Ends the run with all 32 bits of code. */
void exit(int code) __attribute__((noreturn));

/* Ends the run with exit code 134. */
void abort(void) __attribute__((noreturn));

/* A bump allocator: blocks are aligned to 16 bytes, zero at first, and never given back (free does nothing). NULL when the
 * heap is used up; an eighth of the heap region is kept for the stack. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void free(void *block);

#ifdef __cplusplus
}
#endif

#endif
