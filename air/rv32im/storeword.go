package rv32im

import "github.com/orrery/orrery/air"

// StoreWord is the chip of SW to an address that is a multiple of 4.
type StoreWord struct {
	layout air.Layout
	Step
	Live           air.Col
	Rs1Reg, Rs2Reg air.Col
	Imm            Word
	Address
	Rs1, Rs2 Read
	Memory   Write
}

// NewStoreWord lays the chip out.
func NewStoreWord() *StoreWord {
	c := &StoreWord{}
	l := &c.layout
	c.Step = newStep(l)
	c.Live = l.Bit("live", "1 on rows of executed instructions")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Rs2Reg = l.Felt("rs2", "register to store")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Address = newAddress(l)
	c.Rs1 = newRead(l, "a", "base")
	c.Rs2 = newRead(l, "b", "value to store")
	c.Memory = newWrite(l, "m", "word in memory")
	return c
}

// Name is the chip's name.
func (c *StoreWord) Name() string { return "store-word" }

// Columns is the chip's layout.
func (c *StoreWord) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is SW, that rs1 + imm modulo
// 2^32 is a multiple of 4 in a writable page, and that the word there becomes rs2.
func (c *StoreWord) Define(b *air.Builder) {
	live := b.Col(c.Live)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, b.Int(OpSw), b.Col(c.Rs2Reg), b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	y := readRegister(b, live, c.Step, SlotRs2, b.Col(c.Rs2Reg), c.Rs2)
	at := memoryWord(b, live, b.Int(CanWrite), c.sum(b, x, imm), b.Nil())
	writeMemory(b, live, c.Step, at, c.Memory, y)
	c.advanceInOrder(b, live)
}
