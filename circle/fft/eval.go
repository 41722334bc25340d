package fft

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

// BasisAt returns the values at z of the basis of coefficients for size 2^log, log >= 1:
// a polynomial with coefficients c has the value vec.DotE(c, BasisAt(z, log)) there.
func BasisAt(z circle.PointE, log int) vec.Planes {
	return tensor(factors(z, log))
}

// WeightsAt returns weights for values instead of coefficients: a polynomial with 2^log
// coefficients and values v on the domain of t, or on its double of 2^log points, has the value
// vec.DotE(v, w) at z.
//
// With the inverse transform T, that value is the product of T v with the basis at z, so that the
// weights are the transposed transform of the basis. The transpose of a butterfly of the inverse
// transform, (a, b) -> (a + b, (a - b) t), is one of the forward transform, and they come in the
// order of that; but the twiddles stay those of the inverse transform.
func WeightsAt(z circle.PointE, log int, t *Twiddles) vec.Planes {
	w := vec.MakePlanes(1 << log)
	SetWeightsAt(w, z, log, t)
	return w
}

// SetWeightsAt is WeightsAt with the memory of w, 2^log elements of whatever value.
func SetWeightsAt(w vec.Planes, z circle.PointE, log int, t *Twiddles) {
	setTensor(w, factors(z, log))
	n := 1 << log
	l := t.inverse(n)
	scale := field.New(1 << (31 - log)) // 1/2^log, because 2^31 = 1
	for k := range w {
		l.forward(w[k][:n/2], w[k][n/2:], 0)
		vec.MulConst(w[k], w[k], scale)
	}
}

// factors returns the basis elements of the indices 2^k at z: x, pi(x), ..., and last y.
func factors(z circle.PointE, log int) []field.E {
	f := make([]field.E, log)
	for k, x := 0, z.X; k < log-1; k, x = k+1, circle.DoubleXE(x) {
		f[k] = x
	}
	f[log-1] = z.Y
	return f
}

// logLow is the logarithm of the part of the basis that an Evaluator keeps in the cache.
const logLow = 10

// Evaluator evaluates polynomials at one point. The basis is a tensor product: instead
// of 2^log weights in E it keeps those of the low bits and of the high bits apart.
type Evaluator struct {
	low  vec.Planes
	high vec.Planes
}

// NewEvaluator prepares evaluations at z of polynomials with 2^log coefficients, log >= 1.
func NewEvaluator(z circle.PointE, log int) *Evaluator {
	f := factors(z, log)
	n := min(log, logLow)
	return &Evaluator{tensor(f[:n]), tensor(f[n:])}
}

// tensor returns the products over all subsets of the factors.
func tensor(factors []field.E) vec.Planes {
	w := vec.MakePlanes(1 << len(factors))
	setTensor(w, factors)
	return w
}

// setTensor sets w to the products over all subsets of the factors.
func setTensor(w vec.Planes, factors []field.E) {
	vec.Set(&w, 0, field.One())
	for k, f := range factors {
		n := 1 << k
		vec.MulConstE(vec.Slice(w, n, 2*n), vec.Slice(w, 0, n), f)
	}
}

// Eval returns the value of the polynomial with the given coefficients. Their number must
// be that for which e was made, or Eval panics.
func (e *Evaluator) Eval(coeffs []field.M31) field.E {
	n := len(e.low[0])
	if len(coeffs) != n*len(e.high[0]) {
		panic("circle/fft: wrong number of coefficients for an Evaluator")
	}
	var sum field.E
	for j := range len(coeffs) / n {
		sum = sum.Add(vec.DotE(coeffs[j*n:(j+1)*n], e.low).Mul(vec.At(&e.high, j)))
	}
	return sum
}

// EvalAt returns the value at z of the polynomial with the given coefficients, a power of
// two of them, at least 2. To evaluate several at one point, use an Evaluator.
func EvalAt(coeffs []field.M31, z circle.PointE) field.E {
	return NewEvaluator(z, log2(len(coeffs))).Eval(coeffs)
}
