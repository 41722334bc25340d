package job

import (
	"context"
	"reflect"
	"testing"

	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

func newMachine(t testing.TB) *rv32im.Machine {
	t.Helper()
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// build makes the tables of a replayed segment and checks them: every row, and all buses
// with the messages of the statement.
func build(t testing.TB, m *rv32im.Machine, r *Replayed) *trace.Tables {
	t.Helper()
	tables, err := trace.BuildSegment(context.Background(), m, &r.Segment, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := balance(m, &r.Statement, tables); err != nil {
		t.Fatal(err)
	}
	return tables
}

func balance(m *rv32im.Machine, s *proof.Statement, tables *trace.Tables) error {
	messages, err := verifier.PublicMessages(s)
	if err != nil {
		return err
	}
	var extra []check.Message
	for _, x := range messages {
		c := check.Message{Bus: x.Bus, Mult: 1, Tuple: x.Tuple}
		if x.Take {
			c.Mult = c.Mult.Neg()
		}
		extra = append(extra, c)
	}
	var list []check.Table
	for _, x := range tables.List {
		list = append(list, check.Table{AIR: m.AIRs[x.Chip], Main: x.Main, Pre: m.Preprocessed(int(x.Chip))})
	}
	return check.Tables(list, rv32im.Publics(&s.Header), extra)
}

// The tables of replayed segments are those of the recorded ones, and balance.
func TestTables(t *testing.T) {
	m := newMachine(t)
	for _, c := range []struct {
		guest
		size uint64
	}{
		{guest{"sha256", "abc", 1 << 40}, 1500},
		{guest{"misaligned", "", 1 << 40}, 700},
		{guest{"trap_store", "\x01\x00\x00\x00", 1 << 40}, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := loadGuest(t, c.name)
			input := []byte(c.input)
			traces, run := record(t, p, input, c.gas, c.size)
			tree := memtree.NewTree(memtree.CompressAll)
			if err := tree.Set(trace.Initial(p, input)); err != nil {
				t.Fatal(err)
			}
			for i, j := range cut(t, p, input, run, traces) {
				r := replay(t, j)
				got := build(t, m, r)
				var drop [memtree.Quarters]bool
				if traces[i].Ended {
					drop = memtree.LastDrop()
				}
				opening, err := tree.Open(trace.Leaves(traces[i]), drop)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(opening, r.Segment.Opening) {
					t.Fatalf("segment %d: the openings differ", i)
				}
				want, err := trace.BuildSegment(context.Background(), m, &trace.Segment{Program: p, Run: traces[i], Opening: opening}, 2, nil)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("segment %d: the tables differ", i)
				}
			}
		})
	}
}

// kinds is code with an instruction of every kind: it stores a word that two pages share,
// and calls a function.
func kinds(end ...uint32) []uint32 {
	const base, value, other, link = 8, 9, 10, 1
	code := rvtest.LoadImm(base, 0x20ffe)
	code = append(code, rvtest.LoadImm(value, 0x80818283)...)
	code = append(code,
		rvtest.S(rv.SW, value, 0, base), // across two pages
		rvtest.I(rv.LW, other, base, 0),
		rvtest.S(rv.SH, value, 3, base), // across two words
		rvtest.I(rv.LH, other, base, 3),
		rvtest.S(rv.SB, value, 5, base),
		rvtest.I(rv.LBU, other, base, 5),
		rvtest.S(rv.SW, value, 2, base),
		rvtest.I(rv.LW, other, base, 2),
		rvtest.B(rv.BEQ, value, other, 8), // taken
		0,
		rvtest.B(rv.BLT, 0, value, 8), // not taken
		rvtest.J(link, 8),
		rvtest.J(0, 16),
		rvtest.R(rv.MUL, value, value, other), // function
		rvtest.I(rv.ADDI, 0, value, 7),        // to nowhere
		rvtest.I(rv.JALR, 0, link, 0),
		rvtest.R(rv.DIVU, other, value, base),
		rvtest.R(rv.MULH, other, value, base),
		rvtest.Encode(rv.FENCE, 0, 0, 0, 0),
		rvtest.I(rv.SRAI, other, value, 5),
		rvtest.R(rv.SLTU, other, value, base),
		rvtest.R(rv.XOR, other, value, base),
		rvtest.Encode(rv.AUIPC, other, 0, 0, 0x1000),
	)
	return append(code, end...)
}

// A run can be cut before every instruction, whatever it is, and however the run ends.
func TestCuts(t *testing.T) {
	m := newMachine(t)
	tables, step := 0, 7 // building tables takes most of the time
	if testing.Short() {
		step = 29
	}
	for _, c := range []struct {
		name string
		end  []uint32
		gas  uint64
	}{
		{"exit", rvtest.Exit(), 1 << 40},
		{"breakpoint", []uint32{rvtest.Encode(rv.EBREAK, 0, 0, 0, 0)}, 1 << 40},
		{"unknown call", []uint32{rvtest.Encode(rv.ECALL, 0, 0, 0, 0)}, 1 << 40},
		{"illegal", []uint32{0}, 1 << 40},
		{"end of code", nil, 1 << 40},
		{"jump to nobody", []uint32{rvtest.I(rv.JALR, 0, 0, 0)}, 1 << 40},
		{"odd jump", []uint32{rvtest.I(rv.JALR, 1, 8, 0)}, 1 << 40},
		{"load", []uint32{rvtest.I(rv.LW, 1, 0, 0)}, 1 << 40},
		{"store", []uint32{rvtest.S(rv.SW, 8, -2, 0)}, 1 << 40},
		{"last gas", rvtest.Exit(), 10},
		{"loop", []uint32{rvtest.J(0, 0)}, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := rvtest.Program(t, kinds(c.end...))
			whole, _ := record(t, p, nil, c.gas, MaxCycles)
			n := whole[0].Cycles
			for k := uint64(1); k < n; k++ {
				traces, run := record(t, p, nil, c.gas, k, n)
				if len(traces) != 2 {
					t.Fatalf("%d segments", len(traces))
				}
				checkRun(t, p, nil, run, traces, whole[0])
				recycle(traces)
				// Each chip's kind of instruction begins a segment at one of the ends.
				if tables++; tables%step != 0 {
					continue
				}
				for _, j := range cut(t, p, nil, run, traces) {
					build(t, m, replay(t, j))
				}
			}
			traces, run := record(t, p, nil, c.gas, 1) // all of them
			if uint64(len(traces)) != n {
				t.Errorf("%d segments of a cycle, %d cycles", len(traces), n)
			}
			checkRun(t, p, nil, run, traces, whole[0])
			recycle(traces)
		})
	}
}
