package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/rv"
)

// fillBranchEq takes BEQ and BNE, for the trap chip those that trap, for the chip of
// comparisons with x0 those.
func fillBranchEq(c *rv32im.BranchEq, w columns, rows []Row) {
	w.branch(c.Branch, rows, func(x *Row) bool { return (x.Inst.Op == rv.BEQ) == (x.A == x.B) })
	w.eachBit(c.Beq, rows, func(x *Row) bool { return x.Inst.Op == rv.BEQ })
	if !c.Trap {
		w.eachBit(c.Unlike, rows, func(x *Row) bool { return x.A != x.B })
	}
	if c.Zero {
		w.each(c.Inv, rows, func(x *Row) uint32 { return x.A&0xffff + x.A>>16 })
	} else {
		w.each(c.Inv, rows, func(x *Row) uint32 { return uint32(limbDistance(x.A, x.B)) })
	}
	inverses := w[c.Inv][:len(rows)]
	vec.BatchInverse(inverses, inverses) // that of 0 is 0
}

// limbDistance is the sum of the squares of the differences of the limbs, 0 for equal words only.
func limbDistance(a, b uint32) field.M31 {
	lo := int64(a&0xffff) - int64(b&0xffff)
	hi := int64(a>>16) - int64(b>>16)
	return field.New(uint64(lo*lo + hi*hi))
}
