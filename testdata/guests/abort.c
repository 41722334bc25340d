/* Writes "before", then an assertion fails: exit code 134. */
#include <orrery.h>

int main(void) {
    write_output((const uint8_t *)"before", 6);
    size_t size;
    const uint8_t *input;
    read_input(&input, &size);
    assert(size == SIZE_MAX);
    return 0;
}
