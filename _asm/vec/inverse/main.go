// Command inverse generates the batch inversions of package field/vec.
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
		batchInverse(m)
		adjugate(m)
	})
}

// chains is the number of vectors of chains of products, which hide the latency of a
// multiplication.
const chains = 4

// batchInverse runs a chain through every lane of four vectors, inverts the four products
// by way of their product, and runs back.
func batchInverse(m *M) {
	m.Func("batchInverse", "func(dst, src, prefix *uint32, n int) bool", "sets dst = 1/src by way of prefix and returns true, or returns false before that if src has a zero.", func() {
		dst, src, prefix, n := Pointer("dst"), Pointer("src"), Pointer("prefix"), Pointer("n")
		word := GP32()
		MOVL(U32(1), word)
		one := m.Broadcast(word)
		acc := make([]Vec, chains)
		for c := range acc {
			acc[c] = m.Copy(one)
		}
		least := m.Copy(one)
		count := GP64()
		MOVQ(n, count)
		m.Loop(count, chains*m.Lanes, func(i Offset) {
			for c := range acc {
				x := m.Load(m.At(src, i, c))
				VPMINUD(x, least, least)
				m.Store(acc[c], m.At(prefix, i, c))
				m.Move(mul(m, acc[c], x), acc[c])
			}
		})
		zero := GP32()
		if m.AVX512 {
			VPTESTNMD(least, least, reg.K3)
			KMOVW(reg.K3, zero)
		} else {
			VPCMPEQD(m.Zero(), least, least)
			VPMOVMSKB(least, zero)
		}
		TESTL(zero, zero)
		JNZ(LabelRef("zero"))

		first, second := mul(m, acc[0], acc[1]), mul(m, acc[2], acc[3])
		inv := invert(m, mul(m, first, second))
		first, second = mul(m, inv, second), mul(m, inv, first)
		for c, x := range []Vec{mul(m, first, acc[1]), mul(m, first, acc[0]), mul(m, second, acc[3]), mul(m, second, acc[2])} {
			acc[c] = x
		}

		SHLQ(U8(2), n)
		Label("back")
		SUBQ(I32(chains*m.Bytes), n)
		for c := range acc {
			x := m.Load(m.At(src, n, c))
			m.Store(mul(m, m.Load(m.At(prefix, n, c)), acc[c]), m.At(dst, n, c))
			m.Move(mul(m, acc[c], x), acc[c])
		}
		TESTQ(n, n)
		JNZ(LabelRef("back"))
		result := GP8()
		MOVB(U8(1), result)
		JMP(LabelRef("done"))
		Label("zero")
		MOVB(U8(0), result)
		Label("done")
		Store(result, ReturnIndex(0))
	})
}

func mul(m *M, a, b Vec) Vec { return m.Mul(m.Val(a), m.Val(m.Double(b))) }

// invert raises x to P-2 by the chain of field.M31.Inv.
func invert(m *M, x Vec) Vec {
	x2 := mul(m, squares(m, x, 1), x)
	x4 := mul(m, squares(m, x2, 2), x2)
	x8 := mul(m, squares(m, x4, 4), x4)
	x16 := mul(m, squares(m, x8, 8), x8)
	x24 := mul(m, squares(m, x16, 8), x8)
	x28 := mul(m, squares(m, x24, 4), x4)
	x29 := mul(m, squares(m, x28, 1), x)
	return mul(m, squares(m, x29, 2), x)
}

// squares returns x^(2^n).
func squares(m *M, x Vec, n int) Vec {
	v := m.Copy(x)
	left := GP64()
	MOVQ(U32(n), left)
	top := m.Label("square")
	Label(top)
	m.Move(mul(m, v, v), v)
	DECQ(left)
	JNZ(LabelRef(top))
	return v
}
