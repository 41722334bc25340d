package rv32im

import "github.com/orrery/orrery/air"

// LoadMisaligned is the chip of LH and LHU from odd addresses, and of LW from addresses
// that aren't multiples of 4.
type LoadMisaligned struct {
	layout air.Layout
	Step
	Misaligned
	Unsigned      air.Col
	RdReg, Rs1Reg air.Col
	Imm           Word
	Address
	NextWord
	Rs1           Read
	First, Second Read
	Rd            Write
	Bytes         [4]Split
	Sign          air.Col
	Result        Word
}

// NewLoadMisaligned lays the chip out.
func NewLoadMisaligned() *LoadMisaligned {
	c := &LoadMisaligned{}
	l := &c.layout
	c.Step = newStep(l)
	c.Misaligned = newMisaligned(l)
	c.Unsigned = l.Bit("unsigned", "1 for LHU")
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.NextWord = newNextWord(l)
	c.Rs1 = newRead(l, "a", "base")
	c.First = newRead(l, "m", "first word in memory")
	c.Second = newRead(l, "n", "second word in memory, if one is read")
	c.Rd = newWrite(l, "rd", "destination")
	c.Bytes = newWordSplits(l)
	c.Sign = l.Bit("sign", "1 if LH loads a negative half")
	c.Result = newWord(l, "c", "result")
	return c
}

// newWordSplits appends the bytes of the two words of a misaligned access.
func newWordSplits(l *air.Layout) [4]Split {
	return [4]Split{
		newSplit(l, "m_lo", "the low limb of the first word"),
		newSplit(l, "m_hi", "the high limb of the first word"),
		newSplit(l, "n_lo", "the low limb of the second word"),
		newSplit(l, "n_hi", "the high limb of the second word"),
	}
}

// Name is the chip's name.
func (c *LoadMisaligned) Name() string { return "load-misaligned" }

// Columns is the chip's layout.
func (c *LoadMisaligned) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is LH, LHU or LW, that the
// address rs1 + imm modulo 2^32 is no multiple of the size, that the pages of the first and
// the last byte are readable, and that rd is what is there, extended to 32 bits.
func (c *LoadMisaligned) Define(b *air.Builder) {
	k := c.cases(b)
	rd, unsigned := b.Col(c.RdReg), b.Col(c.Unsigned)
	b.Zero("only halves are unsigned", unsigned.Mul(k.half.Not()))
	imm := c.Imm.exprs(b)
	op := k.half.Scale(OpLh - OpLw).Add(unsigned.Scale(OpLhu - OpLh)).Plus(OpLw)
	c.fetch(b, k.live, op, rd, b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, k.live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	address := c.sum(b, x, imm)
	m := readMemory(b, k.live, c.Step,
		memoryWord(b, k.live, b.Int(CanRead), address, k.offset), c.First)
	n := readMemory(b, k.crossing, c.Step,
		c.memoryWord(b, k.crossing, b.Int(CanRead), address, k.offset), c.Second)

	var low, high [4]air.Expr
	for i, v := range []air.Expr{m.Lo, m.Hi, n.Lo, n.Hi} {
		low[i], high[i] = c.Bytes[i].split(b, k.live, v)
	}
	sign, z := b.Col(c.Sign), c.Result.exprs(b)
	b.Equal("result, low limb", z.Lo, b.Sum(
		k.word1.Add(k.half1).Mul(pair(high[0], low[1])),
		k.word2.Mul(m.Hi),
		k.word3.Add(k.half3).Mul(pair(high[1], low[2]))))
	b.Equal("result, high limb", z.Hi, b.Sum(
		k.word1.Mul(pair(high[1], low[2])),
		k.word2.Mul(n.Lo),
		k.word3.Mul(pair(high[2], low[3])),
		sign.Scale(0xffff)))
	signed := k.half.Sub(unsigned)
	signedHigh(b, k.live, signed.Not(), z.Lo, sign) // z.Lo consists of bytes
	writeRegister(b, k.live, c.Step, rd, c.Rd, z)
	c.advanceInOrder(b, k.live)
}
