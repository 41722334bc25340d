/* Input and output under qemu-riscv32 (Linux user mode), linked in place of machine.c: stdin and stdout by Linux calls. */
#include <orrery.h>

enum { LINUX_READ = 63, LINUX_WRITE = 64 };

static int32_t linux_call(int number, uint32_t descriptor, uintptr_t buffer, size_t size) {
    register uint32_t a0 __asm__("a0") = descriptor;
    register uintptr_t a1 __asm__("a1") = buffer;
    register size_t a2 __asm__("a2") = size;
    register int a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return (int32_t)a0;
}

/* Most bytes of input that are read; more end the run. */
#define INPUT_MAX (64u << 20)

void read_input(const uint8_t **buf, size_t *size) {
    static uint8_t bytes[INPUT_MAX] __attribute__((aligned(16)));
    static size_t length;
    for (;;) {
        int32_t got = linux_call(LINUX_READ, 0, (uintptr_t)bytes + length, INPUT_MAX - length);
        if (got < 0 || length + (size_t)got == INPUT_MAX) {
            abort();
        }
        if (got == 0) {
            break;
        }
        length += (size_t)got;
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
    while (size > 0) {
        int32_t put = linux_call(LINUX_WRITE, 1, (uintptr_t)output, size);
        if (put <= 0) {
            abort();
        }
        output += put;
        size -= (size_t)put;
    }
}
