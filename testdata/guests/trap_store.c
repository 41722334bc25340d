/* Cause 7, store access fault: the value is the address of the access's first byte, and nothing is written. Input: which
 * store, a little-endian u32 (empty: 0). Before the trap it writes that number to the output.
 *
 *   0 sw to the code      1 sb to read-only data   2 sw to the input   3 sw 0x00000000   4 sh behind the heap region
 *   5 sw, the last two bytes of it behind the heap region   6 sw, the last byte of it behind the output region
 *   7 sb 0xffffffff       8 sw, the first two bytes of it in the input region, the others in the output region
 *   others: exit code 1 */
#include "words.h"

static const volatile uint8_t constant[4] = {1, 2, 3, 4};

#define STORE(op, address) __asm__ volatile(#op " %0, 0(%1)" : : "r"(0x01020304), "r"(address) : "memory")

int main(void) {
    uint32_t kind = input_word();
    write_word(kind);
    switch (kind) {
    case 0:
        STORE(sw, 0x10000);
        break;
    case 1:
        STORE(sb, constant);
        break;
    case 2:
        STORE(sw, 0x40000010);
        break;
    case 3:
        STORE(sw, 0);
        break;
    case 4:
        STORE(sh, __heap_end);
        break;
    case 5:
        STORE(sw, __heap_end - 2);
        break;
    case 6:
        STORE(sw, 0x800ffffd);
        break;
    case 7:
        STORE(sb, 0xffffffff);
        break;
    case 8:
        STORE(sw, 0x7ffffffe);
        break;
    }
    return 1;
}
