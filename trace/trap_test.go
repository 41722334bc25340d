package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

func ecall(t testing.TB) (testChip, *rv32im.Ecall) {
	chip := rv32im.NewEcall()
	return compileChip(t, chip, func(w columns, rows []Row) { fillEcall(chip, w, rows) }), chip
}

func newEcall(rng *rand.Rand, a7, a0 uint32) *Row {
	return newRow(rng, rv.Inst{Op: rv.ECALL}, a7, a0)
}

func TestEcall(t *testing.T) {
	c, chip := ecall(t)
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(4, 1))
	for i, a7 := range append([]uint32{93, 92, 94, 93 << 16, 93<<16 | 93, 1<<16 | 93, 93 + field.P, 0x5a00}, edgeWords...) {
		for _, a0 := range append([]uint32{rng.Uint32()}, edgeWords...) {
			x := newEcall(rng, a7, a0)
			want := ends(x, rv32im.OpEcall)
			want.access(x, rv32im.SlotRs1, rv32im.RegisterBase+17, x.A, x.TsA, x.A)
			want.access(x, rv32im.SlotRs2, rv32im.RegisterBase+10, x.B, x.TsB, x.B)
			if a7 == 93 {
				want.add(sent(rv32im.End, rv32im.EndHalt, 0, 0, a0&0xffff, a0>>16, x.Clk+1))
			} else {
				want.add(sent(rv32im.End, rv32im.EndTrap, 8, x.PC/4, 0, 0, x.Clk))
			}
			row := c.checkHonest(t, x, want)
			if a7 == 93 {
				c.checkMutationsBut(t, x, rng, row, chip.Inv)
			} else if i%4 == 0 {
				c.checkMutationsBut(t, x, rng, row)
			}
		}
	}
}

// Attacks 11 and 12: an unknown call can't pass for exit, nor exit for an unknown call,
// nor one row for both; and no state follows either.
func TestAttackEcall(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	c, chip := ecall(t)
	for _, a7 := range []uint32{0, 92, 93 + field.P, 1<<16 | 93, 93 << 16} {
		row := c.row(t, newEcall(rng, a7, 0))
		row[chip.Exit], row[chip.Unknown] = 1, 0
		c.checkForged(t, row, "the call is exit")
		row[chip.Inv] = 0
		c.checkForged(t, row, "the call is exit")
	}
	row := c.row(t, newEcall(rng, 93, 0))
	row[chip.Exit], row[chip.Unknown] = 0, 1
	c.checkForged(t, row, "the call isn't exit")
	row[chip.Exit] = 1
	c.checkForged(t, row, "one case at most")
}

func trapOp(t testing.TB, fill func(c *rv32im.TrapOp, w columns, rows []Row)) (testChip, *rv32im.TrapOp) {
	chip := rv32im.NewTrapOp()
	return compileChip(t, chip, func(w columns, rows []Row) { fill(chip, w, rows) }), chip
}

func TestTrapOp(t *testing.T) {
	c, chip := trapOp(t, fillTrapOp)
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(4, 3))
	for _, word := range []uint32{0, 0xffff_ffff, 0x1000_100f, 0x0000_ffff, 0x3002_f573} {
		x := newRow(rng, rv.Decode(word), 0, 0)
		want := ends(x, rv32im.OpIllegal, word&0xffff, word>>16)
		want.add(sent(rv32im.End, rv32im.EndTrap, 2, x.PC/4, word&0xffff, word>>16, x.Clk))
		c.checkMutationsBut(t, x, rng, c.checkHonest(t, x, want), chip.Inv)
	}
	x := newRow(rng, rv.Inst{Op: rv.EBREAK}, 0, 0)
	want := ends(x, rv32im.OpEbreak)
	want.add(sent(rv32im.End, rv32im.EndTrap, 3, x.PC/4, 0, 0, x.Clk))
	c.checkMutationsBut(t, x, rng, c.checkHonest(t, x, want))
	for _, offset := range []uint32{2, 6, 0xffff_fffe, 0xfff0_0002} {
		x := newRow(rng, rv.Inst{Op: rv.JAL, Rd: uint8(rng.IntN(32)), Imm: offset}, 0, 0)
		target := x.PC + offset
		want := ends(x, rv32im.OpJalMisaligned, target/4)
		want.add(sent(rv32im.End, rv32im.EndTrap, 0, x.PC/4, target/4, 0, x.Clk))
		c.checkMutationsBut(t, x, rng, c.checkHonest(t, x, want))
	}
}

func TestOutOfGas(t *testing.T) {
	c, _ := trapOp(t, fillOutOfGas)
	rng := rand.New(rand.NewPCG(4, 4))
	for op := rv.LUI; int(op) < rv.NumOps; op++ {
		for _, imm := range []uint32{0, 6, 19, 0xffff_fffe} {
			if op == rv.SLLI || op == rv.SRLI || op == rv.SRAI {
				imm %= 32
			}
			x := newRow(rng, newInst(rng, op, imm), rng.Uint32(), rng.Uint32())
			number, args := programOp(x.PC, x.Inst)
			want := ends(x, number, args[:]...)
			want.add(sent(rv32im.End, rv32im.EndOutOfGas, 0, x.PC/4, 0, 0, x.Clk))
			c.checkMutationsBut(t, x, rng, c.checkHonest(t, x, want))
		}
	}
}

// An illegal word traps whether there is gas or not; and what is no trap can't pass for one.
func TestAttackTrapOp(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	gas, gasChip := trapOp(t, fillOutOfGas)
	row := gas.row(t, newRow(rng, rv.Decode(0xffff_ffff), 0, 0))
	for range 10 {
		gas.checkForged(t, row, "no illegal word runs out of gas")
		row[gasChip.Inv] = field.New(rng.Uint64())
	}
	trap, chip := trapOp(t, fillTrapOp)
	row = gas.row(t, newRow(rng, rv.Inst{Op: rv.ADDI, Rd: 1}, 0, 0))
	row[chip.OutOfGas], row[chip.Inv] = 0, 0
	for _, kind := range []int{int(chip.Illegal), int(chip.Ebreak), int(chip.Jal)} {
		row[kind] = 1
		trap.checkForged(t, row, "op of a trap")
		row[kind] = 0
	}
	row[chip.OutOfGas], row[chip.Ebreak] = 1, 1
	trap.checkForged(t, row, "one case at most")
}
