package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillBranchLess takes BLT, BGE, BLTU and BGEU, for the trap chip those that trap.
func fillBranchLess(c *rv32im.BranchLess, w columns, r int, x *Row) {
	op := x.Inst.Op
	ge, unsigned := op == rv.BGE || op == rv.BGEU, op == rv.BLTU || op == rv.BGEU
	w.branch(c.Branch, r, x, lessThan(unsigned, x.A, x.B) != ge)
	w.bit(c.GreaterEqual, r, ge)
	w.bit(c.Unsigned, r, unsigned)
	w.less(c.LessCols, r, unsigned, x.A, x.B)
}
