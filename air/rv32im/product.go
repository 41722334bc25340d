package rv32im

import "github.com/orrery/orrery/air"

// A product of 32-bit numbers is made of products of a limb and a byte, which are below
// 2^24; products of two limbs don't fit the field. partialProducts gives the sums s of
// those with the same weight: x*y = s[0] + 2^8 s[1] + ... + 2^40 s[5]. All carries are
// numbers in columns of their own, which are looked up before they are multiplied by 2^8.
func partialProducts(x Value, y [4]air.Expr) [6]air.Expr {
	return [6]air.Expr{
		x.Lo.Mul(y[0]),
		x.Lo.Mul(y[1]),
		x.Lo.Mul(y[2]).Add(x.Hi.Mul(y[0])),
		x.Lo.Mul(y[3]).Add(x.Hi.Mul(y[1])),
		x.Hi.Mul(y[2]),
		x.Hi.Mul(y[3]),
	}
}

// Carry is a carry out of a byte, in a window of 2^16 numbers, or of 2^17 if it is wide.
type Carry struct {
	Value air.Col
	Wide  bool
	High  air.Col // bit 16 of the carry's place in the window; absent if it isn't wide
}

func newCarry(l *air.Layout, name, doc string) Carry {
	return Carry{Value: l.Felt(name, doc)}
}

func newWideCarry(l *air.Layout, name, doc string) Carry {
	return Carry{
		Value: l.Felt(name, doc),
		Wide:  true,
		High:  l.Bit(name+"_high", doc+", bit 16 of its distance from the least possible carry"),
	}
}

// carry constrains the sum to be 2^8 times the carry c, which it gives, and the carry to
// lie in the window that starts at -offset.
//
// Assumes that the sum as an integer is below 2^27 in absolute value and that the offset
// is below 2^17: then nothing wraps, so the sum is a multiple of 2^8 as an integer.
func (c Carry) carry(b *air.Builder, live air.Expr, name string, sum, offset air.Expr) air.Expr {
	v := b.Col(c.Value)
	b.Equal(name, sum, v.Scale(1<<8))
	place := v.Add(offset)
	if c.Wide {
		place = place.Sub(b.Col(c.High).Scale(limb))
	}
	b.Receive(Range16, live, place)
	return v
}
