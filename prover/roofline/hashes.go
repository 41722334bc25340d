package roofline

import (
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
)

// blake2sBlock is the number of words of a block.
const blake2sBlock = 16

// leaf is the number of compressions of a row of w elements.
func leaf(id hash.ID, w int) uint64 {
	block := blake2sBlock
	if id == hash.Poseidon2 {
		block = hash.Poseidon2Rate
	}
	return uint64(max(1, (w+block-1)/block))
}

// nodeRow is the number of compressions of two nodes and a row.
func nodeRow(id hash.ID, w int) uint64 {
	if id == hash.Poseidon2 {
		return leaf(id, 2*hash.Poseidon2Words+w)
	}
	return leaf(id, 2*hash.Blake2sWords+w)
}

// compressions is their number in a tree from its leaves to its cap of 2^capLog nodes.
func compressions(id hash.ID, s merkle.Shape, capLog int) uint64 {
	n := leaf(id, s[0].Width) << s[0].LogHeight
	rest := s[1:]
	for log := s[0].LogHeight - 1; log >= capLog; log-- {
		each := uint64(1)
		if len(rest) > 0 && rest[0].LogHeight == log {
			each, rest = nodeRow(id, rest[0].Width), rest[1:]
		}
		n += each << log
	}
	return n
}
