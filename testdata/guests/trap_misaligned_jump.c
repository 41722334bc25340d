/* Cause 0, instruction address misaligned: the trap is at the jump, its value is the target. Input: which jump, a
 * little-endian u32 (empty: 0). Before the trap it writes that number to the output.
 *
 *   0 jalr with bit 1 of the target set   1 jal   2 a branch that is taken
 *   3 a branch that isn't taken, which doesn't trap: exit code 0
 *   4 jalr with the two lowest bits of the target set, of which the lowest is cleared   others: exit code 1 */
#include "words.h"

int main(void) {
    uint32_t kind = input_word();
    write_word(kind);
    switch (kind) {
    case 0:
        __asm__ volatile("la t0, 1f\n1: jalr t1, 2(t0)" : : : "t0", "t1");
        break;
    case 1:
        /* jal t1, . + 6: no assembler writes it without compressed code. */
        __asm__ volatile(".word 0x0060036f" : : : "t1");
        break;
    case 2:
        /* beq x0, x0, . + 6 */
        __asm__ volatile(".word 0x00000363");
        break;
    case 3:
        /* bne x0, x0, . + 6 */
        __asm__ volatile(".word 0x00001363");
        return 0;
    case 4:
        __asm__ volatile("la t0, 1f\n1: jalr t1, 3(t0)" : : : "t0", "t1");
        break;
    }
    return 1;
}
