package trace

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// TestAttackDecodeDetermined: what the word and its address don't determine, the
// constraints and look-ups do. It isn't enough that a change shows on the program bus: the
// rows that execute the instruction would follow it.
func TestAttackDecodeDetermined(t *testing.T) {
	c, f := decodeChip(t)
	rng := rand.New(rand.NewPCG(41, 42))
	given := append([]air.Col{c.PC, c.Mult}, c.Bit[:]...)
	words := decodeWords(rng)
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	if testing.Short() {
		words = words[:150]
	}
	for _, word := range words[:min(len(words), 1000)] {
		row := decodeRow(t, c, f, decodePC(rng), word)
		for k, v := range row {
			if slices.Contains(given, air.Col(k)) || slices.Contains(freeSwap(c, word), air.Col(k)) {
				continue
			}
			for _, x := range []field.M31{v.Add(1), v.Sub(1), 0, 1, v.Add(1 << 16), field.New(rng.Uint64())} {
				if x == v {
					continue
				}
				row[k] = x
				if _, err := f.verdict(row); err == nil {
					t.Errorf("%#08x: %s can be %d instead of %d", word, f.air.Main[k].Name, x, v)
				}
			}
			row[k] = v
		}
	}
}

// rejectsOnly checks that a row breaks the named constraint and no other, so that nothing
// else stands against what it claims.
func (c factChip) rejectsOnly(t *testing.T, row []field.M31, name string) {
	t.Helper()
	own := *c.air
	own.Constraints = nil
	for i, k := range c.air.Constraints {
		if k.Name != name {
			own.Constraints = append(own.Constraints, k)
		} else if i < c.air.Own {
			own.Own--
		}
	}
	rest := c
	rest.testChip.air = &own
	if own.Own == c.air.Own {
		t.Fatalf("no constraint %q", name)
	}
	if _, err := c.verdict(row); err == nil {
		t.Errorf("accepted; want %q to be violated", name)
	} else if !strings.Contains(err.Error(), name) {
		t.Errorf("%v; want %q to be violated", err, name)
	}
	if _, err := rest.verdict(row); err != nil {
		t.Errorf("without %q: %v", name, err)
	}
}

// TestAttackDecodeIllegal: bits that must be 0 make a word illegal, and nothing else does.
func TestAttackDecodeIllegal(t *testing.T) {
	c, f := decodeChip(t)
	rng := rand.New(rand.NewPCG(43, 44))
	for _, k := range []struct {
		word, legal uint32 // legal has those bits cleared
	}{
		{0x0205_1513, 0x0005_1513}, // slli by 32
		{0x8005_5513, 0x0005_5513}, // srli with bit 31
		{0x4005_1513, 0x0005_1513}, // slli with bit 30
		{0x04b5_0533, 0x00b5_0533}, // add with bit 26
		{0x80b5_0533, 0x00b5_0533}, // add with bit 31
		{0x40b5_1533, 0x00b5_1533}, // sll with bit 30
		{0x42b5_0533, 0x02b5_0533}, // mul with bit 30
		{0x3020_0073, 0x0000_0073}, // mret as ecall
		{0x0020_0073, 0x0000_0073}, // uret as ecall
		{0x0030_0073, 0x0010_0073}, // as ebreak
		{0x0010_1073, 0x0010_0073}, // csrrw as ebreak
	} {
		if rv.Decode(k.word).Op != rv.ILLEGAL || rv.Decode(k.legal).Op == rv.ILLEGAL {
			t.Fatalf("%#08x and %#08x", k.word, k.legal)
		}
		pc := decodePC(rng)
		row := decodeRow(t, c, f, pc, k.word)
		like := decodeRow(t, c, f, pc, k.legal)
		for _, x := range c.X {
			row[x] = like[x]
		}
		row[c.Illegal], row[c.Op], row[c.Exact] = 0, row[c.Num], 1
		inverse := row[c.ExcessInv]
		row[c.ExcessInv] = 0
		f.rejectsOnly(t, row, "exact implies excess = 0")
		excess := row[c.Excess]
		row[c.Excess] = 0
		f.rejectsOnly(t, row, "excess")
		// Neither exact nor not.
		row[c.Excess], row[c.ExcessInv], row[c.Exact] = excess, inverse, 0
		f.rejects(t, row, "illegal")

		// The legal word as an illegal one.
		row = slices.Clone(like)
		row[c.Illegal], row[c.Op], row[c.Exact] = 1, rv32im.OpIllegal, 0
		row[c.X[0]], row[c.X[1]], row[c.X[2]], row[c.X[3]] = field.M31(k.legal&0xffff), field.M31(k.legal>>16), 0, 0
		f.rejectsOnly(t, row, "excess = 0 implies exact")
		row[c.Excess], row[c.ExcessInv] = 1, 1
		f.rejectsOnly(t, row, "excess")
	}
}

