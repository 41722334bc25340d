/* A benchmark program as a WebAssembly module, which imports nothing and exports run and count. */
#include "../bench.h"
#include <stddef.h>

__attribute__((export_name("run"))) uint32_t exported_run(uint32_t count) {
    return bench_run(count);
}

__attribute__((export_name("count"))) uint32_t exported_count(void) {
    return bench_count;
}
