package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx2 has an element of eight states in a register. The states are in memory.
type avx2 struct {
	y     [16]vector
	local Mem // the sums of a full round
}

func newAVX2() *avx2 {
	return &avx2{y: [16]vector{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}}
}

func (m *avx2) bytes() int { return 32 }

func (m *avx2) init() {
	r, x := GP32(), m.p().(reg.VecPhysical).AsX()
	MOVL(U32(prime), r)
	VMOVD(r, x)
	VPBROADCASTD(x, m.p())
	m.local = AllocLocal(4 * m.bytes())
}

func (m *avx2) p() vector { return m.y[15] }

func (m *avx2) load(x Mem, dst vector)  { VMOVDQU(x, dst) }
func (m *avx2) store(src vector, x Mem) { VMOVDQU(src, x) }

func (m *avx2) set(src, dst Op) { VMOVDQU(src, dst) }

func (m *avx2) addConstant(c Mem, x, dst, t vector) {
	VPBROADCASTD(c, t)
	VPADDD(t, x, dst)
}

func (m *avx2) rotate(k uint64, x, t vector) {
	VPSLLD(U8(k), x, t)
	VPSRLD(U8(31-k), x, x)
	VPAND(m.p(), t, t)
	VPOR(t, x, x)
}

func (m *avx2) halves(even, odd, t vector) {
	const oddWords = 0xaa
	VMOVSHDUP(even, t)
	VPBLENDD(U8(oddWords), odd, t, t)
	VMOVSLDUP(odd, odd)
	VPBLENDD(U8(oddWords), odd, even, even)
	VPSRLD(U8(1), even, even)
	VMOVDQA(t, odd)
}

func (m *avx2) elements() (e [4]element, batch int) {
	for i := range e {
		y := m.y[5*(i%2):]
		e[i] = element{s: y[0], a: y[1], b: y[2], d: y[3], o: y[4], c: m.y[10+i]}
	}
	return e, 2
}

func (m *avx2) sums() (s [4]Op) {
	for i := range s {
		s[i] = m.local.Offset(m.bytes() * i)
	}
	return s
}

func (m *avx2) partial(k *kernel) {
	y := m.y
	e := element{y[0], y[1], y[2], y[3], y[4], y[5]}
	sum, rest := y[6], y[7]
	k.load(k.word(1), rest)
	for i := 2; i < width; i++ {
		k.add(k.word(i), rest, rest, y[8])
	}
	k.load(k.word(0), e.s)
	rounds := GP64()
	MOVQ(U32(partialRounds), rounds)
	Label("partialRound")
	k.partialStart(e)
	k.partialFirst(e, rest, sum)
	for i := 1; i < width; i++ {
		r := y[8+3*(i%2):]
		k.load(k.word(i), r[0])
		k.partialNext(i, r[0], rest, sum, r[1], r[2])
		k.store(r[0], k.word(i))
	}
	DECQ(rounds)
	JNZ(LabelRef("partialRound"))
	k.store(e.s, k.word(0))
}
