package vec

import "github.com/orrery/orrery/field"

// The butterflies of the circle FFT (package circle/fft). The forward one is
// (a, b) -> (a + t b, a - t b), the inverse one (a, b) -> (a + b, (a - b) t), where t is
// then the inverse twiddle; forward after inverse doubles. The slices of one call are
// disjoint.

// Forward applies the forward butterfly with one twiddle to all pairs of a run.
func Forward(a, b []field.M31, t field.M31) {
	b = b[:len(a)]
	n := vectorForward(a, b, t)
	portableForward(a[n:], b[n:], t)
}

func portableForward(a, b []field.M31, t field.M31) {
	b = b[:len(a)]
	for i := range a {
		a[i], b[i] = forward(a[i], b[i], t)
	}
}

// Inverse applies the inverse butterfly with one twiddle to all pairs of a run.
func Inverse(a, b []field.M31, t field.M31) {
	b = b[:len(a)]
	n := vectorInverse(a, b, t)
	portableInverse(a[n:], b[n:], t)
}

func portableInverse(a, b []field.M31, t field.M31) {
	b = b[:len(a)]
	for i := range a {
		a[i], b[i] = inverse(a[i], b[i], t)
	}
}

// Forward4 does two layers in one pass over len(t) consecutive blocks of v, each of which consists
// of four quarters: in block j pairs of the first and the third and of the second and the fourth
// quarter with t[j], then of the first and the second with u[2j] and of the third and the fourth with
// u[2j+1]. len(v) is a multiple of 4 len(t), and len(u) = 2 len(t).
func Forward4(v, t, u []field.M31) {
	u = u[:2*len(t)]
	forBlocks(v, t, u, vectorForward4(v, t, u), portableForward4)
}

// Inverse4 undoes Forward4, up to a factor of four, with the inverse twiddles.
func Inverse4(v, t, u []field.M31) {
	u = u[:2*len(t)]
	forBlocks(v, t, u, vectorInverse4(v, t, u), portableInverse4)
}

// forBlocks calls f for all blocks but the first done.
func forBlocks(v, t, u []field.M31, done int, f func(dst, src *Quarters, t, t0, t1 field.M31)) {
	for j := done; j < len(t); j++ {
		size := len(v) / len(t)
		q := QuartersOf(v[j*size : (j+1)*size])
		f(&q, &q, t[j], u[2*j], u[2*j+1])
	}
}

// Quarters are four columns of one length.
type Quarters [4][]field.M31

// QuartersOf cuts a column in four.
func QuartersOf(v []field.M31) Quarters {
	n := len(v) / 4
	return Quarters{v[:n], v[n : 2*n], v[2*n : 3*n], v[3*n:]}
}

// Part is elements lo to hi of each.
func (q *Quarters) Part(lo, hi int) Quarters {
	return Quarters{q[0][lo:hi], q[1][lo:hi], q[2][lo:hi], q[3][lo:hi]}
}

// Forward4To is Forward4 for one block from src to dst, which may be the same.
func Forward4To(dst, src *Quarters, t, t0, t1 field.M31) {
	to, from := dst.Part(0, len(dst[0])), src.Part(0, len(dst[0]))
	n := vectorForward4To(&to, &from, t, t0, t1)
	portableForward4(to.from(n), from.from(n), t, t0, t1)
}

// Inverse4To is Inverse4 for one block from src to dst, which may be the same.
func Inverse4To(dst, src *Quarters, t, t0, t1 field.M31) {
	to, from := dst.Part(0, len(dst[0])), src.Part(0, len(dst[0]))
	n := vectorInverse4To(&to, &from, t, t0, t1)
	portableInverse4(to.from(n), from.from(n), t, t0, t1)
}

func (q *Quarters) from(n int) *Quarters {
	p := q.Part(n, len(q[0]))
	return &p
}

