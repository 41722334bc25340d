package trace

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Runs on which the decisions about page sizes and table heights were measured.

// studyRun is a recorded run of a guest.
type studyRun struct {
	name    string
	program *rv.Program
	input   []byte
	run     *exec.Trace
}

// bytecode is a program for the guest interp: a walk through 4096 words of data in the
// order of a linear congruence.
func bytecode(steps int16) []byte {
	const load, store, jumpNotZero, output = 13, 14, 17, 18
	set := func(r byte, v int16) []byte { return []byte{1, r, byte(v), byte(uint16(v) >> 8)} }
	return slices.Concat(
		set(1, 25173), set(2, 13849), set(3, 1), set(4, steps),
		[]byte{5, 5, 5, 1, 3, 5, 5, 2, load, 6, 5, 0, 3, 6, 6, 5, store, 6, 5, 0, 4, 4, 4, 3},
		[]byte{jumpNotZero, 4, 0xf9, 0xff, output, 5, 0, 0, 0, 0, 0, 0},
	)
}

// studyRuns records the guests one after the other.
func studyRuns(t *testing.T, yield func(s *studyRun)) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := func(n int) (b []byte) {
		for range n {
			b = binary.LittleEndian.AppendUint32(b, rng.Uint32())
		}
		return b
	}
	word := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	for _, c := range []struct {
		name  string
		guest string
		input []byte
		gas   uint64
		end   exec.ExitKind
		long  bool
	}{
		{"sha256chain, 223 links", "sha256chain", word(223), 1 << 40, exec.Halt, false},
		{"quicksort, 10,000 words", "quicksort", words(10_000), 1 << 40, exec.Halt, false},
		{"interp, 5,000 steps", "interp", bytecode(5000), 1 << 40, exec.Halt, false},
		{"sieve to 2^18", "sieve", word(1 << 18), 1 << 40, exec.Halt, false},
		{"fillmem, a word in 256 KiB", "fillmem", word(1 << 18), 1 << 40, exec.Trap, false},
		{"keccak256, 64 KiB", "keccak256", words(1 << 14), 1 << 40, exec.Halt, true},
		{"quicksort, 100,000 words", "quicksort", words(100_000), 1 << 40, exec.Halt, true},
		{"quicksort, first 2^22 cycles", "quicksort", words(100_000), 1 << 22, exec.OutOfGas, true},
		{"quicksort, first 2^20 cycles", "quicksort", words(100_000), 1 << 20, exec.OutOfGas, true},
	} {
		if c.long && testing.Short() {
			continue
		}
		program := loadGuest(t, c.guest)
		r, err := exec.NewRecorder(program, c.input, exec.Options{GasLimit: c.gas})
		if err != nil {
			t.Fatal(err)
		}
		run, err := r.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if run.Exit.Kind != c.end || run.Exit.Code != 0 {
			t.Fatalf("%s ends with %v", c.name, run.Exit)
		}
		yield(&studyRun{c.name, program, c.input, run})
	}
}

// open opens the run's memory. The quarters with drop aren't written back.
func (s *studyRun) open(t *testing.T, drop [memtree.Quarters]bool) *memtree.Opening {
	t.Helper()
	tree := memtree.NewTree(memtree.CompressAll)
	if err := tree.Set(slices.Values(s.initial())); err != nil {
		t.Fatal(err)
	}
	opening, err := tree.Open(touchedLeaves(s.blocks()), drop)
	if err != nil {
		t.Fatal(err)
	}
	return opening
}

// blocks gives the touched memory, registers included.
func (s *studyRun) blocks() []exec.Block {
	b := &builder{program: s.program, run: s.run, rows: newRows(s.program, s.run)}
	return b.finalBlocks(nil)
}

// initial gives the memory before the run.
func (s *studyRun) initial() []memtree.Block {
	var blocks []memtree.Block
	for _, x := range s.program.Image {
		blocks = append(blocks, memtree.Block{Index: x.Index, Words: x.Words})
	}
	return append(blocks, slices.Collect(memtree.InputBlocks(s.input))...)
}

// lastSegment drops all quarters but the output, innerSegment none.
var (
	lastSegment  = [memtree.Quarters]bool{true, true, false, true}
	innerSegment = [memtree.Quarters]bool{}
)

// rowCounts counts the rows of each chip in one segment with the whole run.
func (s *studyRun) rowCounts(t *testing.T) (rows [rv32im.NumChips]int) {
	t.Helper()
	source := newRows(s.program, s.run)
	var list []refresh
	var x Row
	for i := range s.run.Records.Len() {
		source.row(i, &x, &list)
		rows[chipOf(&x.Inst, &x.Record)]++
	}
	switch s.run.Exit.Kind {
	case exec.OutOfGas:
		rows[rv32im.ChipTrapOp]++
	case exec.Trap:
		rows[rv32im.ChipTrapMemory]++ // the only trap of these runs
	}
	opening := s.open(t, lastSegment)
	rows[rv32im.ChipRefresh] = len(slices.DeleteFunc(list, func(x refresh) bool { return x.starts() }))
	rows[rv32im.ChipDecode] = len(s.run.ExecutedCode)
	rows[rv32im.ChipPage] = len(opening.Leaves)
	rows[rv32im.ChipNode] = len(opening.Nodes)
	rows[rv32im.ChipPoseidon2] = len(compressions(touchedLeaves(s.blocks()), opening))
	pages := make(map[uint32]bool)
	for _, b := range s.run.Blocks {
		pages[b.Index>>10] = true
	}
	rows[rv32im.ChipRegion] = len(pages)
	return rows
}

// TestRowCounts compares the counts with the tables of a run.
func TestRowCounts(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	input := []byte("abcdefghijklmnopqrstuvwxyz")
	for _, gas := range []uint64{1 << 40, 3000} {
		program, run, tables := buildGuest(t, m, "sha256", input, gas)
		rows := (&studyRun{"sha256", program, input, run}).rowCounts(t)
		var live [rv32im.NumChips]int
		for _, x := range tables.List {
			own := x.Main[:len(m.AIRs[x.Chip].Main)]
			for r := range x.Main[0] {
				if slices.ContainsFunc(own, func(c []field.M31) bool { return c[r] != 0 }) {
					live[x.Chip]++
				}
			}
		}
		for chip := range rows {
			if m.FixedLogHeight(chip) < 0 && rows[chip] != live[chip] {
				t.Errorf("%s: %d rows are counted, %d are in the tables", m.AIRs[chip].Name, rows[chip], live[chip])
			}
		}
	}
}
