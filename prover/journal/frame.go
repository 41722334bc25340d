package journal

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// magic begins each frame.
const magic = "OrryWrk\x01"

// overhead is how much longer a frame is than its content.
const overhead = len(magic) + sha256.Size

// frame wraps content for the file with the given name. It holds slices of content, so that
// a large one isn't copied.
func frame(name string, content []byte) [][]byte {
	sum := checksum(name, content)
	return [][]byte{[]byte(magic), content, sum[:]}
}

// unframe gives the content of a file, a part of b. The error is ErrDamaged.
func unframe(name string, b []byte) ([]byte, error) {
	if len(b) < overhead || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: no work file", ErrDamaged)
	}
	content := b[len(magic) : len(b)-sha256.Size : len(b)-sha256.Size]
	if sum := checksum(name, content); !bytes.Equal(sum[:], b[len(b)-sha256.Size:]) {
		return nil, fmt.Errorf("%w: wrong checksum", ErrDamaged)
	}
	return content, nil
}

func checksum(name string, content []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write(content)
	h.Sum(sum[:0])
	return sum
}
