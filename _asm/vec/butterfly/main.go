// Command butterfly generates the kernels of package field/vec for the circle FFT.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"

	. "github.com/orrery/orrery/_asm/simd"
)

func main() {
	tails := newTails()
	Write(func(m *M) {
		radix2(m, "forward", "applies the forward butterfly to pairs of a and b.", forward)
		radix2(m, "inverse", "applies the inverse butterfly to pairs of a and b.", inverse)
		radix4(m, "forward4", "does two layers of forward butterflies.", forward4)
		radix4(m, "inverse4", "does two layers of inverse butterflies.", inverse4)
		blocks(m, "forward4Blocks", "does two layers of forward butterflies in each block.", forward4)
		blocks(m, "inverse4Blocks", "does two layers of inverse butterflies in each block.", inverse4)
		tails(m)
	})
}

// forward returns a + tb and a - tb, for the doubled twiddle t.
func forward(m *M, a, b Vec, t2 Val) (Vec, Vec) {
	p := m.Mul(m.Val(b), t2)
	return m.Add(a, p), m.Sub(a, p)
}

// inverse returns a + b and (a - b)t, for the doubled twiddle t.
func inverse(m *M, a, b Vec, t2 Val) (Vec, Vec) {
	return m.Add(a, b), m.Mul(m.Val(m.Sub(a, b)), t2)
}

func twiddle(m *M, name string) Val {
	return m.Constant(m.Double(m.Scalar(name)))
}

func radix2(m *M, name, doc string, f func(m *M, a, b Vec, t2 Val) (Vec, Vec)) {
	m.Func(name, "func(a, b *uint32, n int, t uint32)", doc, func() {
		a, b := Pointer("a"), Pointer("b")
		t2 := twiddle(m, "t")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			x, y := f(m, m.Load(m.At(a, i, 0)), m.Load(m.At(b, i, 0)), t2)
			m.Store(x, m.At(a, i, 0))
			m.Store(y, m.At(b, i, 0))
		})
	})
}

// layers does two layers of butterflies on corresponding vectors of four quarters.
type layers func(m *M, x *[4]Vec, t, t0, t1 Val)

func forward4(m *M, x *[4]Vec, t, t0, t1 Val) {
	x[0], x[2] = forward(m, x[0], x[2], t)
	x[1], x[3] = forward(m, x[1], x[3], t)
	x[0], x[1] = forward(m, x[0], x[1], t0)
	x[2], x[3] = forward(m, x[2], x[3], t1)
}

func inverse4(m *M, x *[4]Vec, t, t0, t1 Val) {
	x[0], x[1] = inverse(m, x[0], x[1], t0)
	x[2], x[3] = inverse(m, x[2], x[3], t1)
	x[0], x[2] = inverse(m, x[0], x[2], t)
	x[1], x[3] = inverse(m, x[1], x[3], t)
}

// radix4 writes a function from four columns to four columns, which may be the same.
func radix4(m *M, name, doc string, f layers) {
	m.Func(name, "func(dst, src *[4]*uint32, n int, t, t0, t1 uint32)", doc, func() {
		dst, src := Pointers("dst", 4), Pointers("src", 4)
		t, t0, t1 := twiddle(m, "t"), twiddle(m, "t0"), twiddle(m, "t1")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			step(m, dst, src, i, f, t, t0, t1)
		})
	})
}

// blocks writes a function over consecutive blocks of four quarters of q elements each, with
// one element of t and two of u for each block.
func blocks(m *M, name, doc string, f layers) {
	m.Func(name, "func(v *uint32, q int, t, u *uint32, n int)", doc, func() {
		size, t, u, n := Pointer("q"), Pointer("t"), Pointer("u"), Pointer("n")
		SHLQ(U8(2), size)
		quarters := []Offset{Pointer("v"), GP64(), GP64(), GP64()}
		for k := 1; k < len(quarters); k++ {
			LEAQ(Mem{Base: quarters[k-1], Index: size, Scale: 1}, quarters[k])
		}
		top := m.Label("block")
		Label(top)
		load := func(from Offset, k int) Val {
			v := m.New()
			VPBROADCASTD(Mem{Base: from, Disp: 4 * k}, v)
			return m.Constant(m.Double(v))
		}
		w, w0, w1 := load(t, 0), load(u, 0), load(u, 1)
		i := GP64()
		XORQ(i, i)
		run := m.Label("run")
		Label(run)
		step(m, quarters, quarters, i, f, w, w0, w1)
		ADDQ(I8(m.Bytes), i)
		CMPQ(i, size)
		JB(LabelRef(run))
		for _, q := range quarters {
			LEAQ(Mem{Base: q, Index: size, Scale: 4}, q)
		}
		ADDQ(I8(4), t)
		ADDQ(I8(8), u)
		DECQ(n)
		JNZ(LabelRef(top))
	})
}

// step does f on the vectors at offset i.
func step(m *M, dst, src []Offset, i Offset, f layers, t, t0, t1 Val) {
	var x [4]Vec
	for k := range x {
		x[k] = m.Load(m.At(src[k], i, 0))
	}
	f(m, &x, t, t0, t1)
	for k := range x {
		m.Store(x[k], m.At(dst[k], i, 0))
	}
}
