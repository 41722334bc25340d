package exec_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// places are addresses at which something begins or ends, for programs made by
// testProgram with up to 16 Ki code words.
var places = []uint32{
	0, 4, 0xfffe, rvtest.CodeStart, rvtest.CodeStart + 40, 0x1fffe, 0x20000, 0x2fffd, 0x30000, 0x30040, 0x3ffff, 0x40000,
	0x50000, 0x14fffe, 0x14ffff, 0x150000, 0x3fffffff, 0x40000000, 0x40000010, 0x40000017, 0x4000fffe, 0x7ffffffd, 0x7fffffff,
	0x80000000, 0x80000004, 0x80000010, 0x80020001, 0x800fffff, 0x800ffffe, 0x80100000, 0xfffffffe, 0xffffffff,
}

// writable are places around which stores succeed, borders of pages among them.
var writable = []uint32{0x40010, 0x4fffc, 0x50000, 0x5fffe, 0x60000, 0x14ffe0, 0x80000010, 0x80010000, 0x800fffe0}

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

// prologue sets all registers: x8 to x15 mostly to writable places (randomInst
// uses them as bases), the others to places, edge values and random ones.
func prologue(rng *rand.Rand) []uint32 {
	var code []uint32
	for r := uint8(1); r < 32; r++ {
		v := rng.Uint32()
		switch {
		case r >= 8 && r < 16 && rng.IntN(40) != 0:
			v = writable[rng.IntN(len(writable))]
		case r%3 == 0:
			v = places[rng.IntN(len(places))]
		case r%3 == 1:
			v = edgeValues[rng.IntN(len(edgeValues))]
		}
		code = append(code, rvtest.LoadImm(r, v)...)
	}
	return code
}

var edgeValues = []uint32{0, 1, 2, 3, 5, 7, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000,
	0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffd, 0xfffffffe, 0xffffffff}

// randomInst returns an instruction, mostly a legal one that doesn't leave the
// code far behind.
func randomInst(rng *rand.Rand) uint32 {
	if rng.IntN(400) == 0 {
		return rng.Uint32()
	}
	op := rv.Op(1 + rng.IntN(rv.NumOps-1))
	rd, rs1, rs2 := uint8(rng.IntN(32)), uint8(rng.IntN(32)), uint8(rng.IntN(32))
	if rng.IntN(100) != 0 {
		if rd >= 8 && rd < 16 {
			rd = 0
		}
		if op.IsLoad() || op.IsStore() {
			rs1 = rs1%8 + 8
		}
	}
	imm := int32(rng.Uint32())
	switch {
	case op == rv.LUI || op == rv.AUIPC:
		imm &^= 0xfff
	case op == rv.JAL || op.IsBranch():
		imm = int32(rng.IntN(24)-6) * 4
		if rng.IntN(50) == 0 {
			imm += 2
		}
	case op == rv.SLLI || op == rv.SRLI || op == rv.SRAI:
		imm &= 31
	case op == rv.ECALL || op == rv.EBREAK || op == rv.JALR:
		if rng.IntN(20) != 0 {
			return 0x0ff0000f
		}
		imm = 0
	case op.IsLoad() || op.IsStore():
		imm = int32(rng.IntN(24) - 8)
	default:
		imm = imm << 20 >> 20
	}
	return rvtest.Encode(op, rd, rs1, rs2, imm)
}

// All engines agree with the model on random programs, which trap, loop, and
// run out of gas in all sorts of ways.
func TestRandomPrograms(t *testing.T) {
	n := 1500
	if testing.Short() {
		n = 200
	}
	ends, cycles := map[string]int{}, 0
	for seed := range uint64(n) {
		rng := rand.New(rand.NewPCG(seed, 7))
		code := prologue(rng)
		for range 100 + rng.IntN(200) {
			code = append(code, randomInst(rng))
		}
		input := make([]byte, rng.IntN(100))
		for i := range input {
			input[i] = byte(rng.Uint32())
		}
		trace := runAll(t, testProgram(t, code), input, 400+rng.Uint64N(200))
		name := trace.Exit.Kind.String()
		if name == "trap" {
			name += " " + string('0'+rune(trace.Exit.Cause))
		}
		ends[name]++
		cycles += trace.Records.Len()
	}
	t.Logf("ends: %v, cycles: %d", ends, cycles)
}

func FuzzExec(f *testing.F) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 11))
		var code []uint32
		for range 60 {
			code = append(code, randomInst(rng))
		}
		f.Add(seed, rvtest.Words(code...), uint16(300), []byte("input"))
	}
	f.Add(uint64(9), rvtest.Words(sieve(100, 1)...), uint16(2000), []byte(nil))
	f.Fuzz(func(t *testing.T, seed uint64, words []byte, gas uint16, input []byte) {
		if len(words) > 1<<12 {
			return
		}
		code := prologue(rand.New(rand.NewPCG(seed, 13)))
		for ; len(words) >= 4; words = words[4:] {
			code = append(code, binary.LittleEndian.Uint32(words))
		}
		runAll(t, testProgram(t, code), input, uint64(gas))
	})
}
