package rv32im

import "github.com/orrery/orrery/air"

const (
	pageWords = 1 << 14 // words in a 64 KiB page

	// Inverses in the field, so that quotients need no column: 2^31 = 1 modulo p.
	quarter     = 1 << 29
	byteInverse = 1 << 23
	limbInverse = 1 << 15
)

// Address holds the carries of the sum rs1 + imm, the address of a jump or an access.
type Address struct{ CarryLo, CarryHi air.Col }

func newAddress(l *air.Layout) Address {
	return Address{
		CarryLo: l.Bit("address_carry_lo", "carry out of the low limbs of the address"),
		CarryHi: l.Bit("address_carry_hi", "carry out of the high limbs of the address"),
	}
}

// sum is base + imm as expressions of degree 1. Assumes that all four limbs are below
// 2^16 and that the caller looks both limbs of the sum up, as numbers below 2^16: they are
// then the sum modulo 2^32, because before the look-up they lie between -2^16 and 2^17, and
// only one carry brings them into range.
func (a Address) sum(b *air.Builder, base, imm Value) Value {
	lo, hi := b.Col(a.CarryLo), b.Col(a.CarryHi)
	return Value{
		Lo: base.Lo.Add(imm.Lo).Sub(lo.Scale(limb)),
		Hi: base.Hi.Add(imm.Hi).Add(lo).Sub(hi.Scale(limb)),
	}
}

// words splits the low limb of an address into 4q + offset and gives q, which is looked up
// as a number below 2^14. Assumes that offset is between 0 and 3, and that lo is between
// -2^16 and 2^17. Constrains lo = 4q + offset, so lo < 2^16 and offset is lo modulo 4:
// 4q < 2^16, so that an equation in the field is one of integers.
func words(b *air.Builder, live, lo, offset air.Expr) air.Expr {
	q := lo.Sub(offset).Scale(quarter)
	b.Receive(RangeSmall, live, b.Int(pageWords), q)
	return q
}

// memoryWord gives the word address of an access whose first byte is at address, offset
// bytes into its word, and looks up that its page has the permission. The table has pages
// below 2^16 only, so address.Hi is a limb, and the word address is below 2^30.
//
// Registers live on the memory bus too, from word address RegisterBase on. No program can
// read or write the fourth quarter of the address space, so this look-up is also what
// keeps loads and stores away from the registers.
func memoryWord(b *air.Builder, live, permission air.Expr, address Value, offset air.Expr) air.Expr {
	q := words(b, live, address.Lo, offset)
	b.Receive(Region, live, permission, address.Hi)
	return q.Add(address.Hi.Scale(pageWords))
}

// NextWord holds the carries from an access's first word to the word after it.
type NextWord struct{ CarryLo, CarryHi air.Col }

func newNextWord(l *air.Layout) NextWord {
	return NextWord{
		CarryLo: l.Bit("next_page", "1 if the second word is the first one of a page"),
		CarryHi: l.Bit("next_wraps", "1 if that is page 0"),
	}
}

// memoryWord gives the address of the word after that of the access, modulo 2^30, and
// looks up that its page, which may be another one, has the permission.
func (n NextWord) memoryWord(b *air.Builder, live, permission air.Expr, address Value, offset air.Expr) air.Expr {
	lo, hi := b.Col(n.CarryLo), b.Col(n.CarryHi)
	return memoryWord(b, live, permission, Value{
		Lo: address.Lo.Plus(4).Sub(lo.Scale(limb)),
		Hi: address.Hi.Add(lo).Sub(hi.Scale(limb)),
	}, offset)
}

// Split is a limb taken apart into two bytes; only the low one has a column.
type Split struct{ Low, And air.Col }

func newSplit(l *air.Layout, name, doc string) Split {
	return Split{
		Low: l.Byte(name+"_low", "low byte of "+doc),
		And: l.Byte(name+"_and", "low byte AND high byte; there to look both up at once"),
	}
}

// split gives the bytes of v. Constrains both to be bytes, so v = low + 256*high holds
// over the integers. Assumes that v is below 2^16.
func (s Split) split(b *air.Builder, live, v air.Expr) (low, high air.Expr) {
	low = b.Col(s.Low)
	high = v.Sub(low).Scale(byteInverse)
	b.Receive(Bytes, live, b.Int(ByteAnd), low, high, b.Col(s.And))
	return low, high
}

// pair is the limb with the given bytes.
func pair(low, high air.Expr) air.Expr { return low.Add(high.Scale(256)) }

// unequalBy is 0 if and only if x - y and z - w are both 0: -1 is no square modulo p,
// because p is 3 modulo 4, so a sum of two squares is 0 only if both are.
func unequalBy(x, y, z, w air.Expr) air.Expr {
	d, e := x.Sub(y), z.Sub(w)
	return d.Mul(d).Add(e.Mul(e))
}
