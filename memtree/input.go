package memtree

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/orrery/orrery/hash"
)

// The quarters whose content a claim names.
const (
	InputQuarter  = 1
	OutputQuarter = 2
)

const (
	// ioHeader is the offset of the bytes in the input and the output region; their
	// number stands at offset 0.
	ioHeader = 16
	// MaxInput is the largest input in bytes.
	MaxInput = quarterLeaves*BlockBytes - ioHeader
)

// ErrInput is returned for an input longer than MaxInput.
var ErrInput = errors.New("memtree: input too long")

// QuarterOfInput is the digest of the input's quarter before the run: the length, zeros
// up to offset 16, the bytes, zeros.
func QuarterOfInput(input []byte) (hash.Digest, error) {
	if len(input) > MaxInput {
		return hash.Digest{}, fmt.Errorf("%w: %d bytes, at most %d", ErrInput, len(input), MaxInput)
	}
	return Hash(InputQuarter, InputBlocks(input))
}

// InputBlocks gives the content of the input's quarter, the zero blocks left out.
// len(input) is at most MaxInput.
func InputBlocks(input []byte) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		var raw [BlockBytes]byte
		binary.LittleEndian.PutUint32(raw[:], uint32(len(input)))
		index := uint32(InputQuarter * quarterLeaves)
		rest := input[copy(raw[ioHeader:], input):]
		for {
			b := blockOf(index, &raw)
			if b.Words != ([BlockWords]uint32{}) && !yield(b) {
				return
			}
			if len(rest) == 0 {
				return
			}
			raw = [BlockBytes]byte{}
			rest = rest[copy(raw[:], rest):]
			index++
		}
	}
}

func blockOf(index uint32, raw *[BlockBytes]byte) Block {
	b := Block{Index: index}
	for i := range b.Words {
		b.Words[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	return b
}
