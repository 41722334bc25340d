//go:build amd64 && !purego

package vec

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu"
)

//go:generate go run -C ../../_asm ./vec/base -out ../field/vec/base_amd64.s -stubs ../field/vec/base_amd64.go -pkg vec
//go:generate go run -C ../../_asm ./vec/butterfly -out ../field/vec/butterfly_amd64.s -stubs ../field/vec/butterfly_amd64.go -pkg vec
//go:generate go run -C ../../_asm ./vec/planes -out ../field/vec/planes_amd64.s -stubs ../field/vec/planes_amd64.go -pkg vec
//go:generate go run -C ../../_asm ./vec/combine -out ../field/vec/combine_amd64.s -stubs ../field/vec/combine_amd64.go -pkg vec
//go:generate go run -C ../../_asm ./vec/inverse -out ../field/vec/inverse_amd64.s -stubs ../field/vec/inverse_amd64.go -pkg vec

// The functions below hand whole vectors to the assembly and return the number of
// elements it has done, from the first one on. Slices have been cut to the length of the
// first by their callers, or are cut here: the assembly checks nothing.

// split returns the implementation for n elements and how many of them it does, which are
// whole groups of vectors. It is Portable if there are none.
func split(n, group int) (cpu.Kernels, int) {
	k := cpu.Current()
	switch k {
	case cpu.AVX512:
		n -= n % (16 * group)
	case cpu.AVX2:
		n -= n % (8 * group)
	default:
		return cpu.Portable, 0
	}
	if n == 0 {
		return cpu.Portable, 0
	}
	return k, n
}

// first returns the pointer to the first element, as the assembly takes it.
func first(v []field.M31) *uint32 { return (*uint32)(&v[0]) }

// firsts is first for the planes, which must have n elements.
func firsts(p *Planes, n int) (out [field.Degree]*uint32) {
	for k := range out {
		out[k] = first(p[k][:n])
	}
	return out
}

func vectorAdd(dst, a, b []field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		addAVX512(first(dst), first(a), first(b), n)
	case cpu.AVX2:
		addAVX2(first(dst), first(a), first(b), n)
	}
	return n
}

func vectorSub(dst, a, b []field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		subAVX512(first(dst), first(a), first(b), n)
	case cpu.AVX2:
		subAVX2(first(dst), first(a), first(b), n)
	}
	return n
}

func vectorMul(dst, a, b []field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		mulAVX512(first(dst), first(a), first(b), n)
	case cpu.AVX2:
		mulAVX2(first(dst), first(a), first(b), n)
	}
	return n
}

func vectorMulAdd(dst, a, b []field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		mulAddAVX512(first(dst), first(a), first(b), n)
	case cpu.AVX2:
		mulAddAVX2(first(dst), first(a), first(b), n)
	}
	return n
}

// vectorRepeat returns the number of elements of src that it has done.
func vectorRepeat(dst, src []field.M31) int {
	k, n := split(len(src), 1)
	switch k {
	case cpu.AVX512:
		repeatAVX512(first(dst), first(src), n)
	case cpu.AVX2:
		repeatAVX2(first(dst), first(src), n)
	}
	return n
}

func vectorNeg(dst, a []field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		negAVX512(first(dst), first(a), n)
	case cpu.AVX2:
		negAVX2(first(dst), first(a), n)
	}
	return n
}

func vectorAddConst(dst, a []field.M31, c field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		addConstAVX512(first(dst), first(a), n, uint32(c))
	case cpu.AVX2:
		addConstAVX2(first(dst), first(a), n, uint32(c))
	}
	return n
}

func vectorMulConst(dst, a []field.M31, c field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		mulConstAVX512(first(dst), first(a), n, uint32(c))
	case cpu.AVX2:
		mulConstAVX2(first(dst), first(a), n, uint32(c))
	}
	return n
}

func vectorMulAddConst(dst, a []field.M31, c field.M31) int {
	k, n := split(len(dst), 1)
	switch k {
	case cpu.AVX512:
		mulAddConstAVX512(first(dst), first(a), n, uint32(c))
	case cpu.AVX2:
		mulAddConstAVX2(first(dst), first(a), n, uint32(c))
	}
	return n
}

func vectorForward(a, b []field.M31, t field.M31) int {
	k, n := split(len(a), 1)
	switch k {
	case cpu.AVX512:
		forwardAVX512(first(a), first(b), n, uint32(t))
	case cpu.AVX2:
		forwardAVX2(first(a), first(b), n, uint32(t))
	}
	return n
}

func vectorInverse(a, b []field.M31, t field.M31) int {
	k, n := split(len(a), 1)
	switch k {
	case cpu.AVX512:
		inverseAVX512(first(a), first(b), n, uint32(t))
	case cpu.AVX2:
		inverseAVX2(first(a), first(b), n, uint32(t))
	}
	return n
}

