package rv32im

import "github.com/orrery/orrery/air"

// limbSign is the weight of the sign in a limb.
const limbSign = 1 << 15

// ShiftImm is the chip of SLLI and SRLI, or the one of SRAI.
//
// With s the amount modulo 16, a low shift is one by s, a high one by 16 + s. A left shift
// multiplies by w = 2^s, a right one by w = 2^(16-s) and drops a limb. Where s is 0, the
// shift is an aligned one, which only moves limbs, and w is 2^15, which is of no
// consequence. So w is always from 2 to 2^15, and its product with a limb below p. The
// program bus gives w, and whether the shift is aligned.
type ShiftImm struct {
	layout air.Layout
	Step
	Arithmetic    bool
	RdReg, Rs1Reg air.Col
	Rs1           Read
	Rd            Write
	// One of these is 1 on live rows. Left shifts are absent from the chip of SRAI.
	LeftHigh, LeftLow, RightLow, RightHigh air.Col

	Sign       air.Col // absent from the chip of SLLI and SRLI
	W, Aligned air.Col
	X0, X1     air.Col
	Y0, Y1     air.Col
	Result     Word
}

// NewShiftImm lays the chip out: for arithmetic shifts, or for logical ones.
func NewShiftImm(arithmetic bool) *ShiftImm {
	c := &ShiftImm{Arithmetic: arithmetic}
	l := &c.layout
	c.Step = newStep(l)
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "source register")
	c.Rs1 = newRead(l, "a", "operand")
	c.Rd = newWrite(l, "rd", "destination")
	y1 := "high limb of w*a_hi"
	if arithmetic {
		c.Sign = l.Bit("sign", "1 if a is negative")
		y1 += " with a_hi signed; 2^15 more if a is negative"
	} else {
		c.LeftHigh = l.Bit("left_high", "1 for a left shift by 16 or more")
		c.LeftLow = l.Bit("left_low", "1 for a left shift by less than 16")
	}
	c.RightLow = l.Bit("right_low", "1 for a right shift by less than 16")
	c.RightHigh = l.Bit("right_high", "1 for a right shift by 16 or more")
	c.W = l.Felt("w", "power of two from 2 to 2^15; tied by the program bus")
	c.Aligned = l.Felt("aligned", "1 if the amount is 0 or 16; tied by the program bus")
	c.X0 = l.U16("x0", "low limb of w*a_lo, halved")
	c.X1 = l.U16("x1", "high limb of w*a_lo")
	c.Y0 = l.U16("y0", "low limb of w*a_hi, halved")
	c.Y1 = l.U16("y1", y1)
	c.Result = newWord(l, "c", "result")
	return c
}

// Name is the chip's name.
func (c *ShiftImm) Name() string {
	if c.Arithmetic {
		return "shift-arith-imm"
	}
	return "shift-logic-imm"
}

// Columns is the chip's layout.
func (c *ShiftImm) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is a shift by an immediate
// and that rd is rs1, shifted by it.
func (c *ShiftImm) Define(b *air.Builder) {
	rightLow, rightHigh := b.Col(c.RightLow), b.Col(c.RightHigh)
	leftLow, leftHigh, sign := b.Nil(), b.Nil(), b.Nil()
	op := rightLow.Scale(OpSraiLow).Add(rightHigh.Scale(OpSraiHigh))
	if c.Arithmetic {
		sign = b.Col(c.Sign)
	} else {
		leftLow, leftHigh = b.Col(c.LeftLow), b.Col(c.LeftHigh)
		op = b.Sum(
			leftLow.Scale(OpSlliLow), leftHigh.Scale(OpSlliHigh),
			rightLow.Scale(OpSrliLow), rightHigh.Scale(OpSrliHigh))
	}
	live := b.Sum(leftLow, leftHigh, rightLow, rightHigh)
	b.Bit("one case at most", live)

	rd, rs1 := b.Col(c.RdReg), b.Col(c.Rs1Reg)
	aligned := b.Col(c.Aligned)
	c.fetch(b, live, op, rd, rs1, b.Col(c.W), aligned)
	x := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	low, middle, high := c.product(b, live, x, sign)

	// The result is a window of two limbs of w*a, or of a where the shift is aligned.
	or := func(shifted, moved air.Expr) air.Expr { return shifted.Add(aligned.Mul(moved.Sub(shifted))) }
	z := c.Result.exprs(b)
	b.Equal("low limb of the result", z.Lo, b.Sum(
		leftLow.Mul(or(low, x.Lo)), rightLow.Mul(or(middle, x.Lo)), rightHigh.Mul(or(high, x.Hi))))
	b.Equal("high limb of the result", z.Hi, b.Sum(
		leftHigh.Mul(or(low, x.Lo)), leftLow.Mul(or(middle, x.Hi)), rightLow.Mul(or(high, x.Hi)),
		rightHigh.Mul(sign).Scale(limb-1)))
	writeRegister(b, live, c.Step, rd, c.Rd, z)
	c.advanceInOrder(b, live)
}

// product constrains the limbs of w*x, on live rows, and gives them; the high one is that
// of a signed x. sign is x's, or zero in logical shifts. All limbs are below 2^16.
//
// Assumes that the limbs of x are below 2^16 and that w is a power of two from 2 to 2^15.
//
// In both equations the left side and all values that the right side can take lie among p
// successive integers: from 0 to p - 1, or from -2^31 to -2 if x is negative. So they hold
// for integers, and have one solution; as w is even, low limbs are. Then x1 < w, and 2 y0
// is a multiple of w below 2^16, so that the middle limb is below 2^16.
func (c *ShiftImm) product(b *air.Builder, live air.Expr, x Value, sign air.Expr) (low, middle, high air.Expr) {
	w, x0, x1, y0, y1 := b.Col(c.W), b.Col(c.X0), b.Col(c.X1), b.Col(c.Y0), b.Col(c.Y1)
	for _, v := range []air.Expr{x0, x1, y0, y1} {
		b.Receive(RangeSmall, live, b.Int(limbSign), v)
	}
	if c.Arithmetic {
		b.Receive(RangeSmall, live, b.Int(limbSign), x.Hi.Sub(sign.Scale(limbSign)))
	}
	b.Equal("product of the low limb", w.Mul(x.Lo), x0.Scale(2).Add(x1.Scale(limb)))
	b.Equal("product of the high limb", w.Mul(x.Hi.Sub(sign.Scale(limb))),
		y0.Scale(2).Add(y1.Sub(sign.Scale(limbSign)).Scale(limb)))
	return x0.Scale(2), x1.Add(y0.Scale(2)), y1.Add(sign.Scale(limbSign))
}
