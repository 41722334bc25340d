package rv32im

import "github.com/orrery/orrery/air"

// StoreSmall is the chip of SB, and of SH to even addresses.
type StoreSmall struct {
	layout air.Layout
	Step
	Live           air.Col
	Half           air.Col
	Odd, Upper     air.Col
	Rs1Reg, Rs2Reg air.Col
	Imm            Word
	Address
	Rs1, Rs2  Read
	Memory    Write
	Gone      air.Col
	Rest, And air.Col
	Source    Split
	New       Word
}

// NewStoreSmall lays the chip out.
func NewStoreSmall() *StoreSmall {
	c := &StoreSmall{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Half = l.Bit("half", "1 for SH")
	c.Odd = l.Bit("odd", "bit 0 of the address")
	c.Upper = l.Bit("upper", "bit 1 of the address: the high limb of the word changes")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Rs2Reg = l.Felt("rs2", "register to store")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.Rs1 = newRead(l, "a", "base")
	c.Rs2 = newRead(l, "b", "value to store")
	c.Memory = newWrite(l, "m", "word in memory")
	c.Gone = l.Byte("gone", "the byte at the address before the store")
	c.Rest = l.Byte("rest", "the other byte of that limb before the store")
	c.And = l.Byte("and", "gone AND rest; there to look both up at once")
	c.Source = newSplit(l, "b_lo", "the low limb of the value to store")
	c.New = newWord(l, "c", "word in memory after the store")
	return c
}

// Name is the chip's name.
func (c *StoreSmall) Name() string { return "store-small" }

// Columns is the chip's layout.
func (c *StoreSmall) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is SB or SH, that the page
// of the address rs1 + imm modulo 2^32 is writable, that the address is even for SH, and
// that the byte or half there becomes the low one of rs2, and the rest of the word stays.
func (c *StoreSmall) Define(b *air.Builder) {
	live, half := b.Col(c.Live), b.Col(c.Half)
	odd, upper := b.Col(c.Odd), b.Col(c.Upper)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, half.Plus(OpSb), b.Col(c.Rs2Reg), b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	y := readRegister(b, live, c.Step, SlotRs2, b.Col(c.Rs2Reg), c.Rs2)
	at := memoryWord(b, live, b.Int(CanWrite), c.sum(b, x, imm), upper.Scale(2).Add(odd))
	b.Zero("halves are at even addresses", half.Mul(odd))

	// The limb was gone + 256*rest, or rest + 256*gone at an odd address.
	m, z := c.Memory.Old.exprs(b), c.New.exprs(b)
	gone, rest := b.Col(c.Gone), b.Col(c.Rest)
	b.Receive(Bytes, live, b.Int(ByteAnd), gone, rest, b.Col(c.And))
	before := m.Lo.Add(upper.Mul(m.Hi.Sub(m.Lo)))
	b.Equal("bytes of the limb", before, pair(gone, rest).Add(odd.Mul(gone.Sub(rest)).Scale(255)))

	// All three forms of the new limb are below 2^16: a limb of rs2, or a limb of memory
	// with another byte in place of one of its two.
	source, _ := c.Source.split(b, live, y.Lo)
	after := z.Lo.Add(upper.Mul(z.Hi.Sub(z.Lo)))
	b.Zero("half stored", half.Mul(after.Sub(y.Lo)))
	change := source.Sub(gone)
	change = change.Add(odd.Mul(change).Scale(255))
	b.Zero("byte stored", half.Not().Mul(after.Sub(before).Sub(change)))
	b.Zero("low limb kept", upper.Mul(z.Lo.Sub(m.Lo)))
	b.Zero("high limb kept", upper.Not().Mul(z.Hi.Sub(m.Hi)))
	writeMemory(b, live, c.Step, at, c.Memory, z)
	c.advanceInOrder(b, live)
}
