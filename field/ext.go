package field

// E is the element C0 + C1 v + C2 v^2 of CM31[v]/(v^3-5), the field of challenges. The
// polynomial is irreducible because 5 is no cube in CM31. In every encoding and in every
// column of planes the six coordinates over M31 stand in the order of the fields:
// C0.A, C0.B, C1.A, C1.B, C2.A, C2.B, that is, over the basis 1, i, v, iv, v^2, iv^2.
type E struct{ C0, C1, C2 CM31 }

// Degree is the degree of E over M31.
const Degree = 6

// FromBase returns x as an element of E.
func FromBase(x M31) E {
	return E{C0: CM31{A: x}}
}

// FromCoords returns the element with the given coordinates.
func FromCoords(c [Degree]M31) E {
	return E{CM31{c[0], c[1]}, CM31{c[2], c[3]}, CM31{c[4], c[5]}}
}

// Coords returns the coordinates of x.
func (x E) Coords() [Degree]M31 {
	return [Degree]M31{x.C0.A, x.C0.B, x.C1.A, x.C1.B, x.C2.A, x.C2.B}
}

// Basis returns element k of the basis of E over M31, for k in [0, Degree).
func Basis(k int) E {
	var c [Degree]M31
	c[k] = 1
	return FromCoords(c)
}

// One returns 1.
func One() E {
	return FromBase(1)
}

// Add returns x + y.
func (x E) Add(y E) E {
	return E{x.C0.Add(y.C0), x.C1.Add(y.C1), x.C2.Add(y.C2)}
}

// Sub returns x - y.
func (x E) Sub(y E) E {
	return E{x.C0.Sub(y.C0), x.C1.Sub(y.C1), x.C2.Sub(y.C2)}
}

// Neg returns -x.
func (x E) Neg() E {
	return E{x.C0.Neg(), x.C1.Neg(), x.C2.Neg()}
}

// Double returns 2x.
func (x E) Double() E {
	return x.Add(x)
}

// AddBase returns x + y for y in M31.
func (x E) AddBase(y M31) E {
	x.C0.A = x.C0.A.Add(y)
	return x
}

// SubBase returns x - y for y in M31.
func (x E) SubBase(y M31) E {
	x.C0.A = x.C0.A.Sub(y)
	return x
}

// Mul returns x * y. Sums of up to four products of coordinates fit 64 bits, so each
// coordinate of the result is reduced once; folded sums are so small that five of them
// need no more than the cheaper reduction.
func (x E) Mul(y E) E {
	r00, i00 := mulWide(x.C0, y.C0)
	r01, i01 := mulWide(x.C0, y.C1)
	r10, i10 := mulWide(x.C1, y.C0)
	r11, i11 := mulWide(x.C1, y.C1)
	r02, i02 := mulWide(x.C0, y.C2)
	r20, i20 := mulWide(x.C2, y.C0)
	r12, i12 := mulWide(x.C1, y.C2)
	r21, i21 := mulWide(x.C2, y.C1)
	r22, i22 := mulWide(x.C2, y.C2)
	return E{
		CM31{reduce62(fold(r00) + 5*fold(r12+r21)), reduce62(fold(i00) + 5*fold(i12+i21))},
		CM31{reduce62(fold(r01+r10) + 5*fold(r22)), reduce62(fold(i01+i10) + 5*fold(i22))},
		CM31{reduce62(fold(r02+r20) + fold(r11)), reduce62(fold(i02+i20) + fold(i11))},
	}
}

// Square returns x^2.
func (x E) Square() E {
	s := x.C0.Square()
	d := x.C1.Double()
	r01, i01 := mulWide(x.C0, d)
	r02, i02 := mulWide(x.C0.Double(), x.C2)
	r12, i12 := mulWide(d, x.C2)
	r11, i11 := mulWide(x.C1, x.C1)
	r22, i22 := mulWide(x.C2, x.C2)
	return E{
		CM31{reduce62(uint64(s.A) + 5*fold(r12)), reduce62(uint64(s.B) + 5*fold(i12))},
		CM31{reduce62(fold(r01) + 5*fold(r22)), reduce62(fold(i01) + 5*fold(i22))},
		CM31{reduce62(fold(r02) + fold(r11)), reduce62(fold(i02) + fold(i11))},
	}
}

// MulBase returns x * y for y in M31.
func (x E) MulBase(y M31) E {
	return E{x.C0.MulBase(y), x.C1.MulBase(y), x.C2.MulBase(y)}
}

// MulCM31 returns x * y for y in CM31.
func (x E) MulCM31(y CM31) E {
	return E{x.C0.Mul(y), x.C1.Mul(y), x.C2.Mul(y)}
}

// Norm returns the norm of x over CM31, the product of x and its two conjugates under
// v -> w v for the cube roots of unity w. It is zero only for x = 0.
func (x E) Norm() CM31 {
	_, n := x.Adjugate()
	return n
}

// Adjugate returns the product t of the two other conjugates of x, and the norm x*t.
func (x E) Adjugate() (t E, norm CM31) {
	t.C0 = x.C0.Square().Sub(x.C1.Mul(x.C2).mul5())
	t.C1 = x.C2.Square().mul5().Sub(x.C0.Mul(x.C1))
	t.C2 = x.C1.Square().Sub(x.C0.Mul(x.C2))
	norm = x.C0.Mul(t.C0).Add(x.C2.Mul(t.C1).Add(x.C1.Mul(t.C2)).mul5())
	return t, norm
}

// Inv returns 1/x, and 0 for x = 0.
func (x E) Inv() E {
	t, norm := x.Adjugate()
	return t.MulCM31(norm.Inv())
}

// Conj returns sigma(x), the automorphism of order two: i -> -i with v fixed. It equals
// x^(P^3), and its fixed field has P^3 elements.
func (x E) Conj() E {
	return E{x.C0.Conj(), x.C1.Conj(), x.C2.Conj()}
}

// omega is 5^((P-1)/3), a primitive cube root of unity in M31, so v^P = omega v.
const omega, omega2 M31 = 1513477735, 634005911

// Frobenius returns x^(P^k). Any k is allowed, the map has order six.
func (x E) Frobenius(k int) E {
	k %= Degree
	if k < 0 {
		k += Degree
	}
	if k&1 == 1 {
		x = x.Conj()
	}
	switch k % 3 {
	case 1:
		x.C1, x.C2 = x.C1.MulBase(omega), x.C2.MulBase(omega2)
	case 2:
		x.C1, x.C2 = x.C1.MulBase(omega2), x.C2.MulBase(omega)
	}
	return x
}

// Exp returns x^k, with x^0 = 1 for every x.
func (x E) Exp(k uint64) E {
	r := One()
	for ; k != 0; k >>= 1 {
		if k&1 == 1 {
			r = r.Mul(x)
		}
		x = x.Square()
	}
	return r
}

// IsZero reports whether x is zero.
func (x E) IsZero() bool {
	return x == E{}
}
