package trace

import "github.com/orrery/orrery/air/rv32im"

// branch fills what the branch chips share, given which rows take the branch.
func (w columns) branch(c rv32im.Branch, rows []Row, taken func(x *Row) bool) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.each(c.Target, rows, func(x *Row) uint32 { return (x.PC + x.Inst.Imm) / 4 })
	w.rs1(c.Rs1, rows)
	if !c.Zero {
		w.rs2Reg(c.Rs2Reg, rows)
		w.rs2(c.Rs2, rows)
	}
	if c.Trap {
		return
	}
	w.eachBit(c.Misaligned, rows, func(x *Row) bool { return (x.PC+x.Inst.Imm)%4 != 0 })
	w.each(c.Next, rows, func(x *Row) uint32 {
		if taken(x) {
			return (x.PC + x.Inst.Imm) / 4
		}
		return (x.PC + 4) / 4
	})
}
