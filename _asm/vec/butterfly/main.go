// Command butterfly generates the kernels of package field/vec for the circle FFT.
package main

import . "github.com/orrery/orrery/_asm/simd"

func main() {
	tails := newTails()
	Write(func(m *M) {
		radix2(m, "forward", "applies the forward butterfly to pairs of a and b.", forward)
		radix2(m, "inverse", "applies the inverse butterfly to pairs of a and b.", inverse)
		forward4(m)
		inverse4(m)
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

// radix4 writes a function over four columns in one pass.
func radix4(m *M, name, doc string, f func(x *[4]Vec, t, t0, t1 Val)) {
	m.Func(name, "func(a0, a1, a2, a3 *uint32, n int, t, t0, t1 uint32)", doc, func() {
		a := []Offset{Pointer("a0"), Pointer("a1"), Pointer("a2"), Pointer("a3")}
		t, t0, t1 := twiddle(m, "t"), twiddle(m, "t0"), twiddle(m, "t1")
		m.Loop(Pointer("n"), m.Lanes, func(i Offset) {
			var x [4]Vec
			for k := range x {
				x[k] = m.Load(m.At(a[k], i, 0))
			}
			f(&x, t, t0, t1)
			for k := range x {
				m.Store(x[k], m.At(a[k], i, 0))
			}
		})
	})
}

func forward4(m *M) {
	radix4(m, "forward4", "does two layers of forward butterflies.", func(x *[4]Vec, t, t0, t1 Val) {
		x[0], x[2] = forward(m, x[0], x[2], t)
		x[1], x[3] = forward(m, x[1], x[3], t)
		x[0], x[1] = forward(m, x[0], x[1], t0)
		x[2], x[3] = forward(m, x[2], x[3], t1)
	})
}

func inverse4(m *M) {
	radix4(m, "inverse4", "does two layers of inverse butterflies.", func(x *[4]Vec, t, t0, t1 Val) {
		x[0], x[1] = inverse(m, x[0], x[1], t0)
		x[2], x[3] = inverse(m, x[2], x[3], t1)
		x[0], x[2] = inverse(m, x[0], x[2], t)
		x[1], x[3] = inverse(m, x[1], x[3], t)
	})
}
