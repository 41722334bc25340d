package proof

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/orrery/orrery/hash"
)

// A proof is read the same however its bytes arrive, and what reads a part of it leaves
// what follows alone.
func TestStream(t *testing.T) {
	p := newSynthetic(hash.Poseidon2)
	b := p.Encode()
	for name, r := range map[string]io.Reader{
		"whole": bytes.NewReader(b), "bytes": iotest.OneByteReader(bytes.NewReader(b)),
		"halves": iotest.HalfReader(bytes.NewReader(b)), "early EOF": iotest.DataErrReader(bytes.NewReader(b)),
	} {
		h, err := ReadHead(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(h.Append([]byte("x")), append([]byte("x"), b[:len(h.Append(nil))]...)) {
			t.Errorf("%s: another head", name)
		}
		at, err := h.Run.First()
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range p.Segments {
			x, err := NextSegment(r)
			if err != nil {
				t.Fatalf("%s: segment %d: %v", name, i, err)
			}
			if !bytes.Equal(x, want.Append(nil, p.Hash)) {
				t.Errorf("%s: segment %d is another one", name, i)
			}
			s, err := ParseSegment(x, p.Hash, &at)
			if err != nil {
				t.Fatal(err)
			}
			at = at.Next(s.After)
		}
		if err := End(r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Errors of the reader are no errors of the encoding.
func TestReadErrors(t *testing.T) {
	broken := errors.New("broken")
	b := newSynthetic(hash.Blake2s).Encode()
	head := len(newSynthetic(hash.Blake2s).Head.Append(nil))
	for _, n := range []int{0, 5, KindSize, head - 1} {
		r := io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken))
		if _, err := ReadHead(r); !errors.Is(err, broken) || errors.Is(err, ErrEncoding) {
			t.Errorf("head broken after %d bytes: %v", n, err)
		}
	}
	for _, n := range []int{head, head + 3, head + 4, head + 50} {
		r := io.MultiReader(bytes.NewReader(b[head:n]), iotest.ErrReader(broken))
		if _, err := NextSegment(r); !errors.Is(err, broken) || errors.Is(err, ErrEncoding) {
			t.Errorf("segment broken after %d bytes: %v", n, err)
		}
	}
	if err := End(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, ErrEncoding) {
		t.Errorf("end: %v", err)
	}
	if err := End(bytes.NewReader([]byte{0})); !errors.Is(err, ErrEncoding) {
		t.Errorf("a byte too many: %v", err)
	}
}

// Lengths above the limits are refused, others take memory as the bytes arrive.
func TestLengths(t *testing.T) {
	long := func(n uint32) io.Reader { return bytes.NewReader(binary.LittleEndian.AppendUint32(nil, n)) }
	for _, n := range []uint32{MaxSegment + 1, 1 << 31, 1<<32 - 1} {
		if got := allocated(func() {
			if _, err := NextSegment(long(n)); !errors.Is(err, ErrEncoding) {
				t.Errorf("%d: %v", n, err)
			}
		}); got > 1<<13 {
			t.Errorf("%d: %d bytes allocated", n, got)
		}
	}
	if got := allocated(func() {
		if _, err := NextSegment(long(MaxSegment)); !errors.Is(err, ErrEncoding) {
			t.Error(err)
		}
	}); got > 2*piece {
		t.Errorf("%d bytes allocated for none", got)
	}
	for _, n := range []int{0, 1, piece - 1, piece, piece + 1, 5*piece + 3} {
		want := bytes.Repeat([]byte{7}, n)
		if got, err := NextSegment(bytes.NewReader(AppendSegment(nil, want))); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d, %v", n, len(got), err)
		}
	}
	// The run's length.
	b := newSynthetic(hash.Blake2s).Encode()
	for _, n := range []uint32{0, 1, maxRun + 1, 1<<32 - 1} {
		binary.LittleEndian.PutUint32(b[KindSize:], n)
		checkRefused(t, "length of the run", b)
	}
	// The memory is never touched, so it costs nothing.
	at, err := newSynthetic(hash.Blake2s).Run.First()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseSegment(make([]byte, MaxSegment+1), hash.Blake2s, &at); !errors.Is(err, ErrEncoding) {
		t.Errorf("too long: %v", err)
	}
	if _, err := ParseSegment(nil, 77, &at); !errors.Is(err, ErrEncoding) {
		t.Errorf("unknown hash: %v", err)
	}
}

// A container holds as many segments as its run says.
func TestSegmentCount(t *testing.T) {
	p := newSynthetic(hash.Blake2s)
	b := p.Encode()
	for _, n := range []uint32{0, 1, 2, 4, 1<<32 - 1} {
		q := newSynthetic(hash.Blake2s)
		q.Run.Segments = n
		checkRefused(t, "another number of segments", append(q.Head.Append(nil), b[len(p.Head.Append(nil)):]...))
	}
	// The last segment has no state after, so it can't stand for another one.
	q := newSynthetic(hash.Blake2s)
	q.Segments[1], q.Segments[2] = q.Segments[2], q.Segments[1]
	checkRefused(t, "the last one before its time", q.Encode())
	q = newSynthetic(hash.Blake2s)
	q.Segments = slices.Delete(q.Segments, 0, 1)
	checkRefused(t, "one dropped", q.Encode())
}

// FuzzSegment: nothing panics, and what decodes is canonical, at every place.
func FuzzSegment(f *testing.F) {
	for _, id := range hashes {
		for i, s := range newSynthetic(id).Segments {
			f.Add(s.Append(nil, id), uint8(id), uint8(i))
		}
	}
	first, err := newSynthetic(hash.Blake2s).Run.First()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte, hashID, index uint8) {
		at := first
		at.Index = uint32(index)
		head, headErr := ParseStatement(b, &at)
		s, err := ParseSegment(b, hash.ID(hashID), &at)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Fatal(err)
			}
			return
		}
		if headErr != nil || !bytes.Equal(head.Encode(), s.Statement.Encode()) {
			t.Fatalf("another statement by itself: %v", headErr)
		}
		if !bytes.Equal(s.Append(nil, hash.ID(hashID)), b) {
			t.Fatal("decodes, but isn't canonical")
		}
	})
}
