package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

// A tail works on runs of 16 elements of lo and of hi: one at a time with AVX2, two with
// AVX-512. Call the quarters of a run q0 to q3. Vectors hold one quarter or two pairs of
// them in groups of four lanes, and a pair of vectors (x, y), of lo as of hi, goes
// through these arrangements, each layer between corresponding lanes of x and y:
//
//	stride 8: x = q0 q1, y = q2 q3
//	stride 4: x = q0 q2, y = q1 q3
//	stride 2: elements 0 1 of each pair (a, b) of quarters in x, those 2 3 in y: a0 a1 b0 b1, a2 a3 b2 b3
//	stride 1: a0 b0 a2 b2, a1 b1 a3 b3
//	across:   the same, between lo and hi
//
// With two runs, q and r, the first is x = q0 q1 r0 r1 and the second x = q0 r0 q2 r2.
// Element s of a run of twiddles t serves elements of index s*stride*2 and following.
type tail struct {
	m *M
	// Where a lane's twiddle is in the vector loaded, for each layer; the inverse
	// transform of two runs has x = q0 r0 q1 r1 for stride 8.
	lanes8, inverse8, lanes4, lanes2, lanes1 Mem
	// signs has the double of P in the lanes of x where the twiddle across is negative.
	signs Mem
}

const minus = 2 * (1<<31 - 1)

// newTails writes the tables and returns a generator of the functions.
func newTails() func(m *M) {
	one := tail{
		lanes4: Table("tailOne4", words(4, 0, 1)),
		lanes2: Table("tailOne2", words(2, 0, 1, 2, 3)),
		lanes1: Table("tailOne1", words(1, 0, 2, 1, 3, 4, 6, 5, 7)),
		signs:  Table("tailSigns", words(2, 0, minus, 0, minus, 0, minus, 0, minus)),
	}
	two := tail{
		lanes8:   Table("tailTwo8", words(8, 0, 1)),
		inverse8: Table("tailInverseTwo8", words(4, 0, 1, 0, 1)),
		lanes4:   Table("tailTwo4", words(4, 0, 2, 1, 3)),
		lanes2:   Table("tailTwo2", words(2, 0, 1, 4, 5, 2, 3, 6, 7)),
		lanes1:   Table("tailTwo1", words(1, 0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15)),
		signs:    one.signs,
	}
	forwardRuns := runs{
		Table("tailForwardRun0", quadwords(0, 1, 8, 9, 4, 5, 12, 13)),
		Table("tailForwardRun1", quadwords(2, 3, 10, 11, 6, 7, 14, 15)),
	}
	inverseRuns := runs{
		Table("tailInverseRun0", quadwords(0, 1, 4, 5, 8, 9, 12, 13)),
		Table("tailInverseRun1", quadwords(2, 3, 6, 7, 10, 11, 14, 15)),
	}
	return func(m *M) {
		t := one
		if m.AVX512 {
			t = two
		}
		t.m = m
		t.forward(forwardRuns)
		t.inverse(inverseRuns)
	}
}

// words repeats each word n times.
func words(n int, list ...int) []int {
	var out []int
	for _, w := range list {
		for range n {
			out = append(out, w)
		}
	}
	return out
}

// quadwords splits 64-bit words, all small, into words.
func quadwords(list ...int) []int {
	var out []int
	for _, w := range list {
		out = append(out, w, 0)
	}
	return out
}

// pointers are the parameters of a tail.
type pointers struct{ lo, hi, t8, t4, t2, t1 Offset }

func loadPointers() pointers {
	return pointers{Pointer("lo"), Pointer("hi"), Pointer("t8"), Pointer("t4"), Pointer("t2"), Pointer("t1")}
}

const parameters = "lo, hi, t8, t4, t2, t1 *uint32, n int"

// loop calls body for each step. The twiddles' pointers move, lo and hi go by i.
func (t *tail) loop(p *pointers, body func(i Offset)) {
	m := t.m
	m.Loop(Pointer("n"), 2*m.Lanes, func(i Offset) {
		body(i)
		for k, v := range []Offset{p.t8, p.t4, p.t2, p.t1} {
			ADDQ(I8(m.Bytes/8<<k), v)
		}
	})
}

// permuted loads a vector of twiddles and puts them into their lanes.
func (t *tail) permuted(load func(a, v Op), at Offset, lanes Mem) Vec {
	v, index := t.m.New(), t.m.Load(lanes)
	load(Mem{Base: at}, v)
	VPERMD(v, index, v)
	return v
}

