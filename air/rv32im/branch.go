package rv32im

import "github.com/orrery/orrery/air"

// Branch is what the branch chips share. Each family has two chips with one Define: one
// for branches that complete, and one for branches that trap, which are those taken to a
// target that is 2 modulo 4.
type Branch struct {
	Step
	Trap       bool
	Zero       bool // the second operand is x0, which isn't read
	Live       air.Col
	Rs1Reg     air.Col
	Rs2Reg     air.Col // absent with zero
	Target     air.Col
	Misaligned air.Col // absent in a trap chip
	Next       air.Col // absent in a trap chip
	Rs1        Read
	Rs2        Read // absent with zero
}

func newBranch(l *air.Layout, zero, trap bool) Branch {
	c := Branch{Trap: trap, Zero: zero}
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	if !zero {
		c.Rs2Reg = l.Felt("rs2", "second source register")
	}
	c.Target = l.Felt("target", "target / 4 rounded down, tied by the program bus")
	if !trap {
		c.Misaligned = l.Felt("misaligned", "1 if the target is 2 modulo 4, tied by the program bus")
		c.Next = l.Felt("next", "next pc / 4")
	}
	c.Rs1 = newRead(l, "a", "first operand")
	if !zero {
		c.Rs2 = newRead(l, "b", "second operand")
	}
	return c
}

func (c Branch) name(family string) string {
	if c.Trap {
		return "trap-" + family
	}
	return family
}

// operands looks the instruction up and reads its registers.
//
// Register 0 isn't read where the chip knows that it is the second one, for it is 0 in any
// cycle: it is 0 in the first state of a run, and carried from segment to segment as words
// of memory are; instructions write to the register that the program bus names, where the
// decoder has put JunkRegister in its place; and loads and stores don't reach registers.
func (c Branch) operands(b *air.Builder, op air.Expr) (x, y Value) {
	live, rs1, rs2 := b.Col(c.Live), b.Col(c.Rs1Reg), b.Nil()
	if !c.Zero {
		rs2 = b.Col(c.Rs2Reg)
	}
	misaligned := b.One()
	if !c.Trap {
		misaligned = b.Col(c.Misaligned)
	}
	c.fetch(b, live, op, rs1, rs2, b.Col(c.Target), misaligned)
	x = readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	if c.Zero {
		return x, Value{b.Nil(), b.Nil()}
	}
	return x, readRegister(b, live, c.Step, SlotRs2, rs2, c.Rs2)
}

// finish constrains, given whether the branch is taken (an expression of degree 2 at most
// that is 0 or 1 on live rows): in a trap chip that it is, and the run ends. Else that a
// taken branch is aligned and goes to its target, and that one that isn't taken goes on to
// the following word.
func (c Branch) finish(b *air.Builder, taken air.Expr) {
	live, target := b.Col(c.Live), b.Col(c.Target)
	if c.Trap {
		b.Zero("taken", live.Mul(taken.Not()))
		c.take(b, live)
		c.sendEnd(b, live, b.Int(EndTrap), b.Int(CauseMisaligned), target, b.Nil())
		return
	}
	following, next := b.Col(c.PC).Plus(1), b.Col(c.Next)
	b.Zero("no branch to a misaligned target", taken.Mul(b.Col(c.Misaligned)))
	b.Equal("next pc", next, following.Mul(live).Add(taken.Mul(target.Sub(following))))
	c.advance(b, live, next)
}
