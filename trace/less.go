package trace

import "github.com/orrery/orrery/air/rv32im"

// less writes the columns of the comparison x < y.
func (w columns) less(c rv32im.LessCols, r int, unsigned bool, x, y uint32) {
	w.bit(c.Less, r, lessThan(unsigned, x, y))
	w.bit(c.Borrow, r, x&0xffff < y&0xffff)
	w.bit(c.SignX, r, !unsigned && x>>31 != 0)
	w.bit(c.SignY, r, !unsigned && y>>31 != 0)
}

// unsignedLess is less where the comparison has no columns of signs.
func (w columns) unsignedLess(c rv32im.LessCols, r int, x, y uint32) {
	w.bit(c.Less, r, x < y)
	w.bit(c.Borrow, r, x&0xffff < y&0xffff)
}

func lessThan(unsigned bool, x, y uint32) bool {
	if unsigned {
		return x < y
	}
	return int32(x) < int32(y)
}