// doubled makes a factor for twiddles that come in equal pairs.
func (t *tail) doubled(v Vec) Val {
	return t.m.Constant(t.m.Double(v))
}

func (t *tail) twiddles8(p *pointers, lanes Mem) Val {
	if t.m.AVX512 {
		return t.doubled(t.permuted(func(a, v Op) { VPBROADCASTQ(a, v) }, p.t8, lanes))
	}
	v := t.m.New()
	VPBROADCASTD(Mem{Base: p.t8}, v)
	return t.doubled(v)
}

func (t *tail) twiddles4(p *pointers) Val {
	if t.m.AVX512 {
		return t.doubled(t.permuted(func(a, v Op) { VBROADCASTI32X4(a, v) }, p.t4, t.lanes4))
	}
	return t.doubled(t.permuted(func(a, v Op) { VPBROADCASTQ(a, v) }, p.t4, t.lanes4))
}

func (t *tail) twiddles2(p *pointers) Val {
	if t.m.AVX512 {
		return t.doubled(t.permuted(func(a, v Op) { VBROADCASTI64X4(a, v) }, p.t2, t.lanes2))
	}
	return t.doubled(t.permuted(func(a, v Op) { VBROADCASTI128(a, v) }, p.t2, t.lanes2))
}

// twiddles1 returns the twiddles of stride 1, not doubled.
func (t *tail) twiddles1(p *pointers) Vec {
	return t.permuted(t.m.Move, p.t1, t.lanes1)
}

// across returns the doubled twiddles across for x, from those of stride 1. Elements 0 to
// 3 of a quarter have y, -y, -x and x there, where x and y are its twiddles of stride 1.
// The vector x has elements 0 and 2 of two quarters, so y, y, -x, -x; stride 1 has
// x, x, y, y. The vector y has the opposite signs.
func (t *tail) across(t1 Vec) Val {
	v := t.m.New()
	VPSHUFD(U8(0x4e), t1, v)
	v = t.m.Double(v)
	t.m.Xor(t.signs, v, v)
	return t.m.Val(v)
}

// pair is a pair of vectors.
type pair struct{ x, y Vec }

// rearranged makes a pair from a pair.
func (t *tail) rearranged(v pair, x, y func(a, b, v Op)) pair {
	w := pair{t.m.New(), t.m.New()}
	x(v.x, v.y, w.x)
	y(v.x, v.y, w.y)
	return w
}

func (t *tail) load(base, i Offset) pair {
	v := pair{t.m.Load(t.m.At(base, i, 0)), t.m.Load(t.m.At(base, i, 1))}
	if t.m.AVX512 {
		return t.halves(v)
	}
	return v
}

// halves makes x of the lower and y of the upper halves of both.
func (t *tail) halves(v pair) pair {
	return t.rearranged(v,
		func(a, b, v Op) { VSHUFI64X2(U8(0x44), b, a, v) },
		func(a, b, v Op) { VSHUFI64X2(U8(0xee), b, a, v) })
}

// quarters goes from the arrangement of stride 8 to that of 4, and back for AVX2.
func (t *tail) quarters(v pair) pair {
	if t.m.AVX512 {
		return t.rearranged(v,
			func(a, b, v Op) { VSHUFI64X2(U8(0x88), b, a, v) },
			func(a, b, v Op) { VSHUFI64X2(U8(0xdd), b, a, v) })
	}
	return t.rearranged(v,
		func(a, b, v Op) { VPERM2I128(U8(0x20), b, a, v) },
		func(a, b, v Op) { VPERM2I128(U8(0x31), b, a, v) })
}

// doubles goes from the arrangement of stride 4 to that of 2, and back.
func (t *tail) doubles(v pair) pair {
	return t.rearranged(v,
		func(a, b, v Op) { VPUNPCKLQDQ(b, a, v) },
		func(a, b, v Op) { VPUNPCKHQDQ(b, a, v) })
}

// singles goes from the arrangement of stride 2 to that of 1.
func (t *tail) singles(v pair) pair {
	return t.rearranged(v,
		func(a, b, v Op) { VSHUFPS(U8(0x88), b, a, v) },
		func(a, b, v Op) { VSHUFPS(U8(0xdd), b, a, v) })
}

// unsingles goes back.
func (t *tail) unsingles(v pair) pair {
	return t.rearranged(v,
		func(a, b, v Op) { VPUNPCKLDQ(b, a, v) },
		func(a, b, v Op) { VPUNPCKHDQ(b, a, v) })
}

