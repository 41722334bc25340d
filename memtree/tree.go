package memtree

import (
	"fmt"
	"iter"

	"github.com/orrery/orrery/hash"
)

const (
	// pageLevel is the level of the nodes below which a Tree keeps whole arrays.
	pageLevel = 16
	pageNodes = 1 << (LeafLevel - pageLevel + 1)
)

// Compressor sets out[i] to the digest of in[i] for all i. Provers pass one that uses
// vector kernels and several goroutines.
type Compressor func(in []Input, out []hash.Digest)

// CompressAll is the plain Compressor.
func CompressAll(in []Input, out []hash.Digest) {
	for i := range in {
		out[i] = Compress(&in[i])
	}
}

// Tree holds the digests of a memory, for provers. Only pages of 64 KiB with content take
// space, about 74 KB each. A Tree is not safe for concurrent use.
type Tree struct {
	compress Compressor
	pages    []*[pageNodes]hash.Digest // by index at pageLevel; node 1 is the top
	upper    []hash.Digest             // levels above pageLevel, by 2^level + index, where they were set
	isSet    [1 << pageLevel / 64]uint64
	zeroPage [pageNodes]hash.Digest
}

// NewTree is the tree of an all-zero memory.
func NewTree(c Compressor) *Tree {
	t := &Tree{compress: c, pages: make([]*[pageNodes]hash.Digest, 1<<pageLevel), upper: make([]hash.Digest, 1<<pageLevel)}
	for level := pageLevel; level <= LeafLevel; level++ {
		d := Zero(level)
		first := 1 << (level - pageLevel)
		for i := first; i < 2*first; i++ {
			t.zeroPage[i] = d
		}
	}
	return t
}

// Node is the digest of a node at a level from QuarterLevel to LeafLevel.
func (t *Tree) Node(level int, index uint32) hash.Digest {
	if level < pageLevel {
		if i := 1<<level + index; t.isSet[i/64]>>(i%64)&1 == 1 {
			return t.upper[i]
		}
		return Zero(level)
	}
	below := level - pageLevel
	if p := t.pages[index>>below]; p != nil {
		return p[1<<below+index&(1<<below-1)]
	}
	return Zero(level)
}

func (t *Tree) set(level int, index uint32, d hash.Digest) {
	if level < pageLevel {
		i := 1<<level + index
		t.upper[i] = d
		t.isSet[i/64] |= 1 << (i % 64)
		return
	}
	below := level - pageLevel
	p := t.pages[index>>below]
	if p == nil {
		p = new([pageNodes]hash.Digest)
		*p = t.zeroPage
		t.pages[index>>below] = p
	}
	p[1<<below+index&(1<<below-1)] = d
}

// Quarters are the digests of the quarters.
func (t *Tree) Quarters() (q [Quarters]hash.Digest) {
	for i := range q {
		q[i] = t.Node(QuarterLevel, uint32(i))
	}
	return q
}

// Set overwrites blocks, which come in increasing order. The error is ErrBlocks.
func (t *Tree) Set(blocks iter.Seq[Block]) error {
	const part = 1 << 12
	touched := make([]Touched, 0, part)
	next := uint64(0)
	flush := func() error {
		_, err := t.Open(touched, [Quarters]bool{})
		touched = touched[:0]
		return err
	}
	for b := range blocks {
		if uint64(b.Index) < next {
			return fmt.Errorf("%w: %#x, at least %#x expected", ErrBlocks, b.Index, next)
		}
		next = uint64(b.Index) + 1
		// An unequal old content makes Open hash every block.
		x := Touched{Index: b.Index, New: b.Words}
		x.Old[0] = ^b.Words[0]
		if touched = append(touched, x); len(touched) == part {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
