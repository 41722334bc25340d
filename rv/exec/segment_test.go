package exec_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

func newRecorder(t testing.TB, p *rv.Program, input []byte, gas uint64) *exec.Recorder {
	t.Helper()
	r, err := exec.NewRecorder(p, input, exec.Options{GasLimit: gas, Buffers: &lent})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func segment(t testing.TB, r *exec.Recorder, n uint64) *exec.Trace {
	t.Helper()
	s, err := r.Segment(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// randomRun is a random program with its input and gas limit.
func randomRun(t testing.TB, seed uint64) (*rv.Program, []byte, uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 17))
	code := prologue(rng)
	for range 100 + rng.IntN(200) {
		code = append(code, randomInst(rng))
	}
	input := make([]byte, rng.IntN(100))
	for i := range input {
		input[i] = byte(rng.Uint32())
	}
	return testProgram(t, code), input, 100 + rng.Uint64N(500)
}

// same compares traces.
func same(x, y *exec.Trace) bool {
	if x.Records.Len() != y.Records.Len() {
		return false
	}
	for i := range x.Records.Len() {
		if *x.Records.At(i) != *y.Records.At(i) {
			return false
		}
	}
	a, b := *x, *y
	a.Records, b.Records = exec.Records{}, exec.Records{}
	return reflect.DeepEqual(a, b)
}

// shifted is the timestamp of an access to a register as a segment that begins behind so many cycles has it.
func shifted(ts uint32, before uint64) uint32 {
	if at := uint32(4 * before); ts >= at+4 {
		return ts - at
	}
	return 0
}

// shiftedMemory is shifted for an access to memory.
func shiftedMemory(ts uint32, before uint64) uint32 {
	if at := uint32(before); ts >= at+2 {
		return ts - at
	}
	return 0
}

// checkSegments compares segments with the recording of the same run in one piece.
func checkSegments(t *testing.T, p *rv.Program, segments []*exec.Trace, whole *exec.Trace) {
	t.Helper()
	var before, misaligned uint64
	state := exec.State{PC: whole.Start.PC}
	memory := map[uint32][rv.BlockWords]uint32{} // behind the segments so far
	second := whole.Second
	for i, s := range segments {
		if s.Start != state {
			t.Fatalf("segment %d starts in another state", i)
		}
		for k := range s.Records.Len() {
			want := *whole.Records.At(int(before) + k)
			ofB, ofD := shifted, shifted
			if in := p.Code.Inst(want.PC); in.Op.IsLoad() {
				ofB = shiftedMemory
			} else if in.Op.IsStore() {
				ofD = shiftedMemory
			}
			want.TsA, want.TsB, want.TsD = shifted(want.TsA, before), ofB(want.TsB, before), ofD(want.TsD, before)
			if got := *s.Records.At(k); got != want {
				t.Fatalf("segment %d, record %d: %+v instead of %+v", i, k, got, want)
			}
		}
		for _, x := range s.Second {
			want := exec.Second{Index: second[0].Index - uint32(before), Word: second[0].Word, Ts: shiftedMemory(second[0].Ts, before)}
			if x != want {
				t.Fatalf("segment %d: second word %+v instead of %+v", i, x, want)
			}
			second = second[1:]
		}
		for _, b := range s.Blocks {
			if w, ok := memory[b.Index]; ok && w != b.Initial {
				t.Fatalf("segment %d: block %#x isn't what the segments before left", i, b.Index)
			}
			memory[b.Index] = b.Final
		}
		if s.Ended != (i == len(segments)-1) || s.Cycles != uint64(s.Records.Len()) {
			t.Fatalf("segment %d of %d: ended %v after %d cycles", i, len(segments), s.Ended, s.Cycles)
		}
		state = exec.State{PC: s.EndPC, Registers: s.Registers}
		before += s.Cycles
		misaligned += s.MisalignedAccesses
	}
	last := segments[len(segments)-1]
	if before != whole.Cycles || misaligned != whole.MisalignedAccesses || last.Exit != whole.Exit ||
		last.EndPC != whole.EndPC || last.Registers != whole.Registers || !reflect.DeepEqual(last.Output, whole.Output) {
		t.Fatalf("the end is another one: %+v instead of %+v", last.Result, whole.Result)
	}
	if (last.Trap == nil) != (whole.Trap == nil) {
		t.Fatal("one traps, one doesn't")
	}
	if w := whole.Trap; w != nil {
		want := *w
		want.TsA, want.TsB = shifted(want.TsA, before-last.Cycles), shifted(want.TsB, before-last.Cycles)
		if *last.Trap != want {
			t.Fatalf("trap %+v instead of %+v", *last.Trap, want)
		}
	}
	for _, b := range whole.Blocks {
		if w, ok := memory[b.Index]; !ok || w != b.Final {
			t.Fatalf("block %#x ends as another one", b.Index)
		}
		delete(memory, b.Index)
	}
	if len(memory) > 0 || len(second) > 0 {
		t.Fatalf("%d blocks and %d second words too many", len(memory), len(second))
	}
}

// The segments of a run are the run; a recorder that goes back and forth, with and without
// recording, records the same.
func TestSegments(t *testing.T) {
	n := uint64(150)
	if testing.Short() {
		n = 60
	}
	ctx := context.Background()
	for seed := range n {
		p, input, gas := randomRun(t, seed)
		r := newRecorder(t, p, input, gas)
		whole, err := r.Run(ctx)
		r.Release()
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(seed, 19))
		r = newRecorder(t, p, input, gas)
		skipper := newRecorder(t, p, input, gas)
		var segments []*exec.Trace
		for ended := false; !ended; {
			size := 1 + rng.Uint64N(120)
			if rng.IntN(3) == 0 { // tries that are taken back
				a := segment(t, r, size)
				if !a.Ended {
					b := segment(t, r, 1+rng.Uint64N(50))
					if err := r.Rewind(b); err != nil {
						t.Fatal(err)
					}
					r.Recycle(b)
				}
				if err := r.Rewind(a); err != nil {
					t.Fatal(err)
				}
				r.Recycle(a)
			}
			s := segment(t, r, size)
			segments = append(segments, s)
			if ended = s.Ended; ended {
				break
			}
			if did, err := skipper.Skip(ctx, s.Cycles); err != nil || did {
				t.Fatalf("skipping: ended %v, %v", did, err)
			}
			if skipper.PC() != r.PC() || skipper.Cycles() != r.Cycles() || skipper.Registers() != r.Registers() {
				t.Fatalf("seed %d: another state behind %d skipped cycles", seed, r.Cycles())
			}
			if rng.IntN(4) == 0 {
				for b := range r.Memory() {
					if skipper.Block(b.Index) != b.Words || b.Words == ([rv.BlockWords]uint32{}) {
						t.Fatalf("block %#x behind skipped cycles", b.Index)
					}
				}
			}
		}
		checkSegments(t, p, segments, whole)
		if _, err := r.Segment(ctx, 1); !errors.Is(err, exec.ErrUsed) {
			t.Fatalf("behind the end: %v", err)
		}
		last := segments[len(segments)-1]
		if again := segment(t, skipper, last.Cycles); !same(again, last) {
			t.Fatalf("seed %d: the segment behind skipped ones differs", seed)
		}
		// Behind the last cycle comes the end, or nothing.
		r.Release()
		short := newRecorder(t, p, input, gas)
		did, err := short.Skip(ctx, gas+1000)
		short.Release()
		if err != nil || did == (whole.Exit.Kind == exec.OutOfGas) || short.Cycles() != whole.Cycles {
			t.Fatalf("seed %d: all skipped: %v after %d cycles (%v after %d), %v", seed, did, short.Cycles(), whole.Exit, whole.Cycles, err)
		}
	}
}

