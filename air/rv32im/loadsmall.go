package rv32im

import "github.com/orrery/orrery/air"

// LoadSmall is the chip of LB and LBU, and of LH and LHU from even addresses.
type LoadSmall struct {
	layout air.Layout
	Step
	Live           air.Col
	Half, Unsigned air.Col
	Odd, Upper     air.Col
	RdReg, Rs1Reg  air.Col
	Imm            Word
	Address
	Rs1, Memory Read
	Rd          Write
	Top, Rest   air.Col
	Sign        air.Col
	ResultLo    air.Col
}

// NewLoadSmall lays the chip out.
func NewLoadSmall() *LoadSmall {
	c := &LoadSmall{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Half = l.Bit("half", "1 for LH and LHU")
	c.Unsigned = l.Bit("unsigned", "1 for LBU and LHU")
	c.Odd = l.Bit("odd", "bit 0 of the address")
	c.Upper = l.Bit("upper", "bit 1 of the address: the high limb of the word holds the value")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.Rs1 = newRead(l, "a", "base")
	c.Memory = newRead(l, "m", "word in memory")
	c.Rd = newWrite(l, "rd", "destination")
	c.Top = l.Byte("top", "the value's most significant byte: the one that LB loads, or the high one of the half")
	c.Rest = l.Byte("rest", "the other byte of the limb that holds the value")
	c.Sign = l.Bit("sign", "1 if the value is negative; 0 for LBU and LHU")
	c.ResultLo = l.U16("c_lo", "result, low limb")
	return c
}

// Name is the chip's name.
func (c *LoadSmall) Name() string { return "load-small" }

// Columns is the chip's layout.
func (c *LoadSmall) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is LB, LBU, LH or LHU, that
// the page of the address rs1 + imm modulo 2^32 is readable, that the address is even for
// LH and LHU, and that rd is the byte or half there, extended to 32 bits.
func (c *LoadSmall) Define(b *air.Builder) {
	live, rd := b.Col(c.Live), b.Col(c.RdReg)
	half, unsigned := b.Col(c.Half), b.Col(c.Unsigned)
	odd, upper := b.Col(c.Odd), b.Col(c.Upper)
	imm := c.Imm.exprs(b)
	// The four ops are LB + 0, 1, 3 and 4.
	c.fetch(b, live, half.Add(unsigned.Scale(3)).Plus(OpLb), rd, b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	at := memoryWord(b, live, b.Int(CanRead), c.sum(b, x, imm), upper.Scale(2).Add(odd))
	b.Zero("halves are at even addresses", half.Mul(odd))
	m := readMemory(b, live, c.Step, at, c.Memory)

	// The limb is rest + 256*top if top is its high byte, else top + 256*rest. Both are
	// looked up as bytes, so this is how the limb splits over the integers.
	top, rest := b.Col(c.Top), b.Col(c.Rest)
	high := half.Add(odd) // a bit, by the constraint above
	b.Equal("bytes of the limb",
		m.Lo.Add(upper.Mul(m.Hi.Sub(m.Lo))),
		pair(top, rest).Add(high.Mul(top.Sub(rest)).Scale(255)))
	b.Receive(RangeSmall, live, b.Int(1<<8), rest)
	// The look-up ties the sign to bit 7 of top, and to 0 where the op is unsigned.
	sign := b.Col(c.Sign)
	b.Receive(Bytes, live, b.Int(ByteAnd), top, unsigned.Not().Scale(128), sign.Scale(128))

	// Below 2^16 as it stands: top + 0xff00 * sign, or rest + 256*top.
	result := b.Col(c.ResultLo)
	extended := top.Add(sign.Scale(0xff00))
	b.Equal("result, low limb", result, extended.Add(half.Mul(pair(rest, top).Sub(extended))))
	writeRegister(b, live, c.Step, rd, c.Rd, Value{result, sign.Scale(0xffff)})
	c.advanceInOrder(b, live)
}
