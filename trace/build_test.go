package trace

import (
	"context"
	"errors"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/verifier"
)

// checkTables runs every row of every table through the row checker and balances all buses
// with the messages of the statement.
func checkTables(t *testing.T, m *rv32im.Machine, p *rv.Program, run *exec.Trace, gas uint64, tables *Tables) error {
	t.Helper()
	whole := proof.Run{
		Header: p.Header, Image: tables.Image, InputDigest: tables.InputDigest,
		GasLimit: gas, GasUsed: run.Cycles, Exit: tables.Exit, Output: tables.Output, Segments: 1,
	}
	if err := verifier.CheckGas(whole.GasLimit, whole.GasUsed, whole.Exit); err != nil {
		return err
	}
	at, err := whole.First()
	if err != nil {
		return err
	}
	s := at.Statement()
	s.Cycles, s.Opened = run.Cycles, tables.Opened
	return checkSegment(m, p, &s, tables)
}

// checkSegment is checkTables for any segment.
func checkSegment(m *rv32im.Machine, p *rv.Program, s *proof.Statement, tables *Tables) error {
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
	return check.Tables(list, rv32im.Publics(&p.Header), extra)
}

func loadGuest(t testing.TB, name string) *rv.Program {
	t.Helper()
	elf, err := os.ReadFile("../testdata/guests/" + name + ".elf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: rv.DefaultMemory})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// buildGuest runs a guest and builds its tables.
func buildGuest(t *testing.T, m *rv32im.Machine, name string, input []byte, gas uint64) (*rv.Program, *exec.Trace, *Tables) {
	t.Helper()
	p := loadGuest(t, name)
	r, err := exec.NewRecorder(p, input, exec.Options{GasLimit: gas})
	if err != nil {
		t.Fatal(err)
	}
	run, err := r.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Build(context.Background(), m, p, input, run, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, run, tables
}

func TestGuestTables(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		input string
		gas   uint64
	}{
		{"exit42", "", 1 << 40},
		{"echo", "0123456789abcdef", 1 << 40},
		{"trap_ebreak", "", 1 << 40},
		{"trap_illegal", "\x00\x00\x00\x00", 1 << 40},
		{"trap_ecall", "\x01\x00\x00\x00", 1 << 40},
		{"trap_load", "\x00\x00\x00\x00", 1 << 40},
		{"trap_store", "\x01\x00\x00\x00", 1 << 40},
		{"trap_fetch", "\x00\x00\x00\x00", 1 << 40},
		{"trap_misaligned_jump", "\x00\x00\x00\x00", 1 << 40},
		{"trap_misaligned_jump", "\x01\x00\x00\x00", 1 << 40},
		{"trap_misaligned_jump", "\x02\x00\x00\x00", 1 << 40},
		{"trap_misaligned_jump", "\x04\x00\x00\x00", 1 << 40},
		{"sha256", "abc", 1 << 40},
		{"sha256", "abc", 1000},
		{"sha256", "abc", 0},
		{"misaligned", "", 1 << 40},
		{"loop", "", 70_000},
		{"muldiv", "", 20_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, run, tables := buildGuest(t, m, c.name, []byte(c.input), c.gas)
			t.Logf("%v after %d cycles", run.Exit, run.Cycles)
			if err := checkTables(t, m, p, run, c.gas, tables); err != nil {
				t.Error(err)
			}
		})
	}
}

// The tables don't depend on the number of threads.
func TestBuildThreads(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	input := []byte("abc")
	p, run, first := buildGuest(t, m, "sha256", input, 1<<40)
	for _, threads := range []int{-1, 0, 1, 3, 16} {
		again, err := Build(context.Background(), m, p, input, run, threads, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first, again) {
			t.Errorf("%d threads: other tables than with 2", threads)
		}
	}
}

// Nor do those of a run of several parts, with refreshes and words that start late.
func TestBuildParts(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	input := wordList(1000, 40503)
	p, run, first := buildGuest(t, m, "quicksort", input, 1<<40)
	if n := run.Records.Len(); n <= 5*partRecords {
		t.Fatalf("%d cycles only", n)
	}
	refreshes := 0
	for _, x := range first.List {
		if x.Chip == rv32im.ChipRefresh {
			refreshes += 1 << x.LogHeight
		}
	}
	if refreshes == 0 {
		t.Error("no refreshes")
	}
	page, late := m.Chips[rv32im.ChipPage].(*rv32im.Page), 0
	for _, x := range first.List {
		for i := range page.Words {
			if x.Chip == rv32im.ChipPage && slices.Max(x.Main[page.Words[i].Start]) > 0 {
				late++
			}
		}
	}
	if late == 0 {
		t.Error("no late starts")
	}
	if err := checkTables(t, m, p, run, 1<<40, first); err != nil {
		t.Error(err)
	}
	for _, threads := range []int{1, 3, 7} {
		again, err := Build(context.Background(), m, p, input, run, threads, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first, again) {
			t.Errorf("%d threads: other tables than with 2", threads)
		}
	}
}

// Every cell is written or known to be zero: what memory held before doesn't matter.
func TestBuildUsedMemory(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	p, run, first := buildGuest(t, m, "misaligned", nil, 1<<40)
	mem := arena.New()
	defer func() {
		if err := mem.Close(); err != nil {
			t.Error(err)
		}
	}()
	for range 2 {
		dirt := mem.Column(1 << 24)
		for i := range dirt {
			dirt[i] = field.P - 1
		}
		mem.Reset()
		again, err := Build(context.Background(), m, p, nil, run, 2, mem)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(first, again) {
			t.Error("other tables than in fresh memory")
		}
		mem.Reset()
	}
}

func TestBuildCancelled(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	p, run, _ := buildGuest(t, m, "exit42", nil, 1<<40)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, m, p, nil, run, 2, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
