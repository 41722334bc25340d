package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func bit(v bool) uint32 {
	if v {
		return 1
	}
	return 0
}

func bitwiseChip(t testing.TB, inPlace bool) (testChip, *rv32im.Bitwise) {
	chip := rv32im.NewBitwise(inPlace)
	return compileChip(t, chip, func(w columns, rows []Row) { fillBitwise(chip, w, rows) }), chip
}

func bitwiseImmChip(t testing.TB) (testChip, *rv32im.BitwiseImm) {
	chip := rv32im.NewBitwiseImm()
	return compileChip(t, chip, func(w columns, rows []Row) { fillBitwiseImm(chip, w, rows) }), chip
}

func TestBitwise(t *testing.T) {
	for inPlace, cells := range map[bool]int{false: 68, true: 57} {
		c, _ := bitwiseChip(t, inPlace)
		c.checkCost(t, cells)
		testALU(t, c, nil,
			aluOp{rv.AND, func(a, b uint32) uint32 { return a & b }, registerOp(rv32im.OpAnd)},
			aluOp{rv.OR, func(a, b uint32) uint32 { return a | b }, registerOp(rv32im.OpOr)},
			aluOp{rv.XOR, func(a, b uint32) uint32 { return a ^ b }, registerOp(rv32im.OpXor)},
		)
	}
	c, _ := bitwiseImmChip(t)
	c.checkCost(t, 51)
	testALU(t, c, edgeImmediates,
		aluOp{rv.ANDI, func(a, b uint32) uint32 { return a & b }, immediateOp(rv32im.OpAndi)},
		aluOp{rv.ORI, func(a, b uint32) uint32 { return a | b }, immediateOp(rv32im.OpOri)},
		aluOp{rv.XORI, func(a, b uint32) uint32 { return a ^ b }, immediateOp(rv32im.OpXori)},
	)
}

func compareChip(t testing.TB, immediate bool) (testChip, *rv32im.Compare) {
	chip := rv32im.NewCompare(immediate)
	return compileChip(t, chip, func(w columns, rows []Row) { fillCompare(chip, w, rows) }), chip
}

func TestCompare(t *testing.T) {
	slt := func(a, b uint32) uint32 { return bit(int32(a) < int32(b)) }
	sltu := func(a, b uint32) uint32 { return bit(a < b) }
	c, _ := compareChip(t, false)
	c.checkCost(t, 60)
	testALU(t, c, nil,
		aluOp{rv.SLT, slt, registerOp(rv32im.OpSlt)},
		aluOp{rv.SLTU, sltu, registerOp(rv32im.OpSltu)},
	)
	c, _ = compareChip(t, true)
	c.checkCost(t, 48)
	testALU(t, c, edgeImmediates,
		aluOp{rv.SLTI, slt, immediateOp(rv32im.OpSlti)},
		aluOp{rv.SLTIU, sltu, immediateOp(rv32im.OpSltiu)},
	)
}

func shiftChip(t testing.TB) (testChip, *rv32im.Shifter) {
	chip := rv32im.NewShifter()
	return compileChip(t, chip, func(w columns, rows []Row) { fillShifter(chip, w, rows) }), chip
}

func shiftImmChip(t testing.TB, arithmetic bool) (testChip, *rv32im.ShiftImm) {
	chip := rv32im.NewShiftImm(arithmetic)
	return compileChip(t, chip, func(w columns, rows []Row) { fillShiftImm(chip, w, rows) }), chip
}

