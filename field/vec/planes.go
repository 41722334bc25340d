package vec

import "github.com/orrery/orrery/field"

// Planes is a column of elements of E: six columns of coordinates, in the order of
// field.E.Coords, of equal length. The length of the first plane of the first argument
// counts in the kernels below.
type Planes = [field.Degree][]field.M31

// MakePlanes returns n zeros, in one allocation.
func MakePlanes(n int) Planes {
	all := make([]field.M31, field.Degree*n)
	var p Planes
	for k := range p {
		p[k] = all[k*n : (k+1)*n : (k+1)*n]
	}
	return p
}

// Slice returns the elements [lo, hi) of p, sharing memory.
func Slice(p Planes, lo, hi int) Planes {
	for k := range p {
		p[k] = p[k][lo:hi]
	}
	return p
}

// At returns element i of p.
func At(p *Planes, i int) field.E {
	return field.E{
		C0: field.CM31{A: p[0][i], B: p[1][i]},
		C1: field.CM31{A: p[2][i], B: p[3][i]},
		C2: field.CM31{A: p[4][i], B: p[5][i]},
	}
}

// Set sets element i of p to x.
func Set(p *Planes, i int, x field.E) {
	p[0][i], p[1][i] = x.C0.A, x.C0.B
	p[2][i], p[3][i] = x.C1.A, x.C1.B
	p[4][i], p[5][i] = x.C2.A, x.C2.B
}

// AddE sets dst = a + b.
func AddE(dst, a, b Planes) {
	for k := range dst {
		Add(dst[k], a[k], b[k])
	}
}

// SubE sets dst = a - b.
func SubE(dst, a, b Planes) {
	for k := range dst {
		Sub(dst[k], a[k], b[k])
	}
}

// MulE sets dst = a * b.
func MulE(dst, a, b Planes) {
	portableMulE(&dst, &a, &b, vectorMulE(&dst, &a, &b))
}

// portableMulE begins at element from.
func portableMulE(dst, a, b *Planes, from int) {
	if from == len(dst[0]) {
		return
	}
	var x, y tile
	for lo := from; lo < len(dst[0]); lo += tileLen {
		hi := min(lo+tileLen, len(dst[0]))
		x.load(a, lo, hi)
		y.load(b, lo, hi)
		for i := range hi - lo {
			x.set(i, x.at(i).Mul(y.at(i)))
		}
		x.store(dst, lo, hi)
	}
}

// MulBaseE sets dst = a * b for a base column b.
func MulBaseE(dst, a Planes, b []field.M31) {
	n := len(dst[0])
	for lo := 0; lo < n; lo += block {
		hi := min(lo+block, n)
		for k := range dst {
			Mul(dst[k][lo:hi], a[k][lo:hi], b[lo:hi])
		}
	}
}

// MulConstE sets dst = a * c.
func MulConstE(dst, a Planes, c field.E) {
	portableMulConstE(&dst, &a, c, vectorMulConstE(&dst, &a, c))
}

// portableMulConstE begins at element from.
func portableMulConstE(dst, a *Planes, c field.E, from int) {
	if from == len(dst[0]) {
		return
	}
	var x tile
	for lo := from; lo < len(dst[0]); lo += tileLen {
		hi := min(lo+tileLen, len(dst[0]))
		x.load(a, lo, hi)
		for i := range hi - lo {
			x.set(i, x.at(i).Mul(c))
		}
		x.store(dst, lo, hi)
	}
}
