package execbench

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/orrery/orrery/rv"
)

// Program is a benchmark program: testdata/guests/bench/NAME.c and what is built of it.
type Program struct {
	Name string
	// Count is how often it does its work in a measurement, the source's bench_count.
	Count uint32
}

// Programs lists the programs.
func Programs() []Program {
	return []Program{
		{"sha256", 600_000}, {"keccakf", 400_000}, {"modmul256", 1_500_000},
		{"quicksort", 500}, {"sieve", 800}, {"crc32", 7000},
		{"matmul", 2500}, {"interp", 250_000}, {"chase", 40_000},
	}
}

// load reads a program for this machine, and tells the bytes of its code.
func load(dir, name string) (*rv.Program, int, error) {
	b, err := os.ReadFile(filepath.Join(dir, "bench", name+".elf"))
	if err != nil {
		return nil, 0, fmt.Errorf("execbench: %w", err)
	}
	p, err := rv.Load(b, rv.LoadOptions{})
	if err != nil {
		return nil, 0, fmt.Errorf("execbench: %s: %w", name, err)
	}
	return p, 4 * len(p.Code.Insts), nil
}
