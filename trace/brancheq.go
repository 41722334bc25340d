package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
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
		w.each(c.Inv, rows, func(x *Row) uint32 { return uint32(field.M31(x.A&0xffff + x.A>>16).Inv()) })
	} else {
		w.each(c.Inv, rows, func(x *Row) uint32 { return uint32(unlikeInverse(x.A, x.B)) })
	}
}

// unlikeInverse is the inverse of the sum of the squares of the differences of the limbs,
// 0 for equal words.
func unlikeInverse(a, b uint32) field.M31 {
	lo := field.FromInt64(int64(a&0xffff) - int64(b&0xffff))
	hi := field.FromInt64(int64(a>>16) - int64(b>>16))
	return lo.Square().Add(hi.Square()).Inv() // that of 0 is 0
}
