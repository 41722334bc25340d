package memtree

import (
	"errors"
	"fmt"
	"slices"

	"github.com/orrery/orrery/hash"
)

// ErrSiblings marks siblings that don't fit the touched leaves and the digests of the
// quarters.
var ErrSiblings = errors.New("memtree: bad siblings")

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

// Opened has bit q set if quarter q is touched.
func (o *Opening) Opened() (bits uint8) {
	for q, t := range o.Touched {
		if t {
			bits |= 1 << q
		}
	}
	return bits
}

// LastDrop are the quarters that the last segment of a run drops: nobody wants what it
// leaves but for the output.
func LastDrop() [Quarters]bool { return [Quarters]bool{0: true, 1: true, 3: true} }

// Open opens the touched leaves, which come in increasing order, and takes the tree to the
// memory after the segment. Quarters with drop stay what they were: nobody wants what the
// segment left there. The error is ErrBlocks.
func (t *Tree) Open(touched []Touched, drop [Quarters]bool) (*Opening, error) {
	return openAll(t, touched, drop, t.compress, t.Quarters())
}

// OpenSiblings makes the opening that Tree.Open makes, out of the touched leaves, the
// digests beside them (see Siblings) and the digests of the quarters before. The error is
// ErrBlocks or, if these don't fit each other, ErrSiblings.
func OpenSiblings(touched []Touched, siblings []hash.Digest, before [Quarters]hash.Digest, drop [Quarters]bool, c Compressor) (*Opening, error) {
	s := &siblingSource{compress: c, left: siblings}
	o, err := openAll(s, touched, drop, c, before)
	if err != nil {
		return nil, err
	}
	if s.missing || len(s.left) > 0 {
		return nil, fmt.Errorf("%w: %d digests don't fit %d leaves", ErrSiblings, len(siblings), len(touched))
	}
	for q := range o.Touched {
		if o.Touched[q] && o.Old[q] != before[q] {
			return nil, fmt.Errorf("%w: the leaves are not those of quarter %d", ErrSiblings, q)
		}
	}
	return o, nil
}

// source knows the digests of memory before a segment.
type source interface {
	// leaves sets Old of the touched leaves.
	leaves(touched []Touched, out []LeafOpening)
	// sibling is the digest of a node that isn't open beside one that is. Calls come level
	// by level from the leaves up, by increasing index within a level.
	sibling(level int, index uint32) hash.Digest
	// parents sets Old of the nodes of one level, whose children are known.
	parents(nodes []NodeOpening)
	// set takes a digest after.
	set(level int, index uint32, d hash.Digest)
}

func (t *Tree) leaves(touched []Touched, out []LeafOpening) {
	for i := range touched {
		out[i].Old = t.Node(LeafLevel, touched[i].Index)
	}
}

func (t *Tree) sibling(level int, index uint32) hash.Digest { return t.Node(level, index) }

func (t *Tree) parents(nodes []NodeOpening) {
	for i := range nodes {
		nodes[i].Old = t.Node(nodes[i].Level, nodes[i].Index)
	}
}

// siblingSource computes digests before from leaves and siblings.
type siblingSource struct {
	compress Compressor
	left     []hash.Digest
	missing  bool
}

func (s *siblingSource) leaves(touched []Touched, out []LeafOpening) {
	var b batch
	for i := range touched {
		out[i].Old = Zero(LeafLevel)
		if touched[i].Old != ([BlockWords]uint32{}) {
			b.add(i, LeafInput(&touched[i].Old))
		}
	}
	for j, d := range b.run(s.compress) {
		out[b.at[j]].Old = d
	}
}

func (s *siblingSource) sibling(int, uint32) (d hash.Digest) {
	if len(s.left) == 0 {
		s.missing = true
		return d
	}
	d, s.left = s.left[0], s.left[1:]
	return d
}

func (s *siblingSource) parents(nodes []NodeOpening) {
	var b batch
	for i := range nodes {
		n := &nodes[i]
		zero := Zero(n.Level + 1)
		n.Old = Zero(n.Level)
		if n.LeftOld != zero || n.RightOld != zero {
			b.add(i, NodeInput(n.LeftOld, n.RightOld))
		}
	}
	for j, d := range b.run(s.compress) {
		nodes[b.at[j]].Old = d
	}
}

func (s *siblingSource) set(int, uint32, hash.Digest) {}

