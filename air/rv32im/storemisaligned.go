package rv32im

import "github.com/orrery/orrery/air"

// StoreMisaligned is the chip of SH to odd addresses, and of SW to addresses that aren't
// multiples of 4.
type StoreMisaligned struct {
	layout air.Layout
	Step
	Misaligned
	Rs1Reg, Rs2Reg air.Col
	Imm            Word
	Address
	NextWord
	Rs1, Rs2            Read
	First, Second       Write
	Bytes               [4]Split
	Source              [2]Split
	NewFirst, NewSecond Word
}

// NewStoreMisaligned lays the chip out.
func NewStoreMisaligned() *StoreMisaligned {
	c := &StoreMisaligned{}
	l := &c.layout
	c.Step = newStep(l)
	c.Misaligned = newMisaligned(l)
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Rs2Reg = l.Felt("rs2", "register to store")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.NextWord = newNextWord(l)
	c.Rs1 = newRead(l, "a", "base")
	c.Rs2 = newRead(l, "b", "value to store")
	c.First = newWrite(l, "m", "first word in memory")
	c.Second = newWrite(l, "n", "second word in memory, if one is written,")
	c.Bytes = newWordSplits(l)
	c.Source = [2]Split{
		newSplit(l, "b_lo", "the low limb of the value to store"),
		newSplit(l, "b_hi", "the high limb of the value to store"),
	}
	c.NewFirst = newWord(l, "c", "first word after the store")
	c.NewSecond = newWord(l, "d", "second word after the store, if one is written")
	return c
}

// Name is the chip's name.
func (c *StoreMisaligned) Name() string { return "store-misaligned" }

// Columns is the chip's layout.
func (c *StoreMisaligned) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is SH or SW, that the
// address rs1 + imm modulo 2^32 is no multiple of the size, that the pages of the first and
// the last byte are writable, and that the bytes there become those of rs2, and the other
// bytes of the words stay. Each new limb is a pair of bytes or a limb that was read.
func (c *StoreMisaligned) Define(b *air.Builder) {
	k := c.cases(b)
	imm := c.Imm.exprs(b)
	c.fetch(b, k.live, k.half.Scale(OpSh-OpSw).Plus(OpSw), b.Col(c.Rs2Reg), b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, k.live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	y := readRegister(b, k.live, c.Step, SlotRs2, b.Col(c.Rs2Reg), c.Rs2)
	address := c.sum(b, x, imm)
	first := memoryWord(b, k.live, b.Int(CanWrite), address, k.offset)
	second := c.memoryWord(b, k.crossing, b.Int(CanWrite), address, k.offset)

	m, n := c.First.Old.exprs(b), c.Second.Old.exprs(b)
	var low, high [4]air.Expr
	for i, v := range []air.Expr{m.Lo, m.Hi, n.Lo, n.Hi} {
		low[i], high[i] = c.Bytes[i].split(b, k.live, v)
	}
	s0, s1 := c.Source[0].split(b, k.live, y.Lo)
	s2, s3 := c.Source[1].split(b, k.live, y.Hi)

	z, w := c.NewFirst.exprs(b), c.NewSecond.exprs(b)
	at1, at3 := k.word1.Add(k.half1), k.word3.Add(k.half3)
	b.Equal("first word, low limb", z.Lo, m.Lo.Add(at1.Mul(pair(low[0], s0).Sub(m.Lo))))
	b.Equal("first word, high limb", z.Hi, b.Sum(
		k.word1.Mul(pair(s1, s2)),
		k.half1.Mul(pair(s1, high[1])),
		k.word2.Mul(y.Lo),
		at3.Mul(pair(low[1], s0))))
	// On a row of Half1 the second word isn't written, and these say what unused cells hold.
	b.Equal("second word, low limb", w.Lo, b.Sum(
		k.word1.Mul(pair(s3, high[2])),
		k.word2.Mul(y.Hi),
		k.word3.Mul(pair(s1, s2)),
		k.half3.Mul(pair(s1, high[2]))))
	b.Equal("second word, high limb", w.Hi, n.Hi.Add(k.word3.Mul(pair(s3, high[3]).Sub(n.Hi))))
	writeMemory(b, k.live, c.Step, first, c.First, z)
	writeMemory(b, k.crossing, c.Step, second, c.Second, w)
	c.advanceInOrder(b, k.live)
}
