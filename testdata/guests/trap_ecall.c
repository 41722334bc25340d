/* Cause 8, environment call: an unknown a7 traps. Input: a7, a little-endian u32 (empty: 0, which is no call). Before the
 * call it writes that number to the output. 93 is exit, here with code 7. */
#include "words.h"

int main(void) {
    uint32_t number = input_word();
    write_word(number);
    register uint32_t a0 __asm__("a0") = 7;
    register uint32_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : : "r"(a0), "r"(a7) : "memory");
    return 1;
}
