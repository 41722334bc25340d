package memtree

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/orrery/orrery/hash"
)

const (
	// outputLevel is the level of the node that covers the output region, 1 MiB.
	outputLevel = LeafLevel - 14
	outputBytes = 1 << (LeafLevel - outputLevel) * BlockBytes
	// MaxOutput is the room for output in bytes.
	MaxOutput = outputBytes - ioHeader

	firstOutputLeaf = OutputQuarter * quarterLeaves
)

// ErrOutput marks an output opening that isn't canonical.
var ErrOutput = errors.New("memtree: bad output opening")

// OutputOpening shows the output in the digest of its quarter.
type OutputOpening struct {
	// Blocks are the leading blocks of the output region: as few as hold the header and
	// the output.
	Blocks []byte
	// Frontier has the digests of the subtrees that make up the rest of the region, from
	// left to right. Memory to the right of the region is zero.
	Frontier []hash.Digest
}

// OpenOutput makes the opening. block reads a leaf of memory by its index, node a digest
// of the tree over that memory.
func OpenOutput(block func(index uint32) [BlockWords]uint32, node func(level int, index uint32) hash.Digest) OutputOpening {
	var o OutputOpening
	words := block(firstOutputLeaf)
	n := outputBlocks(outputLength(words[0]))
	for i := range uint32(n) {
		for _, w := range block(firstOutputLeaf + i) {
			o.Blocks = binary.LittleEndian.AppendUint32(o.Blocks, w)
		}
	}
	for level, k := LeafLevel, n; level > outputLevel; level, k = level-1, (k+1)/2 {
		if k%2 == 1 {
			first := uint32(firstOutputLeaf) >> (LeafLevel - level)
			o.Frontier = append(o.Frontier, node(level, first+uint32(k)))
		}
	}
	return o
}

// outputLength is the number of output bytes where the header's word says w.
func outputLength(w uint32) int { return int(min(w, MaxOutput)) }

// outputBlocks is the number of blocks with the header and n bytes.
func outputBlocks(n int) int { return (ioHeader + n + BlockBytes - 1) / BlockBytes }

// frontierLen is the number of subtrees right of n leading blocks of the region.
func frontierLen(n int) int {
	count := 0
	for level, k := LeafLevel, n; level > outputLevel; level, k = level-1, (k+1)/2 {
		count += k % 2
	}
	return count
}

// Output is the output that the opening shows, a part of Blocks. The error says that the
// opening is not the one that OpenOutput makes for a memory with this output: the number
// of blocks or of digests is wrong, or a digest isn't canonical.
func (o *OutputOpening) Output() ([]byte, error) {
	if len(o.Blocks) < BlockBytes {
		return nil, fmt.Errorf("%w: %d bytes, at least %d needed", ErrOutput, len(o.Blocks), BlockBytes)
	}
	n := outputLength(binary.LittleEndian.Uint32(o.Blocks))
	k := outputBlocks(n)
	if len(o.Blocks) != k*BlockBytes {
		return nil, fmt.Errorf("%w: %d bytes for an output of %d, not %d", ErrOutput, len(o.Blocks), n, k*BlockBytes)
	}
	if len(o.Frontier) != frontierLen(k) {
		return nil, fmt.Errorf("%w: %d digests beside %d blocks, not %d", ErrOutput, len(o.Frontier), k, frontierLen(k))
	}
	for i := range o.Frontier {
		if !o.Frontier[i].Canonical(hash.Poseidon2) {
			return nil, fmt.Errorf("%w: digest %d is not canonical", ErrOutput, i)
		}
	}
	return o.Blocks[ioHeader : ioHeader+n], nil
}

// Root is the output and the digest of the quarter that the opening belongs to. The error
// is that of Output.
func (o *OutputOpening) Root() (output []byte, root hash.Digest, err error) {
	output, err = o.Output()
	if err != nil {
		return nil, hash.Digest{}, err
	}
	row := make([]hash.Digest, 0, len(o.Blocks)/BlockBytes+1)
	for raw := o.Blocks; len(raw) > 0; raw = raw[BlockBytes:] {
		b := blockOf(0, (*[BlockBytes]byte)(raw))
		row = append(row, Leaf(&b.Words))
	}
	frontier := o.Frontier
	for level := LeafLevel; level > outputLevel; level-- {
		if len(row)%2 == 1 {
			row = append(row, frontier[0])
			frontier = frontier[1:]
		}
		for i := range len(row) / 2 {
			row[i] = Node(row[2*i], row[2*i+1])
		}
		row = row[:len(row)/2]
	}
	// The region is the first of its level in the quarter.
	root = row[0]
	for level := outputLevel; level > QuarterLevel; level-- {
		root = Node(root, Zero(level))
	}
	return output, root, nil
}
