/* The SDK on the host, linked in place of the machine's: input is stdin, output is stdout; exit, abort, memory and
 * allocation are the C library's. */
#include <orrery.h>
#include <stdio.h>

void read_input(const uint8_t **buf, size_t *size) {
    static uint8_t *bytes;
    static size_t length, room;
    static int done;
    while (!done) {
        if (length == room) {
            room = room == 0 ? 65536 : 2 * room;
            bytes = realloc(bytes, room);
            if (bytes == NULL) {
                abort();
            }
        }
        size_t got = fread(bytes + length, 1, room - length, stdin);
        length += got;
        done = got == 0;
    }
    if (ferror(stdin)) {
        abort();
    }
    *buf = bytes;
    *size = length;
}

void write_output(const uint8_t *output, size_t size) {
    static size_t used;
    if (size > ORRERY_OUTPUT_MAX - used) {
        abort();
    }
    used += size;
    /* Flushed at once: what was written stays written when the program aborts, as on the machine. */
    if (fwrite(output, 1, size, stdout) != size || fflush(stdout) != 0) {
        abort();
    }
}
