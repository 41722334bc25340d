/* Input: a stride in bytes, a little-endian u32 that is a multiple of 4, at least 4; 4096 when the input is empty. Stores a
 * word at every multiple of the stride from the start of the heap region on, its own stack included, until it leaves the
 * region: cause 7 at the region's end (or the first multiple behind it). Exit code 1 for a bad stride. */
#include "words.h"

int main(void) {
    uint32_t stride = input_word();
    if (stride == 0) {
        stride = 4096;
    }
    if (stride % 4 != 0) {
        return 1;
    }
    write_word(stride);
    /* In assembly, because the stack is overwritten: everything has to stay in registers. */
    __asm__ volatile("1: sw %0, 0(%0)\n"
                     "   add %0, %0, %1\n"
                     "   j 1b"
                     :
                     : "r"(__heap_start), "r"(stride)
                     : "memory");
    __builtin_unreachable();
}
