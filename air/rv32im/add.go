package rv32im

import "github.com/orrery/orrery/air"

// Add is the chip of ADD and SUB, or the one of those whose rd is rs1.
type Add struct {
	layout air.Layout
	Step
	InPlace   bool // rd is rs1
	Live, Sub air.Col
	RdReg     air.Col
	Rs1Reg    air.Col // absent if rd is rs1
	Rs2Reg    air.Col
	Rs1, Rs2  Read
	Rd        Write // absent if rd is rs1
	Result    Word
}

// NewAdd lays the chip out.
func NewAdd(inPlace bool) *Add {
	c := &Add{InPlace: inPlace}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Sub = l.Bit("sub", "1 for SUB")
	c.RdReg = l.Felt("rd", "destination register")
	if !inPlace {
		c.Rs1Reg = l.Felt("rs1", "first source register")
	}
	c.Rs2Reg = l.Felt("rs2", "second source register")
	c.Rs1 = newRead(l, "a", "first operand")
	c.Rs2 = newRead(l, "b", "second operand")
	if !inPlace {
		c.Rd = newWrite(l, "rd", "destination")
	}
	c.Result = newWord(l, "c", "result")
	return c
}

// Name is the chip's name.
func (c *Add) Name() string {
	if c.InPlace {
		return "add-in-place"
	}
	return "add"
}

// Columns is the chip's layout.
func (c *Add) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is ADD or SUB and that
// rd = rs1 + rs2 or rs1 - rs2 modulo 2^32. SUB is the addition c + b = a.
//
// In place, x0 and x1 of the instruction are one column. A destination x0 isn't among them:
// it is the junk register, which is no source.
func (c *Add) Define(b *air.Builder) {
	live, sub := b.Col(c.Live), b.Col(c.Sub)
	rd, rs1 := b.Col(c.RdReg), b.Col(c.RdReg)
	if !c.InPlace {
		rs1 = b.Col(c.Rs1Reg)
	}
	c.fetch(b, live, sub.Plus(OpAdd), rd, rs1, b.Col(c.Rs2Reg))
	x := c.Rs1.Value.exprs(b)
	if !c.InPlace {
		readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	}
	y := readRegister(b, live, c.Step, SlotRs2, b.Col(c.Rs2Reg), c.Rs2)
	z := c.Result.exprs(b)
	z.rangeCheck(b, live)
	if c.InPlace {
		updateRegister(b, live, c.Step, rd, x, c.Rs1.Ts, z)
	} else {
		writeRegister(b, live, c.Step, rd, c.Rd, z)
	}
	// a + b - c for ADD and c + b - a for SUB is b + s(a - c) with s = 1 or -1.
	lo, hi := carries(y, Value{b.Nil(), b.Nil()})
	dLo, dHi := carries(x, z)
	signedBit(b, "sum: carry out of the low limbs", lo, dLo, sub)
	signedBit(b, "sum: carry out of the high limbs", hi, dHi, sub)
	c.advanceInOrder(b, live)
}

// signedBit constrains x + y, or x - y if negative is 1, to be a bit. Assumes that negative is
// one: then s = 1 - 2 negative is 1 or -1, and (x + s y)^2 is x^2 + 2 s x y + y^2, of degree 3.
func signedBit(b *air.Builder, name string, x, y, negative air.Expr) {
	s := b.One().Sub(negative.Scale(2))
	sum := x.Add(s.Mul(y))
	b.Equal(name, x.Mul(x).Add(s.Mul(x.Mul(y)).Scale(2)).Add(y.Mul(y)), sum)
}
