package prover

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// verifyProof verifies as a party of its own would.
func verifyProof(t testing.TB, encoded []byte) {
	t.Helper()
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(key, encoded, verifier.Policy{}); err != nil {
		t.Fatal(err)
	}
}

// TestSegments: a run in 1, 2, 3 and 17 segments has the same claim, and the same bytes for
// all numbers of threads and of workers.
func TestSegments(t *testing.T) {
	for _, c := range []struct {
		guest string
		input []byte
		long  bool
	}{
		{"echo", []byte("hello"), false},
		{"exit42", nil, true},
		{"trap_store", nil, true},
		{"misaligned", nil, true},
		{"memory", nil, true},
	} {
		t.Run(c.guest, func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("-short: one guest in segments is enough")
			}
			program := loadGuest(t, c.guest)
			whole, err := Prove(t.Context(), program, c.input, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if whole.Segments != 1 || whole.Reused != 0 || whole.Bytes != int64(len(whole.Proof)) {
				t.Errorf("%d segments, %d reused, %d bytes", whole.Segments, whole.Reused, whole.Bytes)
			}
			for _, n := range []uint64{2, 3, 17} {
				size := (whole.Cycles + n - 1) / n
				count := int((whole.Cycles + size - 1) / size)
				var first []byte
				for threads := 1; threads <= 3; threads++ {
					if threads > 1 && n == 17 {
						continue
					}
					r, err := Prove(t.Context(), program, c.input, Options{SegmentCycles: size, Threads: threads})
					if err != nil {
						t.Fatalf("%d segments: %v", n, err)
					}
					if r.Segments != count || r.Cycles != whole.Cycles || r.Misaligned != whole.Misaligned {
						t.Errorf("%d segments of %d cycles, %d cycles, %d misaligned; want %d, %d, %d", r.Segments, size, r.Cycles, r.Misaligned, count, whole.Cycles, whole.Misaligned)
					}
					if fmt.Sprint(r.Claim) != fmt.Sprint(whole.Claim) {
						t.Errorf("%d segments claim %v, the whole run %v", n, r.Claim, whole.Claim)
					}
					if first == nil {
						first = r.Proof
						verifyProof(t, first)
					}
					if !bytes.Equal(r.Proof, first) {
						t.Errorf("%d segments: other bytes with %d threads", n, threads)
					}
				}
			}
		})
	}
}

// limited is a writer that fails after some bytes.
type limited int

var errFull = errors.New("no room")

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > int(*l) {
		return 0, errFull
	}
	*l -= limited(len(b))
	return len(b), nil
}

// TestWriterFails: an error of the writer ends the proof.
func TestWriterFails(t *testing.T) {
	program := loadGuest(t, "exit42")
	for _, room := range []limited{0, 3000, 1 << 22} {
		_, err := ProveTo(t.Context(), &room, program, nil, Options{SegmentCycles: 40})
		var out *OutputError
		if !errors.As(err, &out) || !errors.Is(err, errFull) {
			t.Errorf("%v", err)
		}
	}
}

// TestPlan: a plan survives its encoding, and damaged ones are refused.
func TestPlan(t *testing.T) {
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(t.Context(), loadGuest(t, "exit42"), nil, Options{SegmentCycles: 40})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cuts) != 4 || p.Run.Segments != 4 {
		t.Errorf("cuts %v", p.Cuts)
	}
	b := p.appendBinary(nil, key)
	head, q, err := parsePlan(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(q.appendBinary(nil, key), b) || head.Hash != hash.Blake2s || head.Profile != uint8(soundness.Fast.ID()) {
		t.Errorf("the plan %+v becomes %+v", p, q)
	}
	for n := range b {
		if _, _, err := parsePlan(b[:n]); !errors.Is(err, errPlan) {
			t.Fatalf("%d of %d bytes: %v", n, len(b), err)
		}
	}
	if _, _, err := parsePlan(append(b, make([]byte, 8)...)); !errors.Is(err, errPlan) {
		t.Errorf("a cut too many: %v", err)
	}
	for i := range b[len(b)-32:] {
		c := bytes.Clone(b)
		c[len(b)-32+i] ^= 1
		if _, _, err := parsePlan(c); !errors.Is(err, errPlan) {
			t.Errorf("cuts that don't add up: %v", err)
		}
	}
}

// FuzzPlan: no bytes make the parser fail in another way.
func FuzzPlan(f *testing.F) {
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		f.Fatal(err)
	}
	p, err := NewPlan(f.Context(), loadGuest(f, "exit42"), nil, Options{SegmentCycles: 40})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add(p.appendBinary(nil, key))
	f.Fuzz(func(t *testing.T, b []byte) {
		head, p, err := parsePlan(b)
		if err != nil {
			if !errors.Is(err, errPlan) {
				t.Fatal(err)
			}
			return
		}
		key := &verifier.Key{Hash: head.Hash}
		if key.Profile, err = soundness.ProfileByID(uint32(head.Profile)); err != nil {
			return
		}
		if !bytes.Equal(p.appendBinary(nil, key), b) {
			t.Fatal("two encodings of a plan")
		}
	})
}

// TestChain: segments in another order, missing, or other ones than were verified.
func TestChain(t *testing.T) {
	r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, Options{SegmentCycles: 60})
	if err != nil {
		t.Fatal(err)
	}
	p, err := proof.Decode(r.Proof)
	if err != nil {
		t.Fatal(err)
	}
	add := func(c *chain, i int) error {
		b := p.Segments[i].Append(nil, p.Hash)
		return c.add(b, segmentSum(&p.Segments[i].Statement, b))
	}
	addVerified := func(c *chain, i int) error {
		return c.addVerified(p.Segments[i].Append(nil, p.Hash), &p.Segments[i].Statement)
	}
	for _, add := range []func(c *chain, i int) error{add, addVerified} {
		for _, order := range [][]int{{1}, {0, 0}, {0, 2}, {0, 1, 2, 2}, {0, 1}, {}} {
			c, err := newChain(io.Discard, &p.Head)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range order {
				if err = add(c, i); err != nil {
					break
				}
			}
			if err == nil {
				err = c.end()
			}
			if !errors.Is(err, errChain) {
				t.Errorf("segments %v: %v", order, err)
			}
		}
	}
	c, err := newChain(io.Discard, &p.Head)
	if err != nil {
		t.Fatal(err)
	}
	b := p.Segments[0].Append(nil, p.Hash)
	sum := segmentSum(&p.Segments[0].Statement, b)
	sum[0] ^= 1
	if err := c.add(b, sum); !errors.Is(err, errChain) {
		t.Errorf("another segment than was verified: %v", err)
	}
	other := p.Segments[0].Statement
	other.Cycles++
	if err := c.addVerified(b, &other); !errors.Is(err, errChain) {
		t.Errorf("another statement than was verified: %v", err)
	}
}
