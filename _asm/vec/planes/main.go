// Command planes generates the products of package field/vec over E.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

const degree = 6

func main() {
	Write(func(m *M) {
		mulE(m)
		mulConstE(m)
	})
}

// mulE has six products to sum for each coordinate of the result:
//
//	c0 = a0 b0 + 5 (a1 b2 + a2 b1)
//	c1 = a0 b1 + a1 b0 + 5 a2 b2
//	c2 = a0 b2 + a1 b1 + a2 b0
//
// The factors of b and 5b lie on the stack, and with AVX2 the odd lanes of a too.
func mulE(m *M) {
	m.FrameFunc("mulE", "func(dst, a, b *[6]*uint32, n int)", "sets dst = a b over E.", func() {
		s := m.NewStack(2*(6+4) + 9)
		dst, a, b := Pointer("dst"), Pointer("a"), Pointer("b")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			s.Clear()
			var y, y5 [3]struct{ re, im Val }
			for k := range y {
				re, im := m.Load(plane(m, b, 2*k, i)), m.Load(plane(m, b, 2*k+1, i))
				y[k].re, y[k].im = s.Val(re), s.Val(im)
				if k > 0 {
					y5[k].re, y5[k].im = s.Val(m.Times5(re)), s.Val(m.Times5(im))
				}
			}
			var x [3]struct{ re, im, neg Val }
			for k := range x {
				re, im := m.Load(plane(m, a, 2*k, i)), m.Load(plane(m, a, 2*k+1, i))
				x[k].re, x[k].im, x[k].neg = s.Kept(re), s.Kept(im), s.Kept(m.Complement(im))
			}
			for k, f := range [3][3]struct{ re, im Val }{{y[0], y5[2], y5[1]}, {y[1], y[0], y5[2]}, {y[2], y[1], y[0]}} {
				// Factors that may be P come first.
				re := m.Sum(T(x[0].neg, f[0].im), T(x[1].neg, f[1].im), T(x[2].neg, f[2].im),
					T(x[0].re, f[0].re), T(x[1].re, f[1].re), T(x[2].re, f[2].re))
				im := m.Sum(T(x[0].re, f[0].im), T(x[1].re, f[1].im), T(x[2].re, f[2].im),
					T(x[0].im, f[0].re), T(x[1].im, f[1].re), T(x[2].im, f[2].re))
				m.Store(re, plane(m, dst, 2*k, i))
				m.Store(im, plane(m, dst, 2*k+1, i))
			}
		})
	})
}

// mulConstE applies a matrix over M31, row by row.
func mulConstE(m *M) {
	m.FrameFunc("mulConstE", "func(dst, a *[6]*uint32, rows *[36]uint64, n int)", "sets dst to the images of a under a linear map over M31.", func() {
		s := m.NewStack(degree)
		dst, a, rows := Pointer("dst"), Pointer("a"), Pointer("rows")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			s.Clear()
			var x [degree]Val
			for j := range x {
				x[j] = s.Kept(m.Load(plane(m, a, j, i)))
			}
			for k := range degree {
				var sum Wide
				for j := range x {
					c := m.New()
					VPBROADCASTQ(Mem{Base: rows, Disp: 8 * (degree*k + j)}, c)
					p := m.Product(x[j], m.Constant(c))
					if j == 0 {
						sum = p
					} else {
						VPADDQ(p.E, sum.E, sum.E)
						VPADDQ(p.O, sum.O, sum.O)
					}
					// The bounds are those of Sum.
					if j == 3 {
						m.Fold(sum.E)
						m.Fold(sum.O)
					}
				}
				m.Store(m.Narrow(sum), plane(m, dst, k, i))
			}
		})
	})
}

// plane is the vector at offset i of plane k.
func plane(m *M, array Offset, k int, i Offset) Mem {
	p := GP64()
	MOVQ(Mem{Base: array, Disp: 8 * k}, p)
	return m.At(p, i, 0)
}
