/* Input and output on the Orrery machine: two regions at fixed addresses. */
#include <orrery.h>

#define INPUT 0x40000000u
#define OUTPUT 0x80000000u
/* Each region begins with the length in bytes, a u32; the bytes follow at this offset. */
#define HEADER 16u

void read_input(const uint8_t **buf, size_t *size) {
    *buf = (const uint8_t *)(INPUT + HEADER);
    *size = *(const uint32_t *)INPUT;
}

void write_output(const uint8_t *output, size_t size) {
    uint32_t *length = (uint32_t *)OUTPUT;
    uint32_t used = *length;
    if (used > ORRERY_OUTPUT_MAX || size > ORRERY_OUTPUT_MAX - used) {
        abort();
    }
    memcpy((uint8_t *)(OUTPUT + HEADER) + used, output, size);
    *length = used + size;
}
