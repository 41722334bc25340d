package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillAdd(c *rv32im.Add, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	sub := x.Inst.Op == rv.SUB
	w.bit(c.Sub, r, sub)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs2Reg, r, uint32(x.Inst.Rs2))
	w.rs1(c.Rs1, r, x)
	w.rs2(c.Rs2, r, x)
	if !c.InPlace {
		w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
		w.old(c.Rd, r, x)
	}
	z := x.A + x.B
	if sub {
		z = x.A - x.B
	}
	w.word(c.Result, r, z)
}

func fillAddi(c *rv32im.Addi, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	imm := uint32(x.Inst.Imm)
	w.word(c.Imm, r, imm)
	w.rs1(c.Rs1, r, x)
	if !c.InPlace {
		w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
		w.old(c.Rd, r, x)
	}
	w.word(c.Result, r, x.A+imm)
}
