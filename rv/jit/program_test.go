package jit_test

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// places are addresses at which something begins or ends in the programs that
// testProgram makes.
var places = []uint32{
	0, 4, 0xfffe, rvtest.CodeStart, rvtest.CodeStart + 40, 0x1fffe, 0x20000, 0x2fffd, 0x30000, 0x3ffff, 0x40000,
	0x50000, 0x14fffe, 0x14ffff, 0x150000, 0x3fffffff, 0x40000000, 0x40000010, 0x40000017, 0x4000fffe, 0x7ffffffd, 0x7fffffff,
	0x80000000, 0x80000004, 0x80000010, 0x80020001, 0x800fffff, 0x800ffffe, 0x80100000, 0xfffff800, 0xfffffffe, 0xffffffff,
}

// writable are places around which stores succeed, borders of pages among them.
var writable = []uint32{0x40010, 0x4fffc, 0x50000, 0x5fffe, 0x60000, 0x14ffe0, 0x80000010, 0x80010000, 0x800fffe0}

var edgeValues = []uint32{0, 1, 2, 3, 5, 7, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000,
	0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffd, 0xfffffffe, 0xffffffff}

// testProgram has code, read-only data at 0x20000, a gap, and read-write data
// at 0x40000 in front of 1 MiB of heap at 0x50000.
func testProgram(t testing.TB, code []uint32) *rv.Program {
	data := make([]byte, 200)
	for i := range data {
		data[i] = byte(3*i + 1)
	}
	return rvtest.Program(t, code,
		rvtest.Segment{Flags: 4, Addr: 0x20000, Data: data},
		rvtest.Segment{Flags: 6, Addr: 0x40000, Data: data, MemSize: 0x1000})
}

// generator makes random programs.
type generator struct {
	*rand.Rand
	code []uint32
	// Registers 8 to 15 are bases of accesses and change seldom; x1 and x5 hold
	// addresses of code.
	size int
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 21))}
}

// prologue sets all registers.
func (g *generator) prologue() {
	for r := uint8(1); r < 32; r++ {
		v := g.Uint32()
		switch {
		case r == 1 || r == 5:
			v = rvtest.CodeStart + 4*uint32(g.IntN(62+g.size))
		case r >= 8 && r < 16:
			v = writable[g.IntN(len(writable))]
			if g.IntN(6) != 0 {
				v &^= 3
			}
		case r%3 == 0:
			v = places[g.IntN(len(places))]
		case r%3 == 1:
			v = edgeValues[g.IntN(len(edgeValues))]
		}
		g.code = append(g.code, rvtest.LoadImm(r, v)...)
	}
}

