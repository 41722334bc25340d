package memtree

import (
	"fmt"
	"slices"

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
	pages    map[uint32]*[pageNodes]hash.Digest // by index at pageLevel; node 1 is the top
	upper    map[uint32]hash.Digest             // levels above pageLevel, by 2^level + index
	zeroPage [pageNodes]hash.Digest
}

// NewTree is the tree of an all-zero memory.
func NewTree(c Compressor) *Tree {
	t := &Tree{compress: c, pages: make(map[uint32]*[pageNodes]hash.Digest), upper: make(map[uint32]hash.Digest)}
	for level := pageLevel; level <= LeafLevel; level++ {
		first := 1 << (level - pageLevel)
		for i := first; i < 2*first; i++ {
			t.zeroPage[i] = Zero(level)
		}
	}
	return t
}

// Node is the digest of a node at a level from QuarterLevel to LeafLevel.
func (t *Tree) Node(level int, index uint32) hash.Digest {
	if level < pageLevel {
		if d, ok := t.upper[1<<level+index]; ok {
			return d
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
		t.upper[1<<level+index] = d
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

// Touched is a leaf that a segment uses, with its content before and after.
type Touched struct {
	Index    uint32
	Old, New [BlockWords]uint32
}

// LeafOpening is a touched leaf with its digests. Leaves of a quarter that is dropped have
// Drop and keep their digest, whatever happened to their content; of the others those
// with Changed have another content.
type LeafOpening struct {
	Index         uint32
	Drop, Changed bool
	Old, New      hash.Digest
}

// NodeOpening is an ancestor of a touched leaf with its children; one that isn't open has
// no touched leaf below it.
type NodeOpening struct {
	Level               int
	Index               uint32
	Drop, Changed       bool
	OpenLeft, OpenRight bool
	Old, New            hash.Digest
	LeftOld, LeftNew    hash.Digest
	RightOld, RightNew  hash.Digest
}

// Opening is the part of the tree that a segment touches.
type Opening struct {
	Leaves []LeafOpening // one for each touched leaf, in their order
	Nodes  []NodeOpening // from the leaves' parents up to the quarters
	// Quarters has the digests before and after; they are equal where nothing changed.
	Old, New [Quarters]hash.Digest
	// Touched tells which quarters are among Nodes.
	Touched [Quarters]bool
}

// Open opens the touched leaves, which come in increasing order, and takes the tree to the
// memory after the segment. Quarters with drop stay what they were: nobody wants what the
// segment left there. The error is ErrBlocks.
func (t *Tree) Open(touched []Touched, drop [Quarters]bool) (*Opening, error) {
	o := &Opening{Leaves: make([]LeafOpening, len(touched)), Old: t.Quarters()}
	var b batch
	for i := range touched {
		x := &touched[i]
		if i > 0 && x.Index <= touched[i-1].Index || x.Index >= 1<<LeafLevel {
			return nil, fmt.Errorf("%w: %#x at position %d", ErrBlocks, x.Index, i)
		}
		old := t.Node(LeafLevel, x.Index)
		dropped := drop[x.Index/quarterLeaves]
		o.Leaves[i] = LeafOpening{Index: x.Index, Drop: dropped, Changed: !dropped && x.Old != x.New, Old: old, New: old}
		if o.Leaves[i].Changed {
			b.add(i, LeafInput(&x.New))
		}
	}
	level := make([]open, len(touched))
	for j, d := range b.run(t.compress) {
		i := b.at[j]
		o.Leaves[i].New = d
		t.set(LeafLevel, touched[i].Index, d)
	}
	for i, x := range o.Leaves {
		level[i] = open{x.Index, x.Drop, x.Changed, x.Old, x.New}
	}
	for l := LeafLevel - 1; l >= QuarterLevel; l-- {
		level = t.openLevel(o, l, level)
	}
	for _, q := range level {
		o.Touched[q.index] = true
	}
	o.New = t.Quarters()
	return o, nil
}

// open is a node that is open on the level in work.
type open struct {
	index         uint32
	drop, changed bool
	old, new      hash.Digest
}

// openLevel opens the parents, at level l, of the open nodes below, and returns them.
func (t *Tree) openLevel(o *Opening, l int, below []open) []open {
	first := len(o.Nodes)
	o.Nodes = slices.Grow(o.Nodes, len(below))
	for i := 0; i < len(below); i++ {
		x := below[i]
		n := NodeOpening{Level: l, Index: x.index / 2, Drop: x.drop, Changed: x.changed, Old: t.Node(l, x.index/2)}
		n.New = n.Old
		if x.index%2 == 0 {
			n.OpenLeft, n.LeftOld, n.LeftNew = true, x.old, x.new
			if i+1 < len(below) && below[i+1].index == x.index+1 {
				i++
				y := below[i]
				n.OpenRight, n.RightOld, n.RightNew = true, y.old, y.new
				n.Changed = n.Changed || y.changed
			} else {
				n.RightOld = t.Node(l+1, x.index+1)
				n.RightNew = n.RightOld
			}
		} else {
			n.OpenRight, n.RightOld, n.RightNew = true, x.old, x.new
			n.LeftOld = t.Node(l+1, x.index-1)
			n.LeftNew = n.LeftOld
		}
		o.Nodes = append(o.Nodes, n)
	}
	nodes := o.Nodes[first:]
	var b batch
	for i := range nodes {
		if nodes[i].Changed {
			b.add(i, NodeInput(nodes[i].LeftNew, nodes[i].RightNew))
		}
	}
	for j, d := range b.run(t.compress) {
		n := &nodes[b.at[j]]
		n.New = d
		t.set(l, n.Index, d)
	}
	parents := make([]open, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		parents[i] = open{n.Index, n.Drop, n.Changed, n.Old, n.New}
	}
	return parents
}

// Set overwrites blocks, which come in increasing order. The error is ErrBlocks.
func (t *Tree) Set(blocks []Block) error {
	touched := make([]Touched, len(blocks))
	for i, b := range blocks {
		// An unequal old content makes Open hash every block.
		touched[i] = Touched{Index: b.Index, New: b.Words}
		touched[i].Old[0] = ^b.Words[0]
	}
	_, err := t.Open(touched, [Quarters]bool{})
	return err
}

// batch collects compressions and where their digests belong.
type batch struct {
	in []Input
	at []int
}

func (b *batch) add(at int, in Input) {
	b.in = append(b.in, in)
	b.at = append(b.at, at)
}

func (b *batch) run(c Compressor) []hash.Digest {
	out := make([]hash.Digest, len(b.in))
	c(b.in, out)
	return out
}
