package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillConst takes LUI, AUIPC, JAL to a multiple of 4, and FENCE.
func fillConst(c *rv32im.Const, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	v, next := constEffect(x.PC, x.Inst)
	w.word(c.Value, r, v)
	w.set(c.Target, r, next/4)
	w.old(c.Rd, r, x)
}

// constEffect gives what an instruction that reads nothing writes to rd, and the next pc.
func constEffect(pc uint32, in rv.Inst) (value, next uint32) {
	switch in.Op {
	case rv.LUI:
		return in.Imm, pc + 4
	case rv.AUIPC:
		return pc + in.Imm, pc + 4
	case rv.JAL:
		return pc + 4, pc + in.Imm
	}
	return 0, pc + 4
}
