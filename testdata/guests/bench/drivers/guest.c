/* Runs a benchmark program on the Orrery machine. Input: the count, a little-endian word; without input the count is
 * bench_count. Output: the checksum. */
#include "../bench.h"
#include "../../words.h"

int main(void) {
    const uint8_t *input;
    size_t size;
    read_input(&input, &size);
    write_word(bench_run(size == 0 ? bench_count : input_word()));
    return 0;
}
