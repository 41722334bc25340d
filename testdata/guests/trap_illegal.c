/* Cause 2, illegal instruction: the value is the word. Input: which word of the table below, a little-endian u32 (empty: 0).
 * Before the trap it writes that number to the output. Exit code 1 when the table has no such word. */
#include "words.h"

extern const uint32_t illegal_words[], illegal_words_end[];

__asm__(".pushsection .text.illegal, \"ax\", @progbits\n"
        "illegal_words:\n"
        ".word 0x00000000\n" /*  0 defined to be illegal for ever */
        ".word 0xffffffff\n" /*  1 so is this one */
        ".word 0xc0001073\n" /*  2 csrrw x0, cycle, x0 (unimp) */
        ".word 0xc0002573\n" /*  3 csrrs a0, cycle, x0 (rdcycle) */
        ".word 0x0000100f\n" /*  4 fence.i */
        ".word 0x00010001\n" /*  5 two compressed nop */
        ".word 0x100522af\n" /*  6 lr.w t0, (a0): extension A */
        ".word 0x00052007\n" /*  7 flw ft0, 0(a0): extension F */
        ".word 0x00053007\n" /*  8 fld ft0, 0(a0): extension D */
        ".word 0x00053503\n" /*  9 ld a0, 0(a0): RV64 */
        ".word 0x0005051b\n" /* 10 addiw a0, a0, 0: RV64 */
        ".word 0x02051513\n" /* 11 slli a0, a0, 32: RV64 */
        ".word 0x04b50533\n" /* 12 add with funct7 = 2 */
        ".word 0x40b51533\n" /* 13 sll with funct7 = 32 */
        ".word 0x40051513\n" /* 14 slli with funct7 = 32 */
        ".word 0x00051067\n" /* 15 jalr with funct3 = 1 */
        ".word 0x00052063\n" /* 16 branch with funct3 = 2 */
        ".word 0x00053023\n" /* 17 sd x0, 0(a0): RV64 */
        ".word 0x30200073\n" /* 18 mret */
        ".word 0x10500073\n" /* 19 wfi */
        ".word 0x000000f3\n" /* 20 ecall with rd = ra */
        ".word 0x00108073\n" /* 21 ebreak with rs1 = ra */
        ".word 0x00200073\n" /* 22 uret, once of extension N */
        "illegal_words_end:\n"
        ".popsection");

int main(void) {
    uint32_t kind = input_word();
    if (kind >= (uint32_t)(illegal_words_end - illegal_words)) {
        return 1;
    }
    write_word(kind);
    __asm__ volatile("jr %0" : : "r"(illegal_words + kind));
    __builtin_unreachable();
}
