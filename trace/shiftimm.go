package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

func fillShiftImm(c *rv32im.ShiftImm, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs1(c.Rs1, rows)
	w.old(c.Rd, rows)
	w.eachBit(c.RightLow, rows, func(x *Row) bool { return x.Inst.Imm < 16 && x.Inst.Op != rv.SLLI })
	w.eachBit(c.RightHigh, rows, func(x *Row) bool { return x.Inst.Imm >= 16 && x.Inst.Op != rv.SLLI })
	w.eachBit(c.Aligned, rows, func(x *Row) bool { return x.Inst.Imm%16 == 0 })
	w.products(c, rows)
	if c.Arithmetic {
		w.each(c.Sign, rows, func(x *Row) uint32 { return x.A >> 31 })
		w.each(c.Y1, rows, func(x *Row) uint32 {
			// The signed product, and 2^15 more for the high limb, modulo 2^32.
			power, sign := shiftPower(&x.Inst), x.A>>31
			return (power*(x.A>>16) - sign*power<<16 + sign<<31) >> 16
		})
		w.eachWord(c.Result, rows, func(x *Row) uint32 { return uint32(int32(x.A) >> (x.Inst.Imm % 32)) })
		return
	}
	w.eachBit(c.LeftLow, rows, func(x *Row) bool { return x.Inst.Imm < 16 && x.Inst.Op == rv.SLLI })
	w.eachBit(c.LeftHigh, rows, func(x *Row) bool { return x.Inst.Imm >= 16 && x.Inst.Op == rv.SLLI })
	w.each(c.Y1, rows, func(x *Row) uint32 { return shiftPower(&x.Inst) * (x.A >> 16) >> 16 })
	w.eachWord(c.Result, rows, func(x *Row) uint32 {
		if x.Inst.Op == rv.SLLI {
			return x.A << (x.Inst.Imm % 32)
		}
		return x.A >> (x.Inst.Imm % 32)
	})
}

// products writes the factor, and the parts of its products with the limbs but the highest one.
func (w columns) products(c *rv32im.ShiftImm, rows []Row) {
	n := len(rows)
	factor, x0, x1, y0 := w[c.W][:n], w[c.X0][:n], w[c.X1][:n], w[c.Y0][:n]
	for r := range rows {
		x := &rows[r]
		power := shiftPower(&x.Inst)
		lo, hi := power*(x.A&0xffff), power*(x.A>>16)
		factor[r] = field.M31(power)
		x0[r], x1[r], y0[r] = field.M31(lo&0xffff/2), field.M31(lo>>16), field.M31(hi&0xffff/2)
	}
}