// openAll opens touched leaves of a memory.
func openAll(s source, touched []Touched, drop [Quarters]bool, c Compressor, before [Quarters]hash.Digest) (*Opening, error) {
	o := &Opening{Leaves: make([]LeafOpening, len(touched)), Old: before, New: before}
	for i := range touched {
		x := &touched[i]
		if i > 0 && x.Index <= touched[i-1].Index || x.Index >= 1<<LeafLevel {
			return nil, fmt.Errorf("%w: %#x at position %d", ErrBlocks, x.Index, i)
		}
	}
	s.leaves(touched, o.Leaves)
	var b batch
	for i := range touched {
		x, l := &touched[i], &o.Leaves[i]
		l.Index, l.New = x.Index, l.Old
		l.Drop = drop[x.Index/quarterLeaves]
		if l.Changed = !l.Drop && x.Old != x.New; l.Changed {
			b.add(i, LeafInput(&x.New))
		}
	}
	for j, d := range b.run(c) {
		i := b.at[j]
		o.Leaves[i].New = d
		s.set(LeafLevel, touched[i].Index, d)
	}
	level := make([]open, len(touched))
	for i, x := range o.Leaves {
		level[i] = open{x.Index, x.Drop, x.Changed, x.Old, x.New}
	}
	for l := LeafLevel - 1; l >= QuarterLevel; l-- {
		level = o.openLevel(s, c, l, level)
	}
	for _, q := range level {
		o.Touched[q.index] = true
		o.Old[q.index], o.New[q.index] = q.old, q.new
	}
	return o, nil
}

// open is a node that is open on the level in work.
type open struct {
	index         uint32
	drop, changed bool
	old, new      hash.Digest
}

// openLevel opens the parents, at level l, of the open nodes below, and returns them.
func (o *Opening) openLevel(s source, c Compressor, l int, below []open) []open {
	first := len(o.Nodes)
	o.Nodes = slices.Grow(o.Nodes, len(below))
	for i := 0; i < len(below); i++ {
		x := below[i]
		n := NodeOpening{Level: l, Index: x.index / 2, Drop: x.drop, Changed: x.changed}
		if x.index%2 == 0 {
			n.OpenLeft, n.LeftOld, n.LeftNew = true, x.old, x.new
			if i+1 < len(below) && below[i+1].index == x.index+1 {
				i++
				y := below[i]
				n.OpenRight, n.RightOld, n.RightNew = true, y.old, y.new
				n.Changed = n.Changed || y.changed
			} else {
				n.RightOld = s.sibling(l+1, x.index+1)
				n.RightNew = n.RightOld
			}
		} else {
			n.OpenRight, n.RightOld, n.RightNew = true, x.old, x.new
			n.LeftOld = s.sibling(l+1, x.index-1)
			n.LeftNew = n.LeftOld
		}
		o.Nodes = append(o.Nodes, n)
	}
	nodes := o.Nodes[first:]
	s.parents(nodes)
	var b batch
	for i := range nodes {
		nodes[i].New = nodes[i].Old
		if nodes[i].Changed {
			b.add(i, NodeInput(nodes[i].LeftNew, nodes[i].RightNew))
		}
	}
	for j, d := range b.run(c) {
		n := &nodes[b.at[j]]
		n.New = d
		s.set(l, n.Index, d)
	}
	parents := make([]open, len(nodes))
	for i := range nodes {
		n := &nodes[i]
		parents[i] = open{n.Index, n.Drop, n.Changed, n.Old, n.New}
	}
	return parents
}

// Siblings lists the digests that OpenSiblings needs beside the leaves with these indices,
// which are below 2^26 and increase: those of the siblings of open nodes that aren't open
// themselves, level by level from the leaves up to the children of quarters, by
// increasing index within a level.
func (t *Tree) Siblings(indices []uint32) []hash.Digest {
	var list []hash.Digest
	eachSibling(indices, func(level int, index uint32) { list = append(list, t.Node(level, index)) })
	return list
}

// Siblings lists the same digests, for the leaves of the opening.
func (o *Opening) Siblings() []hash.Digest {
	var list []hash.Digest
	for i := range o.Nodes {
		switch x := &o.Nodes[i]; {
		case !x.OpenLeft:
			list = append(list, x.LeftOld)
		case !x.OpenRight:
			list = append(list, x.RightOld)
		}
	}
	return list
}

// CountSiblings is the number of digests that Siblings gives.
func CountSiblings(indices []uint32) int {
	n := 0
	eachSibling(indices, func(int, uint32) { n++ })
	return n
}

func eachSibling(indices []uint32, f func(level int, index uint32)) {
	open := append([]uint32(nil), indices...)
	for level := LeafLevel; level > QuarterLevel; level-- {
		parents := open[:0]
		for i := 0; i < len(open); i++ {
			x := open[i]
			if x%2 == 0 && i+1 < len(open) && open[i+1] == x+1 {
				i++
			} else {
				f(level, x^1)
			}
			parents = append(parents, x/2)
		}
		open = parents
	}
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
