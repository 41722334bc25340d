package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// avx512 has an element of all states in a register. Between full rounds the states are
// in memory; in partial rounds registers 0 to 23 hold them.
type avx512 struct {
	z         [32]vector
	even, odd reg.OpmaskPhysical
}

func newAVX512() *avx512 {
	return &avx512{
		z: [32]vector{
			reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
			reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
			reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
			reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
		},
		even: reg.K1,
		odd:  reg.K2,
	}
}

func (m *avx512) bytes() int { return 64 }

func (m *avx512) init() {
	r := GP32()
	MOVL(U32(prime), r)
	VPBROADCASTD(r, m.p())
	MOVL(U32(0x5555), r)
	KMOVW(r, m.even)
	MOVL(U32(0xaaaa), r)
	KMOVW(r, m.odd)
}

func (m *avx512) p() vector { return m.z[31] }

func (m *avx512) load(x Mem, dst vector)  { VMOVDQU32(x, dst) }
func (m *avx512) store(src vector, x Mem) { VMOVDQU32(src, x) }

func (m *avx512) set(src, dst Op) { VMOVDQA64(src, dst) }

func (m *avx512) addConstant(c Mem, x, dst, _ vector) { VPADDD_BCST(c, x, dst) }

func (m *avx512) rotate(k uint64, x, t vector) {
	VPSLLD(U8(k), x, t)
	VPSRLD(U8(31-k), x, x)
	VPTERNLOGD(U8(0xf8), m.p(), t, x) // x | t & p
}

func (m *avx512) halves(even, odd, t vector) {
	VMOVDQA64(even, t)
	VMOVSLDUP(odd, m.odd, even)
	VMOVSHDUP(t, m.even, odd)
	VPSRLD(U8(1), even, even)
}

func (m *avx512) elements() (e [4]element, batch int) {
	for i := range e {
		z := m.z[6*i:]
		e[i] = element{z[0], z[1], z[2], z[3], z[4], z[5]}
	}
	return e, len(e)
}

func (m *avx512) sums() [4]Op {
	return [4]Op{m.z[24], m.z[25], m.z[26], m.z[27]}
}

func (m *avx512) partial(k *kernel) {
	x := m.z[:width]
	e := element{x[0], m.z[24], m.z[25], m.z[26], m.z[27], m.z[28]}
	sum, rest := m.z[29], m.z[30]
	for i := range x {
		k.load(k.word(i), x[i])
	}
	k.add(x[2], x[1], rest, e.a)
	for i := 3; i < width; i++ {
		k.add(x[i], rest, rest, e.a)
	}
	rounds := GP64()
	MOVQ(U32(partialRounds), rounds)
	Label("partialRound")
	k.partialStart(e)
	k.partialFirst(e, rest, sum)
	for i := 1; i < width; i++ {
		t := []vector{e.a, e.b, e.c, e.d}
		k.partialNext(i, x[i], rest, sum, t[2*(i%2)], t[2*(i%2)+1])
	}
	DECQ(rounds)
	JNZ(LabelRef("partialRound"))
	for i := range x {
		k.store(x[i], k.word(i))
	}
}
