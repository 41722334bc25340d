package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillBranchLess takes BLT and BGE, for the unsigned chip BLTU and BGEU, for the trap chips
// those that trap.
func fillBranchLess(c *rv32im.BranchLess, w columns, r int, x *Row) {
	ge := x.Inst.Op == rv.BGE || x.Inst.Op == rv.BGEU
	w.branch(c.Branch, r, x, lessThan(c.Unsigned, x.A, x.B) != ge)
	w.bit(c.GreaterEqual, r, ge)
	if c.Unsigned {
		w.unsignedLess(c.LessCols, r, x.A, x.B)
	} else {
		w.less(c.LessCols, r, false, x.A, x.B)
	}
}
