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
		accConsts(m)
		sumConsts(m)
		dot(m, "dot", 1)
		dot(m, "dotE", degree)
	})
}

// group is the number of columns whose products are summed before folding: four products
// of canonical elements are at most 2^64 - 2^35 + 16, which leaves room for a folded sum, below 2^34.
const group = 4

// ahead is how far before their use columns are fetched, in bytes.
const ahead = 1024

// combineSignature is that of kernels with a start of the given name and type.
func combineSignature(start, kind string) string {
	return "func(dst *[6]*uint32, " + start + " " + kind + ", cols *[16]*uint32, c *[96]uint64, groups, rest int, n int)"
}

// combine sums products of columns and constants from a start that init loads, E and O for plane
// k: groups of four columns and then a rest of less. The sums of six coordinates are in registers,
// with AVX2 on the stack.
func combine(m *M, name, start, kind, doc string, init func(k int, start, i Offset) Wide) {
	m.FrameFunc(name, combineSignature(start, kind), doc, func() {
		var frame func(k int) Mem
		if !m.AVX512 {
			frame = m.Frame(2 * degree)
		}
		dst, from, cols, c := Pointer("dst"), Pointer(start), Pointer("cols"), Pointer("c")
		groups, rest := Pointer("groups"), Pointer("rest")
		m.PrepareFold()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			var acc [degree]Wide
			for k := range acc {
				acc[k] = init(k, from, i)
				if !m.AVX512 {
					m.Store(acc[k].E, frame(2*k))
					m.Store(acc[k].O, frame(2*k+1))
				}
			}
			column, constant, left := GP64(), GP64(), GP64()
			MOVQ(cols, column)
			MOVQ(c, constant)
			// products adds those of some columns, at most four.
			products := func(columns int) {
				var x [group]Val
				for j := range columns {
					p := GP64()
					MOVQ(Mem{Base: column, Disp: 8 * j}, p)
					x[j] = m.Val(m.Load(m.At(p, i, 0)))
					PREFETCHT0(m.At(p, i, ahead/m.Bytes))
				}
				for k := range degree {
					sum := acc[k]
					if !m.AVX512 {
						sum = Wide{E: m.Load(frame(2 * k)), O: m.Load(frame(2*k + 1))}
					}
					for j := range columns {
						v := m.New()
						VPBROADCASTQ(Mem{Base: constant, Disp: 8 * (group*k + j)}, v)
						p := m.Product(x[j], m.Constant(v))
						VPADDQ(p.E, sum.E, sum.E)
						VPADDQ(p.O, sum.O, sum.O)
					}
					m.Fold(sum.E)
					m.Fold(sum.O)
					if !m.AVX512 {
						m.Store(sum.E, frame(2*k))
						m.Store(sum.O, frame(2*k+1))
					}
				}
			}
			top, last, done := m.Label("group"), m.Label("rest"), m.Label("done")
			MOVQ(groups, left)
			TESTQ(left, left)
			JZ(LabelRef(last))
			Label(top)
			products(group)
			ADDQ(I32(8*group), column)
			ADDQ(I32(8*group*degree), constant)
			DECQ(left)
			JNZ(LabelRef(top))
			Label(last)
			for columns := range group {
				next := m.Label("columns")
				CMPQ(rest, U8(columns))
				JNE(LabelRef(next))
				if columns > 0 {
					products(columns)
				}
				JMP(LabelRef(done))
				Label(next)
			}
			Label(done)
			for k := range degree {
				sum := acc[k]
				if !m.AVX512 {
					sum = Wide{E: m.Load(frame(2 * k)), O: m.Load(frame(2*k + 1))}
				}
				m.Store(m.Narrow(sum), m.At(planeOf(dst, k), i, 0))
			}
		})
	})
}

func planeOf(array Offset, k int) Offset {
	p := GP64()
	MOVQ(Mem{Base: array, Disp: 8 * k}, p)
	return p
}

// accConsts starts from vectors.
func accConsts(m *M) {
	combine(m, "accConsts", "src", "*[6]*uint32", "sets dst to src plus the sum of col c over the columns, four to a group; c has the coordinates of a group's constants side by side.",
		func(k int, src, i Offset) Wide {
			x := m.Load(m.At(planeOf(src, k), i, 0))
			odd := m.Odd(x)
			m.Even(x)
			return Wide{E: x, O: odd}
		})
}

// sumConsts starts from a constant.
func sumConsts(m *M) {
	combine(m, "sumConsts", "start", "*[6]uint64", "sets dst to start plus the sum; see accConsts.",
		func(k int, start, _ Offset) Wide {
			e, o := m.New(), m.New()
			VPBROADCASTQ(Mem{Base: start, Disp: 8 * k}, e)
			VPBROADCASTQ(Mem{Base: start, Disp: 8 * k}, o)
			return Wide{E: e, O: o}
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
				PREFETCHT0(m.At(a, i, half+ahead/m.Bytes))
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
