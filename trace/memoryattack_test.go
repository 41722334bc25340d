package trace

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

// with is a copy of the row with one cell changed.
func with(row []field.M31, col air.Col, v field.M31) []field.M31 {
	row = slices.Clone(row)
	row[col] = v
	return row
}

// Attacks 10 and 15: the bytes that a small load returns are those of the word. Other
// pairs of field elements with the same sum aren't bytes, and neither the sign nor the
// result is free.
func TestAttackLoadSmallBytes(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	chips := newMemoryChips(t)
	c, chip := chips.loadSmall, chips.small
	for _, op := range []rv.Op{rv.LB, rv.LBU, rv.LH, rv.LHU} {
		for offset := range uint32(4) {
			at := 0x1_0000 + offset&^(op.AccessSize()-1)
			for _, word := range []uint32{0, 0x0102_0304, 0x8182_8384, 0xffff_ffff, 0x7f80_80ff} {
				x := newAccess(rng, rv.Inst{Op: op, Rd: 1, Rs1: 2}, at, 0, word, 0)
				row := c.row(t, x)
				// limb = low + 256*high: move d from one to the other.
				low, high := chip.Top, chip.Rest
				if op == rv.LH || op == rv.LHU || at&1 != 0 {
					low, high = high, low
				}
				for _, d := range []field.M31{1, 2, field.P - 1, 1 << 23, field.New(rng.Uint64()%(field.P-1) + 1)} {
					forged := with(row, high, row[high].Add(d))
					forged[low] = row[low].Sub(d.Mul(256))
					// The forger makes the result fit.
					top, rest, sign := forged[chip.Top], forged[chip.Rest], forged[chip.Sign]
					forged[chip.ResultLo] = top.Add(sign.Mul(0xff00))
					if op == rv.LH || op == rv.LHU {
						forged[chip.ResultLo] = rest.Add(top.Mul(256))
					}
					c.checkForged(t, forged, "false look-up")
				}
				c.checkForged(t, with(row, chip.ResultLo, row[chip.ResultLo].Add(1)), "result, low limb")
				forged := with(row, chip.Sign, 1-row[chip.Sign])
				if op == rv.LB || op == rv.LBU {
					forged[chip.ResultLo] = forged[chip.Top].Add(forged[chip.Sign].Mul(0xff00))
				}
				c.checkForged(t, forged, "false look-up: bytes")
				// Another byte or limb of the word is at another address.
				for _, col := range []air.Col{chip.Odd, chip.Upper} {
					if _, err := c.verdict(with(row, col, 1-row[col])); err == nil {
						t.Errorf("%s: column %s can be turned", describe(x), c.air.Main[col].Name)
					}
				}
			}
		}
	}
}

// A half at an odd address isn't for the small chips: neither as the half of one limb nor
// as a mixture of two.
func TestAttackHalfAtOddAddress(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	chips := newMemoryChips(t)
	for _, op := range []rv.Op{rv.LH, rv.LHU} {
		x := newAccess(rng, rv.Inst{Op: op, Rd: 1, Rs1: 2}, 0x1_0001, 0, 0x8182_8384, 0)
		chips.loadSmall.checkForged(t, chips.loadSmall.row(t, x), "halves are at even addresses")
	}
	x := newAccess(rng, rv.Inst{Op: rv.SH, Rs1: 2, Rs2: 3}, 0x1_0001, 0x1234, 0x8182_8384, 0)
	chips.storeSmall.checkForged(t, chips.storeSmall.row(t, x), "halves are at even addresses")
}

// A small store keeps the other bytes of the word, and stores the byte of the register.
func TestAttackStoreSmallBytes(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 3))
	chips := newMemoryChips(t)
	c, chip := chips.storeSmall, chips.smallStore
	for offset := range uint32(4) {
		x := newAccess(rng, rv.Inst{Op: rv.SB, Rs1: 2, Rs2: 3}, 0x1_0000+offset, 0x4142_4344, 0x8182_8384, 0)
		row := c.row(t, x)
		stored, kept := chip.New.Lo, chip.New.Hi
		keptName := "high limb kept"
		if offset >= 2 {
			stored, kept, keptName = kept, stored, "low limb kept"
		}
		c.checkForged(t, with(row, kept, 0), keptName)
		c.checkForged(t, with(row, stored, row[stored].Add(1)), "byte stored")
		scale := field.M31(1)
		if offset%2 == 1 {
			scale = 256
		}
		for _, d := range []field.M31{1, field.P - 1, 1 << 23, field.New(rng.Uint64()%(field.P-1) + 1)} {
			// Another byte of the register, with a fraction in place of the next one.
			forged := with(row, chip.Source.Low, row[chip.Source.Low].Add(d))
			forged[stored] = row[stored].Add(d.Mul(scale))
			c.checkForged(t, forged, "false look-up: bytes")
			// Another byte before, so that the byte beside it changes.
			gone, rest := d.Mul(256), d.Neg()
			if offset%2 == 1 {
				gone, rest = d, d.Mul(256).Neg()
			}
			forged = with(row, chip.Gone, row[chip.Gone].Add(gone))
			forged[chip.Rest] = row[chip.Rest].Add(rest)
			forged[stored] = row[stored].Sub(gone.Mul(scale))
			c.checkForged(t, forged, "false look-up: bytes")
		}
	}
}