// runs says which 64-bit lanes of (x, y) are the first and the second run.
type runs struct{ first, second Mem }

// store writes a pair: with AVX2 in the arrangement of stride 8, with AVX-512 in that
// which r describes.
func (t *tail) store(v pair, r runs, base, i Offset) {
	m := t.m
	if m.AVX512 {
		first := m.Copy(v.x)
		VPERMT2Q(v.y, m.Load(r.first), first)
		VPERMT2Q(v.y, m.Load(r.second), v.x)
		v = pair{first, v.x}
	}
	m.Store(v.x, m.At(base, i, 0))
	m.Store(v.y, m.At(base, i, 1))
}

func (t *tail) forward(r runs) {
	m := t.m
	m.Func("forwardTail", "func("+parameters+")", "does the last layers of a transform.", func() {
		p := loadPointers()
		t.loop(&p, func(i Offset) {
			lo, hi := t.load(p.lo, i), t.load(p.hi, i)
			layer := func(w Val) {
				lo.x, lo.y = forward(m, lo.x, lo.y, w)
				hi.x, hi.y = forward(m, hi.x, hi.y, w)
			}
			layer(t.twiddles8(&p, t.lanes8))
			lo, hi = t.quarters(lo), t.quarters(hi)
			layer(t.twiddles4(&p))
			lo, hi = t.doubles(lo), t.doubles(hi)
			layer(t.twiddles2(&p))
			lo, hi = t.singles(lo), t.singles(hi)
			t1 := t.twiddles1(&p)
			layer(m.Val(m.Double(t1)))
			w := t.across(t1)
			lo.x, hi.x = forward(m, lo.x, hi.x, w)
			hi.y, lo.y = forward(m, lo.y, hi.y, w)
			finish := func(v pair, at Offset) {
				v = t.doubles(t.unsingles(v))
				if !m.AVX512 {
					v = t.quarters(v)
				}
				t.store(v, r, at, i)
			}
			finish(lo, p.lo)
			finish(hi, p.hi)
		})
	})
}

func (t *tail) inverse(r runs) {
	m := t.m
	m.Func("inverseTail", "func(dstLo, dstHi, "+parameters+", shift uint)", "does the first layers of an inverse transform and multiplies by 2^shift.", func() {
		p := loadPointers()
		dstLo, dstHi := Pointer("dstLo"), Pointer("dstHi")
		left, right := XMM(), XMM()
		shift := Pointer("shift")
		VMOVQ(shift, left)
		SUBQ(I8(31), shift)
		NEGQ(shift)
		VMOVQ(shift, right)
		// Turning the 31 bits multiplies by a power of two.
		scale := func(v Vec) Vec {
			a, b := m.New(), m.New()
			VPSLLD(left, v, a)
			VPSRLD(right, v, b)
			m.Mask(a)
			VPADDD(b, a, a)
			return a
		}
		across := func(a, b Vec, w Val) (Vec, Vec) {
			a, b = inverse(m, a, b, w)
			return scale(a), b
		}
		t.loop(&p, func(i Offset) {
			lo, hi := t.load(p.lo, i), t.load(p.hi, i)
			lo, hi = t.quarters(lo), t.quarters(hi)
			lo, hi = t.doubles(lo), t.doubles(hi)
			lo, hi = t.singles(lo), t.singles(hi)
			t1 := t.twiddles1(&p)
			w := t.across(scale(t1))
			lo.x, hi.x = across(lo.x, hi.x, w)
			lo.y, hi.y = across(hi.y, lo.y, w)
			layer := func(w Val) {
				lo.x, lo.y = inverse(m, lo.x, lo.y, w)
				hi.x, hi.y = inverse(m, hi.x, hi.y, w)
			}
			layer(m.Val(m.Double(t1)))
			lo, hi = t.unsingles(lo), t.unsingles(hi)
			layer(t.twiddles2(&p))
			lo, hi = t.doubles(lo), t.doubles(hi)
			layer(t.twiddles4(&p))
			if m.AVX512 {
				lo, hi = t.halves(lo), t.halves(hi)
			} else {
				lo, hi = t.quarters(lo), t.quarters(hi)
			}
			layer(t.twiddles8(&p, t.inverse8))
			t.store(lo, r, dstLo, i)
			t.store(hi, r, dstHi, i)
		})
	})
}
