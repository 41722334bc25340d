// Command poseidon2 generates the kernels of package hash/lanes for the permutation of
// Poseidon2 over M31 on 16 states at once: for AVX-512 all together, for AVX2 in two
// halves.
//
// Elements lie in 32 bits and are congruent to what they stand for, at most p = 2^31-1,
// so that p may stand for 0, until the end. A sum of two of them fits in 32 bits.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The shape of the permutation, that of package hash.
const (
	width         = 24
	fullRounds    = 8
	partialRounds = 22
)

const (
	lanes      = 16
	plane      = 4 * lanes // bytes of one element of all states
	sliceBytes = 24        // a slice's header, which its pointer opens
	prime      = 1<<31 - 1
)

func main() {
	ConstraintExpr("amd64,!purego")
	permute("AVX512", newAVX512())
	permute("AVX2", newAVX2())
	Generate()
}

// vector is a vector register.
type vector = reg.VecPhysical

// element holds an element of the states, s, and the five registers that its S-box needs.
type element struct{ s, a, b, c, d, o vector }

// machine is an instruction set with the registers that it gives to each purpose.
type machine interface {
	// bytes is the size of a vector.
	bytes() int
	// init loads what stays in registers.
	init()
	p() vector
	load(m Mem, dst vector)
	store(src vector, m Mem)
	// set copies a vector between registers, or a register and the sums.
	set(src, dst Op)
	// addConstant sets dst, unreduced, to x plus the word at m; t may be overwritten.
	addConstant(m Mem, x, dst, t vector)
	// rotate multiplies x by 2^k; t is overwritten.
	rotate(k uint64, x, t vector)
	// halves takes products of the even words, 2xy, and of the odd words. It sets even
	// to xy mod 2^31 and odd to floor(xy / 2^31), in the places of their words; t is
	// overwritten.
	halves(even, odd, t vector)
	// elements are the registers for four elements, of which batch have their S-boxes
	// at a time.
	elements() (e [4]element, batch int)
	// sums are four sums, registers or memory.
	sums() [4]Op
	// partial generates the partial rounds.
	partial(k *kernel)
}

// kernel generates the permutation of one vector of states.
type kernel struct {
	machine
	state         Mem
	full, partial reg.GPVirtual // the constants that come next
}

func (k *kernel) word(i int) Mem { return k.state.Offset(plane * i) }

func permute(suffix string, m machine) {
	// The declaration is that of package hash/lanes, with element types that need no import.
	TEXT("poseidon2Permute"+suffix, NOSPLIT,
		"func(s *[24][16]uint32, words [][]uint32, full *[8][24]uint32, partial *[22]uint32)")
	state := Load(Param("s"), GP64())
	k := &kernel{machine: m, state: Mem{Base: state}, full: GP64(), partial: GP64()}
	offset := GP64()
	XORQ(offset, offset)
	m.init()

	Label("vector")
	k.absorb(offset)
	Load(Param("full"), k.full)
	Load(Param("partial"), k.partial)
	k.external("first", false)
	half, rounds := GP64(), GP64()
	XORQ(half, half)
	Label("fullRounds")
	MOVQ(U32(fullRounds/2), rounds)
	Label("fullRound")
	k.external("full", true)
	DECQ(rounds)
	JNZ(LabelRef("fullRound"))
	TESTQ(half, half)
	JNZ(LabelRef("canonical"))
	INCQ(half)
	m.partial(k)
	JMP(LabelRef("fullRounds"))

	Label("canonical")
	e, _ := k.elements()
	for i := range width {
		x, t := e[i%4].s, e[i%4].a
		k.load(k.word(i), x)
		k.reduce(x, t) // p becomes 0
		k.store(x, k.word(i))
	}
	if m.bytes() < plane {
		ADDQ(U8(m.bytes()), state)
		ADDQ(U8(m.bytes()), offset)
		CMPQ(offset, U8(plane))
		JNE(LabelRef("vector"))
	}
	VZEROUPPER()
	RET()
}

// absorb adds the words to the first elements.
func (k *kernel) absorb(offset reg.GPVirtual) {
	words := Load(Param("words").Base(), GP64())
	n := Load(Param("words").Len(), GP64())
	at, column := GP64(), GP64()
	MOVQ(k.state.Base, at)
	e, _ := k.elements()
	x, y, t := e[0].s, e[0].a, e[0].b
	TESTQ(n, n)
	JZ(LabelRef("absorbed"))
	Label("absorb")
	MOVQ(Mem{Base: words}, column)
	k.load(Mem{Base: column, Index: offset, Scale: 1}, x)
	k.load(Mem{Base: at}, y)
	k.add(y, x, x, t)
	k.store(x, Mem{Base: at})
	ADDQ(U8(sliceBytes), words)
	ADDQ(U8(plane), at)
	DECQ(n)
	JNZ(LabelRef("absorb"))
	Label("absorbed")
}

// add sets dst to x+y; t is overwritten. All may be the same but t, and dst if y is memory.
func (k *kernel) add(y Op, x, dst, t vector) {
	VPADDD(y, x, dst)
	k.reduce(dst, t)
}

// reduce takes x, at most 2p, to at most p.
func (k *kernel) reduce(x, t vector) {
	VPSUBD(k.p(), x, t)
	VPMINUD(t, x, x)
}

// finish is the end of a multiplication: it sets even to the sum of the halves.
func (k *kernel) finish(es []element, even, odd, t func(element) vector) {
	for _, e := range es {
		k.halves(even(e), odd(e), t(e))
	}
	for _, e := range es {
		VPADDD(odd(e), even(e), even(e))
	}
	for _, e := range es {
		k.reduce(even(e), odd(e))
	}
}

