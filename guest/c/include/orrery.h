/* Orrery guest SDK: input, output and the ends of a run.
 *
 * The two I/O functions follow the zkVM C interface standard (eth-act). The same program builds for the Orrery machine,
 * for the host and for qemu-riscv32; only what is linked with it differs (guest/README.md). */
#ifndef ORRERY_H
#define ORRERY_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that the output has room for. */
#define ORRERY_OUTPUT_MAX 1048560u

/* Exit code of abort and of a failed assert: 128 + SIGABRT. */
#define ORRERY_EXIT_ABORT 134

#ifdef __cplusplus
extern "C" {
#endif

/* Sets *buf to the private input and *size to its length in bytes. The bytes are read-only and begin at a multiple of 16.
 * May be called again: the answer stays the same. With a size of 0, *buf must not be used. */
void read_input(const uint8_t **buf, size_t *size);

/* Appends size bytes to the public output: the output is all that was written, in order. Output beyond ORRERY_OUTPUT_MAX
 * bytes in all ends the run as abort does, before any byte of that call is written. */
void write_output(const uint8_t *output, size_t size);

#ifndef ORRERY_HOST
/* Bounds of the region that holds the heap (growing up) and the stack (growing down from __stack_top, its end). */
extern uint8_t __heap_start[], __heap_end[], __stack_top[];

/* End of the code, where fetching ends. */
extern uint8_t __code_end[];
#endif

#ifdef __cplusplus
}
#endif

#endif
