package rv32im

import "github.com/orrery/orrery/air"

// BranchEq is the chip of BEQ and BNE, or the one of those among them that trap, or the one
// of those that compare with x0 and complete.
type BranchEq struct {
	layout air.Layout
	Branch
	Beq    air.Col
	Unlike air.Col // absent in the trap chip, which has it from Beq
	Inv    air.Col
}

// NewBranchEq lays the chip out: for branches that trap, or for those that complete.
func NewBranchEq(trap bool) *BranchEq { return newBranchEq(false, trap) }

// NewBranchZero lays the chip out for branches that compare with x0 and complete.
func NewBranchZero() *BranchEq { return newBranchEq(true, false) }

func newBranchEq(zero, trap bool) *BranchEq {
	c := &BranchEq{}
	l := &c.layout
	c.Branch = newBranch(l, zero, trap)
	c.Beq = l.Bit("beq", "1 for BEQ")
	if !trap {
		c.Unlike = l.Felt("unlike", "1 if the operands differ, else 0")
	}
	if zero {
		c.Inv = l.Felt("inv", "inverse of the sum of the limbs, or 0")
	} else {
		c.Inv = l.Felt("inv", "inverse of the sum of the squares of the limbs' differences, or 0")
	}
	return c
}

// Name is the chip's name.
func (c *BranchEq) Name() string {
	if c.Zero {
		return "branch-zero"
	}
	return c.name("branch-eq")
}

// Columns is the chip's layout.
func (c *BranchEq) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is BEQ or BNE, in the chip of
// comparisons with x0 one whose second register that is, and that the branch is taken exactly if the operands are equal, or differ; see Branch.finish.
func (c *BranchEq) Define(b *air.Builder) {
	beq := b.Col(c.Beq)
	x, y := c.operands(b, b.Int(OpBne).Sub(beq))
	unlike := b.Col(c.Live).Sub(beq) // what a taken branch needs
	if !c.Trap {
		unlike = b.Col(c.Unlike)
	}
	// d = 0 makes unlike 0 by the first constraint, another d makes it 1 by the second.
	d := unequalBy(x.Lo, y.Lo, x.Hi, y.Hi)
	if c.Zero {
		d = x.Lo.Add(x.Hi) // of limbs below 2^16: 0 only if both are
	}
	b.Equal("operands that differ", d.Mul(b.Col(c.Inv)), unlike)
	b.Zero("operands that are equal", unlike.Not().Mul(d))
	c.finish(b, exclusiveOr(beq, unlike))
}

// exclusiveOr is x XOR y of bits, of degree 2.
func exclusiveOr(x, y air.Expr) air.Expr { return x.Add(y).Sub(x.Mul(y).Scale(2)) }
