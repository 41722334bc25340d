package parallel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
	"github.com/orrery/orrery/verifier/parallel"
)

// made is a proof of eight segments.
var made = sync.OnceValues(func() (*prover.Result, error) {
	elf, err := os.ReadFile("../../testdata/guests/exit42.elf")
	if err != nil {
		return nil, err
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: rv.DefaultMemory})
	if err != nil {
		return nil, err
	}
	return prover.Prove(context.Background(), p, nil, prover.Options{SegmentCycles: 20})
})

func setup(t testing.TB) (*verifier.Key, *prover.Result) {
	t.Helper()
	r, err := made()
	if err != nil {
		t.Fatal(err)
	}
	if r.Segments != 8 {
		t.Fatalf("%d segments", r.Segments)
	}
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	return key, r
}

// The result is that of verifier.Verify, whatever the number of threads, and so is what
// there is to say about the proof.
func TestVerifyReader(t *testing.T) {
	key, r := setup(t)
	want, err := verifier.Verify(key, r.Proof, verifier.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []int{0, 1, 2, 3, 20} {
		for name, in := range map[string]io.Reader{"bytes": bytes.NewReader(r.Proof), "slowly": iotest.HalfReader(bytes.NewReader(r.Proof))} {
			claim, info, err := parallel.VerifyReader(t.Context(), key, in, verifier.Policy{}, threads)
			if err != nil {
				t.Fatalf("%d threads, %s: %v", threads, name, err)
			}
			if !reflect.DeepEqual(claim, want) {
				t.Errorf("%d threads: claim %+v", threads, claim)
			}
			if info.Segments != r.Segments || info.Cells != r.Cells || !reflect.DeepEqual(info.Rounds, r.Rounds) {
				t.Errorf("%d threads: %+v; the prover says %d cells, %v", threads, info, r.Cells, r.Rounds)
			}
		}
	}
}

// The error is that of the first segment that is no good.
func TestFirstError(t *testing.T) {
	key, r := setup(t)
	p, err := proof.Decode(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{6, 3, 2, 0} { // the ones before stay bad
		p.Segments[i].Openings[proof.Main].Nodes[0][0] ^= 1
		b := p.Encode()
		_, first := verifier.Verify(key, b, verifier.Policy{})
		for threads := 1; threads <= 4; threads++ {
			claim, info, err := parallel.VerifyReader(t.Context(), key, bytes.NewReader(b), verifier.Policy{}, threads)
			if err == nil || err.Error() != first.Error() {
				t.Errorf("segment %d, %d threads: %v, not %v", i, threads, err, first)
			}
			if claim.GasUsed != 0 || claim.Output != nil || info.Segments != 0 {
				t.Errorf("refused with %+v, %+v", claim, info)
			}
		}
	}
	var e *verifier.Error
	_, _, err = parallel.VerifyReader(t.Context(), key, bytes.NewReader(r.Proof[:len(r.Proof)-1]), verifier.Policy{}, 2)
	if !errors.As(err, &e) || e.Stage != verifier.StageDecode {
		t.Errorf("cut: %v", err)
	}
	_, _, err = parallel.VerifyReader(t.Context(), key, strings.NewReader("x"), verifier.Policy{}, 2)
	if !errors.As(err, &e) || e.Stage != verifier.StageDecode {
		t.Errorf("no proof: %v", err)
	}
	_, _, err = parallel.VerifyReader(t.Context(), key, bytes.NewReader(r.Proof), verifier.Policy{MinSecurity: 129}, 2)
	if !errors.As(err, &e) || e.Stage != verifier.StageSecurity {
		t.Errorf("129 bits: %v", err)
	}
}

// A segment is checked with the same result on any number of threads, and the error is that of
// the first check in the order of a single thread.
func TestSegment(t *testing.T) {
	key, r := setup(t)
	p, err := proof.Decode(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	h, err := hash.New(key.Hash)
	if err != nil {
		t.Fatal(err)
	}
	many := lanes.Many(h)
	s := p.Segments[1]
	compare := func(what string) {
		t.Helper()
		want := verifier.VerifySegment(key, s, verifier.Policy{})
		if (want == nil) != (what == "honest") {
			t.Fatalf("%s: %v", what, want)
		}
		for threads := range 5 {
			if got := parallel.Segment(key, s, verifier.Policy{}, threads); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %d threads: %v, not %v", what, threads, got, want)
			}
		}
		if got := verifier.VerifySegmentWith(key, s, verifier.Policy{}, verifier.Means{Hasher: many}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, by kernels: %v, not %v", what, got, want)
		}
	}
	compare("honest")
	layer := &s.FRI.Layers[0]
	layer.Rows[0] = field.New(uint64(layer.Rows[0]) + 1)
	compare("low-degree test")
	for tree := len(s.Openings) - 1; tree >= 0; tree-- { // the ones after stay bad
		s.Openings[tree].Nodes[0][0] ^= 1
		compare(fmt.Sprint("tree ", tree))
	}
	for tree := range s.Openings {
		s.Openings[tree].Rows = nil
		compare(fmt.Sprint("no rows in tree ", tree))
	}
}

// What was not checked isn't accepted: an Each that leaves out a check, whichever.
func TestAttackCheckLeftOut(t *testing.T) {
	key, r := setup(t)
	p, err := proof.Decode(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	checks := 0
	each := func(n int, f func(int)) {
		for i := range n {
			f(i)
		}
		checks = n
	}
	if err := verifier.VerifySegmentWith(key, p.Segments[0], verifier.Policy{}, verifier.Means{Each: each}); err != nil || checks == 0 {
		t.Fatalf("%d checks: %v", checks, err)
	}
	for left := range checks {
		err := verifier.VerifySegmentWith(key, p.Segments[0], verifier.Policy{}, verifier.Means{Each: func(n int, f func(int)) {
			for i := range n {
				if i != left {
					f(i)
				}
			}
		}})
		var e *verifier.Error
		if !errors.As(err, &e) {
			t.Errorf("check %d left out: %v", left, err)
		}
	}
}

// A hash function that isn't the key's is refused before it hashes anything.
func TestAttackOtherHasher(t *testing.T) {
	key, r := setup(t)
	p, err := proof.Decode(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		h, err := hash.New(id)
		if err != nil {
			t.Fatal(err)
		}
		err = verifier.VerifySegmentWith(key, p.Segments[0], verifier.Policy{}, verifier.Means{Hasher: lanes.Many(h)})
		var e *verifier.Error
		if id == key.Hash && err != nil || id != key.Hash && (!errors.As(err, &e) || e.Stage != verifier.StageKey) {
			t.Errorf("%v: %v", id, err)
		}
	}
}

// watched counts the bytes that were read and stops a context at some point.
type watched struct {
	io.Reader
	n, stop int
	cancel  context.CancelFunc
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	if w.n += n; w.n > w.stop {
		w.cancel()
	}
	return n, err
}

// A context ends the verification, which doesn't read to the end.
func TestInterrupted(t *testing.T) {
	key, r := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	w := &watched{Reader: bytes.NewReader(r.Proof), stop: len(r.Proof) / 3, cancel: cancel}
	if _, _, err := parallel.VerifyReader(ctx, key, w, verifier.Policy{}, 2); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if w.n > len(r.Proof)/2 {
		t.Errorf("%d of %d bytes read", w.n, len(r.Proof))
	}
}

// BenchmarkVerify verifies eight segments.
func BenchmarkVerify(b *testing.B) {
	key, r := setup(b)
	for _, threads := range []int{1, 2} {
		b.Run([]string{"", "one", "two"}[threads], func(b *testing.B) {
			for b.Loop() {
				if _, _, err := parallel.VerifyReader(b.Context(), key, bytes.NewReader(r.Proof), verifier.Policy{}, threads); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