// sbox sets c of each element to the fifth power of s. VPMULUDQ multiplies even words.
func (k *kernel) sbox(es []element) {
	a := func(e element) vector { return e.a }
	b := func(e element) vector { return e.b }
	c := func(e element) vector { return e.c }
	s := func(e element) vector { return e.s }
	each := func(f func(e element)) {
		for _, e := range es {
			f(e)
		}
	}
	// c = s^2, d = 2s, o = the odd words of 2s.
	each(func(e element) { VPADDD(e.s, e.s, e.d) })
	each(func(e element) { VPSRLQ(U8(32), e.s, e.a) })
	each(func(e element) { VPSRLQ(U8(32), e.d, e.o) })
	each(func(e element) { VPMULUDQ(e.s, e.d, e.c) })
	each(func(e element) { VPMULUDQ(e.a, e.o, e.b) })
	k.finish(es, c, b, a)
	// a = c^2.
	each(func(e element) { VPADDD(e.c, e.c, e.b) })
	each(func(e element) { VPSRLQ(U8(32), e.c, e.s) })
	each(func(e element) { VPMULUDQ(e.b, e.c, e.a) })
	each(func(e element) { VPSRLQ(U8(32), e.b, e.b) })
	each(func(e element) { VPMULUDQ(e.s, e.b, e.b) })
	k.finish(es, a, b, s)
	// c = a s.
	each(func(e element) { VPSRLQ(U8(32), e.a, e.b) })
	each(func(e element) { VPMULUDQ(e.a, e.d, e.c) })
	each(func(e element) { VPMULUDQ(e.b, e.o, e.b) })
	k.finish(es, c, b, a)
}

// external multiplies by the external matrix, four elements at a time. In a full round,
// constants and S-boxes come before.
func (k *kernel) external(name string, round bool) {
	es, batch := k.elements()
	sums := k.sums()
	at, left := GP64(), GP64()
	word := func(j int) Mem { return Mem{Base: at, Disp: plane * j} }

	VPXOR(es[0].s.AsX(), es[0].s.AsX(), es[0].s.AsX())
	for _, sum := range sums {
		k.set(es[0].s, sum)
	}
	MOVQ(k.state.Base, at)
	MOVQ(U32(width/4), left)
	Label(name)
	if round {
		for j := 0; j < 4; j += batch {
			now := es[j : j+batch]
			for l, e := range now {
				k.load(word(j+l), e.s)
			}
			for l, e := range now {
				k.addConstant(Mem{Base: k.full, Disp: 4 * (j + l)}, e.s, e.s, e.a)
			}
			for _, e := range now {
				k.reduce(e.s, e.a)
			}
			k.sbox(now)
		}
		ADDQ(U8(4*4), k.full)
	} else {
		for j, e := range es {
			k.load(word(j), e.c)
		}
	}
	y := k.m4(es)
	for j := range y {
		k.store(y[j], word(j))
		if m, ok := sums[j].(Mem); ok {
			k.add(m, y[j], y[j], es[j].s)
			k.store(y[j], m)
		} else {
			sum := sums[j].(vector)
			k.add(y[j], sum, sum, es[j].s)
		}
	}
	ADDQ(U32(4*plane), at)
	DECQ(left)
	JNZ(LabelRef(name))

	for j, sum := range sums {
		k.set(sum, es[j].c)
	}
	MOVQ(k.state.Base, at)
	MOVQ(U32(width/4), left)
	Label(name + "Sums")
	for j, e := range es {
		k.load(word(j), e.s)
		k.add(e.c, e.s, e.s, e.a)
		k.store(e.s, word(j))
	}
	ADDQ(U32(4*plane), at)
	DECQ(left)
	JNZ(LabelRef(name + "Sums"))
}

// m4 multiplies c of the elements by the matrix M_4, as the Poseidon2 paper does it with
// additions. Registers s of the elements are free afterwards.
func (k *kernel) m4(e [4]element) (y [4]vector) {
	a, b, c, d := e[0].c, e[1].c, e[2].c, e[3].c
	ab, cd := e[0].a, e[0].b
	t, u := e[0].s, e[1].s
	k.add(b, a, ab, t)
	k.add(d, c, cd, u)
	k.add(b, b, b, t)
	k.add(d, d, d, u)
	k.add(cd, b, b, t) // 2b + c + d
	k.add(ab, d, d, u) // 2d + a + b
	k.rotate(2, cd, t)
	k.rotate(2, ab, u)
	k.add(d, cd, cd, t)
	k.add(b, ab, ab, u)
	k.add(ab, d, a, t)
	k.add(cd, b, c, u)
	return [4]vector{a, ab, c, cd}
}

// partialStart is the S-box of a partial round: it sets c of e to that of element 0, which
// is s of e, plus its constant.
func (k *kernel) partialStart(e element) {
	k.addConstant(Mem{Base: k.partial}, e.s, e.s, e.a)
	k.reduce(e.s, e.a)
	k.sbox([]element{e})
	ADDQ(U8(4), k.partial)
}

// partialFirst sets element 0, in s of e, to the sum of all elements less 2c, which is the
// sum of the others less c, and sum to the sum of all.
func (k *kernel) partialFirst(e element, rest, sum vector) {
	k.add(e.c, rest, sum, e.a)
	VPSUBD(e.c, rest, e.s)
	VPADDD(k.p(), e.s, e.a)
	VPMINUD(e.a, e.s, e.s)
}

// partialNext multiplies element i by 2^(i-1), adds sum to it, and it to the sum of the
// next round.
func (k *kernel) partialNext(i int, x, rest, sum, t, u vector) {
	if i > 1 {
		k.rotate(uint64(i-1), x, t)
	}
	k.add(sum, x, x, t)
	if i == 1 {
		k.set(x, rest)
	} else {
		k.add(x, rest, rest, u)
	}
}