// TestAttackDecodeShiftForm: what is a shift by an immediate, funct3 says. Taken for the
// other form, a shift would be an illegal word, and ADDI with 16 to 31 another operation.
func TestAttackDecodeShiftForm(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	slli := rvtest.Encode(rv.SLLI, 5, 6, 0, 3)
	row := decodeRow(t, c, f, pc, slli)
	row[c.ShiftImm], row[c.Imm] = 0, 1
	row[c.Power2], row[c.Power], row[c.PowerRest], row[c.AmountInv] = 0, 0, 0, 0
	row[c.Num], row[c.Op] = 0, 0
	row[c.X[2]], row[c.X[3]] = field.M31(slli>>20), 0
	f.rejectsOnly(t, row, "funct3 of no shift")

	addi := rvtest.Encode(rv.ADDI, 5, 6, 0, 31)
	row = decodeRow(t, c, f, pc, addi)
	like := decodeRow(t, c, f, pc, rvtest.Encode(rv.SLLI, 5, 6, 0, 31))
	row[c.Imm], row[c.ShiftImm] = 0, 1
	for _, k := range []air.Col{c.Power2, c.Power, c.PowerRest, c.AmountInv, c.X[2], c.X[3]} {
		row[k] = like[k]
	}
	// Bit 24 adds the distance of the two operations of a pair of shifts.
	row[c.Num] = rv32im.OpSlliHigh - rv32im.OpSlliLow
	row[c.Op] = row[c.Num]
	f.rejectsOnly(t, row, "funct3 of a shift by an immediate")
}

// TestAttackDecodeJumpForm: whether the target of a JAL is a multiple of 4, bit 21 says.
func TestAttackDecodeJumpForm(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	for _, offset := range []int32{8, 6} {
		row := decodeRow(t, c, f, pc, rvtest.J(1, offset))
		like := decodeRow(t, c, f, pc, rvtest.J(1, offset^2))
		for k := range row {
			// Everything but the word and what is relative to pc.
			if !slices.Contains(c.Bit[:], air.Col(k)) && k != int(c.Target) && k != int(c.TargetHi) && k != int(c.Carry) {
				row[k] = like[k]
			}
		}
		if offset == 8 { // a jump that would trap
			row[c.X[0]], row[c.X[3]] = row[c.Target], 0
			f.rejectsOnly(t, row, "JAL: misaligned")
		} else { // a trap that would jump
			row[c.X[3]] = row[c.Target]
			f.rejectsOnly(t, row, "JAL: aligned")
		}
	}
}

// TestAttackDecodeDestination: rd = 0 is the junk register, and no other rd is.
func TestAttackDecodeDestination(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	row := decodeRow(t, c, f, pc, rvtest.I(rv.ADDI, 5, 6, 7))
	row[c.RdZero], row[c.RdInv], row[c.X[0]] = 1, 0, 5+rv32im.JunkRegister
	f.rejectsOnly(t, row, "rd is zero")
	row[c.X[0]] = rv32im.JunkRegister
	f.rejects(t, row, "")

	row = decodeRow(t, c, f, pc, rvtest.I(rv.ADDI, 0, 6, 7))
	row[c.RdZero], row[c.X[0]] = 0, 0
	for _, inverse := range []field.M31{0, 1} {
		row[c.RdInv] = inverse
		f.rejectsOnly(t, row, "rd is not zero")
	}
}

