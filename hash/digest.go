package hash

import (
	"encoding/binary"
	"fmt"

	"github.com/orrery/orrery/field"
)

// Append appends the canonical encoding of d to b: its words, little endian, 32 bytes
// for Blake2s and 36 for Poseidon2.
func (d Digest) Append(b []byte, id ID) []byte {
	for _, w := range d[:id.DigestWords()] {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// Canonical reports whether d is a digest that the hash could give.
func (d Digest) Canonical(id ID) bool {
	switch id {
	case Blake2s:
		return d[Blake2sWords] == 0
	case Poseidon2:
		for _, w := range d {
			if w >= field.P {
				return false
			}
		}
		return true
	}
	return false
}

// DecodeDigest reads the encoding that Append writes. b must hold the digest and nothing
// else; every digest has one encoding.
func DecodeDigest(b []byte, id ID) (Digest, error) {
	var d Digest
	if !id.Valid() {
		return d, fmt.Errorf("%w: %d", ErrUnknown, uint8(id))
	}
	if len(b) != id.DigestBytes() {
		return d, fmt.Errorf("%w: %d bytes, not %d", ErrDigestSize, len(b), id.DigestBytes())
	}
	for i := range d[:id.DigestWords()] {
		d[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	if !d.Canonical(id) {
		return Digest{}, ErrNonCanonical
	}
	return d, nil
}
