package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillCompare(c *rv32im.Compare, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	unsigned := x.Inst.Op == rv.SLTU || x.Inst.Op == rv.SLTIU
	w.bit(c.Unsigned, r, unsigned)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.rs1(c.Rs1, r, x)
	y := x.B
	if c.Immediate {
		y = x.Inst.Imm
		w.set(c.ImmLo, r, y&0xffff)
		w.bit(c.ImmNegative, r, y>>31 != 0)
	} else {
		w.set(c.Rs2Reg, r, uint32(x.Inst.Rs2))
		w.rs2(c.Rs2, r, x)
	}
	w.old(c.Rd, r, x)
	w.less(c.LessCols, r, unsigned, x.A, y)
}
