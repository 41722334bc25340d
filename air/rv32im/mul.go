package rv32im

import "github.com/orrery/orrery/air"

// Mul is the chip of MUL.
type Mul struct {
	layout air.Layout
	Step
	Live                  air.Col
	RdReg, Rs1Reg, Rs2Reg air.Col
	Rs1                   Read
	Rs2                   ByteRead
	And01, And23          air.Col
	Rd                    Write
	Result                Word
	Carry                 [4]Carry
}

// NewMul lays the chip out.
func NewMul() *Mul {
	c := &Mul{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	c.Rs2Reg = l.Felt("rs2", "second source register")
	c.Rs1 = newRead(l, "a", "first operand")
	c.Rs2 = newByteRead(l, "b", "second operand")
	c.And01 = l.Byte("b_and_01", "bitwise and of bytes 0 and 1, for their look-up")
	c.And23 = l.Byte("b_and_23", "bitwise and of bytes 2 and 3, for their look-up")
	c.Rd = newWrite(l, "rd", "destination")
	c.Result = newWord(l, "c", "result")
	c.Carry = [4]Carry{
		newCarry(l, "carry_0", "carry out of byte 0, less byte 1 of the product"),
		newCarry(l, "carry_1", "carry out of byte 1"),
		newWideCarry(l, "carry_2", "carry out of byte 2, less byte 3 of the product"),
		newWideCarry(l, "carry_3", "carry out of byte 3"),
	}
	return c
}

// Name is the chip's name.
func (c *Mul) Name() string { return "mul" }

// Columns is the chip's layout.
func (c *Mul) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is MUL and that
// rd = rs1 * rs2 modulo 2^32.
//
// Carries 0 and 2 leave a limb of the product, not a byte, so that they can be negative
// (-255 at least): s[0] = c_lo + 2^8 carry_0 and carry_0 + s[1] = 2^8 carry_1, hence
// s[0] + 2^8 s[1] = c_lo + 2^16 carry_1. The greatest carries are, in order, 65279, 65535,
// 130813 and 131068.
func (c *Mul) Define(b *air.Builder) {
	live := b.Col(c.Live)
	rd, rs1, rs2 := b.Col(c.RdReg), b.Col(c.Rs1Reg), b.Col(c.Rs2Reg)
	c.fetch(b, live, b.Int(OpMul), rd, rs1, rs2)
	x := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	y := readBytes(b, live, c.Step, SlotRs2, rs2, c.Rs2)
	b.Receive(Bytes, live, b.Int(ByteAnd), y[0], y[1], b.Col(c.And01))
	b.Receive(Bytes, live, b.Int(ByteAnd), y[2], y[3], b.Col(c.And23))
	z := c.Result.exprs(b)
	z.rangeCheck(b, live)
	writeRegister(b, live, c.Step, rd, c.Rd, z)

	s, k := partialProducts(x, y), c.Carry
	k0 := k[0].carry(b, live, "byte 0", s[0].Sub(z.Lo), b.Int(256))
	k1 := k[1].carry(b, live, "byte 1", s[1].Add(k0), b.Nil())
	k2 := k[2].carry(b, live, "byte 2", s[2].Add(k1).Sub(z.Hi), b.Int(256))
	k[3].carry(b, live, "byte 3", s[3].Add(k2), b.Nil())
	c.advanceInOrder(b, live)
}
