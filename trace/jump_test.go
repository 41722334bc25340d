package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

func TestConst(t *testing.T) {
	chip := rv32im.NewConst()
	c := compileChip(t, chip, func(w columns, rows []Row) { fillConst(chip, w, rows) })
	c.checkCost(t, 28)
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(3, 1))
	for _, op := range []rv.Op{rv.LUI, rv.AUIPC, rv.JAL, rv.FENCE} {
		for _, imm := range []uint32{0, 0x1000, 0x7fff_f000, 0x8000_0000, 0xffff_f000} {
			inst := newInst(rng, op, imm)
			x := newRow(rng, inst, 0, 0)
			value, next := x.PC+4, x.PC+4
			switch op {
			case rv.LUI:
				value = imm
			case rv.AUIPC:
				value = x.PC + imm
			case rv.JAL:
				x.Inst.Imm = uint32(int32(imm) >> 11)
				next = x.PC + x.Inst.Imm
			case rv.FENCE:
				x.Inst.Imm, value = 0, 0
			}
			rd := uint32(x.Inst.Rd)
			if rd == 0 {
				rd = rv32im.JunkRegister
			}
			want := demands(x, next, rv32im.OpConst, rd, value&0xffff, value>>16, next/4)
			want.rd(x, value)
			c.checkMutationsBut(t, x, rng, c.checkHonest(t, x, want))
		}
	}
}

func jalr(t testing.TB, trap bool) (testChip, *rv32im.Jalr) {
	chip := rv32im.NewJalr(trap)
	return compileChip(t, chip, func(w columns, rows []Row) { fillJalr(chip, w, rows) }), chip
}

func TestJalr(t *testing.T) {
	jump, _ := jalr(t, false)
	trap, _ := jalr(t, true)
	jump.checkCost(t, 51)
	jump.checkPadding(t)
	trap.checkPadding(t)
	rng := rand.New(rand.NewPCG(3, 2))
	n := 0
	for _, a := range append([]uint32{0x10_0004, 0x3fff_fffc, rng.Uint32(), rng.Uint32()}, edgeWords...) {
		for _, imm := range append([]uint32{3, 4, 5, 6, 7}, edgeImmediates...) {
			x := newRow(rng, newInst(rng, rv.JALR, imm), a, 0)
			rd := uint32(x.Inst.Rd)
			if rd == 0 {
				rd = rv32im.JunkRegister
			}
			switch n % 10 {
			case 0:
				x.PC = 0
			case 5:
				x.PC = 1<<30 - 4 // the last word below all data
			}
			args := []uint32{rd, uint32(x.Inst.Rs1), imm & 0xffff, imm >> 16}
			target := (a + imm) &^ 1
			c, want := jump, demands(x, target, rv32im.OpJalr, args...)
			if target%4 != 0 {
				c, want = trap, ends(x, rv32im.OpJalr, args...)
				want.add(sent(rv32im.End, rv32im.EndTrap, 0, x.PC/4, target/4, 0, x.Clk))
			} else {
				want.rd(x, x.PC+4)
			}
			want.rs1(x)
			row := c.checkHonest(t, x, want)
			if n++; n%3 == 0 && !t.Failed() {
				c.checkMutationsBut(t, x, rng, row)
			}
		}
	}
}

// Attack 7: bit 0 of the sum is dropped and bit 1 decides between jump and trap: neither
// chip takes the other's rows, and bit 0 can't be moved into the target.
func TestAttackJalrLowBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	jump, jumpChip := jalr(t, false)
	trap, trapChip := jalr(t, true)
	for _, a := range []uint32{0x1_0000, 0x1_0001, 0x1_0002, 0x1_0003, 0xffff_ffff, 0xffff_fffd} {
		x := newRow(rng, rv.Inst{Op: rv.JALR, Rd: 1, Rs1: 2, Imm: 0}, a, 0)
		for odd := range field.M31(2) {
			row := jump.row(t, x)
			if a&2 == 0 {
				row = trap.row(t, x)
				row[trapChip.Odd] = odd
				trap.checkForged(t, row, "false look-up: range-small")
				continue
			}
			row[jumpChip.Odd] = odd
			jump.checkForged(t, row, "false look-up: range-small")
		}
	}
}

// Attack 7: the target is a 32-bit number: the carries of the sum can't be turned to jump
// 64 KiB or 4 GiB further.
func TestAttackJalrCarries(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	c, chip := jalr(t, false)
	for _, a := range []uint32{0x1_0000, 0xffff_fff8, 0x2_fffc, 0x8000_0000, 0} {
		x := newRow(rng, rv.Inst{Op: rv.JALR, Rd: 1, Rs1: 2, Imm: 8}, a, 0)
		row := c.row(t, x)
		row[chip.CarryHi] = 1 - row[chip.CarryHi]
		c.checkForged(t, row, "false look-up: range16")
		row = c.row(t, x)
		row[chip.CarryLo] = 1 - row[chip.CarryLo]
		c.checkForged(t, row, "false look-up: range-small")
	}
}

// Attack 13: the limbs of the link can't be those of pc + 4 + p, which is congruent to
// pc + 4 and below 2^32.
func TestAttackJalrLinkAlias(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	c, chip := jalr(t, false)
	for _, pc := range []uint32{0, 0x1_0000, 0x1_fffc, 0x3fff_fffc} {
		x := newRow(rng, rv.Inst{Op: rv.JALR, Rd: 1, Rs1: 2, Imm: 0}, 0x1_0000, 0)
		x.PC = pc
		row := c.row(t, x)
		alias := pc + 4 + field.P
		row[chip.LinkHi] = field.M31(alias >> 16)
		// The low limb is as small as it should be: only the high one gives it away.
		if lo := field.New(4 * (uint64(pc)/4 + 1)).Sub(field.M31(alias >> 16 << 16 % field.P)); uint32(lo) > 0xffff {
			t.Fatalf("the alias of pc %#x has the low limb %#x", pc, lo)
		}
		c.checkForged(t, row, "false look-up: range-small")
	}
}
