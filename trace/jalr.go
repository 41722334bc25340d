package trace

import "github.com/orrery/orrery/air/rv32im"

// fillJalr takes JALR, for the trap chip those whose target is 2 modulo 4.
func fillJalr(c *rv32im.Jalr, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.imm(c.Imm, rows)
	w.rs1(c.Rs1, rows)
	w.address(c.Address, rows)
	w.eachBit(c.Odd, rows, func(x *Row) bool { return (x.A+x.Inst.Imm)%2 != 0 })
	if c.Trap {
		return
	}
	w.old(c.Rd, rows)
	w.each(c.LinkHi, rows, func(x *Row) uint32 { return (x.PC + 4) >> 16 })
}
