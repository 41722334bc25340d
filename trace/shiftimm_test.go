package trace

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

// shiftImmForge is a row of a shift by an immediate for editing.
type shiftImmForge struct {
	*forge
	chip *rv32im.ShiftImm
}

func newShiftImmForge(t *testing.T, op rv.Op, a, amount uint32) shiftImmForge {
	t.Helper()
	c, chip := shiftImmChip(t, op == rv.SRAI)
	return shiftImmForge{newForge(t, c, op, a, amount), chip}
}

// follow gives the result that the constraints want.
func (f shiftImmForge) follow() shiftImmForge {
	c := f.chip
	aligned := f.get(c.Aligned)
	or := func(shifted field.M31, moved air.Col) field.M31 {
		return shifted.Add(aligned.Mul(f.get(moved).Sub(shifted)))
	}
	var leftLow, leftHigh, sign field.M31
	if c.Arithmetic {
		sign = f.get(c.Sign)
	} else {
		leftLow, leftHigh = f.get(c.LeftLow), f.get(c.LeftHigh)
	}
	rightLow, rightHigh := f.get(c.RightLow), f.get(c.RightHigh)
	a := c.Rs1.Value
	low, middle, high := f.get(c.X0).Double(), f.get(c.X1).Add(f.get(c.Y0).Double()), f.get(c.Y1).Add(sign.Mul(1<<15))
	f.row[c.Result.Lo] = leftLow.Mul(or(low, a.Lo)).
		Add(rightLow.Mul(or(middle, a.Lo))).Add(rightHigh.Mul(or(high, a.Hi)))
	f.row[c.Result.Hi] = leftHigh.Mul(or(low, a.Lo)).Add(leftLow.Mul(or(middle, a.Hi))).
		Add(rightLow.Mul(or(high, a.Hi))).Add(rightHigh.Mul(sign).Mul(0xffff))
	return f
}

// falseLimb checks that nothing but the look-up of one column's value stands against the row.
func (f shiftImmForge) falseLimb(c air.Col) {
	f.t.Helper()
	f.fails(fmt.Sprintf("%s: range-small[%d %d]", falseLookUp, 1<<15, f.get(c)))
	for _, k := range []air.Col{f.chip.X0, f.chip.X1, f.chip.Y0, f.chip.Y1} {
		if k != c && f.get(k) >= 1<<15 {
			f.t.Errorf("column %s is no small number, either", f.c.air.Main[k].Name)
		}
	}
}

var shiftImmOps = []rv.Op{rv.SLLI, rv.SRLI, rv.SRAI}

// TestForgedShiftImmLimbs: a product has no other limbs than its own. Each of them is
// bounded: more for one limb is made up by less for the other one, and half a unit of a
// high limb is 2^15 units of a low one that is halved.
func TestForgedShiftImmLimbs(t *testing.T) {
	for _, op := range shiftImmOps {
		for _, a := range []uint32{0, 1, 0x1234_5678, 0x9234_8678, 0xffff_ffff} {
			for s := range uint32(32) {
				f := newShiftImmForge(t, op, a, s)
				for _, p := range [][2]air.Col{{f.chip.X0, f.chip.X1}, {f.chip.Y0, f.chip.Y1}} {
					lo, hi := f.get(p[0]), f.get(p[1])
					for _, d := range []field.M31{1, 2, field.M31(1).Neg()} {
						f.row[p[0]], f.row[p[1]] = lo.Sub(d.Mul(1<<15)), hi.Add(d)
						if f.row[p[1]] < 1<<15 {
							f.follow().falseLimb(p[0])
						}
						// 2^16 is 1/2^15 modulo p.
						f.row[p[0]], f.row[p[1]] = lo.Sub(d), hi.Add(d.Mul(1<<16))
						if f.row[p[0]] < 1<<15 {
							f.follow().falseLimb(p[1])
						}
					}
					f.row[p[0]], f.row[p[1]] = lo, hi
				}
			}
		}
	}
}

// TestShiftImmOneProduct tries all high limbs with the low limb that the equation of the
// product then gives: one pair is of numbers below 2^15.
func TestShiftImmOneProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	half := field.M31(2).Inv()
	for _, a := range []uint32{0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff, rng.Uint32N(1 << 16)} {
		for t1 := uint32(1); t1 < 16; t1++ {
			for _, signed := range []bool{false, true} {
				v, offset, sign := int64(a), int64(0), signed && a>>15 == 1
				if sign {
					v, offset = v-1<<16, 1<<15
				}
				want := v<<t1>>16 + offset
				product := field.FromInt64(v << t1)
				for hi := range int64(1 << 15) {
					lo := product.Sub(field.FromInt64((hi - offset) << 16)).Mul(half)
					if (lo < 1<<15) != (hi == want) {
						t.Fatalf("%d * 2^%d: limbs %d and %d", v, t1, lo, hi)
					}
				}
			}
		}
	}
}

