package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// fillBranchLess takes BLT and BGE, for the unsigned chip BLTU and BGEU, for the trap chips
// those that trap.
func fillBranchLess(c *rv32im.BranchLess, w columns, rows []Row) {
	ge := func(x *Row) bool { return x.Inst.Op == rv.BGE || x.Inst.Op == rv.BGEU }
	w.branch(c.Branch, rows, func(x *Row) bool { return lessThan(c.Unsigned, x.A, x.B) != ge(x) })
	w.eachBit(c.GreaterEqual, rows, ge)
	for r := range rows {
		x := &rows[r]
		if c.Unsigned {
			w.unsignedLess(c.LessCols, r, x.A, x.B)
		} else {
			w.less(c.LessCols, r, false, x.A, x.B)
		}
	}
}
