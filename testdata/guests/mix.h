/* A checksum. */
#ifndef MIX_H
#define MIX_H

#include <stdint.h>

/* Takes x into a checksum. */
static inline uint32_t mix(uint32_t sum, uint32_t x) {
    return ((sum << 5 | sum >> 27) ^ x) + 0x9e3779b9;
}

#endif
