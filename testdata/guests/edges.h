/* Operands at the edges of 32 bits, in this order. */
#include <stdint.h>

enum { EDGES = 18 };

static const uint32_t edge[EDGES] = {
    0,          1,          2,          3,          0x1f,       0x20,       0xff,       0x7fff,     0x8000,
    0xffff,     0x10000,    0x12345678, 0x7fffffff, 0x80000000, 0x80000001, 0xdeadbeef, 0xfffffffe, 0xffffffff,
};
