// Package field implements the arithmetic of the proof system: the Mersenne prime field
// M31 of p = 2^31-1 elements, its quadratic extension CM31 = M31[i]/(i^2+1) and the
// field of challenges E = CM31[v]/(v^3-5), of degree six over M31.
//
// All elements are canonical at rest: every coordinate is below p. All operations take
// and give canonical elements; the zero value of each type is the zero of its field.
// Running times depend on values only in Inv, Exp and the batch inversions of zeros:
// nothing here is meant to keep secrets.
package field

// P is the modulus 2^31 - 1.
const P = 1<<31 - 1

// M31 is an element of the prime field, always in [0, P).
type M31 uint32

// New returns x mod P.
func New(x uint64) M31 {
	return reduce64(x)
}

// FromInt64 returns x mod P; negative integers map to negatives.
func FromInt64(x int64) M31 {
	if x < 0 {
		// -x as an unsigned number is right for the smallest integer too.
		return New(-uint64(x)).Neg()
	}
	return New(uint64(x))
}

// fold returns a number congruent to x and below 2^31 + 2^33 < 2^34.
func fold(x uint64) uint64 {
	return x&P + x>>31
}

// reduce62 returns x mod P for x <= P*P.
func reduce62(x uint64) M31 {
	return reduce32(uint32(x&P) + uint32(x>>31))
}

// reduce64 returns x mod P for any x.
func reduce64(x uint64) M31 {
	return reduce62(fold(x))
}

// reduce32 returns x mod P for x < 2*P. The difference wraps around and loses when
// x is already canonical, so no branch is needed.
func reduce32(x uint32) M31 {
	return M31(min(x, x-P))
}

// Add returns x + y.
func (x M31) Add(y M31) M31 {
	return reduce32(uint32(x) + uint32(y))
}

// Sub returns x - y.
func (x M31) Sub(y M31) M31 {
	d := uint32(x) - uint32(y)
	return M31(min(d, d+P))
}

// Neg returns -x.
func (x M31) Neg() M31 {
	return M31(0).Sub(x)
}

// Double returns 2x.
func (x M31) Double() M31 {
	return x.Add(x)
}

// Halve returns x/2. Division by two rotates the 31 bits.
func (x M31) Halve() M31 {
	return x>>1 | x&1<<30
}

// Mul returns x * y.
func (x M31) Mul(y M31) M31 {
	return reduce62(uint64(x) * uint64(y))
}

// Square returns x^2.
func (x M31) Square() M31 {
	return x.Mul(x)
}

// IsZero reports whether x is zero.
func (x M31) IsZero() bool {
	return x == 0
}

// Exp returns x^k, with x^0 = 1 for every x.
func (x M31) Exp(k uint64) M31 {
	r := M31(1)
	for ; k != 0; k >>= 1 {
		if k&1 == 1 {
			r = r.Mul(x)
		}
		x = x.Square()
	}
	return r
}

// Inv returns 1/x, and 0 for x = 0. It raises x to P-2 = 2^31 - 3 by a chain of 38
// multiplications over exponents of the form 2^k - 1.
func (x M31) Inv() M31 {
	x2 := x.squares(1).Mul(x)    // 2^2 - 1
	x4 := x2.squares(2).Mul(x2)  // 2^4 - 1
	x8 := x4.squares(4).Mul(x4)  // 2^8 - 1
	x16 := x8.squares(8).Mul(x8) // 2^16 - 1
	x24 := x16.squares(8).Mul(x8)
	x28 := x24.squares(4).Mul(x4)
	x29 := x28.squares(1).Mul(x) // 2^29 - 1
	return x29.squares(2).Mul(x) // 4(2^29 - 1) + 1 = 2^31 - 3
}

// squares returns x^(2^n).
func (x M31) squares(n int) M31 {
	for range n {
		x = x.Square()
	}
	return x
}
