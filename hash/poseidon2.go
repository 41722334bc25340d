package hash

import "github.com/orrery/orrery/field"

// The shape of Poseidon2: width t, full rounds R_F (half before and half after the
// partial ones), partial rounds R_P.
//
// For x^5 over a prime of 31 bits, t = 24 and 128 bits of security, the least rounds that
// satisfy the inequalities of the Poseidon2 paper (2023/323; statistical, interpolation
// and Groebner basis attacks, in the form of the authors' script with the addition of
// 2023/537) are 6 and 20; the paper's margin of two full rounds and 7.5% of the partial
// ones makes them 8 and 22. A test evaluates the bounds.
const (
	Poseidon2Width         = 24
	Poseidon2FullRounds    = 8
	Poseidon2PartialRounds = 22
	// Poseidon2Alpha is the exponent of the S-box, the least that is prime to p-1.
	Poseidon2Alpha = 5
	// Poseidon2Rate is the number of elements that the sponge takes in with a
	// permutation. The capacity is the other nine.
	Poseidon2Rate = Poseidon2Width - Poseidon2Words
)

// poseidon2M4 is the matrix M_4 of the Poseidon2 paper (section 5.1).
var poseidon2M4 = [4][4]field.M31{
	{5, 7, 1, 3},
	{4, 6, 1, 1},
	{1, 3, 5, 7},
	{1, 1, 4, 6},
}

// ExternalM4 returns the matrix M_4 of which the external matrix is made.
func ExternalM4() [4][4]field.M31 {
	return poseidon2M4
}

// ExternalMatrix returns the matrix of the full rounds, circ(2 M_4, M_4, ..., M_4), which
// is also applied before the first round. It acts on columns: y_i = sum_j M_ij x_j.
func ExternalMatrix() (m [Poseidon2Width][Poseidon2Width]field.M31) {
	for i := range m {
		for j := range m[i] {
			m[i][j] = poseidon2M4[i%4][j%4]
			if i/4 == j/4 {
				m[i][j] = m[i][j].Double()
			}
		}
	}
	return m
}

// InternalDiagonal returns the diagonal D for which the matrix of the partial rounds is
// the matrix of ones plus diag(D): -2, 2^0, 2^1, ..., 2^22. It is the diagonal that
// Plonky3 chose for this width, for cheap multiplications; a test checks the condition of
// the paper against subspace trails (section 5.3), that the minimal polynomials of the
// powers 1 to 2t of the matrix are irreducible of degree t.
func InternalDiagonal() (d [Poseidon2Width]field.M31) {
	d[0] = field.M31(2).Neg()
	for i := 1; i < Poseidon2Width; i++ {
		d[i] = 1 << (i - 1)
	}
	return d
}

// FullRoundConstants returns the constants of the full rounds in their order; the first
// four rounds come before the partial ones. They are added before the S-box.
func FullRoundConstants() [Poseidon2FullRounds][Poseidon2Width]field.M31 {
	return fullConstants
}

// PartialRoundConstants returns the constants of the partial rounds, added to element 0.
func PartialRoundConstants() [Poseidon2PartialRounds]field.M31 {
	return partialConstants
}

// Poseidon2Permute applies the permutation to s, whose elements must be canonical. They
// are again.
//
// Inside, elements are numbers congruent to them that grow and are folded back when they
// must: fold takes y to y mod 2^31 + floor(y / 2^31), at most 2^31 - 1 + y/2^31.
func Poseidon2Permute(s *[Poseidon2Width]field.M31) {
	var x [Poseidon2Width]uint64
	for i := range x {
		x[i] = uint64(s[i])
	}
	external(&x)
	for r := range Poseidon2FullRounds / 2 {
		fullSboxes(&x, &fullConstants[r])
		external(&x)
	}
	for i := range x {
		x[i] = fold(x[i]) // below 2^31 + 2^9
	}
	for r := range partialConstants {
		internal(&x, partialConstants[r])
	}
	for r := Poseidon2FullRounds / 2; r < Poseidon2FullRounds; r++ {
		fullSboxes(&x, &fullConstants[r])
		external(&x)
	}
	for i := range x {
		s[i] = field.New(x[i])
	}
}

