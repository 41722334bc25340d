// Package transcript turns the proof's interactive protocol into a proof: prover and
// verifier absorb the same messages, and challenges are drawn from all that was absorbed
// (Fiat-Shamir).
//
// Each operation is absorbed as its kind, its label and the length of what follows, so
// that two different sequences of operations never absorb the same string. A draw is such
// an operation too: draws depend on their labels and on the draws before them.
//
// With Blake2s the state is a chain of digests; with Poseidon2 it is a duplex sponge.
package transcript

import (
	"encoding/binary"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// kind is the first thing that an operation absorbs. None is zero.
type kind uint8

const (
	kindInit kind = iota + 1
	kindBytes
	kindU64
	kindElements
	kindExt
	kindDigests
	kindDrawE
	kindDrawIndices
	kindGrind
	kindNonce
)

// MaxLogIndex is the largest logN of DrawIndices.
const MaxLogIndex = 30

// Transcript is the state of a protocol's run. It is not safe for concurrent use.
type Transcript struct {
	id    hash.ID
	chain chain  // for Blake2s
	dup   duplex // for Poseidon2
}

// New starts a transcript with the given hash; label names the protocol. The hash's ID is
// absorbed. The caller has checked the ID: an unknown one runs on Blake2s, apart from
// every other transcript.
func New(h hash.ID, label string) *Transcript {
	t := &Transcript{id: h}
	if t.algebraic() {
		t.dup = newDuplex()
	}
	t.begin(kindInit, label, 1)
	t.raw([]byte{byte(h)})
	t.end()
	return t
}

// Hash names the hash in use.
func (t *Transcript) Hash() hash.ID {
	return t.id
}

// Clone returns a transcript in the same state that goes its own way.
func (t *Transcript) Clone() *Transcript {
	c := *t
	return &c
}

// Bytes absorbs b.
func (t *Transcript) Bytes(label string, b []byte) {
	t.begin(kindBytes, label, len(b))
	t.raw(b)
	t.end()
}

// U64 absorbs x.
func (t *Transcript) U64(label string, x uint64) {
	t.begin(kindU64, label, 1)
	t.uint64(x)
	t.end()
}

// Elements absorbs xs, which must be canonical.
func (t *Transcript) Elements(label string, xs []field.M31) {
	t.begin(kindElements, label, len(xs))
	for _, x := range xs {
		t.word(uint32(x))
	}
	t.end()
}

// Ext absorbs the coordinates of xs.
func (t *Transcript) Ext(label string, xs []field.E) {
	t.begin(kindExt, label, len(xs))
	for _, x := range xs {
		for _, c := range x.Coords() {
			t.word(uint32(c))
		}
	}
	t.end()
}

// Digests absorbs ds, which must be canonical digests of the transcript's own hash.
func (t *Transcript) Digests(label string, ds []hash.Digest) {
	words := hash.Blake2sWords
	if t.algebraic() {
		words = hash.Poseidon2Words
	}
	t.begin(kindDigests, label, len(ds))
	for _, d := range ds {
		for _, w := range d[:words] {
			t.word(w)
		}
	}
	t.end()
}

// DrawE draws an element of E, uniformly.
func (t *Transcript) DrawE(label string) field.E {
	t.begin(kindDrawE, label, 0)
	t.end()
	var c [field.Degree]field.M31
	s := t.squeeze()
	for i := range c {
		c[i] = s.element()
	}
	return field.FromCoords(c)
}

// DrawIndices draws count numbers below 2^logN, independently, so that some may be equal.
// With Blake2s they are uniform. With Poseidon2 they are the low bits of uniform field
// elements, which keeps a circuit for the transcript straight: no index has a probability
// above (1 + 2^-31) 2^-logN. For logN outside [0, MaxLogIndex] or a negative count there
// are none.
func (t *Transcript) DrawIndices(label string, logN, count int) []uint32 {
	if logN < 0 || logN > MaxLogIndex || count < 0 {
		return nil
	}
	t.begin(kindDrawIndices, label, 2)
	t.uint64(uint64(logN))
	t.uint64(uint64(count))
	t.end()
	out := make([]uint32, count)
	s := t.squeeze()
	for i := range out {
		out[i] = s.word() & (1<<logN - 1)
	}
	return out
}

// algebraic reports whether the transcript works on field elements.
func (t *Transcript) algebraic() bool {
	return t.id == hash.Poseidon2
}

// begin starts an operation with a payload of n units. What a unit is follows from the
// kind. The label is part of the program and short.
func (t *Transcript) begin(k kind, label string, n int) {
	if t.algebraic() {
		t.dup.absorb(field.M31(k))
		t.dup.absorb(field.New(uint64(len(label))))
		t.dup.bytes([]byte(label))
		t.dup.uint64(uint64(n))
		return
	}
	t.chain.begin()
	t.chain.msg.Write([]byte{byte(k)})
	t.chain.msg.WriteWord(uint32(len(label)))
	t.chain.msg.Write([]byte(label))
	t.chain.msg.WriteUint64(uint64(n))
}

// raw absorbs the bytes b.
func (t *Transcript) raw(b []byte) {
	if t.algebraic() {
		t.dup.bytes(b)
		return
	}
	t.chain.msg.Write(b)
}

// uint64 absorbs x.
func (t *Transcript) uint64(x uint64) {
	if t.algebraic() {
		t.dup.uint64(x)
		return
	}
	t.chain.msg.Write(binary.LittleEndian.AppendUint64(nil, x))
}

// word absorbs a word; with Poseidon2 it is a field element.
func (t *Transcript) word(w uint32) {
	if t.algebraic() {
		t.dup.absorb(field.New(uint64(w)))
		return
	}
	t.chain.msg.WriteWord(w)
}

// end ends the operation.
func (t *Transcript) end() {
	if !t.algebraic() {
		t.chain.end()
	}
}

// squeeze starts the output of a draw that has been absorbed.
func (t *Transcript) squeeze() stream {
	if t.algebraic() {
		return &fieldStream{dup: &t.dup, next: hash.Poseidon2Rate}
	}
	return &chainStream{state: t.chain.state, next: hash.Blake2sWords}
}

// stream is the output of a draw.
type stream interface {
	element() field.M31 // uniform in the field
	word() uint32       // uniform, or of which the low 30 bits are nearly so
}
