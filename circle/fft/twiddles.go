// Package fft implements the circle FFT over M31 for the prover: between the
// coefficients of a polynomial a(x) + y b(x) and its values on a twin coset, and
// low-degree extension. See Haböck, Levit, Papini, "Circle STARKs" (ePrint 2024/278),
// section 4.
//
// Coefficients: for size N = 2^log, index s < N/2 is that of a at the basis element
// prod_k pi^k(x)^(bit k of s), where pi(x) = 2x^2 - 1, and N/2 + s the same for b.
// Values: the storage order of circle.Domain. A column over E is six columns over M31.
package fft

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

// Twiddles holds the twiddle factors for a domain and for all its doubles. The doubles
// of the canonic coset of size 2^m are the smaller canonic cosets; those of a constraint
// domain are the constraint domains of shorter tables with the same blow-up. Twiddles are
// immutable and may be shared by goroutines.
type Twiddles struct {
	domain circle.Domain
	// x[k][b] is the x coordinate of the point at storage index 2b of the domain doubled
	// k times, 2^(Log-2-k) of them.
	x, xInv [][]field.M31
	// y[k] is the y coordinate of the initial point of the domain doubled k times.
	y, yInv []field.M31
}

// NewTwiddles computes the twiddles for d, one field element of memory for each point.
func NewTwiddles(d circle.Domain) *Twiddles {
	t := &Twiddles{domain: d}
	for p, log := d.Initial, d.Log; log >= 1; log-- {
		t.y = append(t.y, p.Y)
		p = p.Double()
	}
	t.yInv = make([]field.M31, len(t.y))
	vec.BatchInverse(t.yInv, t.y)
	for k := 0; k+2 <= d.Log; k++ {
		x := make([]field.M31, 1<<(d.Log-2-k))
		if k == 0 {
			evenHalf(x, d)
		} else {
			for b := range x {
				x[b] = circle.DoubleX(t.x[k-1][2*b])
			}
		}
		inv := make([]field.M31, len(x))
		vec.BatchInverse(inv, x)
		t.x, t.xInv = append(t.x, x), append(t.xInv, inv)
	}
	return t
}

// evenHalf fills x with the x coordinates of the points of d at the even indices below
// half its size.
func evenHalf(x []field.M31, d circle.Domain) {
	y := make([]field.M31, len(x))
	x[0], y[0] = d.Initial.X, d.Initial.Y
	// Bit j of a storage index stands for the summand g_(j+1).
	for j, n := 1, 1; n < len(x); j, n = j+1, 2*n {
		g := circle.Generator(j + 1)
		toX, toY := x[n:2*n], y[n:2*n]
		vec.MulConst(toX, x[:n], g.X)
		vec.MulAddConst(toX, y[:n], g.Y.Neg())
		vec.MulConst(toY, y[:n], g.X)
		vec.MulAddConst(toY, x[:n], g.Y)
	}
}

// Domain returns the domain for which t was computed.
func (t *Twiddles) Domain() circle.Domain {
	return t.domain
}

// layers are the twiddles of one transform of size 2^log in one direction.
type layers struct {
	x   [][]field.M31 // x[k] for the layer of stride 2^k, log-1 layers
	y   field.M31     // of the point at storage index 0
	log int
}

func (t *Twiddles) forward(n int) layers {
	k := t.doublings(n)
	return layers{t.x[k:], t.y[k], t.domain.Log - k}
}

func (t *Twiddles) inverse(n int) layers {
	k := t.doublings(n)
	return layers{t.xInv[k:], t.yInv[k], t.domain.Log - k}
}

// doublings returns how often the domain must be doubled to have n points.
func (t *Twiddles) doublings(n int) int {
	k := t.domain.Log - log2(n)
	if k < 0 {
		panic("circle/fft: column longer than the domain of the twiddles")
	}
	return k
}

// across returns the twiddle of the layer that pairs storage index s with its conjugate,
// the y coordinate at s (or its inverse, for inverse layers). From four points on, those
// of storage indices 4q to 4q+3 are P = (x, y), -P up to conjugation, P + (0, -1), and
// both, so that the first layer along x holds all that is needed.
func (l layers) across(s int) field.M31 {
	if l.log <= 2 {
		if s == 1 {
			return l.y.Neg()
		}
		return l.y
	}
	x, y := l.x[0][s/4*2], l.x[0][s/4*2+1]
	switch s % 4 {
	case 0:
		return y
	case 1:
		return y.Neg()
	case 2:
		return x.Neg()
	default:
		return x
	}
}
