package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// operand is a factor of a 64-bit product in limbs and bytes, the highest ones signed if
// the number is.
type operand struct {
	lo, hi int64
	bytes  [4]int64
}

func newOperand(v uint32, signed bool) operand {
	o := operand{lo: int64(v & 0xffff), hi: int64(v >> 16)}
	for i := range o.bytes {
		o.bytes[i] = int64(v >> (8 * i) & 0xff)
	}
	if signed && v>>31 != 0 {
		o.hi -= 1 << 16
		o.bytes[3] -= 1 << 8
	}
	return o
}

// partialProducts gives the sums of the products of limbs of x and bytes of y, see the
// function of the same name in rv32im.
func partialProducts(x, y operand) [6]int64 {
	b := y.bytes
	return [6]int64{
		x.lo * b[0], x.lo * b[1],
		x.lo*b[2] + x.hi*b[0], x.lo*b[3] + x.hi*b[1],
		x.hi * b[2], x.hi * b[3],
	}
}

// carry writes the carry sum / 2^8, whose window begins at -offset, and gives it.
func (w columns) carry(c rv32im.Carry, r int, sum, offset int64) int64 {
	v := sum >> 8
	w.elem(c.Value, r, field.FromInt64(v))
	if c.Wide {
		w.bit(c.High, r, v+offset >= 1<<16)
	}
	return v
}
