/* Steps along a ring of 32,768 nodes in random order: each load waits for the one before. A node is two words on a
 * machine of 32 bits (256 KiB in all), and twice that with pointers of 64 bits. */
#include "bench.h"

enum { SIZE = 32768, STEPS = 1024 };

const uint32_t bench_count = 40000;

struct node {
    struct node *next;
    uint32_t value;
};

static struct node nodes[SIZE];

uint32_t bench_run(uint32_t count) {
    uint32_t state = 1, sum = 0;
    for (uint32_t i = 0; i < SIZE; i++) {
        nodes[i].next = &nodes[i];
        nodes[i].value = next_random(&state);
    }
    /* One cycle through all nodes (Sattolo 1986). */
    for (uint32_t i = SIZE - 1; i > 0; i--) {
        uint32_t j = next_random(&state) % i;
        struct node *t = nodes[i].next;
        nodes[i].next = nodes[j].next;
        nodes[j].next = t;
    }
    const struct node *p = nodes;
    for (uint32_t round = 0; round < count; round++) {
        for (int i = 0; i < STEPS; i++) {
            sum += p->value ^ (sum << 1);
            p = p->next;
        }
    }
    return sum;
}
