package rv32im

import "github.com/orrery/orrery/air"

// Compare is the chip of SLT and SLTU, or the one of SLTI and SLTIU.
type Compare struct {
	layout air.Layout
	Step
	Immediate     bool
	Live          air.Col
	Unsigned      air.Col
	RdReg, Rs1Reg air.Col
	Rs2Reg        air.Col // absent with an immediate
	Rs1           Read
	Rs2           Read    // absent with an immediate
	ImmLo         air.Col // with an immediate only
	ImmNegative   air.Col // with an immediate only
	Rd            Write
	LessCols
}

// NewCompare lays the chip out: for comparisons with an immediate, or of two registers.
func NewCompare(immediate bool) *Compare {
	c := &Compare{Immediate: immediate}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Unsigned = l.Bit("unsigned", "1 for SLTU and SLTIU")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	c.Rs1 = newRead(l, "a", "first operand")
	if immediate {
		c.ImmLo = l.U16("imm_lo", "immediate, low limb, tied by the program bus")
		c.ImmNegative = l.Bit("imm_negative", "1 if the immediate is negative, tied by the program bus")
	} else {
		c.Rs2Reg = l.Felt("rs2", "second source register")
		c.Rs2 = newRead(l, "b", "second operand")
	}
	c.Rd = newWrite(l, "rd", "destination")
	c.LessCols = newLessCols(l)
	return c
}

// Name is the chip's name.
func (c *Compare) Name() string {
	if c.Immediate {
		return "compare-imm"
	}
	return "compare"
}

// Columns is the chip's layout.
func (c *Compare) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is a comparison and that rd
// is 1 if the first operand is less than the second one, 0 if not.
func (c *Compare) Define(b *air.Builder) {
	live, unsigned := b.Col(c.Live), b.Col(c.Unsigned)
	rd, rs1 := b.Col(c.RdReg), b.Col(c.Rs1Reg)
	x := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	if c.Immediate {
		c.compareImmediate(b, x)
	} else {
		rs2 := b.Col(c.Rs2Reg)
		y := readRegister(b, live, c.Step, SlotRs2, rs2, c.Rs2)
		c.fetch(b, live, unsigned.Plus(OpSlt), rd, rs1, rs2)
		lessThan(b, live, unsigned, x, y, c.LessCols)
	}
	writeRegister(b, live, c.Step, rd, c.Rd, Value{b.Col(c.Less), b.Nil()})
	c.advanceInOrder(b, live)
}

// compareImmediate is lessThan for an immediate, whose high limb is 0 or 2^16 - 1, so that
// a bit stands for it and nothing needs to be looked up to find its sign.
func (c *Compare) compareImmediate(b *air.Builder, x Value) {
	live, unsigned := b.Col(c.Live), b.Col(c.Unsigned)
	negative, signY := b.Col(c.ImmNegative), b.Col(c.SignY)
	imm := Value{b.Col(c.ImmLo), negative.Scale(limb - 1)}
	c.fetch(b, live, unsigned.Plus(OpSlti), b.Col(c.RdReg), b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	b.Equal("sign of the immediate", signY, negative.Mul(unsigned.Not()))
	x.Hi = signedHigh(b, live, unsigned, x.Hi, b.Col(c.SignX))
	imm.Hi = imm.Hi.Sub(signY.Scale(limb))
	compare(b, live, x, imm, b.Col(c.Borrow), b.Col(c.Less))
}
