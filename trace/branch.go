package trace

import "github.com/orrery/orrery/air/rv32im"

// branch fills what the branch chips share, given whether the branch is taken.
func (w columns) branch(c rv32im.Branch, r int, x *Row, taken bool) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	target := x.PC + x.Inst.Imm
	w.set(c.Target, r, target/4)
	w.rs1(c.Rs1, r, x)
	if !c.Zero {
		w.set(c.Rs2Reg, r, uint32(x.Inst.Rs2))
		w.rs2(c.Rs2, r, x)
	}
	if c.Trap {
		return
	}
	w.bit(c.Misaligned, r, target%4 != 0)
	next := x.PC + 4
	if taken {
		next = target
	}
	w.set(c.Next, r, next/4)
}
