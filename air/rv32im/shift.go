package rv32im

import "github.com/orrery/orrery/air"

// half is 1/2 in the field.
const half = 1 << 30

// ShiftCols are the columns of a shift. With s the amount modulo 16, a low shift is one by
// s, a high one by 16 + s. A left shift multiplies by w = 2^s, a right one by
// w = 2^(16-s) and drops a limb; in both cases u*w = 2^16. The operand a falls into
//
//	a_lo = x0 + u*x1,  a_hi = y0 + u*y1  with x0, y0 < u and x1, y1 < w,
//
// and w*a has the limbs w*x0, x1 + w*y0, y1. The result is a window of two limbs of it.
// In an arithmetic shift a_hi counts as signed, so that -w/2 <= y1 < w/2.
type ShiftCols struct {
	// One of these is 1 on live rows.
	LeftHigh, LeftLow, RightLow, RightHigh air.Col

	Arithmetic, Sign air.Col
	U, W             air.Col
	X0, X1, Y0       air.Col
	Y1               air.Col // y1 + w/2 in an arithmetic shift
	Result           Word
}

func newShiftCols(l *air.Layout) ShiftCols {
	return ShiftCols{
		LeftHigh:   l.Bit("left_high", "1 for a left shift by 16 or more"),
		LeftLow:    l.Bit("left_low", "1 for a left shift by less than 16"),
		RightLow:   l.Bit("right_low", "1 for a right shift by less than 16"),
		RightHigh:  l.Bit("right_high", "1 for a right shift by 16 or more"),
		Arithmetic: l.Bit("arithmetic", "1 for SRA"),
		Sign:       l.Bit("sign", "1 if a is negative; 0 in logical shifts"),
		U:          l.Felt("u", "2^s for a right shift, 2^(16-s) for a left one"),
		W:          l.Felt("w", "2^16 / u"),
		X0:         l.U16("x0", "low limb of a, modulo u"),
		X1:         l.U16("x1", "low limb of a, divided by u"),
		Y0:         l.U16("y0", "high limb of a, modulo u"),
		Y1:         l.U16("y1", "high limb of a, divided by u; w/2 more in arithmetic shifts"),
		Result:     newWord(l, "c", "result"),
	}
}

// live is 1 on live rows. Constrains it to be a bit, so that no row has two cases.
func (c ShiftCols) live(b *air.Builder) air.Expr {
	live := b.Sum(b.Col(c.LeftHigh), b.Col(c.LeftLow), b.Col(c.RightLow), b.Col(c.RightHigh))
	b.Bit("one case at most", live)
	return live
}

// shift constrains the result, on live rows, and gives it.
//
// Assumes that the limbs of x are below 2^16, that u and w are powers of two with
// u*w = 2^16, and that w > 1 in right shifts. Then every sum here is below 2^17 in
// absolute value.
func (c ShiftCols) shift(b *air.Builder, live air.Expr, x Value) Value {
	leftHigh, leftLow := b.Col(c.LeftHigh), b.Col(c.LeftLow)
	rightLow, rightHigh := b.Col(c.RightLow), b.Col(c.RightHigh)
	arithmetic, sign := b.Col(c.Arithmetic), b.Col(c.Sign)
	u, w := b.Col(c.U), b.Col(c.W)
	x0, x1, y0 := b.Col(c.X0), b.Col(c.X1), b.Col(c.Y0)
	b.Zero("left shifts are logical", arithmetic.Mul(leftHigh.Add(leftLow)))

	b.Equal("low limb in two parts", x.Lo, x0.Add(u.Mul(x1)))
	b.Receive(RangeSmall, live, u, x0)
	b.Receive(RangeSmall, live, w, x1)
	b.Receive(RangeSmall, live, u, y0)
	b.Receive(RangeSmall, live, w, b.Col(c.Y1))
	y1 := b.Col(c.Y1).Sub(arithmetic.Mul(w).Scale(half))
	// The right side lies in [0, 2^16), or in [-2^15, 2^15) in arithmetic shifts, so this
	// pins the sign: to 0 in logical shifts.
	b.Equal("high limb in two parts", x.Hi.Sub(sign.Scale(limb)), y0.Add(u.Mul(y1)))

	// Limbs of w*a; the lowest is w*x0. The sign makes that of a negative y1 a number below
	// 2^16.
	low, middle, high := w.Mul(x.Lo).Sub(x1.Scale(limb)), x1.Add(w.Mul(y0)), y1.Add(sign.Scale(limb))
	z := c.Result.exprs(b)
	b.Equal("low limb of the result", z.Lo,
		b.Sum(leftLow.Mul(low), rightLow.Mul(middle), rightHigh.Mul(high)))
	b.Equal("high limb of the result", z.Hi,
		b.Sum(leftHigh.Mul(low), leftLow.Mul(middle), rightLow.Mul(high), rightHigh.Mul(sign).Scale(limb-1)))
	return z
}
