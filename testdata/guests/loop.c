/* Writes "looping", then computes for ever: only the gas limit ends it. */
#include <orrery.h>

int main(void) {
    write_output((const uint8_t *)"looping", 7);
    volatile uint32_t state = 1;
    for (;;) {
        state = state * 1664525 + 1013904223;
    }
}