// A part of a program, made of the blocks that a segment touches, records the same.
func TestPartRecorder(t *testing.T) {
	n := uint64(120)
	if testing.Short() {
		n = 50
	}
	var buffers exec.Buffers
	for seed := range n {
		p, input, gas := randomRun(t, seed)
		r := newRecorder(t, p, input, gas)
		for {
			left := gas - r.Cycles()
			s := segment(t, r, 40)
			var blocks []rv.Block
			for _, b := range s.Blocks {
				blocks = append(blocks, rv.Block{Index: b.Index, Words: b.Initial})
			}
			part := exec.NewPartRecorder(rv.NewPart(p.Header, blocks), s.Start, s.Ended, exec.Options{GasLimit: left, Buffers: &buffers})
			again, err := part.Segment(context.Background(), s.Cycles)
			if err != nil {
				t.Fatal(err)
			}
			part.Release()
			if s.Ended {
				s.Output = nil
			}
			if !same(again, s) {
				t.Fatalf("seed %d: the part's segment differs:\n%+v\n%+v", seed, again, s)
			}
			buffers.Recycle(again)
			if s.Ended {
				break
			}
		}
	}
}

// Code whose pieces lie far apart runs as well.
func TestDistantCode(t *testing.T) {
	const far = 0x2fff_0000
	h := rvtest.Program(t, []uint32{0}).Header
	h.CodeEnd = far + 0x1_0000
	block := func(addr uint32, words ...uint32) rv.Block {
		b := rv.Block{Index: addr / rv.BlockSize}
		copy(b.Words[addr%rv.BlockSize/4:], words)
		return b
	}
	there := append(rvtest.LoadImm(5, far+0x40), rvtest.I(rv.JALR, 1, 5, 0))
	p := rv.NewPart(h, []rv.Block{
		block(h.CodeStart, append(there, rvtest.Exit()...)...),
		block(far+0x40, rvtest.I(rv.ADDI, 10, 0, 7), rvtest.I(rv.JALR, 0, 1, 0)),
	})
	if n := len(p.Code.Pieces()); n != 2 {
		t.Fatalf("%d pieces", n)
	}
	r := exec.NewPartRecorder(p, exec.State{PC: h.CodeStart}, true, exec.Options{GasLimit: 100})
	s := segment(t, r, 100)
	var pcs []uint32
	for _, chunk := range s.Records.Chunks() {
		for _, x := range chunk {
			pcs = append(pcs, x.PC-h.CodeStart)
		}
	}
	base := uint32(far - rvtest.CodeStart)
	if want := []uint32{0, 4, 8, base + 0x40, base + 0x44, 12, 16}; !reflect.DeepEqual(pcs, want) {
		t.Errorf("pcs %x instead of %x", pcs, want)
	}
	if want := []uint32{0, 1, 2, 3, 4, base/4 + 16, base/4 + 17}; !reflect.DeepEqual(s.ExecutedCode, want) || len(s.Blocks) != 2 || !s.Ended {
		t.Errorf("code %x, %d blocks", s.ExecutedCode, len(s.Blocks))
	}
	// A hole between them is a word that is no instruction.
	there = append(rvtest.LoadImm(5, far-0x1000), rvtest.I(rv.JALR, 1, 5, 0))
	p = rv.NewPart(h, []rv.Block{block(h.CodeStart, there...), block(far+0x40, 1)})
	s = segment(t, exec.NewPartRecorder(p, exec.State{PC: h.CodeStart}, true, exec.Options{GasLimit: 100}), 100)
	if want := (exec.Exit{Kind: exec.Trap, Cause: exec.CauseIllegal, PC: far - 0x1000}); s.Exit != want || len(s.Blocks) != 2 {
		t.Errorf("%+v with %d blocks", s.Exit, len(s.Blocks))
	}
}

