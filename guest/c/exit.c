/* The ends of a run. Environment call 93 is exit on the Orrery machine and on Linux alike. */
#include <orrery.h>

void exit(int code) {
    register int a0 __asm__("a0") = code;
    register int a7 __asm__("a7") = 93;
    __asm__ volatile("ecall" : : "r"(a0), "r"(a7) : "memory");
    __builtin_unreachable();
}

void abort(void) {
    exit(ORRERY_EXIT_ABORT);
}
