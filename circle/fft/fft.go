package fft

import (
	"math/bits"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

// leaf is the length from which on a block of both halves, 16 KiB, is finished while it
// stays in the first-level cache.
const leaf = 2048

// Forward turns coefficients into the values on the domain of t, or on its double of size
// len(v), in place. len(v) must be a power of two, at least 2 and at most the size of the
// domain; otherwise Forward panics.
func Forward(v []field.M31, t *Twiddles) {
	l := t.forward(len(v))
	h := len(v) / 2
	l.forward(v[:h], v[h:], 0)
}

// Inverse turns values on the domain of t, or on its double of size len(v), into
// coefficients, in place. The same holds for len(v) as in Forward.
func Inverse(v []field.M31, t *Twiddles) {
	l := t.inverse(len(v))
	h := len(v) / 2
	l.inverse(v[:h], v[h:], v[:h], v[h:], 0, l.scale())
}

// scale gives the power of two by which an inverse transform multiplies: 1/2^log = 2^(31-log),
// because 2^31 = 1.
func (l layers) scale() uint { return uint(31 - l.log) }

// Extend writes the values of the polynomial with the given coefficients on the domain of
// t, or on its double of size len(dst). len(dst) must be a multiple of len(coeffs), both
// powers of two, at least 2; dst and coeffs must not overlap. The layers that would only
// see the zeros of the padding cost a copy.
func Extend(dst, coeffs []field.M31, t *Twiddles) {
	for j := range Blocks(dst, coeffs) {
		ExtendBlock(dst, coeffs, t, j)
	}
}

// ExtendValues writes the values on the domain of to, or on its double of size len(dst), of the
// polynomial that has the given values on the domain of from, or on its double of size len(values).
// The lengths are as in Extend. It overwrites scratch, which has the length of values and may be the
// same memory.
func ExtendValues(dst, values, scratch []field.M31, from, to *Twiddles) {
	l, h := from.inverse(len(values)), len(values)/2
	lo, hi := scratch[:h], scratch[h:]
	if h <= leaf {
		l.inverse(lo, hi, values[:h], values[h:], 0, l.scale())
		Extend(dst, scratch, to)
		return
	}
	l.inverseFirst(lo, hi, values[:h], values[h:], 0, l.scale())
	forward, blocks := to.forward(len(dst)), Blocks(dst, values)
	turn(dst[:len(dst)/2], lo, l, forward)
	turn(dst[len(dst)/2:], hi, l, forward)
	for j := range blocks {
		at := len(dst)/2 + j*h
		forward.forwardRest(dst[j*h:(j+1)*h], dst[at:at+h], j)
	}
}

// turn does the last two layers of the inverse transform of one half v and the first two layers of
// the forward transform on each block of dst, run by run in the first-level cache.
func turn(dst, v []field.M31, inverse, forward layers) {
	n := len(v)
	k := bits.Len(uint(n)) - 2
	var buffer [leaf]field.M31
	src, coeffs := vec.QuartersOf(v), vec.QuartersOf(buffer[:])
	for at := 0; at < n/4; at += leaf / 4 {
		from := src.Part(at, at+leaf/4)
		vec.Inverse4To(&coeffs, &from, inverse.x[k][0], inverse.x[k-1][0], inverse.x[k-1][1])
		for j := range len(dst) / n {
			block := vec.QuartersOf(dst[j*n : (j+1)*n])
			to := block.Part(at, at+leaf/4)
			vec.Forward4To(&to, &coeffs, forward.x[k][j], forward.x[k-1][2*j], forward.x[k-1][2*j+1])
		}
	}
}

// Blocks returns the number of independent parts of which Extend consists.
func Blocks(dst, coeffs []field.M31) int {
	if len(coeffs) == 0 || len(dst)%len(coeffs) != 0 {
		panic("circle/fft: extension to a length that is no multiple")
	}
	return len(dst) / len(coeffs)
}

// ExtendBlock does part j of Extend: it writes the len(coeffs) values at the storage
// indices [j len(coeffs)/2, (j+1) len(coeffs)/2) and their conjugates.
func ExtendBlock(dst, coeffs []field.M31, t *Twiddles, j int) {
	l := t.forward(len(dst))
	log2(len(coeffs))
	n, h := len(coeffs)/2, len(dst)/2
	lo, hi := dst[j*n:(j+1)*n], dst[h+j*n:h+(j+1)*n]
	l.forwardFrom(lo, coeffs[:n], j)
	l.forwardFrom(hi, coeffs[n:], j)
	l.forwardRest(lo, hi, j)
}

// forwardFrom copies coefficients to block b and does the two layers of largest stride there on the
// way, if the block is no leaf.
func (l layers) forwardFrom(v, coeffs []field.M31, b int) {
	n := len(v)
	if n <= leaf {
		copy(v, coeffs)
		return
	}
	k := bits.Len(uint(n)) - 2
	dst, src := vec.QuartersOf(v), vec.QuartersOf(coeffs)
	vec.Forward4To(&dst, &src, l.x[k][b], l.x[k-1][2*b], l.x[k-1][2*b+1])
}

// forwardRest does what is left after the two layers of largest stride of blocks that are no leaves.
func (l layers) forwardRest(lo, hi []field.M31, b int) {
	n := len(lo)
	if n <= leaf {
		l.forwardLeaf(lo, hi, b)
		return
	}
	for j := range 4 {
		l.forward(lo[j*n/4:(j+1)*n/4], hi[j*n/4:(j+1)*n/4], 4*b+j)
	}
}

// forward does all layers of stride below len(lo) on the blocks number b, of that length,
// of both halves, and the layer across.
func (l layers) forward(lo, hi []field.M31, b int) {
	n := len(lo)
	if n <= leaf {
		l.forwardLeaf(lo, hi, b)
		return
	}
	l.forward4(lo, n, b)
	l.forward4(hi, n, b)
	l.forwardRest(lo, hi, b)
}

// forward4 does the layers of stride w/2 and w/4 on v, which consists of blocks of length w, the
// first of which has number b.
func (l layers) forward4(v []field.M31, w, b int) {
	t, u := l.twiddles4(len(v), w, b)
	vec.Forward4(v, t, u)
}

// twiddles4 gives the twiddles for forward4 and inverse4, by block.
func (l layers) twiddles4(n, w, b int) (outer, inner []field.M31) {
	k, end := bits.Len(uint(w))-2, b+n/w
	return l.x[k][b:end], l.x[k-1][2*b : 2*end]
}

func (l layers) forwardLeaf(lo, hi []field.M31, b int) {
	n := len(lo)
	if n < vec.TailRun {
		l.forwardSmall(lo, hi, b)
		return
	}
	w, first := n, b // blocks of length w, numbered from first
	if bits.Len(uint(n/vec.TailRun))%2 == 0 {
		t := l.x[bits.Len(uint(n))-2][b]
		vec.Forward(lo[:n/2], lo[n/2:], t)
		vec.Forward(hi[:n/2], hi[n/2:], t)
		w, first = w/2, 2*first
	}
	for ; w > vec.TailRun; w, first = w/4, 4*first {
		l.forward4(lo, w, first)
		l.forward4(hi, w, first)
	}
	t8, t4, t2, t1 := l.tail(n, b)
	vec.ForwardTail(lo, hi, t8, t4, t2, t1)
}

// tail returns the twiddles of the last four layers for block b of length n.
func (l layers) tail(n, b int) (t8, t4, t2, t1 []field.M31) {
	n, s := n/vec.TailRun, b*n/vec.TailRun
	return l.x[3][s : s+n], l.x[2][2*s : 2*(s+n)], l.x[1][4*s : 4*(s+n)], l.x[0][8*s : 8*(s+n)]
}

func (l layers) forwardSmall(lo, hi []field.M31, b int) {
	n := len(lo)
	for k := bits.Len(uint(n)) - 2; k >= 0; k-- {
		w := 1 << k
		for j := range n / (2 * w) {
			t, at := l.x[k][b*n/(2*w)+j], 2*w*j
			vec.Forward(lo[at:at+w], lo[at+w:at+2*w], t)
			vec.Forward(hi[at:at+w], hi[at+w:at+2*w], t)
		}
	}
	for s := range n {
		vec.Forward(lo[s:s+1], hi[s:s+1], l.across(b*n+s))
	}
}

// inverse undoes forward on the blocks number b, from lo and hi to dstLo and dstHi, which may be the
// same, and multiplies by 2^shift on the way.
func (l layers) inverse(dstLo, dstHi, lo, hi []field.M31, b int, shift uint) {
	n := len(lo)
	if n <= leaf {
		l.inverseLeaf(dstLo, dstHi, lo, hi, b, shift)
		return
	}
	l.inverseFirst(dstLo, dstHi, lo, hi, b, shift)
	l.inverse4(dstLo, n, b)
	l.inverse4(dstHi, n, b)
}

// inverseFirst does all of inverse but the two layers of largest stride, for blocks that are no leaves.
func (l layers) inverseFirst(dstLo, dstHi, lo, hi []field.M31, b int, shift uint) {
	q := len(lo) / 4
	for j := range 4 {
		from, to := j*q, (j+1)*q
		l.inverse(dstLo[from:to], dstHi[from:to], lo[from:to], hi[from:to], 4*b+j, shift)
	}
}

// inverse4 undoes forward4.
func (l layers) inverse4(v []field.M31, w, b int) {
	t, u := l.twiddles4(len(v), w, b)
	vec.Inverse4(v, t, u)
}

func (l layers) inverseLeaf(dstLo, dstHi, lo, hi []field.M31, b int, shift uint) {
	n := len(lo)
	if n < vec.TailRun {
		copy(dstLo, lo)
		copy(dstHi, hi)
		l.inverseSmall(dstLo, dstHi, b, shift)
		return
	}
	t8, t4, t2, t1 := l.tail(n, b)
	vec.InverseTail(dstLo, dstHi, lo, hi, t8, t4, t2, t1, shift)
	w := 4 * vec.TailRun
	for ; w <= n; w *= 4 {
		l.inverse4(dstLo, w, b*(n/w))
		l.inverse4(dstHi, w, b*(n/w))
	}
	if w == 2*n {
		t := l.x[bits.Len(uint(n))-2][b]
		vec.Inverse(dstLo[:n/2], dstLo[n/2:], t)
		vec.Inverse(dstHi[:n/2], dstHi[n/2:], t)
	}
}

func (l layers) inverseSmall(lo, hi []field.M31, b int, shift uint) {
	n := len(lo)
	for s := range n {
		vec.Inverse(lo[s:s+1], hi[s:s+1], l.across(b*n+s))
	}
	for k := range bits.Len(uint(n)) - 1 {
		w := 1 << k
		for j := range n / (2 * w) {
			t, at := l.x[k][b*n/(2*w)+j], 2*w*j
			vec.Inverse(lo[at:at+w], lo[at+w:at+2*w], t)
			vec.Inverse(hi[at:at+w], hi[at+w:at+2*w], t)
		}
	}
	vec.MulConst(lo, lo, field.New(1<<shift))
	vec.MulConst(hi, hi, field.New(1<<shift))
}

// log2 returns the logarithm of the length of a column.
func log2(n int) int {
	if n < 2 || n&(n-1) != 0 {
		panic("circle/fft: length of a column is not a power of two, at least 2")
	}
	return bits.Len(uint(n)) - 1
}
