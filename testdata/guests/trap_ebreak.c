/* Cause 3, breakpoint. Writes "before" first. */
#include <orrery.h>

int main(void) {
    write_output((const uint8_t *)"before", 6);
    __asm__ volatile("ebreak");
    return 1;
}
