package rv32im

import "github.com/orrery/orrery/air"

// BranchLess is the chip of BLT, BGE, BLTU and BGEU, or the one of those among them that
// trap.
type BranchLess struct {
	layout air.Layout
	Branch
	GreaterEqual, Unsigned air.Col
	LessCols
}

// NewBranchLess lays the chip out: for branches that trap, or for those that complete.
func NewBranchLess(trap bool) *BranchLess {
	c := &BranchLess{}
	l := &c.layout
	c.Branch = newBranch(l, trap)
	c.GreaterEqual = l.Bit("greater_equal", "1 for BGE and BGEU")
	c.Unsigned = l.Bit("unsigned", "1 for BLTU and BGEU")
	c.LessCols = newLessCols(l)
	return c
}

// Name is the chip's name.
func (c *BranchLess) Name() string { return c.name("branch-less") }

// Columns is the chip's layout.
func (c *BranchLess) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is BLT, BGE, BLTU or BGEU,
// and that the branch is taken exactly if the first operand is less than the second one,
// or isn't; see Branch.finish.
func (c *BranchLess) Define(b *air.Builder) {
	ge, unsigned := b.Col(c.GreaterEqual), b.Col(c.Unsigned)
	// The four ops are BLT + 0 to 3.
	x, y := c.operands(b, ge.Add(unsigned.Scale(2)).Plus(OpBlt))
	less := lessThan(b, b.Col(c.Live), unsigned, x, y, c.LessCols)
	c.finish(b, exclusiveOr(ge, less))
}
