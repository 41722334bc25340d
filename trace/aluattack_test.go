package trace

import (
	"strings"
	"testing"

	"github.com/orrery/orrery/rv"
)

// failsOnly checks that the row breaks the named constraint and is right but for it.
func (f *forge) failsOnly(name string) {
	f.t.Helper()
	without := *f.c.air
	without.Constraints, without.Own = nil, 0
	for _, k := range f.c.air.Constraints[:f.c.air.Own] {
		if k.Name != name {
			without.Constraints = append(without.Constraints, k)
			without.Own++
		}
	}
	without.Constraints = append(without.Constraints, f.c.air.Constraints[f.c.air.Own:]...)
	if without.Own == f.c.air.Own {
		f.t.Fatalf("no constraint %q", name)
	}
	if _, err := f.c.verdict(f.row); err == nil {
		f.t.Errorf("accepted; want %q to be violated", name)
	} else if !strings.Contains(err.Error(), name) {
		f.t.Errorf("%v; want %q to be violated", err, name)
	}
	rest := f.c
	rest.air = &without
	if _, err := rest.verdict(f.row); err != nil {
		f.t.Errorf("without %q: %v", name, err)
	}
}

// TestAttackDivisionDistance is attack 4: a remainder that isn't below the divisor. The
// limbs of their distance would be small numbers if the carry between them could be 2^15,
// because 2^15 * 2^16 = 1 modulo p.
func TestAttackDivisionDistance(t *testing.T) {
	const b = 5
	for _, k := range []struct {
		op rv.Op
		q  uint32
	}{{rv.DIVU, 7}, {rv.REMU, 0}, {rv.DIV, 7}, {rv.REM, 1}} {
		const r = 0x1_0000
		f, chip := forgeDivision(t, k.op, k.q*b+r, b, k.q, r)
		f.fails(falseLookUp)
		f.set(chip.DistanceCarry, 1<<15)
		f.set(chip.Distance.Lo, b-0-1-1).set(chip.Distance.Hi, 1<<15-1)
		f.failsOnly("carry of the distance")
	}
}

// TestAttackShiftSwapped is attack 6: a shift by s isn't one by 16-s, which has the same
// powers of two.
func TestAttackShiftSwapped(t *testing.T) {
	c, chip := shiftChip(t)
	for _, op := range []rv.Op{rv.SLL, rv.SRL, rv.SRA} {
		for _, s := range []uint32{1, 5, 7, 9, 17, 30} {
			const a = 0x9234_5678
			f := newForge(t, c, op, a, s)
			power := f.get(chip.Rs2.Power)
			other := s&16 | (16-s&15)&15
			f.fill(func(w columns) { w.shift(chip.ShiftCols, 0, op, a, other) })
			f.row[chip.Rs2.Power] = power
			f.failsOnly("power of two")
		}
	}
}

// TestAttackShiftHighParts is attack 6: the parts of the high limb are bounded too. One
// more for the upper part and 2^s less for the lower one make another result.
func TestAttackShiftHighParts(t *testing.T) {
	c, chip := shiftChip(t)
	for s := uint32(1); s < 16; s++ {
		f := newForge(t, c, rv.SRL, 0x0001_0000<<s|0x8000, s)
		u, w := f.get(chip.U), f.get(chip.W)
		f.row[chip.Y1] = f.row[chip.Y1].Sub(1)
		f.row[chip.Y0] = f.row[chip.Y0].Add(u)
		f.row[chip.Result.Hi] = f.row[chip.Result.Hi].Sub(1)
		f.row[chip.Result.Lo] = f.row[chip.Result.Lo].Add(u.Mul(w))
		f.fails("range-small[")
		f.row[chip.Y1] = f.row[chip.Y1].Add(2)
		f.row[chip.Y0] = f.row[chip.Y0].Sub(u.Double())
		f.row[chip.Result.Hi] = f.row[chip.Result.Hi].Add(2)
		f.row[chip.Result.Lo] = f.row[chip.Result.Lo].Sub(u.Mul(w).Double())
		f.fails("range-small[")
	}
}
