/* Copies the input to the output; exit code 134 when it is longer than the output has room for. */
#include <orrery.h>

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    if (size > 0) {
        write_output(input, size);
    }
    return 0;
}
