package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillStoreWord takes SW at multiples of 4.
func fillStoreWord(c *rv32im.StoreWord, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Rs2, rows)
	w.old(c.Memory, rows)
}

// fillStoreSmall takes SB, and SH at even addresses.
func fillStoreSmall(c *rv32im.StoreSmall, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Rs2, rows)
	w.old(c.Memory, rows)
	for r := range rows {
		x := &rows[r]
		half := x.Inst.Op == rv.SH
		w.bit(c.Half, r, half)
		at := x.A + x.Inst.Imm
		odd := at&1 != 0
		w.bit(c.Odd, r, odd)
		w.bit(c.Upper, r, at&2 != 0)

		before := x.Old >> (at & 2 * 8) & 0xffff
		gone, rest := before&0xff, before>>8
		if odd {
			gone, rest = rest, gone
		}
		w.set(c.Gone, r, gone)
		w.set(c.Rest, r, rest)
		w.set(c.And, r, gone&rest)
		w.split(c.Source, r, x.B&0xffff)
		mask := uint32(0xff)
		if half {
			mask = 0xffff
		}
		shift := at % 4 * 8
		w.word(c.New, r, x.Old&^(mask<<shift)|x.B&mask<<shift)
	}
}

// fillStoreMisaligned takes SH at odd addresses, and SW at those that are no multiples of 4.
func fillStoreMisaligned(c *rv32im.StoreMisaligned, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Rs2, rows)
	w.old(c.First, rows)
	for r := range rows {
		x := &rows[r]
		at := x.A + x.Inst.Imm
		w.misaligned(c.Misaligned, r, x)
		second, ts := w.second(c.NextWord, r, x)
		w.word(c.Second.Old, r, second)
		w.set(c.Second.Ts, r, ts)
		w.wordSplits(c.Bytes, r, x.Old, second)
		w.split(c.Source[0], r, x.B&0xffff)
		w.split(c.Source[1], r, x.B>>16)

		mask, shift := uint64(0xffffffff), at%4*8
		if x.Inst.Op == rv.SH {
			mask = 0xffff
		}
		before := uint64(second)<<32 | uint64(x.Old)
		after := before&^(mask<<shift) | uint64(x.B)&mask<<shift
		w.word(c.NewFirst, r, uint32(after))
		w.word(c.NewSecond, r, uint32(after>>32))
	}
}
