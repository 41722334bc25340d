package proof

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/orrery/orrery/hash"
)

// A proof is a sequence of bytes that can be written and read front to back: the head, then
// each segment behind its length.
//
//	8 bytes  magic
//	u32      Version
//	u8 u8    profile, hash
//	u32      length of the run, and the run
//	u32      length of a segment, and the segment; as often as the run says

// magic begins every proof.
const magic = "ORRERY\x00\x01"

const (
	// maxRun is above the size of every run: its output has at most 1 MiB.
	maxRun = 1 << 21
	// piece is how much is read at first of what a length announces; from then on as much
	// as there is already. So memory is taken for bytes that are there.
	piece = 1 << 16
)

// Append appends the encoding of the head.
func (h *Head) Append(b []byte) []byte {
	e := encoder{b: append(b, magic...)}
	e.u32(Version)
	e.u8(h.Profile)
	e.u8(uint8(h.Hash))
	e.bytes(h.Run.Encode())
	return e.b
}

// KindSize is the number of bytes that Kind needs.
const KindSize = len(magic) + 4 + 2

// Kind reads the profile and the hash that a proof was made for from its first bytes.
func Kind(b []byte) (profile uint8, id hash.ID, err error) {
	d := decoder{b: b}
	if string(d.take(len(magic), "magic")) != magic {
		d.fail("this is no Orrery proof")
	}
	if v := d.u32("version"); d.err == nil && v != Version {
		d.fail(fmt.Sprintf("version %d, only %d is known", v, Version))
	}
	profile, id = d.u8("profile"), hash.ID(d.u8("hash"))
	if d.err == nil && !id.Valid() {
		d.fail(fmt.Sprintf("unknown hash %d", uint8(id)))
	}
	return profile, id, d.err
}

// ReadHead reads the head of a proof and not a byte more. It accepts exactly the results of
// Head.Append.
func ReadHead(r io.Reader) (*Head, error) {
	kind, err := read(r, nil, KindSize, "head")
	if err != nil {
		return nil, err
	}
	h := &Head{}
	if h.Profile, h.Hash, err = Kind(kind); err != nil {
		return nil, err
	}
	b, err := readLong(r, maxRun, "run")
	if err != nil {
		return nil, err
	}
	if h.Run, err = ParseRun(b); err != nil {
		return nil, err
	}
	return h, nil
}

// ParseRun reads what Run.Encode writes, and nothing else.
func ParseRun(b []byte) (Run, error) {
	d := decoder{b: b}
	r := d.run()
	d.end()
	if d.err != nil {
		return Run{}, d.err
	}
	return r, nil
}

// AppendSegment appends a segment's encoding as it stands in a proof: behind its length.
func AppendSegment(b, segment []byte) []byte {
	return append(AppendSegmentLength(b, segment), segment...)
}

// AppendSegmentLength appends what AppendSegment puts in front of the segment.
func AppendSegmentLength(b, segment []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, uint32(len(segment)))
}

// NextSegment reads the encoding of a segment behind its length, and not a byte more.
// Memory is taken as bytes arrive, whatever the length announces.
func NextSegment(r io.Reader) ([]byte, error) { return readLong(r, MaxSegment, "segment") }

// readLong reads a length and as many bytes.
func readLong(r io.Reader, most uint32, what string) ([]byte, error) {
	n, err := read(r, nil, 4, "length of "+what)
	if err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(n)
	if size > most {
		return nil, fmt.Errorf("%w: %s of %d bytes, at most %d are possible", ErrEncoding, what, size, most)
	}
	var b []byte
	for rest := int(size); rest > 0; {
		k := min(rest, max(piece, len(b)))
		if b, err = read(r, b, k, what); err != nil {
			return nil, err
		}
		rest -= k
	}
	return b, nil
}

// read appends n bytes to b. That there are fewer is an error of the encoding; others are
// the reader's.
func read(r io.Reader, b []byte, n int, what string) ([]byte, error) {
	at := len(b)
	b = slices.Grow(b, n)[:at+n]
	got, err := io.ReadFull(r, b[at:])
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w: %s: ends after %d bytes", ErrEncoding, what, at+got)
	case err != nil:
		return nil, fmt.Errorf("proof: %s: %w", what, err)
	}
	return b, nil
}

// End checks that nothing follows.
func End(r io.Reader) error {
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n != 0:
		return fmt.Errorf("%w: bytes left over behind the last segment", ErrEncoding)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("proof: %w", err)
	}
	return nil
}

// Encode is the canonical encoding of a proof.
func (p *Proof) Encode() []byte {
	b := p.Head.Append(nil)
	for _, s := range p.Segments {
		b = AppendSegment(b, s.Append(nil, p.Hash))
	}
	return b
}

// Decode reads a whole proof. It accepts exactly the results of Encode for as many segments
// as the run says; whether the proof is any good is another question. Memory in use stays
// proportional to len(b).
func Decode(b []byte) (*Proof, error) {
	r := bytes.NewReader(b)
	h, err := ReadHead(r)
	if err != nil {
		return nil, err
	}
	p := &Proof{Head: *h}
	at, err := h.Run.First()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	for ; at.Index < at.Segments; at = at.Next(p.Segments[at.Index].After) {
		b, err := NextSegment(r)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", at.Index+1, err)
		}
		s, err := ParseSegment(b, h.Hash, &at)
		if err != nil {
			return nil, fmt.Errorf("segment %d: %w", at.Index+1, err)
		}
		p.Segments = append(p.Segments, s)
	}
	if err := End(r); err != nil {
		return nil, err
	}
	return p, nil
}
