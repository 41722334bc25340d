package verifier

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

// step is a segment without a proof: what a chain looks at.
func step(at *proof.Place, cycles uint64, pc uint32) *proof.Segment {
	s := &proof.Segment{Statement: at.Statement()}
	s.Cycles, s.Instances = cycles, []proof.Instance{}
	if !s.Last {
		s.After.PC = pc
	}
	return s
}

// steps makes a proof without proofs of segments with these cycles.
func steps(t testing.TB, r *proof.Run, cycles ...uint64) []byte {
	t.Helper()
	at, err := r.First()
	if err != nil {
		t.Fatal(err)
	}
	p := &proof.Proof{Head: proof.Head{Profile: uint8(soundness.Fast.ID()), Hash: hash.Blake2s, Run: *r}}
	for i, n := range cycles {
		s := step(&at, n, abi.ProgramStart+4*uint32(i))
		p.Segments = append(p.Segments, s)
		at = at.Next(s.After)
	}
	return p.Encode()
}

// read goes through a chain and gives the number of segments and what ended it.
func read(t *testing.T, b []byte) (int, error) {
	t.Helper()
	c, err := NewChain(newKey(t, soundness.Fast, hash.Blake2s), bytes.NewReader(b), Policy{})
	if err != nil {
		return 0, err
	}
	for n := 0; ; n++ {
		k, err := c.Next()
		if err != nil {
			if _, again := c.Next(); again != err {
				t.Errorf("after %v the chain goes on with %v", err, again)
			}
			if _, err := c.Claim(); err == nil {
				t.Error("a claim without a proof")
			}
			return n, err
		}
		if k.Index != n || k.Bytes == 0 {
			t.Errorf("segment %d: %+v", n, k)
		}
	}
}

// What a chain checks without looking into the segments' proofs.
func TestChain(t *testing.T) {
	const most = 1<<26 - 1
	run := func(segments uint32, used uint64) *proof.Run {
		r := testRun()
		r.Segments, r.GasUsed, r.GasLimit = segments, used, 1<<40
		return r
	}
	for _, c := range []struct {
		name   string
		run    *proof.Run
		cycles []uint64
		read   int
		stage  Stage // none: the chain ends well
	}{
		{"one", run(1, 10), []uint64{10}, 1, ""},
		{"three", run(3, 60), []uint64{10, 20, 30}, 3, ""},
		{"nothing to do", run(1, 0), []uint64{0}, 1, ""},
		{"nothing left for the last", run(2, 10), []uint64{10, 0}, 2, ""},
		{"as many cycles as there can be", run(3, 3*most), []uint64{most, most, most}, 3, ""},
		{"too many cycles for a clock", run(2, most+2), []uint64{most + 1, 1}, 0, StageStatement},
		{"too many in the last", run(2, most+2), []uint64{1, most + 1}, 1, StageStatement},
		{"cycles that overflow", run(3, 10), []uint64{11, 1<<64 - 2, 1}, 0, StageChain},
		{"a sum that overflows", run(2, 10), []uint64{5, 1<<64 - 5}, 1, StageStatement},
		{"no cycles in the middle", run(3, 10), []uint64{5, 0, 5}, 1, StageStatement},
		{"more than was used", run(2, 10), []uint64{5, 6}, 1, StageChain},
		{"less than was used", run(2, 10), []uint64{5, 4}, 2, StageChain},
		{"a segment missing", run(3, 10), []uint64{5, 5}, 2, StageDecode},
		{"a segment too many", run(1, 10), []uint64{10, 0}, 1, StageDecode},
		{"no segments", run(0, 10), nil, 0, StageChain},
		{"no segments, one there", run(0, 10), []uint64{10}, 0, StageChain},
	} {
		n, err := read(t, steps(t, c.run, c.cycles...))
		var e *Error
		switch {
		case n != c.read:
			t.Errorf("%s: %d segments read, then %v", c.name, n, err)
		case c.stage == "" && err != io.EOF:
			t.Errorf("%s: %v", c.name, err)
		case c.stage != "" && (!errors.As(err, &e) || e.Stage != c.stage):
			t.Errorf("%s: %v, want stage %s", c.name, err, c.stage)
		}
	}
	for name, c := range map[string]struct {
		change func(r *proof.Run)
		stage  Stage
	}{
		"gas over the limit":      {func(r *proof.Run) { r.GasLimit = r.GasUsed - 1 }, StageStatement},
		"out of gas with gas":     {func(r *proof.Run) { r.Exit = abi.Exit{Kind: abi.OutOfGas, PC: r.Header.Entry} }, StageStatement},
		"impossible exit":         {func(r *proof.Run) { r.Exit.PC = 4 }, StageStatement},
		"no output":               {func(r *proof.Run) { r.Output.Blocks = nil }, StageStatement},
		"a frontier cut":          {func(r *proof.Run) { r.Output.Frontier = r.Output.Frontier[1:] }, StageStatement},
		"an entry between words":  {func(r *proof.Run) { r.Header.Entry += 2 }, StageDecode},
		"more segments than gas":  {func(r *proof.Run) { r.Segments = 1 << 31 }, StageDecode},
		"as many as there can be": {func(r *proof.Run) { r.Segments = 1<<32 - 1 }, StageDecode},
	} {
		r := run(1, 10)
		c.change(r)
		h := proof.Head{Profile: uint8(soundness.Fast.ID()), Hash: hash.Blake2s, Run: *r}
		_, err := read(t, h.Append(nil))
		var e *Error
		if !errors.As(err, &e) || e.Stage != c.stage {
			t.Errorf("%s: %v, want stage %s", name, err, c.stage)
		}
	}
}

