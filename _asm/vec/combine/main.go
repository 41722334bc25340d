// Command combine generates the sums of products of package field/vec.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

const degree = 6

func main() {
	Write(func(m *M) {
		accConst(m)
		accConsts(m)
		dot(m, "dot", 1)
		dot(m, "dotE", degree)
	})
}

func accConst(m *M) {
	m.Func("accConst", "func(dst *[6]*uint32, col *uint32, c *[6]uint32, n int)", "sets dst = dst + col c.", func() {
		dst, col, c := Pointers("dst", degree), Pointer("col"), Pointer("c")
		var c2 [degree]Val
		for k := range c2 {
			v := m.New()
			VPBROADCASTD(Mem{Base: c, Disp: 4 * k}, v)
			c2[k] = m.Constant(m.Double(v))
		}
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			x := m.Val(m.Load(m.At(col, i, 0)))
			for k := range dst {
				at := m.At(dst[k], i, 0)
				m.Store(m.Add(m.Load(at), m.Mul(x, c2[k])), at)
			}
		})
	})
}

// group is the number of columns whose products are summed before folding: four products
// of canonical elements are below 2^64.
const group = 4

// accConsts keeps sums of folded sums, below 2^34 each, for six coordinates: with AVX2 on
// the stack.
func accConsts(m *M) {
	const signature = "func(dst *[6]*uint32, cols *[16]*uint32, c *[96]uint64, groups int, n int)"
	m.FrameFunc("accConsts", signature, "sets dst to dst plus the sum of col c over the columns, four to a group; c has the coordinates of a group's constants side by side.", func() {
		var frame func(k int) Mem
		if !m.AVX512 {
			frame = m.Frame(2 * degree)
		}
		dst, cols, c, groups := Pointer("dst"), Pointer("cols"), Pointer("c"), Pointer("groups")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			var acc [2 * degree]Vec
			for k := range acc {
				if m.AVX512 {
					acc[k] = m.Zero()
				}
			}
			if !m.AVX512 {
				zero := m.Zero()
				for k := range acc {
					m.Store(zero, frame(k))
				}
			}
			column, constant, left := GP64(), GP64(), GP64()
			MOVQ(cols, column)
			MOVQ(c, constant)
			MOVQ(groups, left)
			top := m.Label("group")
			Label(top)
			var x [group]Val
			for j := range x {
				p := GP64()
				MOVQ(Mem{Base: column, Disp: 8 * j}, p)
				x[j] = m.Val(m.Load(m.At(p, i, 0)))
			}
			for k := range degree {
				var sum Wide
				for j := range x {
					v := m.New()
					VPBROADCASTQ(Mem{Base: constant, Disp: 8 * (group*k + j)}, v)
					p := m.Product(x[j], m.Constant(v))
					if j == 0 {
						sum = p
					} else {
						VPADDQ(p.E, sum.E, sum.E)
						VPADDQ(p.O, sum.O, sum.O)
					}
				}
				for half, v := range []Vec{sum.E, sum.O} {
					m.Fold(v)
					if m.AVX512 {
						VPADDQ(v, acc[2*k+half], acc[2*k+half])
					} else {
						VPADDQ(frame(2*k+half), v, v)
						m.Store(v, frame(2*k+half))
					}
				}
			}
			ADDQ(I32(8*group), column)
			ADDQ(I32(8*group*degree), constant)
			DECQ(left)
			JNZ(LabelRef(top))
			for k := range degree {
				sum := Wide{E: acc[2*k], O: acc[2*k+1]}
				if !m.AVX512 {
					sum = Wide{E: m.Load(frame(2 * k)), O: m.Load(frame(2*k + 1))}
				}
				p := GP64()
				MOVQ(Mem{Base: dst, Disp: 8 * k}, p)
				at := m.At(p, i, 0)
				m.Store(m.Add(m.Load(at), m.Narrow(sum)), at)
			}
		})
	})
}

// dot takes two vectors at a time, whose four products in a lane are summed and folded.
func dot(m *M, name string, planes int) {
	signature := "func(sums *[8]uint64, a *uint32, b *uint32, n int)"
	doc := "adds the products of elements to sums, eight or four of which it uses, folded in fours to numbers below 2^34."
	if planes > 1 {
		signature = "func(sums *[6][8]uint64, a *uint32, b *[6]*uint32, n int)"
		doc = "does what dot does for each plane of b."
	}
	m.Func(name, signature, doc, func() {
		sums, a := Pointer("sums"), Pointer("a")
		b := []Offset{}
		if planes == 1 {
			b = append(b, Pointer("b"))
		} else {
			b = Pointers("b", planes)
		}
		m.PrepareFold()
		acc := make([]Vec, planes)
		for k := range acc {
			acc[k] = m.Zero()
		}
		m.Loop(Pointer("n"), 2*m.Lanes, func(i Offset) {
			var x [2]Val
			for half := range x {
				x[half] = m.Val(m.Load(m.At(a, i, half)))
			}
			for k := range b {
				var sum Vec
				for half := range x {
					p := m.Product(x[half], m.Val(m.Load(m.At(b[k], i, half))))
					VPADDQ(p.O, p.E, p.E)
					if half == 0 {
						sum = p.E
					} else {
						VPADDQ(p.E, sum, sum)
					}
				}
				m.Fold(sum)
				VPADDQ(sum, acc[k], acc[k])
			}
		})
		for k := range acc {
			m.Store(acc[k], Mem{Base: sums, Disp: 64 * k})
		}
	})
}
