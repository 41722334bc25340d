// Command planes generates the products of package field/vec over E.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/orrery/orrery/_asm/simd"
)

const degree = 6

func main() {
	Write(func(m *M) {
		mulE(m)
		mulConstE(m)
	})
}

// mulE takes the coordinates of b, of 5b and negatives of the imaginary ones to the
// stack, and then has six products to sum for each coordinate of the result:
//
//	c0 = a0 b0 + 5 (a1 b2 + a2 b1)
//	c1 = a0 b1 + a1 b0 + 5 a2 b2
//	c2 = a0 b2 + a1 b1 + a2 b0
func mulE(m *M) {
	m.FrameFunc("mulE", "func(dst, a, b *[6]*uint32, n int)", "sets dst = a b over E.", func() {
		frame := m.Frame(2*(3*3+3*2) + degree)
		slot := 0
		spill := func(v Vec) Mem {
			at := frame(slot)
			slot++
			m.Move(v, at)
			return at
		}
		// A complex has the real and imaginary parts and the negative of the latter.
		type complex struct{ re, im, neg Val }
		dst, a, b := Pointer("dst"), Pointer("a"), Pointer("b")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			slot = 0
			factor := func(v Vec) Val { return Val{E: spill(v), O: spill(m.Odd(v))} }
			var y, y5 [3]complex
			for k := range y {
				re, im := m.Load(plane(m, b, 2*k, i)), m.Load(plane(m, b, 2*k+1, i))
				y[k] = complex{factor(re), factor(im), factor(m.Complement(im))}
				if k > 0 {
					re, im = m.Times5(re), m.Times5(im)
					y5[k] = complex{factor(re), factor(im), factor(m.Complement(im))}
				}
			}
			var x [3]complex
			for k := range x {
				for part, v := range []*Val{&x[k].re, &x[k].im} {
					e := m.Load(plane(m, a, 2*k+part, i))
					v.E, v.O = e, m.Odd(e)
					if !m.AVX512 {
						v.O = spill(v.O.(reg.VecVirtual))
					}
				}
			}
			for k, f := range [3][3]complex{{y[0], y5[2], y5[1]}, {y[1], y[0], y5[2]}, {y[2], y[1], y[0]}} {
				// Factors that may be P come first.
				re := m.Sum(T(x[0].im, f[0].neg), T(x[1].im, f[1].neg), T(x[2].im, f[2].neg),
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
		frame := m.Frame(degree)
		dst, a, rows := Pointer("dst"), Pointer("a"), Pointer("rows")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			var x [degree]Val
			for j := range x {
				e := m.Load(plane(m, a, j, i))
				o := m.Odd(e)
				x[j] = Val{E: e, O: o}
				if !m.AVX512 {
					m.Store(o, frame(j))
					x[j].O = frame(j)
				}
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
