package guest_test

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// gasLimit is enough for every input of the tests.
const gasLimit = 1 << 30

// execute runs a program on the interpreter.
func execute(t testing.TB, name string, input []byte, gas uint64) (*rv.Program, exec.Result) {
	t.Helper()
	program, err := rv.Load(readGuest(t, name), rv.LoadOptions{})
	require.NoError(t, err)
	machine, err := exec.New(program, input, exec.Options{GasLimit: gas})
	require.NoError(t, err)
	got, err := machine.Run(context.Background())
	require.NoError(t, err)
	return program, got
}

// TestInterpreter runs the ELF files on the machine's interpreter.
func TestInterpreter(t *testing.T) {
	eachCase(t, func(t *testing.T, name string, input []byte) result {
		_, got := execute(t, name, input, gasLimit)
		require.Equal(t, exec.Halt, got.Exit.Kind, "%+v", got.Exit)
		if name == "misaligned" {
			last := binary.LittleEndian.Uint32(got.Output[len(got.Output)-4:])
			require.EqualValues(t, last, got.MisalignedAccesses)
		}
		return result{got.Output, int(got.Exit.Code)}
	})
}

// TestEnds runs the programs that end in a trap or not at all, for every kind of
// end that their sources list.
func TestEnds(t *testing.T) {
	// An end, and the value of a trap, may depend on the program and on the
	// exit that was seen, whose pc is given only relative to other addresses.
	type end func(p *rv.Program, got exec.Exit) exec.Exit
	type value func(p *rv.Program, got exec.Exit) uint32
	halt := func(code uint32) end {
		return func(*rv.Program, exec.Exit) exec.Exit { return exec.Exit{Kind: exec.Halt, Code: code} }
	}
	trap := func(cause uint32, v value) end {
		return func(p *rv.Program, got exec.Exit) exec.Exit {
			return exec.Exit{Kind: exec.Trap, Cause: cause, Value: v(p, got), PC: got.PC}
		}
	}
	fetch := func(target value) end {
		return func(p *rv.Program, got exec.Exit) exec.Exit {
			at := target(p, got)
			return exec.Exit{Kind: exec.Trap, Cause: exec.CauseFetchFault, Value: at, PC: at}
		}
	}
	fixed := func(v uint32) value {
		return func(*rv.Program, exec.Exit) uint32 { return v }
	}
	distance := func(d uint32) value {
		return func(_ *rv.Program, got exec.Exit) uint32 { return got.PC + d }
	}
	heapEnd := func(d uint32) value {
		return func(p *rv.Program, _ exec.Exit) uint32 { return p.HeapEnd + d }
	}
	heapStart := func(p *rv.Program, _ exec.Exit) uint32 { return p.HeapStart }
	codeEnd := func(p *rv.Program, _ exec.Exit) uint32 { return p.Header.CodeEnd }
	// Somewhere in the page of the read-only data, the one before the heap.
	readOnly := func(p *rv.Program, got exec.Exit) uint32 {
		page := p.HeapStart - rv.PageSize
		return page + got.Value%rv.PageSize
	}
	tests := map[string][]end{
		"trap_misaligned_jump": {
			trap(exec.CauseMisalignedFetch, distance(2)), trap(exec.CauseMisalignedFetch, distance(6)),
			trap(exec.CauseMisalignedFetch, distance(6)), halt(0), trap(exec.CauseMisalignedFetch, distance(2)), halt(1),
		},
		"trap_fetch": {
			fetch(fixed(0)), fetch(heapStart), fetch(fixed(rv.InputStart + 16)),
			fetch(fixed(rv.OutputStart + 16)), fetch(fixed(0xfffffffc)),
			fetch(codeEnd), halt(1),
		},
		"trap_ebreak": {trap(exec.CauseBreakpoint, distance(0))},
		"trap_load": {
			trap(exec.CauseLoadFault, fixed(0)), trap(exec.CauseLoadFault, fixed(0xffff)),
			trap(exec.CauseLoadFault, heapEnd(0)), trap(exec.CauseLoadFault, heapEnd(^uint32(1))),
			trap(exec.CauseLoadFault, fixed(0xffff)), trap(exec.CauseLoadFault, fixed(0xffffffff)),
			trap(exec.CauseLoadFault, fixed(0xfffffffe)), trap(exec.CauseLoadFault, fixed(0x80100000)),
			halt(0), halt(0), halt(1),
		},
		"trap_store": {
			trap(exec.CauseStoreFault, fixed(0x10000)), trap(exec.CauseStoreFault, readOnly),
			trap(exec.CauseStoreFault, fixed(0x40000010)), trap(exec.CauseStoreFault, fixed(0)),
			trap(exec.CauseStoreFault, heapEnd(0)), trap(exec.CauseStoreFault, heapEnd(^uint32(1))),
			trap(exec.CauseStoreFault, fixed(0x800ffffd)), trap(exec.CauseStoreFault, fixed(0xffffffff)),
			trap(exec.CauseStoreFault, fixed(0x7ffffffe)), halt(1),
		},
	}
	illegal := []uint32{
		0, 0xffffffff, 0xc0001073, 0xc0002573, 0x0000100f, 0x00010001, 0x100522af, 0x00052007, 0x00053007, 0x00053503,
		0x0005051b, 0x02051513, 0x04b50533, 0x40b51533, 0x40051513, 0x00051067, 0x00052063, 0x00053023, 0x30200073,
		0x10500073, 0x000000f3, 0x00108073, 0x00200073,
	}
	for _, word := range illegal {
		tests["trap_illegal"] = append(tests["trap_illegal"], trap(exec.CauseIllegal, fixed(word)))
	}
	for name, ends := range tests {
		t.Run(name, func(t *testing.T) {
			for kind, end := range ends {
				input := wordBytes(uint32(kind))
				program, got := execute(t, name, input, gasLimit)
				require.Equal(t, end(program, got.Exit), got.Exit, "kind %d", kind)
				// What was put out before the end stays.
				if name == "trap_ebreak" {
					input = []byte("before")
				}
				require.Equal(t, input, got.Output, "kind %d", kind)
			}
		})
	}
	t.Run("trap_illegal without a word", func(t *testing.T) {
		_, got := execute(t, "trap_illegal", wordBytes(uint32(len(illegal))), gasLimit)
		require.Equal(t, exec.Exit{Kind: exec.Halt, Code: 1}, got.Exit)
	})
	t.Run("trap_ecall", func(t *testing.T) {
		for _, call := range []uint32{0, 1, 64, 92, 94, 0x59ff, 0x7fffffff, 0xffffffff, 93 | 1<<31} {
			_, got := execute(t, "trap_ecall", wordBytes(call), gasLimit)
			require.Equal(t, exec.Exit{Kind: exec.Trap, Cause: exec.CauseUnknownCall, PC: got.Exit.PC}, got.Exit, "call %d", call)
		}
		_, got := execute(t, "trap_ecall", wordBytes(93), gasLimit)
		require.Equal(t, exec.Exit{Kind: exec.Halt, Code: 7}, got.Exit)
	})
	t.Run("fillmem", func(t *testing.T) {
		for _, stride := range []uint32{65536, 1 << 20, 12340} {
			program, got := execute(t, "fillmem", wordBytes(stride), gasLimit)
			size := program.HeapEnd - program.HeapStart
			behind := program.HeapStart + (size+stride-1)/stride*stride
			require.Equal(t, exec.Exit{Kind: exec.Trap, Cause: exec.CauseStoreFault, Value: behind, PC: got.Exit.PC}, got.Exit)
			require.Equal(t, wordBytes(stride), got.Output)
		}
	})
	t.Run("loop", func(t *testing.T) {
		for _, gas := range []uint64{0, 1, 50, 100000} {
			_, got := execute(t, "loop", nil, gas)
			require.Equal(t, exec.Exit{Kind: exec.OutOfGas, PC: got.Exit.PC}, got.Exit)
			require.Equal(t, gas, got.Cycles)
		}
	})
}

