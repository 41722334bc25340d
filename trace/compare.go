package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillCompare(c *rv32im.Compare, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs1(c.Rs1, rows)
	if c.Immediate {
		w.each(c.ImmLo, rows, func(x *Row) uint32 { return x.Inst.Imm & 0xffff })
		w.eachBit(c.ImmNegative, rows, func(x *Row) bool { return x.Inst.Imm>>31 != 0 })
	} else {
		w.rs2Reg(c.Rs2Reg, rows)
		w.rs2(c.Rs2, rows)
	}
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		unsigned := x.Inst.Op == rv.SLTU || x.Inst.Op == rv.SLTIU
		w.bit(c.Unsigned, r, unsigned)
		y := x.B
		if c.Immediate {
			y = x.Inst.Imm
		}
		w.less(c.LessCols, r, unsigned, x.A, y)
	}
}