// TestAttackDecodeShiftAmount: the power of two of a shift by an immediate is that of its
// amount, and a shift by 0 or 16 is an aligned one, as no other is.
func TestAttackDecodeShiftAmount(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	for _, op := range []rv.Op{rv.SLLI, rv.SRLI, rv.SRAI} {
		// x2 as it follows from the other columns.
		follow := func(row []field.M31) {
			factor, instead := row[c.PowerRest], field.M31(1<<15).Neg()
			if op == rv.SLLI {
				factor, instead = row[c.Power], 1<<15-1
			}
			row[c.X[2]] = factor.Add(row[c.X[3]].Mul(instead))
		}
		for _, s := range []int32{0, 1, 5, 8, 15, 16, 31} {
			honest := decodeRow(t, c, f, pc, rvtest.Encode(op, 5, 6, 0, s))
			as := func(other int32, name string, cols ...air.Col) {
				t.Helper()
				like := decodeRow(t, c, f, pc, rvtest.Encode(op, 5, 6, 0, other))
				row := slices.Clone(honest)
				for _, k := range cols {
					row[k] = like[k]
				}
				follow(row)
				f.rejectsOnly(t, row, name)
			}
			as(s^1, "shift amount, bits 0 and 1", c.Power2, c.Power, c.PowerRest)
			as(s^2, "shift amount, bits 0 and 1", c.Power2, c.Power, c.PowerRest)
			as(s^4, "shift amount, bits 2 and 3", c.Power, c.PowerRest)
			as(s^8, "shift amount, bits 2 and 3", c.Power, c.PowerRest)
			as(s^8, "rest of the shift", c.PowerRest)
			if s%16 == 0 {
				as(s|1, "inverse of amount = 0", c.AmountInv)
				row := slices.Clone(honest)
				row[c.X[3]] = 0
				follow(row)
				f.rejectsOnly(t, row, "x3")
			} else {
				as(s&16, "amount of an aligned shift", c.AmountInv, c.X[3])
				as(s&16, "x3", c.X[3])
			}
			// With the power of an aligned shift as it comes, 1 or 2^16, and the reverse.
			row := slices.Clone(honest)
			row[c.X[3]] = field.M31(1).Sub(row[c.X[3]])
			follow(row)
			row[c.X[3]] = honest[c.X[3]]
			f.rejectsOnly(t, row, "x2")
		}
	}
}

// TestAttackDecodeIllegalShift: an illegal word has no power of two and is not aligned, on
// the program bus.
func TestAttackDecodeIllegalShift(t *testing.T) {
	c, f := decodeChip(t)
	for _, word := range []uint32{0x0200_1013, 0x0200_5013, 0x4000_1013, 0x8030_5013} {
		row := decodeRow(t, c, f, testCodeStart+400, word)
		if row[c.ShiftImm] != 1 || row[c.Illegal] != 1 || row[c.X[2]] != 0 || row[c.X[3]] != 0 {
			t.Fatalf("%#08x: %d, %d", word, row[c.X[2]], row[c.X[3]])
		}
		row[c.X[2]] = row[c.Power]
		f.rejectsOnly(t, row, "x2")
		row[c.X[2]], row[c.X[3]] = 1<<15-1, 1
		if row[c.Bit[14]] == 1 {
			row[c.X[2]] = field.M31(1 << 15).Neg()
		}
		f.rejectsOnly(t, row, "x3")
	}
}

// TestAttackDecodeRelativeLimbs: a value relative to pc has one pair of limbs, a multiple
// of 4 below 2^16 and another one.
func TestAttackDecodeRelativeLimbs(t *testing.T) {
	c, f := decodeChip(t)
	for _, word := range []uint32{rvtest.Encode(rv.AUIPC, 5, 0, 0, 0x1234_5000), rvtest.J(1, 8)} {
		row := decodeRow(t, c, f, 0x0abc_1230, word)
		honest := [2]field.M31{row[c.X[1]], row[c.X[2]]}
		for _, carry := range []field.M31{1, 2, field.M31(1).Neg()} {
			row[c.X[1]], row[c.X[2]] = honest[0].Add(carry.Mul(1<<16)), honest[1].Sub(carry)
			f.rejects(t, row, "range-small[16384 ")
		}
		// All that the equation allows.
		row[c.X[2]] = honest[1].Sub(1 << 15)
		row[c.X[1]] = honest[0].Add(field.M31(1 << 15).Mul(1 << 16))
		f.rejects(t, row, "range")
	}
}

// TestAttackDecodeDeadRow: a row without a form offers nothing.
func TestAttackDecodeDeadRow(t *testing.T) {
	c, f := decodeChip(t)
	row := make([]field.M31, len(f.air.Main))
	row[c.PC], row[c.Mult] = testCodeStart/4, 1
	f.rejectsOnly(t, row, "only live rows are executed")
	// As an operation, too.
	for op := range field.M31(rv32im.NumOps) {
		row[c.Op] = op
		f.rejects(t, row, "")
	}
}
