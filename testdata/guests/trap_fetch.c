/* Cause 1, instruction access fault: pc and value are the target of a jump to where there is no code. Input: which target, a
 * little-endian u32 (empty: 0). Before the trap it writes that number to the output.
 *
 *   0 address 0   1 the heap   2 the input region   3 the output region   4 the last word of the address space
 *   5 the word behind the last one of the code   others: exit code 1 */
#include "words.h"

static __attribute__((noreturn)) void jump(uintptr_t target) {
    __asm__ volatile("jr %0" : : "r"(target));
    __builtin_unreachable();
}

int main(void) {
    uint32_t kind = input_word();
    write_word(kind);
    switch (kind) {
    case 0:
        jump(0);
    case 1:
        jump((uintptr_t)__heap_start);
    case 2:
        jump(0x40000010);
    case 3:
        jump(0x80000010);
    case 4:
        jump(0xfffffffc);
    case 5:
        jump((uintptr_t)__code_end);
    }
    return 1;
}
