package rv32im

import "github.com/orrery/orrery/air"

// Bitwise is the chip of AND, OR and XOR, or the one of those whose rd is rs1.
type Bitwise struct {
	layout air.Layout
	Step
	InPlace  bool // rd is rs1
	Live     air.Col
	Which    air.Col
	RdReg    air.Col
	Rs1Reg   air.Col // absent if rd is rs1
	Rs2Reg   air.Col
	Rs1, Rs2 ByteRead
	Rd       Write // absent if rd is rs1
	Result   ByteWord
}

// NewBitwise lays the chip out.
func NewBitwise(inPlace bool) *Bitwise {
	c := &Bitwise{InPlace: inPlace}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Which = l.Felt("which", "ByteAnd, ByteOr or ByteXor; tied by the program bus")
	c.RdReg = l.Felt("rd", "destination register")
	if !inPlace {
		c.Rs1Reg = l.Felt("rs1", "first source register")
	}
	c.Rs2Reg = l.Felt("rs2", "second source register")
	c.Rs1 = newByteRead(l, "a", "first operand")
	c.Rs2 = newByteRead(l, "b", "second operand")
	if !inPlace {
		c.Rd = newWrite(l, "rd", "destination")
	}
	c.Result = newByteWord(l, "c", "result")
	return c
}

// Name is the chip's name.
func (c *Bitwise) Name() string {
	if c.InPlace {
		return "bitwise-in-place"
	}
	return "bitwise"
}

// Columns is the chip's layout.
func (c *Bitwise) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is AND, OR or XOR and that
// rd is the result for rs1 and rs2. The program bus says which operation it is; the
// look-ups, which take no other number for an operation, find each byte of the result, and
// so all bytes are below 2^8 and all limbs below 2^16.
//
// In place, x0 and x1 of the instruction are one column; a destination x0 isn't among them,
// see Add.
func (c *Bitwise) Define(b *air.Builder) {
	live, which := b.Col(c.Live), b.Col(c.Which)
	rd, rs1, rs2 := b.Col(c.RdReg), b.Col(c.RdReg), b.Col(c.Rs2Reg)
	if !c.InPlace {
		rs1 = b.Col(c.Rs1Reg)
	}
	c.fetch(b, live, which.Plus(OpAnd), rd, rs1, rs2)
	x := c.Rs1.Value.exprs(b)
	if !c.InPlace {
		readBytes(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	}
	y := readBytes(b, live, c.Step, SlotRs2, rs2, c.Rs2)
	z := c.Result.exprs(b)
	for i := range z {
		b.Receive(Bytes, live, which, x[i], y[i], z[i])
	}
	if c.InPlace {
		updateRegister(b, live, c.Step, rd, limbs(x), c.Rs1.Ts, limbs(z))
	} else {
		writeRegister(b, live, c.Step, rd, c.Rd, limbs(z))
	}
	c.advanceInOrder(b, live)
}