func vectorForward4(v, t, u []field.M31) int {
	q := len(v) / 4 / max(1, len(t))
	k, n := split(q, 1)
	if n != q || n == 0 {
		return 0
	}
	switch k {
	case cpu.AVX512:
		forward4BlocksAVX512(first(v), q, first(t), first(u), len(t))
	case cpu.AVX2:
		forward4BlocksAVX2(first(v), q, first(t), first(u), len(t))
	}
	return len(t)
}

func vectorInverse4(v, t, u []field.M31) int {
	q := len(v) / 4 / max(1, len(t))
	k, n := split(q, 1)
	if n != q || n == 0 {
		return 0
	}
	switch k {
	case cpu.AVX512:
		inverse4BlocksAVX512(first(v), q, first(t), first(u), len(t))
	case cpu.AVX2:
		inverse4BlocksAVX2(first(v), q, first(t), first(u), len(t))
	}
	return len(t)
}

func vectorForward4To(dst, src *Quarters, t, t0, t1 field.M31) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	d, s := dst.firsts(), src.firsts()
	switch k {
	case cpu.AVX512:
		forward4AVX512(&d, &s, n, uint32(t), uint32(t0), uint32(t1))
	case cpu.AVX2:
		forward4AVX2(&d, &s, n, uint32(t), uint32(t0), uint32(t1))
	}
	return n
}

func vectorInverse4To(dst, src *Quarters, t, t0, t1 field.M31) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	d, s := dst.firsts(), src.firsts()
	switch k {
	case cpu.AVX512:
		inverse4AVX512(&d, &s, n, uint32(t), uint32(t0), uint32(t1))
	case cpu.AVX2:
		inverse4AVX2(&d, &s, n, uint32(t), uint32(t0), uint32(t1))
	}
	return n
}

func (q *Quarters) firsts() [4]*uint32 {
	return [4]*uint32{first(q[0]), first(q[1]), first(q[2]), first(q[3])}
}

func vectorForwardTail(lo, hi, t8, t4, t2, t1 []field.M31) int {
	k, n := split(len(lo), 2)
	switch k {
	case cpu.AVX512:
		forwardTailAVX512(first(lo), first(hi), first(t8), first(t4), first(t2), first(t1), n)
	case cpu.AVX2:
		forwardTailAVX2(first(lo), first(hi), first(t8), first(t4), first(t2), first(t1), n)
	}
	return n
}

func vectorInverseTail(dstLo, dstHi, lo, hi, t8, t4, t2, t1 []field.M31, shift uint) int {
	k, n := split(len(lo), 2)
	switch k {
	case cpu.AVX512:
		inverseTailAVX512(first(dstLo), first(dstHi), first(lo), first(hi), first(t8), first(t4), first(t2), first(t1), n, shift)
	case cpu.AVX2:
		inverseTailAVX2(first(dstLo), first(dstHi), first(lo), first(hi), first(t8), first(t4), first(t2), first(t1), n, shift)
	}
	return n
}

func vectorMulE(dst, a, b *Planes) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	d, x, y := firsts(dst, n), firsts(a, n), firsts(b, n)
	switch k {
	case cpu.AVX512:
		mulEAVX512(&d, &x, &y, n)
	case cpu.AVX2:
		mulEAVX2(&d, &x, &y, n)
	}
	return n
}

// vectorMulConstE multiplies by the matrix of the multiplication by c, whose columns are
// the products of c and the elements of the basis.
func vectorMulConstE(dst, a *Planes, c field.E) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	var rows [field.Degree * field.Degree]uint64
	for j := 0; j < field.Degree; j += 2 {
		for k, x := range c.Coords() {
			rows[field.Degree*k+j] = uint64(x)
		}
		for k, x := range c.MulCM31(field.CM31{B: 1}).Coords() {
			rows[field.Degree*k+j+1] = uint64(x)
		}
		c = field.E{C0: c.C2.MulBase(5), C1: c.C0, C2: c.C1} // c v
	}
	d, x := firsts(dst, n), firsts(a, n)
	switch k {
	case cpu.AVX512:
		mulConstEAVX512(&d, &x, &rows, n)
	case cpu.AVX2:
		mulConstEAVX2(&d, &x, &rows, n)
	}
	return n
}

// Columns for one call of the assembly, and for one of its folded sums. With more columns
// at a time than there are ways in a cache, and lengths that are powers of two, what the
// processor fetches ahead of a column would be lost before its use: 64 columns take twice
// the time of 16.
const (
	accColumns = 16
	accGroup   = 4
)

func vectorAccConsts(dst, src *Planes, cols [][]field.M31, cs []field.E) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	for first := true; first || len(cols) > 0; first = false {
		m := min(accColumns, len(cols))
		combineColumns(k, dst, src, nil, cols[:m], cs[:m], n)
		src, cols, cs = dst, cols[m:], cs[m:]
	}
	return n
}

