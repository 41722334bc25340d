package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

// branches lists the branches with the condition and the op number.
var branches = []struct {
	op    rv.Op
	taken func(a, b uint32) bool
	code  uint32
}{
	{rv.BEQ, func(a, b uint32) bool { return a == b }, rv32im.OpBeq},
	{rv.BNE, func(a, b uint32) bool { return a != b }, rv32im.OpBne},
	{rv.BLT, func(a, b uint32) bool { return int32(a) < int32(b) }, rv32im.OpBlt},
	{rv.BGE, func(a, b uint32) bool { return int32(a) >= int32(b) }, rv32im.OpBge},
	{rv.BLTU, func(a, b uint32) bool { return a < b }, rv32im.OpBltu},
	{rv.BGEU, func(a, b uint32) bool { return a >= b }, rv32im.OpBgeu},
}

func branchEq(t testing.TB, trap bool) (testChip, *rv32im.BranchEq) {
	chip := rv32im.NewBranchEq(trap)
	return compileChip(t, chip, func(w columns, rows []Row) { fillBranchEq(chip, w, rows) }), chip
}

func branchLess(t testing.TB, unsigned, trap bool) (testChip, *rv32im.BranchLess) {
	chip := rv32im.NewBranchLess(unsigned, trap)
	return compileChip(t, chip, func(w columns, rows []Row) { fillBranchLess(chip, w, rows) }), chip
}

func branchZero(t testing.TB) (testChip, *rv32im.BranchEq) {
	chip := rv32im.NewBranchZero()
	return compileChip(t, chip, func(w columns, rows []Row) { fillBranchEq(chip, w, rows) }), chip
}

// isUnsigned reports whether a branch compares unsigned numbers.
func isUnsigned(op rv.Op) bool { return op == rv.BLTU || op == rv.BGEU }

// branchChip is the chip of a branch.
func branchChip(t testing.TB, op rv.Op, trap bool) testChip {
	var c testChip
	if op == rv.BEQ || op == rv.BNE {
		c, _ = branchEq(t, trap)
	} else {
		c, _ = branchLess(t, isUnsigned(op), trap)
	}
	return c
}

func TestBranches(t *testing.T) {
	eq, eqChip := branchEq(t, false)
	eqTrap, eqTrapChip := branchEq(t, true)
	less, _ := branchLess(t, false, false)
	lessTrap, _ := branchLess(t, false, true)
	unsigned, _ := branchLess(t, true, false)
	unsignedTrap, _ := branchLess(t, true, true)
	eq.checkCost(t, 42)
	less.checkCost(t, 51)
	unsigned.checkCost(t, 45)
	for _, c := range []testChip{eq, eqTrap, less, lessTrap, unsigned, unsignedTrap} {
		c.checkPadding(t)
	}
	rng := rand.New(rand.NewPCG(2, 2))
	offsets := []uint32{4, 8, 6, 0xffff_fffc, 0xffff_fffe, 0xffff_f000, 0xffe, 0, 2}
	for _, br := range branches {
		c, trap := eq, eqTrap
		switch br.op {
		case rv.BLT, rv.BGE:
			c, trap = less, lessTrap
		case rv.BLTU, rv.BGEU:
			c, trap = unsigned, unsignedTrap
		}
		n := 0
		for _, a := range edgeWords {
			for _, b := range append([]uint32{a, rng.Uint32(), a ^ 1<<rng.IntN(32)}, edgeWords...) {
				x := newRow(rng, newInst(rng, br.op, offsets[rng.IntN(len(offsets))]), a, b)
				target := x.PC + x.Inst.Imm
				args := []uint32{uint32(x.Inst.Rs1), uint32(x.Inst.Rs2), target / 4, target % 4 / 2}
				taken := br.taken(x.A, x.B)
				next, c := x.PC+4, c
				if taken {
					next = target
				}
				want := demands(x, next, br.code, args...)
				if taken && target%4 != 0 {
					c = trap
					want = ends(x, br.code, args...)
					want.add(sent(rv32im.End, rv32im.EndTrap, 0, x.PC/4, target/4, 0, x.Clk))
				}
				want.rs1(x)
				want.rs2(x)
				row := c.checkHonest(t, x, want)
				if n++; n%6 == 0 && !t.Failed() {
					// The difference 0 of equal operands makes the inverse free.
					switch {
					case c.air == eq.air && x.A == x.B:
						c.checkMutationsBut(t, x, rng, row, eqChip.Inv)
					case c.air == eqTrap.air && x.A == x.B:
						c.checkMutationsBut(t, x, rng, row, eqTrapChip.Inv)
					default:
						c.checkMutationsBut(t, x, rng, row)
					}
				}
			}
		}
	}
}

// ends is like demands for an instruction that ends the run: no state follows.
func ends(x *Row, op uint32, args ...uint32) links {
	l := links{}
	l.add(received(rv32im.State, x.PC/4, x.Clk))
	l.program(x, op, args...)
	return l
}

