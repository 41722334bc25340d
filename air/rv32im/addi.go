package rv32im

import "github.com/orrery/orrery/air"

// Addi is the chip of ADDI, or the one of those whose rd is rs1.
type Addi struct {
	layout air.Layout
	Step
	InPlace bool // rd is rs1
	Live    air.Col
	RdReg   air.Col
	Rs1Reg  air.Col // absent if rd is rs1
	Imm     Word
	Rs1     Read
	Rd      Write // absent if rd is rs1
	Result  Word
}

// NewAddi lays the chip out.
func NewAddi(inPlace bool) *Addi {
	c := &Addi{InPlace: inPlace}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	if !inPlace {
		c.Rs1Reg = l.Felt("rs1", "source register")
	}
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Rs1 = newRead(l, "a", "operand")
	if !inPlace {
		c.Rd = newWrite(l, "rd", "destination")
	}
	c.Result = newWord(l, "c", "result")
	return c
}

// Name is the chip's name.
func (c *Addi) Name() string {
	if c.InPlace {
		return "addi-in-place"
	}
	return "addi"
}

// Columns is the chip's layout.
func (c *Addi) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is ADDI and that
// rd = rs1 + imm modulo 2^32. In place, x0 and x1 of the instruction are one column; a
// destination x0 isn't among them, see Add.
func (c *Addi) Define(b *air.Builder) {
	live, rd, rs1 := b.Col(c.Live), b.Col(c.RdReg), b.Col(c.RdReg)
	if !c.InPlace {
		rs1 = b.Col(c.Rs1Reg)
	}
	imm := c.Imm.exprs(b)
	c.fetch(b, live, b.Int(OpAddi), rd, rs1, imm.Lo, imm.Hi)
	x := c.Rs1.Value.exprs(b)
	if !c.InPlace {
		readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	}
	z := c.Result.exprs(b)
	z.rangeCheck(b, live)
	if c.InPlace {
		updateRegister(b, live, c.Step, rd, x, c.Rs1.Ts, z)
	} else {
		writeRegister(b, live, c.Step, rd, c.Rd, z)
	}
	addWords(b, "sum", x, imm, z)
	c.advanceInOrder(b, live)
}