func TestShift(t *testing.T) {
	sll := func(a, b uint32) uint32 { return a << (b % 32) }
	srl := func(a, b uint32) uint32 { return a >> (b % 32) }
	sra := func(a, b uint32) uint32 { return uint32(int32(a) >> (b % 32)) }
	c, _ := shiftChip(t)
	c.checkCost(t, 80)
	ops := []aluOp{
		{rv.SLL, sll, registerOp(rv32im.OpSll)},
		{rv.SRL, srl, registerOp(rv32im.OpSrl)},
		{rv.SRA, sra, registerOp(rv32im.OpSra)},
	}
	testALU(t, c, nil, ops...)
	var amounts []uint32
	for s := range uint32(32) {
		amounts = append(amounts, s)
	}
	// The argument low is the op number for shifts by less than 16, which the one for
	// longer shifts follows.
	immediate := func(low uint32, left bool) func(rv.Inst) (uint32, []uint32) {
		return func(inst rv.Inst) (uint32, []uint32) {
			s := inst.Imm % 16
			w, aligned := uint32(1)<<(16-s), uint32(0)
			if left {
				w = 1 << s
			}
			if s == 0 {
				w, aligned = 1<<15, 1
			}
			return low + inst.Imm/16, []uint32{w, aligned}
		}
	}
	c, _ = shiftImmChip(t, false)
	c.checkCost(t, 55)
	testALU(t, c, amounts,
		aluOp{rv.SLLI, sll, immediate(rv32im.OpSlliLow, true)},
		aluOp{rv.SRLI, srl, immediate(rv32im.OpSrliLow, false)},
	)
	c, _ = shiftImmChip(t, true)
	c.checkCost(t, 55)
	testALU(t, c, amounts, aluOp{rv.SRAI, sra, immediate(rv32im.OpSraiLow, false)})
}

func mulChip(t testing.TB) (testChip, *rv32im.Mul) {
	chip := rv32im.NewMul()
	return compileChip(t, chip, func(w columns, rows []Row) { fillMul(chip, w, rows) }), chip
}

func mulhChip(t testing.TB) (testChip, *rv32im.Mulh) {
	chip := rv32im.NewMulh()
	return compileChip(t, chip, func(w columns, rows []Row) { fillMulh(chip, w, rows) }), chip
}

var mulhOps = []aluOp{
	{rv.MULH, func(a, b uint32) uint32 { return uint32(int64(int32(a)) * int64(int32(b)) >> 32) }, registerOp(rv32im.OpMulh)},
	{rv.MULHSU, func(a, b uint32) uint32 { return uint32(int64(int32(a)) * int64(b) >> 32) }, registerOp(rv32im.OpMulhsu)},
	{rv.MULHU, func(a, b uint32) uint32 { return uint32(uint64(a) * uint64(b) >> 32) }, registerOp(rv32im.OpMulhu)},
}

var mulOp = aluOp{rv.MUL, func(a, b uint32) uint32 { return a * b }, registerOp(rv32im.OpMul)}

func TestMul(t *testing.T) {
	c, _ := mulChip(t)
	c.checkCost(t, 75)
	testALU(t, c, nil, mulOp)
	c, _ = mulhChip(t)
	c.checkCost(t, 92)
	testALU(t, c, nil, mulhOps...)
}

func divChip(t testing.TB) (testChip, *rv32im.Div) {
	chip := rv32im.NewDiv()
	return compileChip(t, chip, func(w columns, rows []Row) { fillDiv(chip, w, rows) }), chip
}

// divOps follow the table of special cases in the specification of the M extension.
var divOps = []aluOp{
	{rv.DIV, func(a, b uint32) uint32 {
		switch {
		case b == 0:
			return 0xffff_ffff
		case a == 0x8000_0000 && b == 0xffff_ffff:
			return 0x8000_0000
		}
		return uint32(int32(a) / int32(b))
	}, registerOp(rv32im.OpDiv)},
	{rv.DIVU, func(a, b uint32) uint32 {
		if b == 0 {
			return 0xffff_ffff
		}
		return a / b
	}, registerOp(rv32im.OpDivu)},
	{rv.REM, func(a, b uint32) uint32 {
		switch {
		case b == 0:
			return a
		case a == 0x8000_0000 && b == 0xffff_ffff:
			return 0
		}
		return uint32(int32(a) % int32(b))
	}, registerOp(rv32im.OpRem)},
	{rv.REMU, func(a, b uint32) uint32 {
		if b == 0 {
			return a
		}
		return a % b
	}, registerOp(rv32im.OpRemu)},
}

func TestDiv(t *testing.T) {
	c, _ := divChip(t)
	c.checkCost(t, 98)
	testALU(t, c, nil, divOps...)
}
