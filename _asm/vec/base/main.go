// Command base generates the kernels of package field/vec over columns of M31.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

func main() {
	Write(func(m *M) {
		binary(m, "add", "sets dst = a + b.", m.Add)
		binary(m, "sub", "sets dst = a - b.", m.Sub)
		binary(m, "mul", "sets dst = a b.", func(a, b Vec) Vec { return m.Mul(m.Val(a), m.Val(m.Double(b))) })
		neg(m)
		addConst(m)
		mulConst(m)
		mulAdd(m)
		mulAddConst(m)
		repeat(m)
	})
}

func binary(m *M, name, doc string, f func(a, b Vec) Vec) {
	m.Func(name, "func(dst, a, b *uint32, n int)", doc, func() {
		dst, a, b := Pointer("dst"), Pointer("a"), Pointer("b")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			m.Store(f(m.Load(m.At(a, i, 0)), m.Load(m.At(b, i, 0))), m.At(dst, i, 0))
		})
	})
}

func repeat(m *M) {
	m.Func("repeat", "func(dst, src *uint32, n int)", "writes each of n elements twice.", func() {
		dst, src := Pointer("dst"), Pointer("src")
		m.Loop(Pointer("n"), m.Lanes/2, func(i Offset) {
			v := m.New()
			VPMOVZXDQ(m.At(src, i, 0), v)
			VMOVSLDUP(v, v)
			m.Store(v, Mem{Base: dst, Index: i, Scale: 2})
		})
	})
}

func neg(m *M) {
	m.Func("neg", "func(dst, a *uint32, n int)", "sets dst = -a.", func() {
		dst, a := Pointer("dst"), Pointer("a")
		zero := m.Zero()
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			m.Store(m.Sub(zero, m.Load(m.At(a, i, 0))), m.At(dst, i, 0))
		})
	})
}

func addConst(m *M) {
	m.Func("addConst", "func(dst, a *uint32, n int, c uint32)", "sets dst = a + c.", func() {
		dst, a := Pointer("dst"), Pointer("a")
		c := m.Scalar("c")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			m.Store(m.Add(m.Load(m.At(a, i, 0)), c), m.At(dst, i, 0))
		})
	})
}

func mulConst(m *M) {
	m.Func("mulConst", "func(dst, a *uint32, n int, c uint32)", "sets dst = a c.", func() {
		dst, a := Pointer("dst"), Pointer("a")
		c2 := m.Constant(m.Double(m.Scalar("c")))
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			m.Store(m.Mul(m.Val(m.Load(m.At(a, i, 0))), c2), m.At(dst, i, 0))
		})
	})
}

func mulAdd(m *M) {
	m.Func("mulAdd", "func(dst, a, b *uint32, n int)", "sets dst = dst + a b.", func() {
		dst, a, b := Pointer("dst"), Pointer("a"), Pointer("b")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			b2 := m.Double(m.Load(m.At(b, i, 0)))
			product := m.Mul(m.Val(m.Load(m.At(a, i, 0))), m.Val(b2))
			m.Store(m.Add(m.Load(m.At(dst, i, 0)), product), m.At(dst, i, 0))
		})
	})
}

func mulAddConst(m *M) {
	m.Func("mulAddConst", "func(dst, a *uint32, n int, c uint32)", "sets dst = dst + a c.", func() {
		dst, a := Pointer("dst"), Pointer("a")
		c2 := m.Constant(m.Double(m.Scalar("c")))
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			product := m.Mul(m.Val(m.Load(m.At(a, i, 0))), c2)
			m.Store(m.Add(m.Load(m.At(dst, i, 0)), product), m.At(dst, i, 0))
		})
	})
}
