package transcript

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// duplex is the state with Poseidon2: a sponge that is written to and read from by turns.
// Elements are added to the rate, never put in place of what is there, and each block
// that is read comes straight from a permutation.
type duplex struct {
	s [hash.Poseidon2Width]field.M31
	n int // elements added since the last permutation
}

func newDuplex() (d duplex) {
	d.s[hash.DomainWord] = hash.DomainTranscript
	return d
}

func (d *duplex) absorb(x field.M31) {
	if d.n == hash.Poseidon2Rate {
		d.permute()
	}
	d.s[d.n] = d.s[d.n].Add(x)
	d.n++
}

func (d *duplex) permute() {
	hash.Poseidon2Permute(&d.s)
	d.n = 0
}

// bytes absorbs b, three bytes to an element, little endian. The length of b has been
// absorbed before, so that the zeros that pad the last element say nothing.
func (d *duplex) bytes(b []byte) {
	for len(b) > 0 {
		var x field.M31
		k := min(3, len(b))
		for i, v := range b[:k] {
			x |= field.M31(v) << (8 * i)
		}
		d.absorb(x)
		b = b[k:]
	}
}

// uint64 absorbs x as the elements of numberLimbs.
func (d *duplex) uint64(x uint64) {
	for _, l := range numberLimbs(x) {
		d.absorb(l)
	}
}

// numberLimbs writes x as 22 bits, 22 bits and 20 bits, lowest first.
func numberLimbs(x uint64) [3]field.M31 {
	const mask = 1<<22 - 1
	return [3]field.M31{field.M31(x & mask), field.M31(x >> 22 & mask), field.M31(x >> 44)}
}

// fieldStream gives the elements of the rate, after a permutation for each block.
type fieldStream struct {
	dup  *duplex
	next int
}

func (s *fieldStream) element() field.M31 {
	if s.next == hash.Poseidon2Rate {
		s.dup.permute()
		s.next = 0
	}
	x := s.dup.s[s.next]
	s.next++
	return x
}

func (s *fieldStream) word() uint32 {
	return uint32(s.element())
}
