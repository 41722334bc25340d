package rv32im

import "github.com/orrery/orrery/air"

// Addi is the chip of ADDI.
type Addi struct {
	layout air.Layout
	Step
	Live          air.Col
	RdReg, Rs1Reg air.Col
	Imm           Word
	Rs1           Read
	Rd            Write
	Result        Word
}

// NewAddi lays the chip out.
func NewAddi() *Addi {
	c := &Addi{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "source register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Rs1 = newRead(l, "a", "operand")
	c.Rd = newWrite(l, "rd", "destination")
	c.Result = newWord(l, "c", "result")
	return c
}

// Name is the chip's name.
func (c *Addi) Name() string { return "addi" }

// Columns is the chip's layout.
func (c *Addi) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is ADDI and that
// rd = rs1 + imm modulo 2^32.
func (c *Addi) Define(b *air.Builder) {
	live, rd := b.Col(c.Live), b.Col(c.RdReg)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, b.Int(OpAddi), rd, b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	z := c.Result.exprs(b)
	z.rangeCheck(b, live)
	writeRegister(b, live, c.Step, rd, c.Rd, z)
	addWords(b, "sum", x, imm, z)
	c.advanceInOrder(b, live)
}