// Attack 8: the bit of the comparison and the branch are one. A forger who sends the
// other state fails at the next pc, one who turns the bit at the comparison.
func TestAttackBranchIgnoresComparison(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	for _, br := range branches[2:] {
		for _, ab := range [][2]uint32{{1, 2}, {2, 1}, {5, 5}, {0x8000_0000, 1}, {1, 0x8000_0000}, {0xffff_ffff, 0}, {0x1_0000, 0xffff}} {
			x := newRow(rng, rv.Inst{Op: br.op, Rs1: 3, Rs2: 4, Imm: 64}, ab[0], ab[1])
			c, chip := branchLess(t, isUnsigned(br.op), false)
			row := c.row(t, x)
			next := x.PC/4 + 1
			if !br.taken(x.A, x.B) {
				next = x.PC/4 + 16
			}
			row[chip.Next] = field.M31(next)
			c.checkForged(t, row, "next pc")
			row[chip.Less] = 1 - row[chip.Less]
			c.checkForged(t, row, "false look-up: range16")
			if chip.Unsigned {
				row[chip.Borrow] = 1 - row[chip.Borrow]
				c.checkForged(t, row, "false look-up: range16")
				continue
			}
			for _, signs := range [][2]field.M31{{0, 1}, {1, 0}, {1, 1}, {0, 0}} {
				if signs == [2]field.M31{row[chip.SignX], row[chip.SignY]} {
					continue
				}
				forged := append([]field.M31(nil), row...)
				forged[chip.SignX], forged[chip.SignY] = signs[0], signs[1]
				c.checkForged(t, forged, "false look-up: range16")
			}
		}
	}
}

// Equality is decided on both limbs: words that differ in one of them only, by amounts
// whose combinations vanish modulo p, can't pass for equal or the other way round.
func TestAttackBranchEqualModuloP(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 4))
	c, chip := branchEq(t, false)
	for _, ab := range [][2]uint32{{0, 0x7fff_ffff}, {0x8000_0000, 1}, {0xffff_fffe, 0}, {1, 0x8000_0000}, {0x1_0000, 0}, {0, 1}, {7, 7}} {
		x := newRow(rng, rv.Inst{Op: rv.BEQ, Rs1: 3, Rs2: 4, Imm: 64}, ab[0], ab[1])
		honest := c.row(t, x)
		for _, inv := range []field.M31{0, 1, honest[chip.Inv], field.New(rng.Uint64())} {
			row := append([]field.M31(nil), honest...)
			row[chip.Inv] = inv
			row[chip.Unlike] = 1 - honest[chip.Unlike]
			row[chip.Next] = field.M31(x.PC/4 + 1)
			if row[chip.Unlike] == 0 {
				row[chip.Next] = field.M31(x.PC/4 + 16)
			}
			c.checkForged(t, row, "operands that")
		}
	}
}

// A branch may neither complete with a misaligned target, nor trap when it isn't taken.
func TestAttackBranchMisaligned(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 5))
	for _, br := range branches {
		c, trap := branchChip(t, br.op, false), branchChip(t, br.op, true)
		what := "operands that" // the trap chip has no column for the outcome of BEQ and BNE
		if br.op != rv.BEQ && br.op != rv.BNE {
			what = "taken"
		}
		for _, ab := range [][2]uint32{{1, 2}, {2, 1}, {5, 5}, {0xffff_ffff, 0}} {
			x := newRow(rng, rv.Inst{Op: br.op, Rs1: 3, Rs2: 4, Imm: 6}, ab[0], ab[1])
			if br.taken(x.A, x.B) {
				c.checkForged(t, c.row(t, x), "misaligned target")
			} else {
				trap.checkForged(t, trap.row(t, x), what)
			}
		}
	}
}

// zeroBranch is BEQ or BNE with x0 as the second register, and an aligned target.
func zeroBranch(rng *rand.Rand, op rv.Op, a uint32) *Row {
	x := newRow(rng, newInst(rng, op, 8*rng.Uint32N(4)-12), a, 0)
	x.Inst.Rs2, x.B, x.TsB = 0, 0, 0
	return x
}

// TestBranchZero checks branches that compare with x0, without a read of it.
func TestBranchZero(t *testing.T) {
	c, chip := branchZero(t)
	c.checkCost(t, 31)
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(2, 6))
	for _, br := range branches[:2] {
		for i, a := range append([]uint32{0, 0xffff, 0x1_0000, 0xffff_0000, 0x8000_0000, 0x7fff_ffff, 0xffff_0001}, edgeWords...) {
			x := zeroBranch(rng, br.op, a)
			next := x.PC + 4
			if br.taken(a, 0) {
				next = x.PC + x.Inst.Imm
			}
			want := demands(x, next, br.code, uint32(x.Inst.Rs1), 0, (x.PC+x.Inst.Imm)/4, 0)
			want.rs1(x)
			row := c.checkHonest(t, x, want)
			if i%3 != 0 || t.Failed() {
				continue
			}
			if a == 0 {
				c.checkMutationsBut(t, x, rng, row, chip.Inv)
			} else {
				c.checkMutationsBut(t, x, rng, row)
			}
		}
	}
}

// The outcome of a comparison with x0 can't be turned, whatever the inverse, nor the target
// be misaligned.
func TestAttackBranchZero(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 7))
	c, chip := branchZero(t)
	for _, br := range branches[:2] {
		for _, a := range []uint32{0, 1, 0x1_0000, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_0001} {
			x := zeroBranch(rng, br.op, a)
			honest := c.row(t, x)
			for _, inv := range []field.M31{0, 1, honest[chip.Inv], field.New(rng.Uint64())} {
				row := append([]field.M31(nil), honest...)
				row[chip.Inv] = inv
				row[chip.Unlike] = 1 - honest[chip.Unlike]
				row[chip.Next] = field.M31(x.PC/4 + 1)
				if honest[chip.Next] == row[chip.Next] {
					row[chip.Next] = row[chip.Target]
				}
				c.checkForged(t, row, "operands that")
			}
			x.Inst.Imm = 6
			if row := c.row(t, x); br.taken(a, 0) {
				c.checkForged(t, row, "misaligned target")
			}
		}
	}
}
