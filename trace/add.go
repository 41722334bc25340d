package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillAdd(c *rv32im.Add, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Rs2, rows)
	if !c.InPlace {
		w.rs1Reg(c.Rs1Reg, rows)
		w.old(c.Rd, rows)
	}
	w.eachBit(c.Sub, rows, func(x *Row) bool { return x.Inst.Op == rv.SUB })
	w.eachWord(c.Result, rows, func(x *Row) uint32 {
		if x.Inst.Op == rv.SUB {
			return x.A - x.B
		}
		return x.A + x.B
	})
}

func fillAddi(c *rv32im.Addi, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.imm(c.Imm, rows)
	w.rs1(c.Rs1, rows)
	if !c.InPlace {
		w.rs1Reg(c.Rs1Reg, rows)
		w.old(c.Rd, rows)
	}
	w.eachWord(c.Result, rows, func(x *Row) uint32 { return x.A + x.Inst.Imm })
}