// body appends a random instruction or a few that compilers write together.
func (g *generator) body() {
	rd, rs1, rs2 := uint8(g.IntN(32)), uint8(g.IntN(32)), uint8(g.IntN(32))
	if rd >= 8 && rd < 16 && g.IntN(100) != 0 || rd == 1 || rd == 5 {
		rd = 16 + rd%16
	}
	base := rs1%8 + 8
	emit := func(words ...uint32) { g.code = append(g.code, words...) }
	switch k := g.IntN(100); {
	case k < 2: // the base moves a little
		emit(rvtest.I(rv.ADDI, base, base, int32(g.IntN(9)-4)))
	case k < 3: // constant address
		addr := writable[g.IntN(len(writable))] + uint32(g.IntN(8))
		words := rvtest.LoadImm(rd, addr)
		emit(words[0], rvtest.I(rv.LW, rs2, rd, int32(words[1])>>20), rvtest.S(rv.SB, rs1, int32(words[1])>>20, rd))
	case k < 5: // a pair of products
		emit(rvtest.R(rv.MUL, rd, rs1, rs2), rvtest.R(rv.MULHU, 16+rs1%16, rs1, rs2))
	case k < 8: // addition with carry
		emit(rvtest.R(rv.ADD, rd, rs1, rs2), rvtest.R(rv.SLTU, 16+rs1%16, rd, rs2), rvtest.R(rv.ADD, 16+rs2%16, 16+rs1%16, rd))
	case k < 10: // rotation
		n := int32(1 + g.IntN(31))
		t := 16 + rs2%16
		emit(rvtest.I(rv.SRLI, t, rs1, n), rvtest.I(rv.SLLI, rd, rs1, 32-n), rvtest.R(rv.OR, rd, rd, t))
	case k < 12: // comparison and branch on its result
		op := []rv.Op{rv.SLT, rv.SLTU}[g.IntN(2)]
		emit(rvtest.R(op, rd, rs1, rs2), rvtest.B([]rv.Op{rv.BEQ, rv.BNE}[g.IntN(2)], rd, 0, int32(4*g.IntN(12)-16)))
	case k < 13: // call and return
		emit(rvtest.Encode(rv.AUIPC, 1, 0, 0, 0), rvtest.I(rv.JALR, 1, 1, int32(4*g.IntN(20))))
	case k < 14:
		emit(rvtest.I(rv.JALR, 0, 1, int32(4*g.IntN(4))))
	case k < 15:
		emit(rvtest.J(1, int32(4*g.IntN(40)-60)))
	case k < 24: // carries, rotations and addresses on few registers
		few := func() uint8 { return 16 + uint8(g.IntN(5)) }
		for range 3 + g.IntN(12) {
			switch op := []rv.Op{rv.SLTU, rv.SLTU, rv.ADD, rv.ADD, rv.SUB, rv.OR, rv.XOR, rv.SLLI, rv.SRLI, rv.LW, rv.SW}[g.IntN(11)]; op {
			case rv.SLLI, rv.SRLI:
				emit(rvtest.I(op, few(), few(), []int32{1, 2, 3, 5, 27, 29, 30, 31}[g.IntN(8)]))
			case rv.LW:
				emit(rvtest.I(op, few(), base, 4*int32(g.IntN(9)-4)))
			case rv.SW:
				emit(rvtest.S(op, few(), 4*int32(g.IntN(9)-4), base))
			default:
				emit(rvtest.R(op, few(), few(), few()))
			}
		}
	case k < 36: // run of accesses at the same base
		for range 1 + g.IntN(6) {
			op := []rv.Op{rv.LW, rv.LW, rv.SW, rv.SW, rv.LH, rv.SH, rv.LBU}[g.IntN(7)]
			imm := int32(g.IntN(12)-4) * 4
			if g.IntN(30) == 0 {
				imm++
			}
			if op.IsLoad() {
				emit(rvtest.I(op, 16+uint8(g.IntN(16)), base, imm))
			} else {
				emit(rvtest.S(op, uint8(g.IntN(32)), imm, base))
			}
		}
	default:
		emit(g.anything(rd, rs1, rs2))
	}
}

// anything is a random instruction, mostly a legal one that doesn't go far.
func (g *generator) anything(rd, rs1, rs2 uint8) uint32 {
	if g.IntN(500) == 0 {
		return g.Uint32()
	}
	op := rv.Op(1 + g.IntN(rv.NumOps-1))
	if (op.IsLoad() || op.IsStore()) && g.IntN(100) != 0 {
		rs1 = rs1%8 + 8
	}
	imm := int32(g.Uint32())
	switch {
	case op == rv.LUI || op == rv.AUIPC:
		imm &^= 0xfff
	case op == rv.JAL || op.IsBranch():
		imm = int32(g.IntN(40)-14) * 4
		if g.IntN(60) == 0 {
			imm += 2
		}
		rd = 0
	case op == rv.SLLI || op == rv.SRLI || op == rv.SRAI:
		imm &= 31
	case op == rv.ECALL || op == rv.EBREAK || op == rv.JALR:
		if g.IntN(30) != 0 {
			return 0x0ff0000f
		}
		imm = 0
	case op.IsLoad() || op.IsStore():
		imm = int32(g.IntN(24) - 8)
	default:
		imm = imm << 20 >> 20
	}
	return rvtest.Encode(op, rd, rs1, rs2, imm)
}

// program makes a program of about size instructions.
func (g *generator) program(t testing.TB, size int) *rv.Program {
	g.size = size
	g.prologue()
	for start := len(g.code); len(g.code) < start+size; {
		g.body()
	}
	return testProgram(t, g.code)
}
