package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

func fillShifter(c *rv32im.Shifter, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs1(c.Rs1, rows)
	w.old(c.Rd, rows)
	w.rs2Reg(c.Rs2.Reg, rows)
	for r := range rows {
		x := &rows[r]
		amount := x.B % 32
		w.set(c.Rs2.Amount, r, amount)
		w.set(c.Rs2.Ignored, r, x.B&0xffff/32)
		w.set(c.Rs2.Hi, r, x.B>>16)
		w.set(c.Rs2.Ts, r, x.TsB)
		w.set(c.Rs2.Power, r, 1<<(amount%16))
		w.shift(c.ShiftCols, r, x.Inst.Op, x.A, amount)
	}
}

// shift writes the columns of a shift of a.
func (w columns) shift(c rv32im.ShiftCols, r int, op rv.Op, a, amount uint32) {
	left, arithmetic := op == rv.SLL, op == rv.SRA
	low := amount < 16
	w.bit(c.LeftHigh, r, left && !low)
	w.bit(c.LeftLow, r, left && low)
	w.bit(c.RightLow, r, !left && low)
	w.bit(c.RightHigh, r, !left && !low)
	w.bit(c.Arithmetic, r, arithmetic)
	w.bit(c.Sign, r, arithmetic && a>>31 != 0)

	bits := shiftBits(op, amount)
	u, power := uint32(1)<<bits, uint32(1)<<(16-bits)
	w.set(c.U, r, u)
	w.set(c.W, r, power)
	w.set(c.X0, r, a&0xffff%u)
	w.set(c.X1, r, a&0xffff/u)
	w.set(c.Y0, r, a>>16%u)
	y1 := field.M31(a >> 16 / u)
	result := a >> amount
	switch {
	case left:
		result = a << amount
	case arithmetic:
		result = uint32(int32(a) >> amount)
		y1 = field.FromInt64(int64(int32(a)>>16>>bits) + int64(power/2))
	}
	w.elem(c.Y1, r, y1)
	w.word(c.Result, r, result)
}

// shiftBits is the logarithm of u.
func shiftBits(op rv.Op, amount uint32) uint32 {
	if op == rv.SLL {
		return 16 - amount%16
	}
	return amount % 16
}