// A claim is given when all segments have been read and verified, each once.
func TestChainClaim(t *testing.T) {
	r := testRun()
	r.Segments, r.GasUsed = 2, 10
	c, err := NewChain(newKey(t, soundness.Fast, hash.Blake2s), bytes.NewReader(steps(t, r, 5, 5)), Policy{})
	if err != nil {
		t.Fatal(err)
	}
	var checks []*Check
	for {
		k, err := c.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		checks = append(checks, k)
	}
	for i, k := range checks {
		var e *Error
		if err := k.Verify(); !errors.As(err, &e) || e.Stage != StageShape {
			t.Errorf("a segment without proof: %v", err)
		}
		if k.encoded != nil {
			t.Errorf("segment %d is kept", i)
		}
		if err := k.Verify(); !errors.Is(err, errUsed) {
			t.Errorf("segment %d, a second time: %v", i, err)
		}
	}
	for n := range uint32(3) {
		c.verified.Store(n)
		claim, err := c.Claim()
		if (err == nil) != (n == 2) || (claim.GasUsed == 10) != (n == 2) {
			t.Errorf("%d segments verified: %+v, %v", n, claim, err)
		}
	}
	c.ended = false
	if _, err := c.Claim(); !errors.Is(err, errUnfinished) {
		t.Errorf("before the end: %v", err)
	}
}

// What the reader gives is told apart from what is wrong with a proof.
func TestChainReader(t *testing.T) {
	broken := errors.New("broken")
	b := steps(t, testRun(), 10)
	key := newKey(t, soundness.Fast, hash.Blake2s)
	var e *Error
	for _, n := range []int{0, 20, len(b) - 1, len(b)} {
		c, err := NewChain(key, io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken)), Policy{})
		for err == nil {
			_, err = c.Next()
		}
		if !errors.Is(err, broken) || errors.As(err, &e) {
			t.Errorf("broken after %d bytes: %v", n, err)
		}
	}
}

// FuzzChain: nothing panics, and no chain without proofs gives a claim.
func FuzzChain(f *testing.F) {
	r := testRun()
	f.Add(steps(f, r, 10))
	r.Segments = 3
	f.Add(steps(f, r, 3, 3, 4))
	key := newKey(f, soundness.Fast, hash.Blake2s)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Verify(key, b, Policy{}); err == nil {
			t.Error("accepted")
		}
	})
}
