package job

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
)

func loadGuest(t testing.TB, name string) *rv.Program {
	t.Helper()
	elf, err := os.ReadFile("../../testdata/guests/" + name + ".elf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := rv.Load(elf, rv.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lent is memory for the recorders of tests, which run one after the other.
var lent exec.Buffers

// record records a run in segments of the given sizes, of which the last is used again and
// again, and returns the traces with the description of the run.
func record(t testing.TB, p *rv.Program, input []byte, gas uint64, sizes ...uint64) ([]*exec.Trace, *proof.Run) {
	t.Helper()
	r, err := exec.NewRecorder(p, input, exec.Options{GasLimit: gas, Buffers: &lent})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	var traces []*exec.Trace
	for i := 0; ; i++ {
		run, err := r.Segment(context.Background(), sizes[min(i, len(sizes)-1)])
		if err != nil {
			t.Fatal(err)
		}
		if traces = append(traces, run); run.Ended {
			break
		}
	}
	run := describe(t, p, input, r, gas, uint32(len(traces)))
	run.Exit = traces[len(traces)-1].Exit
	return traces, run
}

// describe says everything about a run that ended out of gas.
func describe(t testing.TB, p *rv.Program, input []byte, r *exec.Recorder, gas uint64, segments uint32) *proof.Run {
	t.Helper()
	before, err := Before(p, input, 1)
	if err != nil {
		t.Fatal(err)
	}
	tree := memtree.NewTree(memtree.CompressAll)
	const first = abi.OutputStart / memtree.BlockBytes
	err = tree.Set(func(yield func(memtree.Block) bool) {
		for i := range uint32((abi.OutputEnd - abi.OutputStart) / memtree.BlockBytes) {
			if w := r.Block(first + i); w != ([rv.BlockWords]uint32{}) && !yield(memtree.Block{Index: first + i, Words: w}) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return &proof.Run{
		Header: p.Header, Image: before.Quarters[0], InputDigest: before.Quarters[1], GasLimit: gas,
		GasUsed: r.Cycles(), Exit: abi.Exit{Kind: abi.OutOfGas, PC: r.PC()}, Output: memtree.OpenOutput(r.Block, tree.Node),
		Segments: segments,
	}
}

// recycle takes the memory of recordings back.
func recycle(traces []*exec.Trace) {
	for _, x := range traces {
		lent.Recycle(x)
	}
}

func newCutter(t testing.TB, p *rv.Program, input []byte, run *proof.Run) *Cutter {
	t.Helper()
	c, err := NewCutter(p, input, run, soundness.Fast, hash.Blake2s, Options{Threads: 2, Buffers: &lent})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// cut makes all jobs of a recorded run.
func cut(t testing.TB, p *rv.Program, input []byte, run *proof.Run, traces []*exec.Trace) []*Job {
	t.Helper()
	c := newCutter(t, p, input, run)
	var jobs []*Job
	for _, x := range traces {
		j, err := c.Next(context.Background(), x.Cycles)
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	if _, err := c.Next(context.Background(), 1); err != io.EOF {
		t.Fatalf("behind the last segment: %v", err)
	}
	c.recorder.Release()
	return jobs
}

func replay(t testing.TB, j *Job) *Replayed {
	t.Helper()
	r, err := j.Replay(context.Background(), Options{Threads: 2, Buffers: &lent})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// guest is a guest's run.
type guest struct {
	name  string
	input string
	gas   uint64
}

var guests = []guest{
	{"exit42", "", 1 << 40},
	{"abort", "", 1 << 40},
	{"alu", "", 1 << 40},
	{"echo", "0123456789abcdef", 1 << 40},
	{"fillmem", "\x00\x00\x01\x00", 300_000},
	{"int64", "", 1 << 40},
	{"interp", "", 200_000},
	{"keccak256", "abc", 100_000},
	{"loop", "", 70_000},
	{"lz4", "", 200_000},
	{"memory", "", 200_000},
	{"misaligned", "", 1 << 40},
	{"modexp", "", 100_000},
	{"muldiv", "", 100_000},
	{"quicksort", "\x10\x00\x00\x00", 100_000},
	{"sha256", "abc", 1 << 40},
	{"sha256", "abc", 1000},
	{"sha256", "abc", 0},
	{"sha256chain", "\x03\x00\x00\x00", 1 << 40},
	{"sieve", "\xff\x00\x00\x00", 1 << 40},
	{"trap_ebreak", "", 1 << 40},
	{"trap_ecall", "\x01\x00\x00\x00", 1 << 40},
	{"trap_fetch", "\x00\x00\x00\x00", 1 << 40},
	{"trap_illegal", "\x00\x00\x00\x00", 1 << 40},
	{"trap_load", "\x00\x00\x00\x00", 1 << 40},
	{"trap_misaligned_jump", "\x00\x00\x00\x00", 1 << 40},
	{"trap_misaligned_jump", "\x01\x00\x00\x00", 1 << 40},
	{"trap_misaligned_jump", "\x02\x00\x00\x00", 1 << 40},
	{"trap_misaligned_jump", "\x04\x00\x00\x00", 1 << 40},
	{"trap_store", "\x01\x00\x00\x00", 1 << 40},
}

// Runs of 1, 2, 3 and 17 segments of all guests: each job survives its encoding and its
// replay, replays record what the cutter's recorder did, states and statements chain, and
// the segments together are the run in one piece.
func TestGuests(t *testing.T) {
	for _, g := range guests {
		t.Run(g.name, func(t *testing.T) {
			p := loadGuest(t, g.name)
			input := []byte(g.input)
			whole, one := record(t, p, input, g.gas, exec.MaxCycles)
			for _, n := range []uint64{1, 2, 3, 17} {
				size := max((whole[0].Cycles+n-1)/n, 1)
				traces, run := record(t, p, input, g.gas, size)
				if n == 1 && len(traces) != 1 {
					t.Fatalf("%d segments of %d cycles", len(traces), size)
				}
				again := *run
				if again.Segments = 1; !reflect.DeepEqual(&again, one) {
					t.Fatalf("in %d segments: %+v\nin one: %+v", n, again, one)
				}
				checkRun(t, p, input, run, traces, whole[0])
				recycle(traces)
			}
		})
	}
}

// checkRun cuts a run, replays its jobs, and compares all with the run in one piece.
func checkRun(t *testing.T, p *rv.Program, input []byte, run *proof.Run, traces []*exec.Trace, whole *exec.Trace) {
	t.Helper()
	state := run.Before()
	var cycles uint64
	at := 0
	for i, j := range cut(t, p, input, run, traces) {
		b, err := j.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(b)
		if err != nil || !reflect.DeepEqual(parsed, j) {
			t.Fatalf("segment %d: encoded and parsed: %v", i, err)
		}
		r := replay(t, parsed)
		got, want := r.Segment.Run, traces[i]
		sameTrace(t, got, want)
		for k := range got.Records.Len() {
			x, y := got.Records.At(k), whole.Records.At(at+k)
			if x.PC != y.PC || x.A != y.A || x.B != y.B || x.Old != y.Old {
				t.Fatalf("segment %d: record %d differs from that of the whole run", i, k)
			}
		}
		at += got.Records.Len()
		lent.Recycle(got)
		s := &r.Statement
		if s.Before != state || s.Index != uint32(i) || s.Last != (i == len(traces)-1) || s.Run != run.Digest() {
			t.Fatalf("segment %d: the statement doesn't follow", i)
		}
		state = s.After
		cycles += s.Cycles
		if s.Last && (s.Exit != whole.Exit || got.Registers != whole.Registers || got.EndPC != whole.EndPC) {
			t.Errorf("the end is another one")
		}
	}
	if cycles != whole.Cycles {
		t.Errorf("%d cycles in all, %d in one piece", cycles, whole.Cycles)
	}
}

// sameTrace compares a replay with the recording of the whole memory.
func sameTrace(t *testing.T, got, want *exec.Trace) {
	t.Helper()
	if got.Records.Len() != want.Records.Len() {
		t.Fatalf("%d records instead of %d", got.Records.Len(), want.Records.Len())
	}
	for k := range got.Records.Len() {
		if *got.Records.At(k) != *want.Records.At(k) {
			t.Fatalf("record %d: %+v instead of %+v", k, *got.Records.At(k), *want.Records.At(k))
		}
	}
	x, y := *got, *want
	x.Records, y.Records = exec.Records{}, exec.Records{}
	x.Output, y.Output = nil, nil
	if !reflect.DeepEqual(x, y) {
		t.Fatalf("the traces differ:\n%+v\n%+v", x, y)
	}
}

func TestCutterRefuses(t *testing.T) {
	p := loadGuest(t, "sha256")
	ctx := context.Background()
	input := []byte("abc")
	traces, run := record(t, p, input, 1<<40, 2000)
	if len(traces) < 3 {
		t.Fatal("a short run")
	}
	if _, err := NewCutter(p, []byte("abd"), run, soundness.Fast, hash.Blake2s, Options{}); !errors.Is(err, ErrPlan) {
		t.Errorf("another input: %v", err)
	}
	other := *run
	other.Image[3] ^= 1
	if _, err := NewCutter(p, input, &other, soundness.Fast, hash.Blake2s, Options{}); !errors.Is(err, ErrPlan) {
		t.Errorf("another program: %v", err)
	}
	if _, err := newCutter(t, p, input, run).Next(ctx, MaxCycles+1); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
	if _, err := newCutter(t, p, input, run).Next(ctx, run.GasUsed); !errors.Is(err, ErrPlan) {
		t.Errorf("the run ends early: %v", err)
	}
	if err := newCutter(t, p, input, run).Skip(ctx, []uint64{run.GasUsed + 1}); !errors.Is(err, ErrPlan) {
		t.Errorf("skipped to the end: %v", err)
	}
	for name, change := range map[string]func(r *proof.Run){
		"exit":     func(r *proof.Run) { r.Exit.Code++ },
		"gas used": func(r *proof.Run) { r.GasUsed++ },
		"segments": func(r *proof.Run) { r.Segments++ },
	} {
		other := *run
		change(&other)
		c := newCutter(t, p, input, &other)
		var err error
		for _, x := range traces {
			if _, err = c.Next(ctx, x.Cycles); err != nil {
				break
			}
		}
		if !errors.Is(err, ErrPlan) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	c := newCutter(t, p, input, run)
	if _, err := c.Next(ctx, traces[0].Cycles); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := c.Skip(ctx, []uint64{2000}); !errors.Is(err, context.Canceled) {
		t.Errorf("skipping cancelled: %v", err)
	}
	if _, err := c.Next(context.Background(), traces[0].Cycles); err != nil {
		t.Errorf("after a cancelled call: %v", err)
	}
}

// Jobs behind skipped segments are those of a cutter that made all of them.
func TestSkip(t *testing.T) {
	for _, g := range []guest{{"memory", "", 200_000}, {"sha256", "abc", 1 << 40}, {"echo", "abcdefgh", 1 << 40}} {
		p := loadGuest(t, g.name)
		input := []byte(g.input)
		whole, _ := record(t, p, input, g.gas, exec.MaxCycles)
		traces, run := record(t, p, input, g.gas, whole[0].Cycles/5+1)
		jobs := cut(t, p, input, run, traces)
		var cuts []uint64
		for _, x := range traces {
			cuts = append(cuts, x.Cycles)
		}
		for i := range jobs {
			c := newCutter(t, p, input, run)
			if err := c.Skip(context.Background(), cuts[:i]); err != nil {
				t.Fatal(err)
			}
			j, err := c.Next(context.Background(), cuts[i])
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(j, jobs[i]) {
				t.Errorf("%s: segment %d differs behind skipped ones", g.name, i)
			}
		}
		if err := newCutter(t, p, input, run).Skip(context.Background(), cuts); !errors.Is(err, ErrPlan) {
			t.Errorf("%s: all skipped: %v", g.name, err)
		}
	}
}
