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
	// 1/2^log = 2^(31-log), because 2^31 = 1.
	l.inverse(v[:h], v[h:], 0, uint(31-l.log))
}

// Extend writes the values of the polynomial with the given coefficients on the domain of
// t, or on its double of size len(dst). len(dst) must be a multiple of len(coeffs), both
// powers of two, at least 2; dst and coeffs must not overlap. The layers that would only
// see the zeros of the padding cost a copy.
func Extend(dst, coeffs []field.M31, t *Twiddles) {
	for j := range Blocks(dst, coeffs) {
		ExtendBlock(dst, coeffs, t, j)
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

// forwardFrom copies coefficients to block b and does the two layers of largest stride there, if the
// block is no leaf: run by run, while what was copied is in the first-level cache.
func (l layers) forwardFrom(v, coeffs []field.M31, b int) {
	n := len(v)
	if n <= leaf {
		copy(v, coeffs)
		return
	}
	const run = leaf / 4
	k, q := bits.Len(uint(n))-2, n/4
	inner := l.x[k-1][2*b : 2*b+2]
	for at := 0; at < q; at += run {
		for i := range 4 {
			copy(v[i*q+at:i*q+at+run], coeffs[i*q+at:])
		}
		vec.Forward4(v[at:at+run], v[q+at:q+at+run], v[2*q+at:2*q+at+run], v[3*q+at:3*q+at+run], l.x[k][b], inner[0], inner[1])
	}
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
	l.forward4(lo, b)
	l.forward4(hi, b)
	l.forwardRest(lo, hi, b)
}

// forward4 does the two layers of largest stride on block b.
func (l layers) forward4(v []field.M31, b int) {
	k, q := bits.Len(uint(len(v)))-2, len(v)/4
	inner := l.x[k-1][2*b : 2*b+2]
	vec.Forward4(v[:q], v[q:2*q], v[2*q:3*q], v[3*q:], l.x[k][b], inner[0], inner[1])
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
		for j := range n / w {
			l.forward4(lo[j*w:(j+1)*w], first+j)
			l.forward4(hi[j*w:(j+1)*w], first+j)
		}
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

// inverse undoes forward on the blocks number b and multiplies by 2^shift on the way.
func (l layers) inverse(lo, hi []field.M31, b int, shift uint) {
	n := len(lo)
	if n <= leaf {
		l.inverseLeaf(lo, hi, b, shift)
		return
	}
	for j := range 4 {
		l.inverse(lo[j*n/4:(j+1)*n/4], hi[j*n/4:(j+1)*n/4], 4*b+j, shift)
	}
	l.inverse4(lo, b)
	l.inverse4(hi, b)
}

func (l layers) inverse4(v []field.M31, b int) {
	k, q := bits.Len(uint(len(v)))-2, len(v)/4
	inner := l.x[k-1][2*b : 2*b+2]
	vec.Inverse4(v[:q], v[q:2*q], v[2*q:3*q], v[3*q:], l.x[k][b], inner[0], inner[1])
}

func (l layers) inverseLeaf(lo, hi []field.M31, b int, shift uint) {
	n := len(lo)
	if n < vec.TailRun {
		l.inverseSmall(lo, hi, b, shift)
		return
	}
	t8, t4, t2, t1 := l.tail(n, b)
	vec.InverseTail(lo, hi, t8, t4, t2, t1, shift)
	w := 4 * vec.TailRun
	for ; w <= n; w *= 4 {
		first := b * (n / w)
		for j := range n / w {
			l.inverse4(lo[j*w:(j+1)*w], first+j)
			l.inverse4(hi[j*w:(j+1)*w], first+j)
		}
	}
	if w == 2*n {
		t := l.x[bits.Len(uint(n))-2][b]
		vec.Inverse(lo[:n/2], lo[n/2:], t)
		vec.Inverse(hi[:n/2], hi[n/2:], t)
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
