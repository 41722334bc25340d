package rv32im

import "github.com/orrery/orrery/air"

// Const is the chip of the instructions that read nothing: LUI, AUIPC, JAL to a multiple
// of 4, and FENCE, which writes to the junk register.
type Const struct {
	layout air.Layout
	Step
	Live   air.Col
	RdReg  air.Col
	Value  Word
	Target air.Col
	Rd     Write
}

// NewConst lays the chip out.
func NewConst() *Const {
	c := &Const{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	c.Value = newWord(l, "value", "value to write, tied by the program bus")
	c.Target = l.Felt("target", "next pc / 4, tied by the program bus")
	c.Rd = newWrite(l, "rd", "destination")
	return c
}

// Name is the chip's name.
func (c *Const) Name() string { return "const" }

// Columns is the chip's layout.
func (c *Const) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is one whose effect decoding
// tells in full: rd = value, and the next pc is the target. The limbs of the value come
// range-checked from the decode chip.
func (c *Const) Define(b *air.Builder) {
	live, rd, target := b.Col(c.Live), b.Col(c.RdReg), b.Col(c.Target)
	v := c.Value.exprs(b)
	c.fetch(b, live, b.Int(OpConst), rd, v.Lo, v.Hi, target)
	writeRegister(b, live, c.Step, rd, c.Rd, v)
	c.advance(b, live, target)
}
