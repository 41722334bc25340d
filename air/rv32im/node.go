package rv32im

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/memtree"
)

// TreeNode is the chip of the memory tree's open inner nodes.
type TreeNode struct {
	layout              air.Layout
	Level, Index, Drop  air.Col
	Changed             air.Col
	OpenLeft, OpenRight air.Col
	Old, New            Digest
	LeftOld, LeftNew    Digest
	RightOld, RightNew  Digest
}

// NewTreeNode lays the chip out.
func NewTreeNode() *TreeNode {
	c := &TreeNode{}
	l := &c.layout
	c.Level = l.Felt("level", "level of the node; tied by the node bus")
	c.Index = l.Felt("index", "index in the level; tied by the node bus")
	c.Drop = l.Felt("drop", "1 if the digest after is not wanted; tied by the node bus")
	c.Changed = l.Bit("changed", "1 if the new digest is that of the new children")
	c.OpenLeft = l.Bit("open_left", "1 if the left child is opened")
	c.OpenRight = l.Bit("open_right", "1 if the right child is opened")
	c.Old = newDigest(l, "old", "digest before")
	c.New = newDigest(l, "new", "digest after")
	c.LeftOld = newDigest(l, "left_old", "left child's digest before")
	c.LeftNew = newDigest(l, "left_new", "left child's digest after")
	c.RightOld = newDigest(l, "right_old", "right child's digest before")
	c.RightNew = newDigest(l, "right_new", "right child's digest after")
	return c
}

// Name is the chip's name.
func (c *TreeNode) Name() string { return "node" }

// Columns is the chip's layout.
func (c *TreeNode) Columns() *air.Layout { return &c.layout }

// levelBits is the width of the range check on LeafLevel - 1 - level.
const levelBits = 5

// Define proves, given a live row (a child is opened), that the node's digest before is
// that of its children before, and that its digest after is that of its children after;
// where no child changes, that is the digest before without hashing. Only open children
// change, and nothing changes below a node that is dropped.
//
// Messages of the node bus are linear: the verifier puts each quarter there once, a row
// takes its node and puts each child there once at most. So by induction from the
// quarters down, each node is opened once at most, and each address is initialised once
// at most. Levels of rows end above the leaves: LeafLevel - 1 - level is in [0, 2^5), and
// rows can't feed each other in a circle because the level of a child is one higher.
func (c *TreeNode) Define(b *air.Builder) {
	changed, drop := b.Col(c.Changed), b.Col(c.Drop)
	openLeft, openRight := b.Col(c.OpenLeft), b.Col(c.OpenRight)
	live := openLeft.Add(openRight).Sub(openLeft.Mul(openRight))
	b.Zero("only live rows change", changed.Mul(live.Not()))
	b.Zero("dropped nodes don't change", changed.Mul(drop))

	level, index := b.Col(c.Level), b.Col(c.Index)
	old, new := c.Old.exprs(b), c.New.exprs(b)
	leftOld, leftNew := c.LeftOld.exprs(b), c.LeftNew.exprs(b)
	rightOld, rightNew := c.RightOld.exprs(b), c.RightNew.exprs(b)
	for i := range old {
		b.Zero("unchanged node", changed.Not().Mul(new[i].Sub(old[i])))
		b.Zero("left child changes if it is open and the node changes",
			changed.Mul(openLeft).Not().Mul(leftNew[i].Sub(leftOld[i])))
		b.Zero("right child changes if it is open and the node changes",
			changed.Mul(openRight).Not().Mul(rightNew[i].Sub(rightOld[i])))
	}

	send := func(mult, level, index air.Expr, old, new []air.Expr) {
		tuple := []air.Expr{level, index, drop}
		b.Send(Node, mult, append(append(tuple, old...), new...)...)
	}
	send(live.Neg(), level, index, old, new)
	send(openLeft, level.Plus(1), index.Scale(2), leftOld, leftNew)
	send(openRight, level.Plus(1), index.Scale(2).Plus(1), rightOld, rightNew)
	b.Receive(RangeSmall, live, b.Int(1<<levelBits), b.Int(memtree.LeafLevel-1).Sub(level))
	lookUpHash(b, live, nodeInput(b, leftOld, rightOld), old)
	lookUpHash(b, changed, nodeInput(b, leftNew, rightNew), new)
}
