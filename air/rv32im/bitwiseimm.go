package rv32im

import "github.com/orrery/orrery/air"

// BitwiseImm is the chip of ANDI, ORI and XORI.
type BitwiseImm struct {
	layout air.Layout
	Step
	Live                   air.Col
	Or, Xor                air.Col
	RdReg, Rs1Reg          air.Col
	Low, ImmLow, ResultLow [2]air.Col // low limbs in bytes
	High, ImmNegative      air.Col
	Rs1Ts                  air.Col
	Rd                     Write
	ResultHigh             air.Col
}

// NewBitwiseImm lays the chip out.
func NewBitwiseImm() *BitwiseImm {
	c := &BitwiseImm{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Or = l.Bit("or", "1 for ORI")
	c.Xor = l.Bit("xor", "1 for XORI")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "source register")
	c.Low = [2]air.Col{l.Byte("a_0", "operand, byte 0"), l.Byte("a_1", "operand, byte 1")}
	c.High = l.U16("a_hi", "operand, high limb")
	c.Rs1Ts = l.Felt("a_ts", "timestamp of the access before; tied by the memory bus")
	c.ImmLow = [2]air.Col{l.Byte("imm_0", "immediate, byte 0"), l.Byte("imm_1", "immediate, byte 1")}
	c.ImmNegative = l.Bit("imm_negative", "1 if the immediate is negative, tied by the program bus")
	c.Rd = newWrite(l, "rd", "destination")
	c.ResultLow = [2]air.Col{l.Byte("c_0", "result, byte 0"), l.Byte("c_1", "result, byte 1")}
	c.ResultHigh = l.U16("c_hi", "result, high limb")
	return c
}

// Name is the chip's name.
func (c *BitwiseImm) Name() string { return "bitwise-imm" }

// Columns is the chip's layout.
func (c *BitwiseImm) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is ANDI, ORI or XORI and
// that rd is the result for rs1 and the immediate.
//
// The bytes of the low limbs are looked up. The high limb of the immediate is 0 or
// 2^16 - 1, a bit n times the latter; that of the result is then a and n, or its
// complement, or a constant, in any case below 2^16.
func (c *BitwiseImm) Define(b *air.Builder) {
	live, or, xor := b.Col(c.Live), b.Col(c.Or), b.Col(c.Xor)
	rd, rs1 := b.Col(c.RdReg), b.Col(c.Rs1Reg)
	high, n := b.Col(c.High), b.Col(c.ImmNegative)
	low := func(cols [2]air.Col) air.Expr { return pair(b.Col(cols[0]), b.Col(cols[1])) }
	which := or.Scale(ByteOr).Add(xor.Scale(ByteXor))
	c.fetch(b, live, which.Plus(OpAndi), rd, rs1, low(c.ImmLow), n.Scale(limb-1))

	x := Value{low(c.Low), high}
	access(b, live, rs1.Plus(RegisterBase), x, x, c.Rs1Ts, c.timestamp(b, SlotRs1))
	// With or = xor = 1 there is no such look-up.
	for i := range 2 {
		b.Receive(Bytes, live, which, b.Col(c.Low[i]), b.Col(c.ImmLow[i]), b.Col(c.ResultLow[i]))
	}
	// ANDI: n*a. ORI: a + n*(2^16 - 1 - a). XORI: a + n*(2^16 - 1 - 2a).
	other := or.Add(xor)
	z := Value{low(c.ResultLow), b.Col(c.ResultHigh)}
	b.Equal("high limb of the result", z.Hi, other.Mul(high).Add(n.Mul(
		other.Scale(limb-1).Add(high.Mul(b.One().Sub(or.Scale(2)).Sub(xor.Scale(3)))))))
	writeRegister(b, live, c.Step, rd, c.Rd, z)
	c.advanceInOrder(b, live)
}
