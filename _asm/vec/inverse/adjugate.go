package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

// adjugate follows field.E.Adjugate: for x = x0 + x1 v + x2 v^2 over CM31,
//
//	t0 = x0^2 - 5 x1 x2,  t1 = 5 x2^2 - x0 x1,  t2 = x1^2 - x0 x2
//
// have x t = n in CM31, n = x0 t0 + 5 (x2 t1 + x1 t2). With the conjugate c of n, the
// result is t c and the norm n c in M31. The factors lie on the stack, but for the
// coordinates of x.
func adjugate(m *M) {
	m.FrameFunc("adjugate", "func(dst *[6]*uint32, norm *uint32, src *[6]*uint32, n int)", "sets norm to the norms of src to M31 and dst to norm/src, or 0 for 0.", func() {
		// Six factors are kept in registers.
		s := m.NewStack(6 + 2*(5+4+3+3+6+3))
		dst, norm, src := Pointer("dst"), Pointer("norm"), Pointer("src")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			s.Clear()
			plane := func(array Offset, k int) Mem {
				p := GP64()
				MOVQ(Mem{Base: array, Disp: 8 * k}, p)
				return m.At(p, i, 0)
			}
			// A part of a coordinate with what is made of it.
			type part struct{ x, neg, five, neg5, twice Val }
			load := func(k int, neg, five, neg5, twice bool) (p part) {
				v := m.Load(plane(src, k))
				p.x = s.Kept(v)
				if neg {
					p.neg = s.Val(m.Complement(v))
				}
				if twice {
					p.twice = s.Val(m.Double(v))
				}
				if five || neg5 {
					w := m.Times5(v)
					if five {
						p.five = s.Val(w)
					}
					if neg5 {
						p.neg5 = s.Val(m.Complement(w))
					}
				}
				return p
			}
			r0, i0 := load(0, false, false, false, true), load(1, true, false, false, false)
			r1, i1 := load(2, true, true, false, true), load(3, true, true, true, false)
			r2, i2 := load(4, true, true, true, true), load(5, true, true, true, false)

			// In each sum, factors that may be P come first.
			var t [6]Val
			for k, v := range [][]Term{
				{T(i0.x, i0.neg), T(r1.x, r2.neg5), T(r0.x, r0.x), T(i1.x, i2.five)},
				{T(r1.x, i2.neg5), T(i1.x, r2.neg5), T2(r0.twice, i0.x)},
				{T(i2.x, i2.neg5), T(r0.x, r1.neg), T(r2.x, r2.five), T(i0.x, i1.x)},
				{T(r0.x, i1.neg), T(i0.x, r1.neg), T2(r2.twice, i2.five)},
				{T(i1.x, i1.neg), T(r0.x, r2.neg), T(r1.x, r1.x), T(i0.x, i2.x)},
				{T(r0.x, i2.neg), T(i0.x, r2.neg), T2(r1.twice, i1.x)},
			} {
				t[k] = s.Val(m.Sum(v...))
			}
			re := s.Val(m.Sum(T(i0.neg, t[1]), T(i2.neg5, t[3]), T(i1.neg5, t[5]),
				T(r0.x, t[0]), T(r2.five, t[2]), T(r1.five, t[4])))
			imaginary := m.Sum(T(r0.x, t[1]), T(i0.x, t[0]), T(r2.five, t[3]),
				T(i2.five, t[2]), T(r1.five, t[5]), T(i1.five, t[4]))
			im, neg := s.Val(imaginary), s.Val(m.Complement(imaginary))
			m.Store(m.Sum(T(re, re), T(im, im)), m.At(norm, i, 0))
			for k := 0; k < degree; k += 2 {
				m.Store(m.Sum(T(t[k], re), T(t[k+1], im)), plane(dst, k))
				m.Store(m.Sum(T(t[k], neg), T(t[k+1], re)), plane(dst, k+1))
			}
		})
	})
}
