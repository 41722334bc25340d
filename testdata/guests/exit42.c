/* Writes "forty-two" in two calls and exits with code 42 from inside a function. */
#include <orrery.h>

static void finish(void) {
    write_output((const uint8_t *)"-two", 4);
    exit(42);
}

int main(void) {
    write_output((const uint8_t *)"forty", 5);
    finish();
    return 0;
}