func portableForward4(dst, src *Quarters, t, t0, t1 field.M31) {
	n := len(dst[0])
	a0, a1, a2, a3 := src[0][:n], src[1][:n], src[2][:n], src[3][:n]
	b0, b1, b2, b3 := dst[0][:n], dst[1][:n], dst[2][:n], dst[3][:n]
	for i := range n {
		x0, x2 := forward(a0[i], a2[i], t)
		x1, x3 := forward(a1[i], a3[i], t)
		b0[i], b1[i] = forward(x0, x1, t0)
		b2[i], b3[i] = forward(x2, x3, t1)
	}
}

func portableInverse4(dst, src *Quarters, t, t0, t1 field.M31) {
	n := len(dst[0])
	a0, a1, a2, a3 := src[0][:n], src[1][:n], src[2][:n], src[3][:n]
	b0, b1, b2, b3 := dst[0][:n], dst[1][:n], dst[2][:n], dst[3][:n]
	for i := range n {
		x0, x1 := inverse(a0[i], a1[i], t0)
		x2, x3 := inverse(a2[i], a3[i], t1)
		b0[i], b2[i] = inverse(x0, x2, t)
		b1[i], b3[i] = inverse(x1, x3, t)
	}
}

// TailRun is the number of consecutive elements that the tails work on at a time.
const TailRun = 16

// ForwardTail does the end of a transform, where butterflies span less than TailRun
// elements: in lo and in hi the layers of stride 8, 4, 2 and 1, then the layer across,
// which pairs lo[s] and hi[s]. Both have the same length n, a multiple of TailRun; t8,
// t4, t2 and t1 hold the n/16, n/8, n/4 and n/2 twiddles of the layers, the same for lo
// and hi. The twiddles across are y coordinates, and t1 determines them: four
// consecutive points in storage order are P = (x, y), P turned by half a circle, by
// (0, -1), and by both, t1 has the x coordinates of the first and the third, x and y, and
// so the y coordinates of all four are y, -y, -x, x.
func ForwardTail(lo, hi, t8, t4, t2, t1 []field.M31) {
	n := len(lo) / TailRun
	lo, hi = lo[:TailRun*n], hi[:TailRun*n]
	t8, t4, t2, t1 = t8[:n], t4[:2*n], t2[:4*n], t1[:8*n]
	done := vectorForwardTail(lo, hi, t8, t4, t2, t1)
	n = done / TailRun
	portableForwardTail(lo[done:], hi[done:], t8[n:], t4[2*n:], t2[4*n:], t1[8*n:])
}

func portableForwardTail(lo, hi, t8, t4, t2, t1 []field.M31) {
	n := len(lo) / TailRun
	for j := range n {
		l, h := (*[16]field.M31)(lo[16*j:]), (*[16]field.M31)(hi[16*j:])
		u4, u2, u1 := (*[2]field.M31)(t4[2*j:]), (*[4]field.M31)(t2[4*j:]), (*[8]field.M31)(t1[8*j:])
		forwardRadix4(l, t8[j], u4[0], u4[1])
		forwardRadix4(h, t8[j], u4[0], u4[1])
		for q := range 4 {
			t, x, y := u2[q], u1[2*q], u1[2*q+1]
			l, h := (*[4]field.M31)(l[4*q:]), (*[4]field.M31)(h[4*q:])
			l0, l2 := forward(l[0], l[2], t)
			l1, l3 := forward(l[1], l[3], t)
			h0, h2 := forward(h[0], h[2], t)
			h1, h3 := forward(h[1], h[3], t)
			l0, l1 = forward(l0, l1, x)
			l2, l3 = forward(l2, l3, y)
			h0, h1 = forward(h0, h1, x)
			h2, h3 = forward(h2, h3, y)
			l[0], h[0] = forward(l0, h0, y)
			h[1], l[1] = forward(l1, h1, y)
			h[2], l[2] = forward(l2, h2, x)
			l[3], h[3] = forward(l3, h3, x)
		}
	}
}