func TestRewindRefuses(t *testing.T) {
	p := testProgram(t, append(prologue(rand.New(rand.NewPCG(1, 1))), rvtest.J(0, 0)))
	r := newRecorder(t, p, nil, 1000)
	a := segment(t, r, 20)
	segment(t, r, 20)
	if err := r.Rewind(a); !errors.Is(err, exec.ErrRewind) {
		t.Errorf("not the last segment: %v", err)
	}
	part := exec.NewPartRecorder(rv.NewPart(p.Header, p.Image), exec.State{PC: p.Header.Entry}, false, exec.Options{GasLimit: 10})
	if err := part.Rewind(segment(t, part, 5)); !errors.Is(err, exec.ErrRewind) {
		t.Errorf("a part: %v", err)
	}
}

// A cancelled call leaves the recorder as it was.
func TestSegmentCancelled(t *testing.T) {
	p := testProgram(t, []uint32{rvtest.I(rv.ADDI, 5, 5, 1), rvtest.J(0, -4)})
	r := newRecorder(t, p, nil, 1<<30)
	segment(t, r, 10)
	ctx := &expiring{Context: context.Background(), left: 3}
	if _, err := r.Segment(ctx, 1<<20); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	if r.Cycles() != 10 || r.Registers()[5] != 5 {
		t.Errorf("%d cycles, x5 = %d", r.Cycles(), r.Registers()[5])
	}
	want := newRecorder(t, p, nil, 1<<30)
	segment(t, want, 10)
	if !same(segment(t, r, 100), segment(t, want, 100)) {
		t.Error("another segment behind the cancelled one")
	}
	ctx.left = 2
	if _, err := r.Skip(ctx, 1<<30); !errors.Is(err, context.Canceled) || r.Cycles() <= 110 {
		t.Errorf("skipping cancelled after %d cycles: %v", r.Cycles(), err)
	}
	if got, want := r.Registers()[5], uint32(r.Cycles()/2); got != want {
		t.Errorf("x5 = %d after %d cycles", got, r.Cycles())
	}
}

// expiring is cancelled after some looks at it.
type expiring struct {
	context.Context
	left int
}

func (c *expiring) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// FuzzSegments cuts runs in pieces of any size.
func FuzzSegments(f *testing.F) {
	rng := rand.New(rand.NewPCG(3, 23))
	for seed := range uint64(4) {
		var code []uint32
		for range 40 {
			code = append(code, randomInst(rng))
		}
		f.Add(seed, rvtest.Words(code...), uint16(300), uint8(7+seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, words []byte, gas uint16, size uint8) {
		if len(words) > 1<<10 {
			return
		}
		code := prologue(rand.New(rand.NewPCG(seed, 13)))
		for ; len(words) >= 4; words = words[4:] {
			code = append(code, binary.LittleEndian.Uint32(words))
		}
		p := testProgram(t, code)
		limit := uint64(gas % 500)
		r := newRecorder(t, p, nil, limit)
		whole, err := r.Run(context.Background())
		r.Release()
		if err != nil {
			t.Fatal(err)
		}
		r = newRecorder(t, p, nil, limit)
		defer r.Release()
		var segments []*exec.Trace
		for len(segments) == 0 || !segments[len(segments)-1].Ended {
			segments = append(segments, segment(t, r, uint64(size)+20))
		}
		checkSegments(t, p, segments, whole)
	})
}
