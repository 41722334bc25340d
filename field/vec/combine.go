package vec

import "github.com/orrery/orrery/field"

// block is the number of elements that the kernels over planes handle at a time, so that
// what they read several times stays in the first-level cache.
const block = 512

// AccConsts sets dst = src + sum over j of cols[j] * cs[j], for base columns, none of them
// of dst; src may be dst. Four products are summed before each reduction. cs must be at least as
// long as cols, and src as dst.
func AccConsts(dst, src Planes, cols [][]field.M31, cs []field.E) {
	cs = cs[:len(cols)]
	from := vectorAccConsts(&dst, &src, cols, cs)
	for k := range dst {
		copy(dst[k][from:], src[k][from:len(dst[k])])
	}
	portableAccConsts(&dst, cols, cs, from)
}

// SumConsts sets dst = c + sum over j of cols[j] * cs[j]; otherwise it is AccConsts.
func SumConsts(dst Planes, c field.E, cols [][]field.M31, cs []field.E) {
	cs = cs[:len(cols)]
	from := vectorSumConsts(&dst, c, cols, cs)
	for k, ck := range c.Coords() {
		rest := dst[k][from:]
		for i := range rest {
			rest[i] = ck
		}
	}
	portableAccConsts(&dst, cols, cs, from)
}

// portableAccConsts begins at element from.
func portableAccConsts(dst *Planes, cols [][]field.M31, cs []field.E, from int) {
	n := len(dst[0])
	for lo := from; lo < n; lo += block {
		hi := min(lo+block, n)
		part := Slice(*dst, lo, hi)
		j := 0
		for ; j+4 <= len(cols); j += 4 {
			a, b, c, d := cs[j].Coords(), cs[j+1].Coords(), cs[j+2].Coords(), cs[j+3].Coords()
			for k := range part {
				mulAddConst4(part[k],
					cols[j][lo:hi], cols[j+1][lo:hi], cols[j+2][lo:hi], cols[j+3][lo:hi],
					a[k], b[k], c[k], d[k])
			}
		}
		for ; j < len(cols); j++ {
			for k, ck := range cs[j].Coords() {
				portableMulAddConst(part[k], cols[j][lo:hi], ck)
			}
		}
	}
}

// mulAddConst4 sets dst = dst + a ca + b cb + c cc + d cd. Four products of canonical
// elements are at most 2^64 - 2^35 + 16, which leaves room for dst.
func mulAddConst4(dst, a, b, c, d []field.M31, ca, cb, cc, cd field.M31) {
	a, b, c, d = a[:len(dst)], b[:len(dst)], c[:len(dst)], d[:len(dst)]
	wa, wb, wc, wd := uint64(ca), uint64(cb), uint64(cc), uint64(cd)
	for i := range dst {
		s := uint64(dst[i]) + uint64(a[i])*wa + uint64(b[i])*wb + uint64(c[i])*wc + uint64(d[i])*wd
		dst[i] = reduce62(fold(s))
	}
}

// Dot returns the sum over i of a[i] * b[i].
func Dot(a, b []field.M31) field.M31 {
	b = b[:len(a)]
	sum, n := vectorDot(a, b)
	return sum.Add(portableDot(a[n:], b[n:]))
}

func portableDot(a, b []field.M31) field.M31 {
	// Each folded sum of four products is below 2^34, so 2^30 of them can be added.
	var acc uint64
	for len(a) >= 4 && len(b) >= 4 {
		acc += fold(uint64(a[0])*uint64(b[0]) + uint64(a[1])*uint64(b[1]) +
			uint64(a[2])*uint64(b[2]) + uint64(a[3])*uint64(b[3]))
		a, b = a[4:], b[4:]
	}
	for i := range a {
		acc += fold(uint64(a[i]) * uint64(b[i]))
	}
	return field.New(acc)
}

// DotE returns the sum over i of base[i] * w[i], for a base column and weights in E.
func DotE(base []field.M31, w Planes) field.E {
	sum, n := vectorDotE(base, &w)
	return sum.Add(portableDotE(base, &w, n))
}

// portableDotE begins at element from.
func portableDotE(base []field.M31, w *Planes, from int) field.E {
	var sum field.E
	for lo := from; lo < len(base); lo += block {
		hi := min(lo+block, len(base))
		var c [field.Degree]field.M31
		for k := range c {
			c[k] = portableDot(base[lo:hi], w[k][lo:hi])
		}
		sum = sum.Add(field.FromCoords(c))
	}
	return sum
}
