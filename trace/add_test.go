package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func TestAdd(t *testing.T) {
	chip := rv32im.NewAdd()
	c := compileChip(t, chip, func(w columns, r int, x *Row) { fillAdd(chip, w, r, x) })
	c.checkCost(t, 54)
	testALU(t, c, nil,
		aluOp{rv.ADD, func(a, b uint32) uint32 { return a + b }, registerOp(rv32im.OpAdd)},
		aluOp{rv.SUB, func(a, b uint32) uint32 { return a - b }, registerOp(rv32im.OpSub)},
	)
}

func TestAddi(t *testing.T) {
	chip := rv32im.NewAddi()
	c := compileChip(t, chip, func(w columns, r int, x *Row) { fillAddi(chip, w, r, x) })
	c.checkCost(t, 43)
	testALU(t, c, edgeImmediates,
		aluOp{rv.ADDI, func(a, b uint32) uint32 { return a + b }, immediateOp(rv32im.OpAddi)},
	)
}