// Attack 11: a live row of a misaligned access has one case, and that of its address.
func TestAttackMisalignedCases(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	chips := newMemoryChips(t)
	for _, o := range memoryOps {
		for offset := uint32(1); offset < 4; offset++ {
			if o.size == 1 || o.size == 2 && offset == 2 {
				continue
			}
			x := newAccess(rng, rv.Inst{Op: o.op, Rd: 1, Rs1: 2}, 0x1_0000+offset, 1, 2, 3)
			c, at := chips.of(x), chips.misaligned.Misaligned
			if !o.load {
				at = chips.misalignedStore.Misaligned
			}
			row := c.row(t, x)
			cases := []air.Col{at.Word1, at.Word2, at.Word3, at.Half1, at.Half3}
			for _, col := range cases {
				if row[col] == 0 {
					c.checkForged(t, with(row, col, 1), "one case at most")
				}
			}
			for i, is := range cases {
				for j, other := range cases {
					if i == j || row[is] == 0 {
						continue
					}
					forged := with(row, is, 0)
					forged[other] = 1
					// Offset and size decide: the look-up of the address or the op fails.
					if got, err := c.verdict(forged); err == nil && got.diff(accessDemands(x, o.code, o.size, o.load, o.signed)) == "" {
						t.Errorf("%s: case %s passes for %s", describe(x), c.air.Main[other].Name, c.air.Main[is].Name)
					}
				}
			}
		}
	}
}

// Attack 10: LHU and LW from odd addresses aren't extended by ones, LH is as its bit 15
// says.
func TestAttackMisalignedSign(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 5))
	chips := newMemoryChips(t)
	c, chip := chips.loadMisaligned, chips.misaligned
	for _, op := range []rv.Op{rv.LH, rv.LHU, rv.LW} {
		for _, word := range []uint32{0, 0xffff_ffff} {
			x := newAccess(rng, rv.Inst{Op: op, Rd: 1, Rs1: 2}, 0x1_0003, 0, word, word)
			row := c.row(t, x)
			forged := with(row, chip.Sign, 1-row[chip.Sign])
			ones := field.M31(0xffff)
			if row[chip.Sign] == 1 {
				ones = ones.Neg()
			}
			forged[chip.Result.Hi] = row[chip.Result.Hi].Add(ones)
			c.checkForged(t, forged, "false look-up: range16")
		}
	}
	row := c.row(t, newAccess(rng, rv.Inst{Op: rv.LW, Rd: 1, Rs1: 2}, 0x1_0003, 0, 0, 0))
	c.checkForged(t, with(row, chip.Unsigned, 1), "only halves are unsigned")
}

// Attack 13: the address is the sum modulo 2^32: a turned carry leaves the range of its
// limb, so the forger needs a page that doesn't exist, or a word beyond its page.
func TestAttackAddressCarries(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	chip := rv32im.NewLoadWord()
	c := compileChip(t, chip, func(w columns, rows []Row) { fillLoadWord(chip, w, rows) })
	for _, a := range []uint32{0x1_0000, 0x1_fff8, 0xffff_fff8, 0} {
		for _, imm := range []uint32{8, 0xffff_fff8, 0} {
			x := newAccess(rng, rv.Inst{Op: rv.LW, Rd: 1, Rs1: 2, Imm: imm}, a, 0, 0, 0)
			row := c.row(t, x)
			c.checkForged(t, with(row, chip.CarryLo, 1-row[chip.CarryLo]), "false look-up: range-small")
			got, err := c.verdict(with(row, chip.CarryHi, 1-row[chip.CarryHi]))
			if err != nil {
				t.Fatal(err)
			}
			page := int64((a + imm) >> 16)
			if row[chip.CarryHi] == 1 {
				page += 1 << 16
			} else {
				page -= 1 << 16
			}
			forged := received(rv32im.Region, rv32im.CanRead, 0)
			forged.Tuple[1] = field.FromInt64(page)
			demand := links{}
			demand.add(forged)
			for k := range demand {
				if got[k] != field.M31(1).Neg() {
					t.Errorf("a = %#x, imm = %#x: page %d isn't looked up", a, imm, page)
				}
			}
		}
	}
}

// Registers are words on the memory bus too. A load or store whose address is that of a
// register looks its page up, and no header of a program permits that page.
func TestAttackRegistersByAddress(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 7))
	chips := newMemoryChips(t)
	for _, o := range memoryOps {
		for _, reg := range []uint32{0, 5, 32} {
			a := uint32(4*(rv32im.RegisterBase+reg)) & 0xffff_ffff
			x := newAccess(rng, rv.Inst{Op: o.op, Rd: 1, Rs1: 2}, a, 0, 0, 0)
			got, err := chips.of(x).verdict(chips.of(x).row(t, x))
			if err != nil {
				t.Fatal(err)
			}
			permission := uint32(rv32im.CanWrite)
			if o.load {
				permission = rv32im.CanRead
			}
			demand := links{}
			demand.add(received(rv32im.Region, permission, 0xc000))
			for k := range demand {
				if got[k] != field.M31(1).Neg() {
					t.Errorf("%s: page 0xc000 isn't looked up", describe(x))
				}
			}
		}
	}
	if rv.OutputEnd > 4*rv32im.RegisterBase {
		t.Error("a region reaches into the registers")
	}
}
