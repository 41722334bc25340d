package simd

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// Reduce brings x <= 2P - 1 to its canonical form, in place. The difference wraps around
// and loses when x is canonical.
func (m *M) Reduce(x Vec) {
	t := m.New()
	VPSUBD(m.p, x, t)
	VPMINUD(t, x, x)
}

// Add returns a + b.
func (m *M) Add(a, b Vec) Vec {
	v := m.New()
	VPADDD(a, b, v)
	m.Reduce(v)
	return v
}

// Sub returns a - b.
func (m *M) Sub(a, b Vec) Vec {
	v, t := m.New(), m.New()
	VPSUBD(b, a, v)
	VPADDD(m.p, v, t)
	VPMINUD(t, v, v)
	return v
}

// Complement returns P - a, which is -a but for a = 0, where it is P and not canonical.
func (m *M) Complement(a Vec) Vec {
	v := m.New()
	m.Xor(a, m.p, v)
	return v
}

// Double returns 2a, not reduced.
func (m *M) Double(a Vec) Vec {
	v := m.New()
	VPADDD(a, a, v)
	return v
}

// Times5 returns 5a: the multiplication by 4 turns the 31 bits by two.
func (m *M) Times5(a Vec) Vec {
	v, t := m.New(), m.New()
	VPSLLD(U8(2), a, v)
	VPSRLD(U8(29), a, t)
	m.Mask(v)
	VPADDD(t, v, v)
	VPADDD(a, v, v)
	m.Reduce(v)
	return v
}

// Odd returns the odd lanes in the even ones.
func (m *M) Odd(a Vec) Vec {
	v := m.New()
	VPSRLQ(U8(32), a, v)
	return v
}

// Even clears the odd lanes of canonical elements. PrepareFold comes first.
func (m *M) Even(x Vec) { m.And(x, m.p64, x) }

// A Val is a factor, in registers or memory: its even lanes in the even lanes of E, its
// odd lanes in the even lanes of O.
type Val struct{ E, O Op }

// Val splits a vector.
func (m *M) Val(a Vec) Val { return Val{a, m.Odd(a)} }

// A Wide is a vector of 64-bit numbers for the even and one for the odd lanes.
type Wide struct{ E, O Vec }

// Product returns ab, exactly.
func (m *M) Product(a, b Val) Wide {
	return Wide{m.product(a.E, b.E), m.product(a.O, b.O)}
}

func (m *M) product(a, b Op) Vec {
	v := m.New()
	if IsM(a) {
		a, b = b, a
	}
	if IsM(a) {
		m.Move(a, v)
		a = v
	}
	VPMULUDQ(b, a, v)
	return v
}

// Mul returns ab for a and doubled b. The product's upper half is then the quotient by
// 2^31 and its lower half twice the remainder, so that both find their lanes without a
// shift. It overwrites nothing; a may be P.
func (m *M) Mul(a, b2 Val) Vec {
	q, r := m.halves(m.Product(a, b2))
	VPADDD(r, q, q)
	m.Reduce(q)
	return q
}

// halves returns, for twice a number below 2^63, its quotient by 2^31 and its remainder.
// It overwrites w.
func (m *M) halves(w Wide) (quotient, remainder Vec) {
	if m.AVX512 {
		q := m.Copy(w.O)
		VMOVSHDUP(w.E, even, q)
		VMOVSLDUP(w.O, odd, w.E)
		VPSRLD(U8(1), w.E, w.E)
		return q, w.E
	}
	q, r := m.New(), m.New()
	VMOVSHDUP(w.E, q)
	VPBLENDD(U8(0xaa), w.O, q, q)
	VMOVSLDUP(w.O, r)
	VPBLENDD(U8(0xaa), r, w.E, r)
	VPSRLD(U8(1), r, r)
	return q, r
}

// PrepareFold makes the constant for Fold. Call it before the loop.
func (m *M) PrepareFold() {
	m.p64 = m.New()
	VPSRLQ(U8(32), m.p, m.p64)
}

// Fold replaces x by a congruent number of at most 2^31 - 1 + x/2^31.
func (m *M) Fold(x Vec) {
	t := m.New()
	VPSRLQ(U8(31), x, t)
	m.And(x, m.p64, x)
	VPADDQ(t, x, x)
}

// Narrow returns x mod P for x < 2^63 - 2^32. It overwrites x. The quotient by 2^31 is
// below 2P then, and so is the sum of its canonical form and the remainder.
func (m *M) Narrow(x Wide) Vec {
	VPADDQ(x.E, x.E, x.E)
	VPADDQ(x.O, x.O, x.O)
	q, r := m.halves(x)
	m.Reduce(q)
	VPADDD(r, q, q)
	m.Reduce(q)
	return q
}

// A Term is a product of a sum. Weight 2 says that a factor is doubled.
type Term struct {
	A, B   Val
	Weight int
}

// T is the product of two factors of at most P.
func T(a, b Val) Term { return Term{a, b, 1} }

// T2 is the product of a doubled and a single factor.
func T2(a, b Val) Term { return Term{a, b, 2} }

// Sum returns the sum of products of a total weight of six at most, reduced. When it is
// above two, the last products, of weight two, must have canonical factors, but for the
// doubling, and those before may have a factor P: their sum is at most 4 P^2 < 2^64, and
// below 2^33 + 2^31 when folded; two products of canonical elements are at most
// 2^63 - 2^34 + 8, and so the bound of Narrow holds.
func (m *M) Sum(terms ...Term) Vec {
	total := 0
	for _, t := range terms {
		total += t.Weight
	}
	if total > 6 {
		panic("too many products")
	}
	half := func(pick func(v Val) Op) Vec {
		var acc Vec
		done := 0
		for _, t := range terms {
			p := m.product(pick(t.A), pick(t.B))
			if acc == nil {
				acc = p
			} else {
				VPADDQ(p, acc, acc)
			}
			if done += t.Weight; total > 2 && done == total-2 {
				m.Fold(acc)
			}
		}
		return acc
	}
	e := half(func(v Val) Op { return v.E })
	o := half(func(v Val) Op { return v.O })
	return m.Narrow(Wide{e, o})
}

// Constant is Val for a vector whose lanes are all equal.
func (m *M) Constant(a Vec) Val { return Val{a, a} }

// Mask keeps the lower 31 bits of each lane.
func (m *M) Mask(a Vec) { m.And(a, m.p, a) }

// A Stack keeps vectors in memory.
type Stack struct {
	m          *M
	frame      func(k int) Mem
	next, size int
}

// NewStack reserves n vectors. Call it before the loop, in a FrameFunc.
func (m *M) NewStack(n int) *Stack { return &Stack{m, m.Frame(n), 0, n} }

// Clear forgets what was stored.
func (s *Stack) Clear() { s.next = 0 }

func (s *Stack) push(a Vec) Mem {
	if s.next == s.size {
		panic("simd: the stack is full")
	}
	at := s.frame(s.next)
	s.m.Store(a, at)
	s.next++
	return at
}

// Val stores a as a factor.
func (s *Stack) Val(a Vec) Val { return Val{s.push(a), s.push(s.m.Odd(a))} }

// Kept is Val for a few factors that are used often: they stay in registers, but for
// AVX2 only the even lanes do.
func (s *Stack) Kept(a Vec) Val {
	if s.m.AVX512 {
		return s.m.Val(a)
	}
	return Val{a, s.push(s.m.Odd(a))}
}
