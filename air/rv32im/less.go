package rv32im

import "github.com/orrery/orrery/air"

// LessCols are the columns of a comparison of two values x and y.
type LessCols struct {
	Less         air.Col // 1 if x < y
	Borrow       air.Col // 1 if the low limb of x is below that of y
	SignX, SignY air.Col // 1 if the value is negative; 0, or absent, where the comparison is unsigned
}

// newUnsignedLessCols appends the columns of a comparison that is always unsigned.
func newUnsignedLessCols(l *air.Layout) LessCols {
	return LessCols{
		Less:   l.Bit("less", "1 if a < b"),
		Borrow: l.Bit("borrow", "1 if the low limb of a is below that of b"),
	}
}

func newLessCols(l *air.Layout) LessCols {
	c := newUnsignedLessCols(l)
	c.SignX = l.Bit("sign_a", "1 if a is negative; 0 in unsigned comparisons")
	c.SignY = l.Bit("sign_b", "1 if b is negative; 0 in unsigned comparisons")
	return c
}

// lessThan is the bit x < y, of signed numbers if unsigned is 0, of unsigned ones if it
// is 1. It costs 4 look-ups.
//
// Assumes that all limbs are below 2^16 and that unsigned is 0 or 1 and of degree 1 at most.
// Constrains, on live rows, the bit and all of cols.
func lessThan(b *air.Builder, live, unsigned air.Expr, x, y Value, cols LessCols) air.Expr {
	x.Hi = signedHigh(b, live, unsigned, x.Hi, b.Col(cols.SignX))
	y.Hi = signedHigh(b, live, unsigned, y.Hi, b.Col(cols.SignY))
	compare(b, live, x, y, b.Col(cols.Borrow), b.Col(cols.Less))
	return b.Col(cols.Less)
}

// signedHigh is the high limb as a number in [-2^15, 2^15) if unsigned is 0, unchanged if
// it is 1.
//
// Assumes hi < 2^16 and that sign is a bit. Constrains sign, on live rows: in the signed
// case hi - 2^16 sign + 2^15 lies in [0, 2^16) only if sign is bit 15 of hi, in the
// unsigned one hi - 2^16 sign does only if sign is 0. No side leaves (-2^17, 2^17).
func signedHigh(b *air.Builder, live, unsigned, hi, sign air.Expr) air.Expr {
	v := hi.Sub(sign.Scale(limb))
	b.Receive(Range16, live, v.Add(unsigned.Not().Scale(limb/2)))
	return v
}

// compare constrains less to be the bit x < y by subtracting limb by limb.
//
// Assumes that borrow and less are bits, that low limbs lie in [0, 2^16), and that both
// high limbs lie in [0, 2^16) or both in [-2^15, 2^15). The differences of limbs, less the
// borrow, then lie in [-2^16, 2^16), and exactly one value of the bit brings them into
// [0, 2^16). Nothing comes near p.
func compare(b *air.Builder, live air.Expr, x, y Value, borrow, less air.Expr) {
	b.Receive(Range16, live, x.Lo.Sub(y.Lo).Add(borrow.Scale(limb)))
	b.Receive(Range16, live, x.Hi.Sub(y.Hi).Sub(borrow).Add(less.Scale(limb)))
}
