package rv32im

import "github.com/orrery/orrery/air"

// BranchLess is the chip of BLT and BGE or that of BLTU and BGEU, or the one of those among
// them that trap.
type BranchLess struct {
	layout   air.Layout
	Unsigned bool
	Branch
	GreaterEqual air.Col
	LessCols
}

// NewBranchLess lays the chip out: for signed or unsigned comparisons, and for branches that
// trap, or for those that complete.
func NewBranchLess(unsigned, trap bool) *BranchLess {
	c := &BranchLess{Unsigned: unsigned}
	l := &c.layout
	c.Branch = newBranch(l, false, trap)
	if unsigned {
		c.GreaterEqual = l.Bit("greater_equal", "1 for BGEU")
		c.LessCols = newUnsignedLessCols(l)
	} else {
		c.GreaterEqual = l.Bit("greater_equal", "1 for BGE")
		c.LessCols = newLessCols(l)
	}
	return c
}

// Name is the chip's name.
func (c *BranchLess) Name() string {
	if c.Unsigned {
		return c.name("branch-less-unsigned")
	}
	return c.name("branch-less")
}

// Columns is the chip's layout.
func (c *BranchLess) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is BLT or BGE, in the unsigned
// chip BLTU or BGEU, and that the branch is taken exactly if the first operand is less than
// the second one, or isn't; see Branch.finish.
func (c *BranchLess) Define(b *air.Builder) {
	live, ge, less := b.Col(c.Live), b.Col(c.GreaterEqual), b.Col(c.Less)
	if c.Unsigned {
		x, y := c.operands(b, ge.Plus(OpBltu))
		compare(b, live, x, y, b.Col(c.Borrow), less) // all limbs are below 2^16
	} else {
		x, y := c.operands(b, ge.Plus(OpBlt))
		lessThan(b, live, b.Nil(), x, y, c.LessCols)
	}
	c.finish(b, exclusiveOr(ge, less))
}