// TestFiles checks what the programs' files are like: small, stripped, a segment
// of each kind at most, no compressed code, and memory where the SDK's linker
// script puts it.
func TestFiles(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(guests, "*.elf"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".elf")
		t.Run(name, func(t *testing.T) {
			file, err := elf.Open(path)
			require.NoError(t, err)
			defer file.Close()
			require.Nil(t, file.Section(".symtab"), "not stripped")
			for _, segment := range file.Progs {
				require.Equal(t, elf.PT_LOAD, segment.Type)
			}
			source, err := filepath.Glob(filepath.Join(guests, name+".c"))
			require.NoError(t, err)
			require.Len(t, source, 1, "a program without source")

			raw := readGuest(t, name)
			require.Less(t, len(raw), 1<<14)
			program, err := rv.Load(raw, rv.LoadOptions{})
			require.NoError(t, err)
			require.EqualValues(t, 0x10000, program.Header.Entry)
			require.Equal(t, program.HeapEnd, stackTop(t, file.Progs[0]), "crt0's stack doesn't begin at the heap region's end")
			if name != "trap_illegal" {
				for i, in := range program.Code.Insts {
					require.NotEqual(t, rv.ILLEGAL, in.Op, "word %d", i)
				}
			}
		})
	}
}

// stackTop is the address that the first two instructions, auipc and addi, give
// to sp.
func stackTop(t *testing.T, code *elf.Prog) uint32 {
	t.Helper()
	var words [2]uint32
	require.NoError(t, binary.Read(code.Open(), binary.LittleEndian, &words))
	const sp, auipc, addi = 2 << 7, 0x17, 0x13
	require.EqualValues(t, sp|auipc, words[0]&0xfff)
	require.EqualValues(t, 2<<15|sp|addi, words[1]&0xfffff)
	return uint32(code.Vaddr) + words[0]&^0xfff + uint32(int32(words[1])>>20)
}

// BenchmarkInterpreter runs programs on inputs of a size that takes a while, and
// reports instructions a run and a second.
func BenchmarkInterpreter(b *testing.B) {
	random := newRandom()
	loads := map[string][]byte{
		"sha256":      random.bytes(65536),
		"sha256chain": wordBytes(280),
		"keccak256":   random.bytes(65536),
		"quicksort":   random.bytes(4 * 10000),
		"sieve":       wordBytes(1 << 18),
		"modexp":      modexpInputs(random)[3],
		"interp":      collatz(500),
		"lz4":         compress(slices.Concat(bytes.Repeat([]byte("abracadabra "), 4000), random.bytes(20000))),
		"echo":        random.bytes(outputRoom),
	}
	for _, name := range slices.Sorted(maps.Keys(loads)) {
		b.Run(name, func(b *testing.B) {
			var cycles uint64
			for b.Loop() {
				_, got := execute(b, name, loads[name], gasLimit)
				cycles = got.Cycles
			}
			b.ReportMetric(float64(cycles), "cycles/op")
			b.ReportMetric(float64(cycles)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mcycles/s")
		})
	}
}
