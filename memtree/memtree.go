// Package memtree is the Merkle tree over the 32-bit address space that carries a
// machine's memory from segment to segment: Poseidon2 of width 24, a leaf for each 64
// bytes, constants for subtrees that are all zero.
//
// The root is at level 0 and the leaves at level 26; the leaf of address a has index
// a/64, and node i has the children 2i and 2i+1. The four nodes of level 2 are the
// quarters of the address space: program and heap, input, output, registers. Verifiers
// form them themselves from what a claim names.
package memtree

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

const (
	// LeafLevel is the level of the leaves.
	LeafLevel = 26
	// QuarterLevel is the level of the quarters.
	QuarterLevel = 2
	// Quarters is the number of nodes of that level.
	Quarters = 1 << QuarterLevel
	// BlockWords is the number of words of a leaf.
	BlockWords = 16
	// BlockBytes is the number of bytes of a leaf.
	BlockBytes = 4 * BlockWords
)

const (
	quarterLeaves = 1 << (LeafLevel - QuarterLevel)
	// topWord is the first of the two elements with the top bits of words.
	topWord = BlockWords
)

// Input is what a compression takes in.
type Input = [hash.Poseidon2Width]field.M31

// Block is the content of a leaf: the little-endian words at address Index*BlockBytes.
type Block struct {
	Index uint32
	Words [BlockWords]uint32
}

// LeafInput is the compression that makes the digest of a leaf. Elements 0 to 15 are the
// words modulo p; element 16 holds the two top bits of words 0 to 7, two bits each, word
// 0 lowest; element 17 those of words 8 to 15; then zeros up to the domain.
//
// The input determines the words. Elements 16 and 17 are below 2^16, so they give the top
// bits. With p = 2^31-1, the words that share an element e are e, e+p and, for e = 0 and
// e = 1 only, e+2p. For e > 1, e is below 2^31 and e+p is not, so bit 31 tells them
// apart. The words of element 0 are 0, 2^31-1 and 2^32-2 with top bits 0, 1 and 3; those
// of element 1 are 1, 2^31 and 2^32-1 with top bits 0, 2 and 3.
func LeafInput(words *[BlockWords]uint32) (in Input) {
	var top [2]uint32
	for i, w := range words {
		in[i] = field.New(uint64(w))
		top[i/8] |= w >> 30 << (2 * (i % 8))
	}
	in[topWord] = field.M31(top[0])
	in[topWord+1] = field.M31(top[1])
	in[hash.DomainWord] = hash.DomainMemoryLeaf
	return in
}

// NodeInput is the compression that makes the digest of a node: the children, then zeros
// up to the domain.
func NodeInput(left, right hash.Digest) Input {
	return hash.Poseidon2Pair(left, right, hash.DomainMemoryNode)
}

// Compress is the digest of an input.
func Compress(in *Input) (d hash.Digest) {
	for i, x := range hash.Poseidon2Compress(in) {
		d[i] = uint32(x)
	}
	return d
}

// Leaf is the digest of a leaf.
func Leaf(words *[BlockWords]uint32) hash.Digest {
	in := LeafInput(words)
	return Compress(&in)
}

// Node is the digest of a node.
func Node(left, right hash.Digest) hash.Digest {
	in := NodeInput(left, right)
	return Compress(&in)
}

// Root is the digest of the root over the quarters.
func Root(q [Quarters]hash.Digest) hash.Digest {
	return Node(Node(q[0], q[1]), Node(q[2], q[3]))
}

var zeros = zeroDigests()

func zeroDigests() (z [LeafLevel + 1]hash.Digest) {
	z[LeafLevel] = Leaf(new([BlockWords]uint32))
	for l := LeafLevel - 1; l >= 0; l-- {
		z[l] = Node(z[l+1], z[l+1])
	}
	return z
}

// Zero is the digest of a subtree at the level (0 to LeafLevel) whose memory is all zero.
func Zero(level int) hash.Digest { return zeros[level] }
