package field

// CM31 is the element A + iB of M31[i]/(i^2+1), a field because P = 3 mod 4.
type CM31 struct{ A, B M31 }

// Add returns x + y.
func (x CM31) Add(y CM31) CM31 {
	return CM31{x.A.Add(y.A), x.B.Add(y.B)}
}

// Sub returns x - y.
func (x CM31) Sub(y CM31) CM31 {
	return CM31{x.A.Sub(y.A), x.B.Sub(y.B)}
}

// Neg returns -x.
func (x CM31) Neg() CM31 {
	return CM31{x.A.Neg(), x.B.Neg()}
}

// Double returns 2x.
func (x CM31) Double() CM31 {
	return x.Add(x)
}

// Conj returns A - iB, which is also x^P.
func (x CM31) Conj() CM31 {
	return CM31{x.A, x.B.Neg()}
}

// Mul returns x * y.
func (x CM31) Mul(y CM31) CM31 {
	re, im := mulWide(x, y)
	return CM31{reduce64(re), reduce64(im)}
}

// mulWide returns the coordinates of x*y as sums of two unreduced products, each at
// most 2*P*P < 2^63.
func mulWide(x, y CM31) (re, im uint64) {
	xa, xb, ya, yb := uint64(x.A), uint64(x.B), uint64(y.A), uint64(y.B)
	return xa*ya + xb*(P-yb), xa*yb + xb*ya
}

// MulBase returns x * y for y in M31.
func (x CM31) MulBase(y M31) CM31 {
	return CM31{x.A.Mul(y), x.B.Mul(y)}
}

// Square returns x^2 = (A+B)(A-B) + 2iAB.
func (x CM31) Square() CM31 {
	return CM31{x.A.Add(x.B).Mul(x.A.Sub(x.B)), x.A.Double().Mul(x.B)}
}

// Norm returns x * Conj(x) = A^2 + B^2, zero only for x = 0.
func (x CM31) Norm() M31 {
	return reduce64(uint64(x.A)*uint64(x.A) + uint64(x.B)*uint64(x.B))
}

// Inv returns 1/x, and 0 for x = 0.
func (x CM31) Inv() CM31 {
	return x.Conj().MulBase(x.Norm().Inv())
}

// IsZero reports whether x is zero.
func (x CM31) IsZero() bool {
	return x == CM31{}
}

// mul5 returns 5x.
func (x CM31) mul5() CM31 {
	return CM31{reduce62(5 * uint64(x.A)), reduce62(5 * uint64(x.B))}
}