func vectorSumConsts(dst *Planes, start field.E, cols [][]field.M31, cs []field.E) int {
	k, n := split(len(dst[0]), 1)
	if n == 0 {
		return 0
	}
	m := min(accColumns, len(cols))
	combineColumns(k, dst, nil, &start, cols[:m], cs[:m], n)
	if len(cols) > m {
		vectorAccConsts(dst, dst, cols[m:], cs[m:])
	}
	return n
}

// combineColumns sets dst to at most accColumns products added to src, or to the start if there is one.
func combineColumns(k cpu.Kernels, dst, src *Planes, start *field.E, cols [][]field.M31, cs []field.E, n int) {
	var s [field.Degree]uint64
	if start != nil {
		for k, x := range start.Coords() {
			s[k] = uint64(x)
		}
	}
	var c [accColumns * field.Degree]uint64
	for j := range cols {
		group := c[j/accGroup*accGroup*field.Degree:]
		for k, x := range cs[j].Coords() {
			group[accGroup*k+j%accGroup] = uint64(x)
		}
	}
	rows := block
	if len(cols) <= accColumns/2 {
		rows *= 2
	}
	groups, rest := len(cols)/accGroup, len(cols)%accGroup
	for lo := 0; lo < n; lo += rows {
		hi := min(lo+rows, n)
		var from [accColumns]*uint32
		for j, col := range cols {
			from[j] = first(col[lo:hi])
		}
		part := Slice(*dst, lo, hi)
		d := firsts(&part, hi-lo)
		if start == nil {
			part = Slice(*src, lo, hi)
			a := firsts(&part, hi-lo)
			if k == cpu.AVX512 {
				accConstsAVX512(&d, &a, &from, &c, groups, rest, hi-lo)
			} else {
				accConstsAVX2(&d, &a, &from, &c, groups, rest, hi-lo)
			}
		} else if k == cpu.AVX512 {
			sumConstsAVX512(&d, &s, &from, &c, groups, rest, hi-lo)
		} else {
			sumConstsAVX2(&d, &s, &from, &c, groups, rest, hi-lo)
		}
	}
}

// dotLen is the number of elements after which the sums of vectorDot are reduced, so that
// they don't overflow.
const dotLen = 1 << 24

// vectorDot returns the sum over the elements done.
func vectorDot(a, b []field.M31) (field.M31, int) {
	k, n := split(len(a), 2)
	var sum field.M31
	for lo := 0; lo < n; lo += dotLen {
		hi := min(lo+dotLen, n)
		var sums [8]uint64
		switch k {
		case cpu.AVX512:
			dotAVX512(&sums, first(a[lo:hi]), first(b[lo:hi]), hi-lo)
		case cpu.AVX2:
			dotAVX2(&sums, first(a[lo:hi]), first(b[lo:hi]), hi-lo)
		}
		sum = sum.Add(total(&sums))
	}
	return sum, n
}

// vectorDotE returns the sum over the elements done.
func vectorDotE(base []field.M31, w *Planes) (field.E, int) {
	k, n := split(len(base), 2)
	var sum field.E
	for lo := 0; lo < n; lo += dotLen {
		hi := min(lo+dotLen, n)
		part := Slice(*w, lo, hi)
		p := firsts(&part, hi-lo)
		var sums [field.Degree][8]uint64
		switch k {
		case cpu.AVX512:
			dotEAVX512(&sums, first(base[lo:hi]), &p, hi-lo)
		case cpu.AVX2:
			dotEAVX2(&sums, first(base[lo:hi]), &p, hi-lo)
		}
		var c [field.Degree]field.M31
		for k := range c {
			c[k] = total(&sums[k])
		}
		sum = sum.Add(field.FromCoords(c))
	}
	return sum, n
}

// total returns the sum of numbers whose sum is below 2^64.
func total(sums *[8]uint64) field.M31 {
	var t uint64
	for _, s := range sums {
		t += s
	}
	return field.New(t)
}

// vectorBatchInverse does nothing if one of the elements it would do is zero.
func vectorBatchInverse(dst, src, prefix []field.M31) int {
	k, n := split(len(dst), 4)
	ok := false
	switch k {
	case cpu.AVX512:
		ok = batchInverseAVX512(first(dst), first(src), first(prefix), n)
	case cpu.AVX2:
		ok = batchInverseAVX2(first(dst), first(src), first(prefix), n)
	}
	if !ok {
		return 0
	}
	return n
}

func vectorAdjugate(dst *Planes, norm []field.M31, src *Planes) int {
	k, n := split(len(norm), 1)
	if n == 0 {
		return 0
	}
	d, x := firsts(dst, n), firsts(src, n)
	switch k {
	case cpu.AVX512:
		adjugateAVX512(&d, first(norm), &x, n)
	case cpu.AVX2:
		adjugateAVX2(&d, first(norm), &x, n)
	}
	return n
}
