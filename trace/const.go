package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillConst takes LUI, AUIPC, JAL to a multiple of 4, and FENCE.
func fillConst(c *rv32im.Const, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		v, next := constEffect(x.PC, x.Inst)
		w.word(c.Value, r, v)
		w.set(c.Target, r, next/4)
	}
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
