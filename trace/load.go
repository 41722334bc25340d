package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// misaligned reports whether the row's load or store is at an address that is no multiple
// of its size: such rows are for the chips load-misaligned and store-misaligned.
func (x *Row) misaligned() bool { return (x.A+x.Inst.Imm)%x.Inst.Op.AccessSize() != 0 }

// fillLoadWord takes LW at multiples of 4.
func fillLoadWord(c *rv32im.LoadWord, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.word(c.Imm, r, x.Inst.Imm)
	w.address(c.Address, r, x)
	w.rs1(c.Rs1, r, x)
	w.rs2(c.Memory, r, x)
	w.old(c.Rd, r, x)
}

// fillLoadSmall takes LB and LBU, and LH and LHU at even addresses.
func fillLoadSmall(c *rv32im.LoadSmall, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	op := x.Inst.Op
	half, unsigned := op == rv.LH || op == rv.LHU, op == rv.LBU || op == rv.LHU
	w.bit(c.Half, r, half)
	w.bit(c.Unsigned, r, unsigned)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.word(c.Imm, r, x.Inst.Imm)
	at := w.address(c.Address, r, x)
	odd := at&1 != 0
	w.bit(c.Odd, r, odd)
	w.bit(c.Upper, r, at&2 != 0)
	w.rs1(c.Rs1, r, x)
	w.rs2(c.Memory, r, x)
	w.old(c.Rd, r, x)

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

// fillLoadMisaligned takes LH and LHU at odd addresses, and LW at those that are no
// multiples of 4.
func fillLoadMisaligned(c *rv32im.LoadMisaligned, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.word(c.Imm, r, x.Inst.Imm)
	at := w.address(c.Address, r, x)
	w.misaligned(c.Misaligned, r, x)
	second, ts := w.second(c.NextWord, r, x)
	w.bit(c.Unsigned, r, x.Inst.Op == rv.LHU)
	w.rs1(c.Rs1, r, x)
	w.rs2(c.First, r, x)
	w.read(c.Second, r, second, ts)
	w.old(c.Rd, r, x)
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

// misaligned fills the five cases.
func (w columns) misaligned(c rv32im.Misaligned, r int, x *Row) {
	word, offset := x.Inst.Op.AccessSize() == 4, (x.A+x.Inst.Imm)%4
	w.bit(c.Word1, r, word && offset == 1)
	w.bit(c.Word2, r, word && offset == 2)
	w.bit(c.Word3, r, word && offset == 3)
	w.bit(c.Half1, r, !word && offset == 1)
	w.bit(c.Half3, r, !word && offset == 3)
}

// second fills the carries to the second word, and gives that word and the timestamp of
// the access before; all of it is 0 if the access has one word.
func (w columns) second(c rv32im.NextWord, r int, x *Row) (word, ts uint32) {
	at := x.A + x.Inst.Imm
	w.bit(c.CarryLo, r, x.Second != nil && at&0xffff >= 0xfffc)
	w.bit(c.CarryHi, r, x.Second != nil && at >= 0xfffffffc)
	if x.Second == nil {
		return 0, 0
	}
	return x.Second.Word, x.Second.Ts
}

// split fills the bytes of a limb.
func (w columns) split(c rv32im.Split, r int, v uint32) {
	w.set(c.Low, r, v&0xff)
	w.set(c.And, r, v&0xff&(v>>8))
}

func (w columns) wordSplits(c [4]rv32im.Split, r int, first, second uint32) {
	w.split(c[0], r, first&0xffff)
	w.split(c[1], r, first>>16)
	w.split(c[2], r, second&0xffff)
	w.split(c[3], r, second>>16)
}
