//go:build linux && amd64 && !purego

package jit

import (
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// indirect translates JALR.
func (c *compiler) indirect(in *rv.Inst, i uint32) {
	pc := c.start + 4*i
	if c.known>>in.Rs1&1 != 0 {
		to := (c.value[in.Rs1] + in.Imm) &^ 1
		if _, ok := c.index(to); ok {
			c.setConst(in.Rd, pc+4)
			c.restore()
			c.jump(to, i)
			return
		}
	}
	// The address, counted in words from the code's start. What is no instruction
	// start becomes a number above all indices; a single step deals with it.
	base := int32(in.Imm - c.start)
	switch {
	case in.Rs1 == 0:
		c.MovRI(amd64.RAX, uint32(base))
	case c.in(in.Rs1):
		c.Lea(amd64.RAX, amd64.At(c.loc[in.Rs1], base))
	default:
		c.MovRM(amd64.RAX, slot(in.Rs1))
		c.AluRI(amd64.Add, amd64.RAX, base)
	}
	c.restore()
	c.ShiftRI(amd64.Ror, amd64.RAX, 2)
	c.AluRI(amd64.Cmp, amd64.RAX, int32(len(c.insts)))
	c.Jcc(amd64.CondAE, amd64.Forward)
	c.stubs = append(c.stubs, stub{kind: exitSlow, end: c.N, target: pc})
	c.dest = c.loc[in.Rd]
	c.setConst(in.Rd, pc+4)
	c.LeaRIP(amd64.RDX, c.table)
	c.JmpM(amd64.Mem{Base: amd64.RDX, Index: amd64.RAX, Scale: 3})
	c.flush()
}

// branchConds are the conditions under which branches are taken, from BEQ on.
var branchConds = [...]amd64.Cond{
	amd64.CondE, amd64.CondNE, amd64.CondL, amd64.CondGE, amd64.CondB, amd64.CondAE,
}

// compareBranch translates a branch.
func (c *compiler) compareBranch(in *rv.Inst, i uint32) {
	to := c.start + 4*i + in.Imm
	cond := branchConds[in.Op-rv.BEQ]
	a, b := in.Rs1, in.Rs2
	switch {
	case a == b:
		if cond == amd64.CondE || cond == amd64.CondGE || cond == amd64.CondAE {
			c.restore()
			c.jump(to, i)
		}
		return
	case a == 0:
		// 0 against b: b against 0 under the mirrored condition.
		a, b = b, a
		switch cond {
		case amd64.CondL:
			cond = amd64.CondG
		case amd64.CondGE:
			cond = amd64.CondLE
		case amd64.CondB:
			cond = amd64.CondNE
		case amd64.CondAE:
			cond = amd64.CondE
		}
	}
	c.settleAll()
	c.compare(a, b)
	c.restore()
	c.branch(cond, to, i)
}
