package trace

import (
	"context"
	"fmt"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

// buildProgram records a program and builds its tables.
func buildProgram(t *testing.T, m *rv32im.Machine, p *rv.Program, gas uint64) (*exec.Trace, *Tables) {
	t.Helper()
	r, err := exec.NewRecorder(p, nil, exec.Options{GasLimit: gas})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Build(context.Background(), m, p, nil, run, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return run, tables
}

// A timestamp is moved from the first gap on that the range check doesn't hold, to a
// multiple of the unit that is later than it and near enough to the access.
func TestBridge(t *testing.T) {
	const unit = rv32im.RefreshUnit
	for _, c := range []struct {
		now, ts uint32
		moved   uint32 // 0: not moved
	}{
		{1, 0, 0},
		{8, 7, 0},
		{1 << 16, 0, 0},      // gap 2^16-1
		{1<<16 + 1, 0, unit}, // gap 2^16
		{1<<16 + 1, 1, 0},    // gap 2^16-1
		{1<<16 + 2, 1, unit}, // gap 2^16
		{1<<17 - 1, 0, unit}, // the unit before
		{1 << 17, 0, unit},   // not the access itself
		{1<<17 + 1, 0, 1 << 17},
		{5*unit + 7, 4*unit + 7, 0},
		{5*unit + 7, 4*unit + 6, 5 * unit},
		{5 * unit, 4*unit - 1, 4 * unit},
		{1<<28 - 1, 0, 1<<28 - unit},
		{1<<28 - 1, 1<<28 - 2, 0},
	} {
		t.Run(fmt.Sprint(c.ts, " to ", c.now), func(t *testing.T) {
			ts := c.ts
			var list []refresh
			bridge(77, 88, &ts, c.now, &list)
			again := c.ts
			bridge(77, 88, &again, c.now, nil)
			if again != ts {
				t.Errorf("moved to %d or %d", ts, again)
			}
			if c.moved == 0 {
				if len(list) != 0 || ts != c.ts {
					t.Fatalf("moved to %d, %v", ts, list)
				}
			} else if want := (refresh{77, 88, c.ts, c.moved}); len(list) != 1 || list[0] != want || ts != c.moved {
				t.Fatalf("%v, timestamp %d, want %v", list, ts, want)
			}
			if gap := c.now - ts - 1; ts >= c.now || gap >= 1<<rv32im.GapBits {
				t.Errorf("gap %d is left", gap)
			}
		})
	}
}

// gapHeap is an address in the heap of the programs below, not at its start.
const gapHeap = 0x2_1000

// gapCode runs two instructions that many cycles apart, with gapHeap in x2 and the address of
// the code in x3.
func gapCode(first, second uint32, cycles int) []uint32 {
	code := append(rvtest.LoadImm(3, rvtest.CodeStart), rvtest.LoadImm(2, gapHeap)...)
	code = append(code, first)
	rest := cycles - 3 // without second and the two that load the counter
	code = append(code, rvtest.LoadImm(6, uint32(rest/2))...)
	code = append(code, rvtest.I(rv.ADDI, 6, 6, -1), rvtest.B(rv.BNE, 6, 0, -4))
	for range rest % 2 {
		code = append(code, rvtest.I(rv.ADDI, 0, 0, 0))
	}
	return append(append(code, second), rvtest.Exit()...)
}

// TestGaps runs programs in which the second access of a register or of a memory word
// follows the first one after gaps around 2^16, 2^17 and longer ones.
func TestGaps(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	write, read := rvtest.I(rv.ADDI, 5, 0, 7), rvtest.R(rv.ADD, 5, 5, 5)
	load, store := rvtest.I(rv.LW, 5, 2, 0), rvtest.S(rv.SW, 0, 0, 2)
	misaligned := rvtest.I(rv.LW, 5, 2, -2)
	nop, ofCode, acrossCode := rvtest.I(rv.ADDI, 0, 0, 0), rvtest.I(rv.LW, 5, 3, 4), rvtest.I(rv.LW, 5, 3, 2)
	const code = rvtest.CodeStart/4 + 1
	for _, c := range []struct {
		name          string
		first, second uint32
		cycles        int
		address       uint32 // of the word that is watched
		gap           uint32 // before the second access
	}{
		// rd after rd, d cycles apart: gap 4d-1.
		{"rd, 2^16-1", write, write, 1 << 14, rv32im.RegisterBase + 5, 1<<16 - 1},
		{"rd, 2^16+3", write, write, 1<<14 + 1, rv32im.RegisterBase + 5, 1<<16 + 3},
		// rs1 after rd: 4d-3.
		{"rs1, 2^16-3", write, read, 1 << 14, rv32im.RegisterBase + 5, 1<<16 - 3},
		{"rs1, 2^16+1", write, read, 1<<14 + 1, rv32im.RegisterBase + 5, 1<<16 + 1},
		{"rs1, 2^17+1", write, read, 1<<15 + 1, rv32im.RegisterBase + 5, 1<<17 + 1},
		// rd after rd, with rs1 in the same access.
		{"in place, 2^16-1", write, rvtest.I(rv.ADDI, 5, 5, 1), 1 << 14, rv32im.RegisterBase + 5, 1<<16 - 1},
		{"in place, 2^16+3", write, rvtest.I(rv.ADDI, 5, 5, 1), 1<<14 + 1, rv32im.RegisterBase + 5, 1<<16 + 3},
		{"exchanged, 2^16-1", write, rvtest.R(rv.ADD, 5, 6, 5), 1 << 14, rv32im.RegisterBase + 5, 1<<16 - 1},
		{"exchanged, 2^16+3", write, rvtest.R(rv.ADD, 5, 6, 5), 1<<14 + 1, rv32im.RegisterBase + 5, 1<<16 + 3},
		// Memory after memory: d-1.
		{"memory, 2^16-1", store, load, 1 << 16, gapHeap / 4, 1<<16 - 1},
		{"memory, 2^16", store, load, 1<<16 + 1, gapHeap / 4, 1 << 16},
		{"store, 2^16", load, store, 1<<16 + 1, gapHeap / 4, 1 << 16},
		{"second word, 2^16-1", store, misaligned, 1 << 16, gapHeap / 4, 1<<16 - 1},
		{"second word, 2^16", store, misaligned, 1<<16 + 1, gapHeap / 4, 1 << 16},
		{"rs2, long", write, rvtest.R(rv.ADD, 7, 0, 5), 1<<16 + 77, rv32im.RegisterBase + 5, 4*(1<<16+77) - 2},
		// A word begins where its first access, later than 2^16, needs it, but for what the
		// decoder has read.
		{"first load", nop, load, 1<<16 + 9, gapHeap / 4, 1 << 16},
		{"first store", nop, store, 1<<16 + 9, gapHeap / 4, 1 << 16},
		{"first, second word", nop, misaligned, 1<<16 + 9, gapHeap / 4, 1 << 16},
		{"first write", nop, write, 1<<14 + 9, rv32im.RegisterBase + 5, 1 << 16},
		{"code word", nop, ofCode, 1<<16 + 9, code, 1 << 16},
		{"code word, second", nop, acrossCode, 1<<16 + 9, code, 1 << 16},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := rvtest.Program(t, gapCode(c.first, c.second, c.cycles))
			run, tables := buildProgram(t, m, p, 1<<30)
			s := newRows(p, run)
			var list []refresh
			var x Row
			for i := range run.Records.Len() {
				s.row(i, &x, &list)
			}
			var ours []refresh
			rows := 0
			for _, r := range list {
				if !r.starts() {
					rows++
				}
				if r.address == c.address {
					ours = append(ours, r)
				}
			}
			if want := c.gap >= 1<<rv32im.GapBits; want != (len(ours) == 1) || len(ours) > 1 {
				t.Errorf("%d refreshes of the word before an access with gap %d: %v", len(ours), c.gap, ours)
			}
			// The refreshed timestamp bridges the gap named above.
			for _, r := range ours {
				if r.starts() != (c.first == nop && c.address != code) {
					t.Errorf("%+v", r)
				}
				if c.first == nop {
					continue
				}
				second := r.ts + 1 + c.gap
				if r.newTs != (second-1)/rv32im.RefreshUnit*rv32im.RefreshUnit {
					t.Errorf("%+v, access at %d", r, second)
				}
			}
			if n := NewForecast(p, nil, 2).Of(run, true)[rv32im.ChipRefresh]; n != rows {
				t.Errorf("forecast of %d refreshes, there are %d", n, rows)
			}
			if err := checkTables(t, m, p, run, 1<<30, tables); err != nil {
				t.Error(err)
			}
		})
	}
}

