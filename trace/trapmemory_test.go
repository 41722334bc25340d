package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

var testRegions = rv.Regions{
	{Start: 0, Kind: rv.KindNone}, {Start: 1, Kind: rv.KindCode}, {Start: 2, Kind: rv.KindReadOnly}, {Start: 3, Kind: rv.KindReadWrite},
	{Start: 5, Kind: rv.KindNone}, {Start: 0x4000, Kind: rv.KindInput}, {Start: 0x8000, Kind: rv.KindOutput}, {Start: 0x8010, Kind: rv.KindNone},
}

func TestTrapMemory(t *testing.T) {
	chip := rv32im.NewTrapMemory()
	c := compileChip(t, chip, func(w columns, rows []Row) { fillTrapMemory(chip, w, rows, testRegions) })
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(7, 1))
	n := 0
	for _, o := range memoryOps {
		for _, border := range []uint32{0, 0x1_0000, 0x2_0000, 0x3_0000, 0x5_0000, 0x4000_0000, 0x8000_0000, 0x8010_0000, 0xc000_0000, 0xffff_0000} {
			for delta := range uint32(8) {
				for _, imm := range []uint32{0, 4, 0x7ff, 0xffff_f800} {
					at := border - 4 + delta
					last := at + o.size - 1
					ok := func(addr uint32) bool {
						k := testRegions.Kind(addr)
						return o.load && k.Readable() || !o.load && k.Writable()
					}
					if ok(at) && ok(last) {
						continue
					}
					x := newAccess(rng, newInst(rng, o.op, imm), at-imm, rng.Uint32(), 0, 0)
					reg, cause, permission := uint32(x.Inst.Rs2), uint32(7), uint32(rv32im.CannotWrite)
					if o.load {
						reg, cause, permission = destination(x.Inst.Rd), 5, rv32im.CannotRead
					}
					page := at >> 16
					if ok(at) {
						page = last >> 16
					}
					want := ends(x, o.code, reg, uint32(x.Inst.Rs1), imm&0xffff, imm>>16)
					want.rs1(x)
					want.add(received(rv32im.Region, permission, page))
					want.add(sent(rv32im.End, rv32im.EndTrap, cause, x.PC/4, at&0xffff, at>>16, x.Clk))
					row := c.checkHonest(t, x, want)
					if n++; n%10 == 0 && !t.Failed() {
						c.checkMutationsBut(t, x, rng, row)
					}
				}
			}
		}
	}
}

// The page at fault is that of the first or the last byte: no other page, and the last
// one only if the access reaches it.
func TestAttackTrapMemoryPage(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	chip := rv32im.NewTrapMemory()
	c := compileChip(t, chip, func(w columns, rows []Row) { fillTrapMemory(chip, w, rows, testRegions) })
	for _, at := range []uint32{0x4_fff8, 0x4_fffc} { // ends before page 5, at fault
		x := newAccess(rng, rv.Inst{Op: rv.LW, Rd: 1, Rs1: 2}, at, 0, 0, 0)
		row := with(c.row(t, x), chip.Last, 1)
		c.checkForged(t, row, "the last page is another one")
		c.checkForged(t, with(row, chip.NextWord.CarryLo, 1), "false look-up: range16")
	}
	x := newAccess(rng, rv.Inst{Op: rv.SW, Rs1: 2, Rs2: 3}, 0x5_0000, 0, 0, 0)
	row := c.row(t, x)
	c.checkForged(t, with(row, chip.NextWord.CarryHi, 1), "only the last page wraps")
	// Attack 11: one op, no more.
	c.checkForged(t, with(row, chip.Ops[0], 1), "one op at most")
	// Attack 13: a turned carry gives the address another form.
	for _, col := range []air.Col{chip.Address.CarryLo, chip.Address.CarryHi} {
		c.checkForged(t, with(row, col, 1), "false look-up: range16")
	}
	c.checkForged(t, with(row, chip.Address.CarryLo, field.P-1), "is a bit")
}