// TestForgedShiftImmOdd: a low limb that is odd, as none is with an even factor, is no
// double of a small number.
func TestForgedShiftImmOdd(t *testing.T) {
	for _, op := range shiftImmOps {
		f := newShiftImmForge(t, op, 0x0000_0003, 8)
		f.set(f.chip.W, 1).set(f.chip.X1, 0)
		f.row[f.chip.X0] = field.M31(3).Mul(field.M31(2).Inv())
		f.follow().falseLimb(f.chip.X0)
	}
}

// TestForgedShiftImmConstraints: each equation is needed.
func TestForgedShiftImmConstraints(t *testing.T) {
	for _, op := range shiftImmOps {
		for _, s := range []uint32{1, 5, 15, 17, 31} {
			const a = 0x9234_5678
			f := newShiftImmForge(t, op, a, s)
			for _, k := range []struct {
				col  air.Col
				name string
			}{
				{f.chip.X0, "product of the low limb"},
				{f.chip.X1, "product of the low limb"},
				{f.chip.Y0, "product of the high limb"},
				{f.chip.Y1, "product of the high limb"},
			} {
				f := newShiftImmForge(t, op, a, s)
				f.row[k.col] = (f.row[k.col] + 1) % (1 << 15)
				f.follow().failsOnly(k.name)
			}
			f.row[f.chip.Result.Lo] = f.row[f.chip.Result.Lo].Add(1)
			f.failsOnly("low limb of the result")
			f.follow()
			f.row[f.chip.Result.Hi] = f.row[f.chip.Result.Hi].Add(1)
			f.failsOnly("high limb of the result")
		}
	}
}

// TestForgedShiftImmSign: the sign of an arithmetic shift is the operand's.
func TestForgedShiftImmSign(t *testing.T) {
	for _, a := range []uint32{0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1234_5678, 0x9234_5678} {
		for s := range uint32(32) {
			f := newShiftImmForge(t, rv.SRAI, a, s)
			sign := field.M31(1).Sub(f.get(f.chip.Sign))
			f.row[f.chip.Sign] = sign
			// The sign counts 2^16 in the operand, so w more or less in the high limb, which
			// has 2^15 more if it is negative. There is a limb of 15 bits in many cases.
			shift := f.get(f.chip.W).Sub(1 << 15)
			if sign == 1 {
				shift = shift.Neg()
			}
			f.row[f.chip.Y1] = f.row[f.chip.Y1].Add(shift)
			f.follow()
			if y1 := f.get(f.chip.Y1); y1 >= 1<<15 {
				f.falseLimb(f.chip.Y1)
				continue
			}
			f.fails(fmt.Sprintf("%s: range-small[%d %d]", falseLookUp, 1<<15,
				field.M31(a>>16).Sub(sign.Mul(1<<15))))
		}
	}
}

// TestForgedShiftImmCases: no row has two cases; what is constrained for none is of no
// consequence, as such a row sends nothing.
func TestForgedShiftImmCases(t *testing.T) {
	for _, op := range shiftImmOps {
		f := newShiftImmForge(t, op, 3, 4)
		cases := []air.Col{f.chip.RightLow, f.chip.RightHigh}
		if op != rv.SRAI {
			cases = append(cases, f.chip.LeftLow, f.chip.LeftHigh)
		}
		for _, k := range cases {
			f := newShiftImmForge(t, op, 3, 4)
			if f.get(k) == 1 {
				f.set(k, 0)
				f.follow()
				if got, err := f.c.verdict(f.row); err != nil || len(got) != 0 {
					t.Errorf("%v without a case: %v, %v", op, got, err)
				}
				continue
			}
			f.set(k, 1)
			f.follow().fails("one case at most")
		}
	}
}

// TestForgedShiftImmProgram: another case, factor or alignment, with the result that is
// then right, takes an instruction from the program bus that the word isn't.
func TestForgedShiftImmProgram(t *testing.T) {
	const a = 0x9234_5678
	for _, op := range shiftImmOps {
		for s := range uint32(32) {
			honest := newShiftImmForge(t, op, a, s)
			want, err := honest.c.verdict(honest.row)
			if err != nil {
				t.Fatal(err)
			}
			for other := range uint32(32) {
				if other == s {
					continue
				}
				f := newShiftImmForge(t, op, a, other)
				got, err := f.c.verdict(f.row)
				if err != nil {
					t.Fatal(err)
				}
				if program(got) == program(want) {
					t.Errorf("%v by %d takes the same instruction as by %d: %s", op, other, s, program(got))
				}
			}
			f := newShiftImmForge(t, op, a, s)
			f.row[f.chip.Aligned] = field.M31(1).Sub(f.row[f.chip.Aligned])
			got, err := f.follow().c.verdict(f.row)
			if err != nil {
				t.Fatal(err)
			}
			if program(got) == program(want) {
				t.Errorf("%v by %d is aligned, or not: %s", op, s, program(got))
			}
		}
	}
}

// program is the one tuple on the program bus.
func program(l links) string {
	for k := range l {
		if strings.HasPrefix(k, rv32im.Program.Name) {
			return k
		}
	}
	return ""
}