// Code words that the file doesn't have are zeros. A run that ends at one has decoded it.
func TestZeroCode(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	jump := []uint32{rvtest.I(rv.ADDI, 0, 0, 0), rvtest.J(0, 0x84-4)}
	look := append(rvtest.LoadImm(2, rvtest.CodeStart), rvtest.I(rv.LW, 5, 2, 0x84), rvtest.I(rv.LW, 5, 2, 0x88), rvtest.J(0, 0x84-16))
	// A gigabyte of code, that the tables must not take space for.
	const large = 0x3fe0_0000
	far := append(rvtest.LoadImm(2, rvtest.CodeStart+large-4), rvtest.I(rv.JALR, 0, 2, 0))
	for _, c := range []struct {
		name     string
		code     []uint32
		size, at uint32
	}{
		{"jump", jump, 0x100, 0x84}, {"load and jump", look, 0x100, 0x84}, {"far", far, large, large - 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := rvtest.ELF{Entry: rvtest.CodeStart, Segments: []rvtest.Segment{
				{Flags: 5, Addr: rvtest.CodeStart, Data: rvtest.Words(c.code...), MemSize: c.size},
			}}
			p, err := rv.Load(file.Bytes(), rv.LoadOptions{MemoryLimit: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			run, tables := buildProgram(t, m, p, 1<<30)
			if run.Exit.Kind != exec.Trap || run.Exit.Cause != exec.CauseIllegal || run.EndPC != rvtest.CodeStart+c.at {
				t.Fatalf("%+v at %#x", run.Exit, run.EndPC)
			}
			if err := checkTables(t, m, p, run, 1<<30, tables); err != nil {
				t.Error(err)
			}
		})
	}
}
