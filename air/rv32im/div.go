package rv32im

import "github.com/orrery/orrery/air"

// Div is the chip of DIV, DIVU, REM and REMU.
type Div struct {
	layout air.Layout
	Step
	Live                  air.Col
	Unsigned, Rem         air.Col
	RdReg, Rs1Reg, Rs2Reg air.Col
	Rs1, Rs2              Read
	Rd                    Write
	Quotient              ByteWord
	Remainder             Word
	Result                Word

	SignA, SignB, SignQuotient, SignRemainder air.Col

	ByZero, Overflow air.Col
	Carry            [4]Carry
	Distance         Word
	DistanceCarry    air.Col
}

// NewDiv lays the chip out.
func NewDiv() *Div {
	c := &Div{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Unsigned = l.Bit("unsigned", "1 for DIVU and REMU")
	c.Rem = l.Bit("rem", "1 for REM and REMU")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	c.Rs2Reg = l.Felt("rs2", "second source register")
	c.Rs1 = newRead(l, "a", "dividend")
	c.Rs2 = newRead(l, "b", "divisor")
	c.Rd = newWrite(l, "rd", "destination")
	c.Quotient = newByteWord(l, "q", "quotient")
	c.Remainder = newWord(l, "r", "remainder")
	c.Result = newWord(l, "c", "result")
	c.SignA = l.Bit("sign_a", "1 if the dividend is negative; 0 if unsigned")
	c.SignB = l.Bit("sign_b", "1 if the divisor is negative; 0 if unsigned")
	c.SignQuotient = l.Bit("sign_q", "1 if the quotient is negative; 0 if unsigned")
	c.SignRemainder = l.Bit("sign_r", "1 if the remainder is negative; 0 if unsigned")
	c.ByZero = l.Bit("by_zero", "1 for a division by zero")
	c.Overflow = l.Bit("overflow", "1 for the signed division of -2^31 by -1")
	c.Carry = [4]Carry{
		newWideCarry(l, "carry_0", "carry out of byte 0, less byte 1 of the dividend"),
		newCarry(l, "carry_1", "carry out of byte 1"),
		newWideCarry(l, "carry_2", "carry out of byte 2, less byte 3 of the dividend"),
		newCarry(l, "carry_3", "carry out of byte 3"),
	}
	c.Distance = newWord(l, "distance", "|b| - |r| - 1")
	c.DistanceCarry = l.Felt("distance_carry", "carry out of the low limb of the distance: 0, -1 or -2")
	return c
}

// Name is the chip's name.
func (c *Div) Name() string { return "div" }

// Columns is the chip's layout.
func (c *Div) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is DIV, DIVU, REM or REMU
// and that rd is the quotient q or the remainder r of a = rs1 by b = rs2: the numbers with
//
//	q*b + r = a,  |r| < |b|,  r = 0 or of the sign of a,
//
// except that q = -1 (all bits set) and r = a for b = 0, and that q = -2^31 and r = 0 for
// the one quotient that is out of range, -2^31 by -1.
func (c *Div) Define(b *air.Builder) {
	live, unsigned, rem := b.Col(c.Live), b.Col(c.Unsigned), b.Col(c.Rem)
	rd, rs1, rs2 := b.Col(c.RdReg), b.Col(c.Rs1Reg), b.Col(c.Rs2Reg)
	c.fetch(b, live, unsigned.Add(rem.Scale(2)).Plus(OpDiv), rd, rs1, rs2)
	n := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	d := readRegister(b, live, c.Step, SlotRs2, rs2, c.Rs2)

	bytes := c.Quotient.exprs(b)
	q, r, z := limbs(bytes), c.Remainder.exprs(b), c.Result.exprs(b)
	for _, v := range bytes[:3] {
		b.Receive(RangeSmall, live, b.Int(1<<8), v)
	}
	// In the signed case the sign of q is bit 7 of byte 3, else it is 0.
	signQ := b.Col(c.SignQuotient)
	b.Receive(Bytes, live, b.Int(ByteAnd), bytes[3], unsigned.Not().Scale(128), signQ.Scale(128))
	r.rangeCheck(b, live)
	// The result is q or r, both looked up.
	b.Equal("low limb of the result", z.Lo, q.Lo.Add(rem.Mul(r.Lo.Sub(q.Lo))))
	b.Equal("high limb of the result", z.Hi, q.Hi.Add(rem.Mul(r.Hi.Sub(q.Hi))))
	writeRegister(b, live, c.Step, rd, c.Rd, z)

	bytes[3] = bytes[3].Sub(signQ.Scale(256))
	c.multiply(b, n, d, r, bytes)
	c.boundRemainder(b, d, r)

	zero := b.Col(c.ByZero)
	b.Zero("division by zero on live rows only", zero.Mul(live.Not()))
	// Limbs are below 2^16, so each sum determines both of them.
	b.Zero("divisor in a division by zero", zero.Mul(d.Lo.Add(d.Hi)))
	b.Zero("quotient of a division by zero", zero.Mul(b.Int(2*(limb-1)).Sub(q.Lo).Sub(q.Hi)))
	c.advanceInOrder(b, live)
}

// multiply constrains q*d + r = n, or n + 2^32 in the case of overflow, over the integers,
// where q (as bytes, the highest one signed), d, n and r are signed if the instruction is.
// The sign of r is that of the column, whatever its bits are.
//
// The carries lie in these bounds, which hold those of all operands:
//
//	carry_0  -256 .. 130815
//	carry_2  -256 .. 130815 (unsigned), -32768 .. 98303 (signed)
//	carry_3     0 (unsigned), -32768 .. 32767 (signed)
func (c *Div) multiply(b *air.Builder, n, d, r Value, q [4]air.Expr) {
	live, unsigned := b.Col(c.Live), b.Col(c.Unsigned)
	n.Hi = signedHigh(b, live, unsigned, n.Hi, b.Col(c.SignA))
	d.Hi = signedHigh(b, live, unsigned, d.Hi, b.Col(c.SignB))
	r.Hi = r.Hi.Sub(b.Col(c.SignRemainder).Scale(limb))

	s, k := partialProducts(d, q), c.Carry
	k0 := k[0].carry(b, live, "byte 0", s[0].Add(r.Lo).Sub(n.Lo), b.Int(256))
	k1 := k[1].carry(b, live, "byte 1", s[1].Add(k0), b.Nil())
	k2 := k[2].carry(b, live, "byte 2", s[2].Add(k1).Add(r.Hi).Sub(n.Hi), unsigned.Not().Scale(32512).Plus(256))
	k3 := k[3].carry(b, live, "byte 3", s[3].Add(k2), b.Int(32768))

	// The rest of the product, d_hi * q_hi + carry_3, is 0. In the signed case the product
	// of limbs is at most 2^30, so it doesn't wrap. In the unsigned one it could, up to
	// 2^32; but q*d <= n < 2^32, so the carry is 0, and then a factor is.
	overflow := b.Col(c.Overflow)
	b.Equal("high word of the product", d.Hi.Mul(pair(q[2], q[3])).Add(k3), overflow)
	b.Zero("carry of an unsigned product", unsigned.Mul(k3))

	// With b = -1, r is 0 and -q = a + 2^32 leaves only a = q = -2^31.
	b.Zero("overflow is signed", unsigned.Mul(overflow))
	limbsOfB := c.Rs2.Value.exprs(b)
	b.Zero("divisor of an overflow", overflow.Mul(b.Int(2*(limb-1)).Sub(limbsOfB.Lo).Sub(limbsOfB.Hi)))
}

// boundRemainder constrains |r| < |b|, except in a division by zero, and the sign of r.
//
// The complement ~v of a negative v has |v| = ~v + 1, so with the sign bit s of v and v' = ~v
// or v, |v| = v' + s. The distance |b| - |r| - 1 is looked up as a number of 32 bits. The
// carry out of its low limb is -2 at least: 0 - 65535 + 0 - 1 - 1 = -2^17 + 65535.
func (c *Div) boundRemainder(b *air.Builder, d, r Value) {
	live, zero := b.Col(c.Live), b.Col(c.ByZero)
	signN, signD, signR := b.Col(c.SignA), b.Col(c.SignB), b.Col(c.SignRemainder)
	b.Zero("remainder negative only if the dividend is", signR.Mul(signN.Not()))
	b.Zero("remainder zero if its sign isn't the dividend's", signN.Sub(signR).Mul(r.Lo.Add(r.Hi)))

	d, r = complementIf(signD, d), complementIf(signR, r)
	t, k := c.Distance.exprs(b), b.Col(c.DistanceCarry)
	b.Zero("carry of the distance", k.Mul(k.Plus(1)).Mul(k.Plus(2)))
	b.Equal("low limb of the distance", t.Lo.Add(k.Scale(limb)), d.Lo.Sub(r.Lo).Add(signD).Sub(signR).Sub(live))
	b.Equal("high limb of the distance", t.Hi, d.Hi.Sub(r.Hi).Add(k))
	t.rangeCheck(b, live.Sub(zero))
}

// complementIf is v with all bits inverted if the bit is 1.
func complementIf(bit air.Expr, v Value) Value {
	flip := func(x air.Expr) air.Expr { return x.Add(bit.Mul(x.Scale(-2).Plus(limb - 1))) }
	return Value{flip(v.Lo), flip(v.Hi)}
}
