package field

import (
	"encoding/binary"
	"errors"
)

// Sizes of encoded elements in bytes.
const (
	SizeM31 = 4
	SizeE   = Degree * SizeM31
)

var (
	// ErrNonCanonical is returned for an encoded coordinate that isn't below P.
	ErrNonCanonical = errors.New("field: encoded value is not below the modulus")
	// ErrShort is returned when there are fewer bytes than an element takes.
	ErrShort = errors.New("field: too few bytes for an element")
)

// Put writes x to the first four bytes of b, little endian. It panics if b is shorter.
func (x M31) Put(b []byte) {
	binary.LittleEndian.PutUint32(b, uint32(x))
}

// DecodeM31 reads an element from the first four bytes of b.
func DecodeM31(b []byte) (M31, error) {
	if len(b) < SizeM31 {
		return 0, ErrShort
	}
	x := binary.LittleEndian.Uint32(b)
	if x >= P {
		return 0, ErrNonCanonical
	}
	return M31(x), nil
}

// Put writes the six coordinates of x to the first 24 bytes of b. It panics if b is
// shorter.
func (x E) Put(b []byte) {
	for i, c := range x.Coords() {
		c.Put(b[i*SizeM31:])
	}
}

// DecodeE reads an element from the first 24 bytes of b.
func DecodeE(b []byte) (E, error) {
	if len(b) < SizeE {
		return E{}, ErrShort
	}
	var c [Degree]M31
	for i := range c {
		x, err := DecodeM31(b[i*SizeM31:])
		if err != nil {
			return E{}, err
		}
		c[i] = x
	}
	return FromCoords(c), nil
}
