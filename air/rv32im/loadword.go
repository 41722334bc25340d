package rv32im

import "github.com/orrery/orrery/air"

// LoadWord is the chip of LW from an address that is a multiple of 4.
type LoadWord struct {
	layout air.Layout
	Step
	Live          air.Col
	RdReg, Rs1Reg air.Col
	Imm           Word
	Address
	Rs1, Memory Read
	Rd          Write
}

// NewLoadWord lays the chip out.
func NewLoadWord() *LoadWord {
	c := &LoadWord{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.Rs1 = newRead(l, "a", "base")
	c.Memory = newRead(l, "m", "word in memory")
	c.Rd = newWrite(l, "rd", "destination")
	return c
}

// Name is the chip's name.
func (c *LoadWord) Name() string { return "load-word" }

// Columns is the chip's layout.
func (c *LoadWord) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is LW, that rs1 + imm modulo
// 2^32 is a multiple of 4 in a readable page, and that rd is the word there. The word's
// limbs were range-checked when it was written.
func (c *LoadWord) Define(b *air.Builder) {
	live, rd := b.Col(c.Live), b.Col(c.RdReg)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, b.Int(OpLw), rd, b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	at := memoryWord(b, live, b.Int(CanRead), c.sum(b, x, imm), b.Nil())
	v := readMemory(b, live, c.Step, at, c.Memory)
	writeRegister(b, live, c.Step, rd, c.Rd, v)
	c.advanceInOrder(b, live)
}
