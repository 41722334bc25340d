package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillShiftImm(c *rv32im.ShiftImm, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.rs1(c.Rs1, r, x)
	w.old(c.Rd, r, x)
	amount := x.Inst.Imm
	low, left := amount < 16, x.Inst.Op == rv.SLLI
	w.bit(c.RightLow, r, low && !left)
	w.bit(c.RightHigh, r, !low && !left)

	power := shiftPower(x.Inst)
	lo, hi := power*(x.A&0xffff), power*(x.A>>16)
	w.set(c.W, r, power)
	w.bit(c.Aligned, r, amount%16 == 0)
	w.set(c.X0, r, lo&0xffff/2)
	w.set(c.X1, r, lo>>16)
	w.set(c.Y0, r, hi&0xffff/2)
	if c.Arithmetic {
		sign := x.A >> 31
		w.set(c.Sign, r, sign)
		// The signed product, and 2^15 more for the high limb, modulo 2^32.
		w.set(c.Y1, r, (hi-sign*power<<16+sign<<31)>>16)
		w.word(c.Result, r, uint32(int32(x.A)>>amount))
		return
	}
	w.bit(c.LeftLow, r, low && left)
	w.bit(c.LeftHigh, r, !low && left)
	w.set(c.Y1, r, hi>>16)
	result := x.A >> amount
	if left {
		result = x.A << amount
	}
	w.word(c.Result, r, result)
}
