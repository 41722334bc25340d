package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func addChip(t testing.TB, inPlace bool) (testChip, *rv32im.Add) {
	chip := rv32im.NewAdd(inPlace)
	return compileChip(t, chip, func(w columns, rows []Row) { fillAdd(chip, w, rows) }), chip
}

func addiChip(t testing.TB, inPlace bool) (testChip, *rv32im.Addi) {
	chip := rv32im.NewAddi(inPlace)
	return compileChip(t, chip, func(w columns, rows []Row) { fillAddi(chip, w, rows) }), chip
}

func TestAdd(t *testing.T) {
	for inPlace, cells := range map[bool]int{false: 54, true: 42} {
		c, _ := addChip(t, inPlace)
		c.checkCost(t, cells)
		testALU(t, c, nil,
			aluOp{rv.ADD, func(a, b uint32) uint32 { return a + b }, registerOp(rv32im.OpAdd)},
			aluOp{rv.SUB, func(a, b uint32) uint32 { return a - b }, registerOp(rv32im.OpSub)},
		)
	}
}

func TestAddi(t *testing.T) {
	for inPlace, cells := range map[bool]int{false: 43, true: 31} {
		c, _ := addiChip(t, inPlace)
		c.checkCost(t, cells)
		testALU(t, c, edgeImmediates,
			aluOp{rv.ADDI, func(a, b uint32) uint32 { return a + b }, immediateOp(rv32im.OpAddi)},
		)
	}
}
