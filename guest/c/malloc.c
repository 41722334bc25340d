/* A bump allocator over the heap region. Its memory is zero at the start and no block is used twice, so that every block
 * is zero when it is handed out. */
#include <orrery.h>

#define ALIGNMENT 16u

static uint8_t *next = __heap_start;

void *malloc(size_t size) {
    size_t region = (size_t)(__heap_end - __heap_start);
    size_t room = region - region / 8 - (size_t)(next - __heap_start);
    if (size > room - room % ALIGNMENT) {
        return NULL;
    }
    uint8_t *block = next;
    next += (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    return block;
}

void *calloc(size_t count, size_t size) {
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        return NULL;
    }
    return malloc(total);
}

void free(void *block) {
    (void)block;
}
