/* Cause 5, load access fault: the value is the address of the access's first byte. Input: which load, a little-endian u32
 * (empty: 0). Before the trap it writes that number to the output.
 *
 *   0 lw 0x00000000       1 lbu 0x0000ffff (the last byte before the code)   2 lh behind the end of the heap region
 *   3 lw, the last two bytes of it behind the heap region   4 lhu, one byte of it before the code
 *   5 lb 0xffffffff       6 lw 0xfffffffe (wraps around)   7 lw 0x80100000 (behind the output)
 *   8 lw 0x7ffffffe (half input, half output), which doesn't trap: exit code 0   9 lw of the code: exit code 0
 *   others: exit code 1 */
#include "words.h"

/* Runs one load and throws its result away. */
#define LOAD(op, address) __asm__ volatile(#op " t0, 0(%0)" : : "r"(address) : "t0", "memory")

int main(void) {
    uint32_t kind = input_word();
    write_word(kind);
    switch (kind) {
    case 0:
        LOAD(lw, 0);
        break;
    case 1:
        LOAD(lbu, 0xffff);
        break;
    case 2:
        LOAD(lh, __heap_end);
        break;
    case 3:
        LOAD(lw, __heap_end - 2);
        break;
    case 4:
        LOAD(lhu, 0xffff);
        break;
    case 5:
        LOAD(lb, 0xffffffff);
        break;
    case 6:
        LOAD(lw, 0xfffffffe);
        break;
    case 7:
        LOAD(lw, 0x80100000);
        break;
    case 8:
        LOAD(lw, 0x7ffffffe);
        return 0;
    case 9:
        LOAD(lw, 0x10000);
        return 0;
    }
    return 1;
}
