package trace

import "github.com/orrery/orrery/air/rv32im"

// fillJalr takes JALR, for the trap chip those whose target is 2 modulo 4.
func fillJalr(c *rv32im.Jalr, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.word(c.Imm, r, x.Inst.Imm)
	target := w.address(c.Address, r, x)
	w.bit(c.Odd, r, target%2 != 0)
	w.rs1(c.Rs1, r, x)
	if c.Trap {
		return
	}
	w.old(c.Rd, r, x)
	w.set(c.LinkHi, r, (x.PC+4)>>16)
}
