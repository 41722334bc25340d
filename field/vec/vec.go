// Package vec holds the prover's kernels over columns of field elements.
//
// On amd64 they run in assembly for AVX-512 or AVX2, as package internal/cpu chooses. A
// kernel in assembly does whole vectors, and its portable twin, which stands beside the
// exported function, what is left over: all of it on other machines and with the build
// tag purego. The results are the same bit by bit, since all of them are canonical.
//
// Conventions: the length of the first argument is the number of elements; the other
// slices must be at least as long (or the call panics). A destination may start at the
// same element as an input, but must not overlap one otherwise. All elements are
// canonical, before and after.
package vec

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu"
)

// Kernels names the implementation in use: portable, avx2 or avx512.
func Kernels() string {
	return cpu.Selected()
}

// Add sets dst = a + b.
func Add(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := vectorAdd(dst, a, b)
	portableAdd(dst[n:], a[n:], b[n:])
}

func portableAdd(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Add(b[i])
	}
}

// Sub sets dst = a - b.
func Sub(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := vectorSub(dst, a, b)
	portableSub(dst[n:], a[n:], b[n:])
}

func portableSub(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Sub(b[i])
	}
}

// Mul sets dst = a * b.
func Mul(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := vectorMul(dst, a, b)
	portableMul(dst[n:], a[n:], b[n:])
}

func portableMul(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Mul(b[i])
	}
}

// Neg sets dst = -a.
func Neg(dst, a []field.M31) {
	a = a[:len(dst)]
	n := vectorNeg(dst, a)
	portableNeg(dst[n:], a[n:])
}

func portableNeg(dst, a []field.M31) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Neg()
	}
}

// AddConst sets dst = a + c.
func AddConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	n := vectorAddConst(dst, a, c)
	portableAddConst(dst[n:], a[n:], c)
}

func portableAddConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Add(c)
	}
}

// MulConst sets dst = a * c.
func MulConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	n := vectorMulConst(dst, a, c)
	portableMulConst(dst[n:], a[n:], c)
}

func portableMulConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = a[i].Mul(c)
	}
}

// MulAdd sets dst = dst + a * b.
func MulAdd(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	n := vectorMulAdd(dst, a, b)
	portableMulAdd(dst[n:], a[n:], b[n:])
}

func portableMulAdd(dst, a, b []field.M31) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = mulAdd(dst[i], a[i], b[i])
	}
}

// MulAddConst sets dst = dst + a * c.
func MulAddConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	n := vectorMulAddConst(dst, a, c)
	portableMulAddConst(dst[n:], a[n:], c)
}

func portableMulAddConst(dst, a []field.M31, c field.M31) {
	a = a[:len(dst)]
	for i := range dst {
		dst[i] = mulAdd(dst[i], a[i], c)
	}
}

// mulAdd returns x + a*b. With x and a below p and b at most p, the sum is at most p*p,
// so one reduction does for both operations.
func mulAdd(x, a, b field.M31) field.M31 {
	return reduce62(uint64(x) + uint64(a)*uint64(b))
}

// reduce62 returns x mod p for x <= p*p.
func reduce62(x uint64) field.M31 {
	s := uint32(x&field.P) + uint32(x>>31)
	return field.M31(min(s, s-field.P))
}

// fold returns a number congruent to x and below 2^34.
func fold(x uint64) uint64 {
	return x&field.P + x>>31
}

// Repeat sets dst[2i] and dst[2i+1] to src[i]. len(dst) is even and counts, and the two don't overlap.
func Repeat(dst, src []field.M31) {
	src = src[:len(dst)/2]
	for i := vectorRepeat(dst, src); i < len(src); i++ {
		dst[2*i], dst[2*i+1] = src[i], src[i]
	}
}