// InverseTail undoes ForwardTail up to a factor of 32, with the inverse twiddles, and
// multiplies by 2^shift, 0 <= shift <= 30. The result goes from lo to dstLo and from hi to dstHi,
// which may be the same.
func InverseTail(dstLo, dstHi, lo, hi, t8, t4, t2, t1 []field.M31, shift uint) {
	n := len(lo) / TailRun
	lo, hi = lo[:TailRun*n], hi[:TailRun*n]
	dstLo, dstHi = dstLo[:TailRun*n], dstHi[:TailRun*n]
	t8, t4, t2, t1 = t8[:n], t4[:2*n], t2[:4*n], t1[:8*n]
	done := vectorInverseTail(dstLo, dstHi, lo, hi, t8, t4, t2, t1, shift)
	n = done / TailRun
	portableInverseTail(dstLo[done:], dstHi[done:], lo[done:], hi[done:], t8[n:], t4[2*n:], t2[4*n:], t1[8*n:], shift)
}

func portableInverseTail(dstLo, dstHi, lo, hi, t8, t4, t2, t1 []field.M31, shift uint) {
	n := len(lo) / TailRun
	for j := range n {
		l, h := (*[16]field.M31)(dstLo[16*j:]), (*[16]field.M31)(dstHi[16*j:])
		*l, *h = [16]field.M31(lo[16*j:]), [16]field.M31(hi[16*j:])
		u4, u2, u1 := (*[2]field.M31)(t4[2*j:]), (*[4]field.M31)(t2[4*j:]), (*[8]field.M31)(t1[8*j:])
		for q := range 4 {
			t, x, y := u2[q], u1[2*q], u1[2*q+1]
			// The factor costs a shift in the layer across, which reduces anyway.
			sx, sy := scale(x, shift), scale(y, shift)
			l, h := (*[4]field.M31)(l[4*q:]), (*[4]field.M31)(h[4*q:])
			l0, h0 := scale(l[0].Add(h[0]), shift), l[0].Sub(h[0]).Mul(sy)
			l1, h1 := scale(l[1].Add(h[1]), shift), h[1].Sub(l[1]).Mul(sy)
			l2, h2 := scale(l[2].Add(h[2]), shift), h[2].Sub(l[2]).Mul(sx)
			l3, h3 := scale(l[3].Add(h[3]), shift), l[3].Sub(h[3]).Mul(sx)
			l0, l1 = inverse(l0, l1, x)
			l2, l3 = inverse(l2, l3, y)
			h0, h1 = inverse(h0, h1, x)
			h2, h3 = inverse(h2, h3, y)
			l[0], l[2] = inverse(l0, l2, t)
			l[1], l[3] = inverse(l1, l3, t)
			h[0], h[2] = inverse(h0, h2, t)
			h[1], h[3] = inverse(h1, h3, t)
		}
		inverseRadix4(l, t8[j], u4[0], u4[1])
		inverseRadix4(h, t8[j], u4[0], u4[1])
	}
}

func forwardRadix4(v *[16]field.M31, t, t0, t1 field.M31) {
	for i := range 4 {
		x0, x2 := forward(v[i], v[i+8], t)
		x1, x3 := forward(v[i+4], v[i+12], t)
		v[i], v[i+4] = forward(x0, x1, t0)
		v[i+8], v[i+12] = forward(x2, x3, t1)
	}
}

func inverseRadix4(v *[16]field.M31, t, t0, t1 field.M31) {
	for i := range 4 {
		x0, x1 := inverse(v[i], v[i+4], t0)
		x2, x3 := inverse(v[i+8], v[i+12], t1)
		v[i], v[i+8] = inverse(x0, x2, t)
		v[i+4], v[i+12] = inverse(x1, x3, t)
	}
}

func forward(a, b, t field.M31) (field.M31, field.M31) {
	m := b.Mul(t)
	return a.Add(m), a.Sub(m)
}

func inverse(a, b, t field.M31) (field.M31, field.M31) {
	return a.Add(b), a.Sub(b).Mul(t)
}

// scale returns x 2^shift.
func scale(x field.M31, shift uint) field.M31 {
	return reduce62(uint64(x) << shift)
}
