package rv32im

import "github.com/orrery/orrery/air"

// Jalr is the chip of JALR, or the one of the JALRs that trap because bit 1 of the target
// is set.
type Jalr struct {
	layout air.Layout
	Step
	Trap          bool
	Live          air.Col
	RdReg, Rs1Reg air.Col
	Imm           Word
	Address
	Odd    air.Col
	Rs1    Read
	Rd     Write   // absent in the trap chip
	LinkHi air.Col // absent in the trap chip
}

// NewJalr lays the chip out: for jumps that trap, or for those that complete.
func NewJalr(trap bool) *Jalr {
	c := &Jalr{Trap: trap}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "source register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.Odd = l.Bit("odd", "bit 0 of rs1 + imm, which the jump drops")
	c.Rs1 = newRead(l, "a", "operand")
	if !trap {
		c.Rd = newWrite(l, "rd", "destination")
		c.LinkHi = l.U16("link_hi", "high limb of pc + 4")
	}
	return c
}

// Name is the chip's name.
func (c *Jalr) Name() string {
	if c.Trap {
		return "trap-jalr"
	}
	return "jalr"
}

// Columns is the chip's layout.
func (c *Jalr) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is JALR. With the target t,
// which is rs1 + imm modulo 2^32 with bit 0 cleared, it proves that t is a multiple of 4,
// rd = pc + 4 and the next pc is t; in the trap chip that t is 2 modulo 4 and the run ends.
func (c *Jalr) Define(b *air.Builder) {
	live, rd := b.Col(c.Live), b.Col(c.RdReg)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, b.Int(OpJalr), rd, b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	t := c.sum(b, x, imm)
	offset := b.Col(c.Odd)
	if c.Trap {
		offset = offset.Plus(2)
	}
	q := words(b, live, t.Lo, offset)
	b.Receive(Range16, live, t.Hi)
	target := q.Add(t.Hi.Scale(pageWords))
	if c.Trap {
		c.take(b, live)
		c.sendEnd(b, live, b.Int(EndTrap), b.Int(CauseMisaligned), target, b.Nil())
		return
	}
	link := c.link(b, live)
	writeRegister(b, live, c.Step, rd, c.Rd, link)
	c.advance(b, live, target)
}

// link is pc + 4 in limbs. Code lies below 2^30, so 4 <= pc + 4 <= 2^30. The high limb is
// looked up as a number below 2^15: a limb of 16 bits would leave room for pc + 4 + p,
// which is below 2^32. With 15 bits the value is below 2^31 = p + 1, so it is pc + 4.
func (c *Jalr) link(b *air.Builder, live air.Expr) Value {
	hi := b.Col(c.LinkHi)
	lo := b.Col(c.PC).Plus(1).Scale(4).Sub(hi.Scale(limb))
	b.Receive(Range16, live, lo)
	b.Receive(RangeSmall, live, b.Int(1<<15), hi)
	return Value{lo, hi}
}
