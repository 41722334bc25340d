package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillLoadWord takes LW at multiples of 4.
func fillLoadWord(c *rv32im.LoadWord, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Memory, rows)
	w.old(c.Rd, rows)
}

// fillLoadSmall takes LB and LBU, and LH and LHU at even addresses.
func fillLoadSmall(c *rv32im.LoadSmall, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Memory, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		op := x.Inst.Op
		half, unsigned := op == rv.LH || op == rv.LHU, op == rv.LBU || op == rv.LHU
		w.bit(c.Half, r, half)
		w.bit(c.Unsigned, r, unsigned)
		at := x.A + x.Inst.Imm
		odd := at&1 != 0
		w.bit(c.Odd, r, odd)
		w.bit(c.Upper, r, at&2 != 0)

		value := x.B >> (at & 2 * 8) & 0xffff
		top, rest := value&0xff, value>>8
		if half || odd {
			top, rest = rest, top
		}
		w.set(c.Top, r, top)
		w.set(c.Rest, r, rest)
		sign := !unsigned && top&0x80 != 0
		w.bit(c.Sign, r, sign)
		if !half {
			value = top
			if sign {
				value += 0xff00
			}
		}
		w.set(c.ResultLo, r, value)
	}
}

// fillLoadMisaligned takes LH and LHU at odd addresses, and LW at those that are no
// multiples of 4.
func fillLoadMisaligned(c *rv32im.LoadMisaligned, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.imm(c.Imm, rows)
	w.address(c.Address, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.First, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		at := x.A + x.Inst.Imm
		w.misaligned(c.Misaligned, r, x)
		second, ts := w.second(c.NextWord, r, x)
		w.bit(c.Unsigned, r, x.Inst.Op == rv.LHU)
		w.word(c.Second.Value, r, second)
		w.set(c.Second.Ts, r, ts)
		w.wordSplits(c.Bytes, r, x.B, second)

		value := uint32((uint64(second)<<32 | uint64(x.B)) >> (at % 4 * 8))
		sign := false
		switch x.Inst.Op {
		case rv.LHU:
			value &= 0xffff
		case rv.LH:
			value = uint32(int32(int16(value)))
			sign = value>>31 != 0
		}
		w.bit(c.Sign, r, sign)
		w.word(c.Result, r, value)
	}
}
