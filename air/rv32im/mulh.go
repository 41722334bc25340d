package rv32im

import "github.com/orrery/orrery/air"

// Mulh is the chip of MULH, MULHSU and MULHU.
type Mulh struct {
	layout air.Layout
	Step
	Live                  air.Col
	SignedA, SignedB      air.Col
	RdReg, Rs1Reg, Rs2Reg air.Col
	Rs1                   Read
	Rs2                   ByteRead
	And01, And23          air.Col
	SignA, SignB          air.Col
	Rd                    Write
	Low, Result           Word
	Negative              air.Col
	Carry                 [5]Carry
}

// NewMulh lays the chip out.
func NewMulh() *Mulh {
	c := &Mulh{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.SignedA = l.Bit("signed_a", "1 for MULH and MULHSU")
	c.SignedB = l.Bit("signed_b", "1 for MULH")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	c.Rs2Reg = l.Felt("rs2", "second source register")
	c.Rs1 = newRead(l, "a", "first operand")
	c.Rs2 = newByteRead(l, "b", "second operand")
	c.And01 = l.Byte("b_and_01", "bitwise and of bytes 0 and 1, for their look-up")
	c.And23 = l.Byte("b_and_23", "bitwise and of byte 2 and the one that is looked up for byte 3")
	c.SignA = l.Bit("sign_a", "1 if a is negative; 0 if it is unsigned")
	c.SignB = l.Bit("sign_b", "1 if b is negative; 0 if it is unsigned")
	c.Rd = newWrite(l, "rd", "destination")
	c.Low = newWord(l, "low", "low word of the product")
	c.Result = newWord(l, "c", "result")
	c.Negative = l.Bit("negative", "1 if the product is negative")
	c.Carry = [5]Carry{
		newCarry(l, "carry_0", "carry out of byte 0, less byte 1 of the product"),
		newCarry(l, "carry_1", "carry out of byte 1"),
		newWideCarry(l, "carry_2", "carry out of byte 2, less byte 3 of the product"),
		newWideCarry(l, "carry_3", "carry out of byte 3"),
		newWideCarry(l, "carry_4", "carry out of byte 4, less byte 5 of the product"),
	}
	return c
}

// Name is the chip's name.
func (c *Mulh) Name() string { return "mulh" }

// Columns is the chip's layout.
func (c *Mulh) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is MULH, MULHSU or MULHU and
// that rd is the high word of the product. Signs enter as highest limb and byte of the
// operands, which are negative then, and leave as the highest limb of the product.
//
// Bounds of the carries, for MULHU, MULHSU and MULH, by the offsets here:
//
//	carry_2  -256 .. 130815   -32896 .. 98175   -32896 .. 98175
//	carry_3    -1 .. 131070   -32769 .. 98302   -65536 .. 65535
//	carry_4  -33280 .. 97791
//
// The bounds hold the carries of all operands, and all sums stay below 2^26.
func (c *Mulh) Define(b *air.Builder) {
	live, signedA, signedB := b.Col(c.Live), b.Col(c.SignedA), b.Col(c.SignedB)
	rd, rs1, rs2 := b.Col(c.RdReg), b.Col(c.Rs1Reg), b.Col(c.Rs2Reg)
	b.Zero("only MULH has a signed second operand", signedB.Mul(signedA.Not()))
	c.fetch(b, live, b.Int(OpMulhu).Sub(signedA).Sub(signedB), rd, rs1, rs2)
	x := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	y := readBytes(b, live, c.Step, SlotRs2, rs2, c.Rs2)
	x.Hi = signedHigh(b, live, signedA.Not(), x.Hi, b.Col(c.SignA))

	// The look-up pins the sign of byte 3 as signedHigh does. It leaves byte 3 between
	// -128 and 383; the high limb, byte 2 + 2^8 byte 3, is below 2^16 and brings it below
	// 2^8.
	b.Receive(Bytes, live, b.Int(ByteAnd), y[0], y[1], b.Col(c.And01))
	y2, y3 := y[2], y[3].Sub(b.Col(c.SignB).Scale(256))
	b.Receive(Bytes, live, b.Int(ByteAnd), y2, y3.Add(signedB.Scale(128)), b.Col(c.And23))

	low, z := c.Low.exprs(b), c.Result.exprs(b)
	low.rangeCheck(b, live)
	z.rangeCheck(b, live)
	writeRegister(b, live, c.Step, rd, c.Rd, z)

	s, k := partialProducts(x, [4]air.Expr{y[0], y[1], y2, y3}), c.Carry
	k0 := k[0].carry(b, live, "byte 0", s[0].Sub(low.Lo), b.Int(256))
	k1 := k[1].carry(b, live, "byte 1", s[1].Add(k0), b.Nil())
	k2 := k[2].carry(b, live, "byte 2", s[2].Add(k1).Sub(low.Hi), signedA.Scale(32640).Plus(256))
	k3 := k[3].carry(b, live, "byte 3", s[3].Add(k2), signedA.Scale(32768).Add(signedB.Scale(32767)).Plus(1))
	k4 := k[4].carry(b, live, "byte 4", s[4].Add(k3).Sub(z.Lo), b.Int(33280))
	top := z.Hi.Sub(b.Col(c.Negative).Scale(limb))
	b.Equal("bytes 5 to 7", s[5].Add(k4), top.Scale(1<<8))
	c.advanceInOrder(b, live)
}