func fold(y uint64) uint64 {
	return y&field.P + y>>31
}

// sbox returns x^5 for x below 2^31 + 2^26; the result is below 2^33.
func sbox(x uint64) uint64 {
	x2 := fold(fold(x * x)) // below 2^31 + 3
	x4 := fold(x2 * x2)     // below 2^32 + 16
	return fold(x4 * x)
}

// fullSboxes adds the constants c and applies the S-box to all elements, each below 2^40.
func fullSboxes(x *[Poseidon2Width]uint64, c *[Poseidon2Width]field.M31) {
	for i := range x {
		x[i] = sbox(fold(x[i] + uint64(c[i])))
	}
}

// external multiplies by the external matrix. The rows of M_4 sum to at most 16 and seven
// of its copies meet in a row, so elements below 2^33 come out below 112 * 2^33 < 2^40.
func external(x *[Poseidon2Width]uint64) {
	var s0, s1, s2, s3 uint64
	for i := 0; i < Poseidon2Width; i += 4 {
		a, b, c, d := x[i], x[i+1], x[i+2], x[i+3]
		// M_4 by additions only, in the paper's order.
		ab, cd := a+b, c+d
		t2 := 2*b + cd
		t3 := 2*d + ab
		y3 := 4*cd + t3
		y1 := 4*ab + t2
		y0 := t3 + y1
		y2 := t2 + y3
		x[i], x[i+1], x[i+2], x[i+3] = y0, y1, y2, y3
		s0 += y0
		s1 += y1
		s2 += y2
		s3 += y3
	}
	for i := 0; i < Poseidon2Width; i += 4 {
		x[i] += s0
		x[i+1] += s1
		x[i+2] += s2
		x[i+3] += s3
	}
}

// internal is a partial round: constant and S-box on element 0, then the internal matrix.
// Elements are below 2^31 + 2^26 before and after: shifted by at most 22 and added to a
// sum below 2^37 they stay below 2^54, which folds to below 2^31 + 2^23.
func internal(x *[Poseidon2Width]uint64, c field.M31) {
	x0 := sbox(fold(x[0] + uint64(c)))
	rest := x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7] + x[8] +
		x[9] + x[10] + x[11] + x[12] + x[13] + x[14] + x[15] + x[16] +
		x[17] + x[18] + x[19] + x[20] + x[21] + x[22] + x[23]
	sum := x0 + rest
	x[0] = fold(rest + 8*field.P - x0) // sum - 2 x0, and x0 < 2^33 < 8p
	x[1] = fold(sum + x[1])
	x[2] = fold(sum + x[2]<<1)
	x[3] = fold(sum + x[3]<<2)
	x[4] = fold(sum + x[4]<<3)
	x[5] = fold(sum + x[5]<<4)
	x[6] = fold(sum + x[6]<<5)
	x[7] = fold(sum + x[7]<<6)
	x[8] = fold(sum + x[8]<<7)
	x[9] = fold(sum + x[9]<<8)
	x[10] = fold(sum + x[10]<<9)
	x[11] = fold(sum + x[11]<<10)
	x[12] = fold(sum + x[12]<<11)
	x[13] = fold(sum + x[13]<<12)
	x[14] = fold(sum + x[14]<<13)
	x[15] = fold(sum + x[15]<<14)
	x[16] = fold(sum + x[16]<<15)
	x[17] = fold(sum + x[17]<<16)
	x[18] = fold(sum + x[18]<<17)
	x[19] = fold(sum + x[19]<<18)
	x[20] = fold(sum + x[20]<<19)
	x[21] = fold(sum + x[21]<<20)
	x[22] = fold(sum + x[22]<<21)
	x[23] = fold(sum + x[23]<<22)
}
