package rv32im

import "github.com/orrery/orrery/air"

// TrapMemory is the chip of the load or store that ends the run because a page that it
// touches doesn't permit it.
type TrapMemory struct {
	layout air.Layout
	Step
	// Ops has a bit for each of the ops from OpLb to OpSw; one of them is set.
	Ops      [8]air.Col
	ValueReg air.Col
	Rs1Reg   air.Col
	Imm      Word
	Rs1      Read
	Address
	Last air.Col
	NextWord
}

// NewTrapMemory lays the chip out.
func NewTrapMemory() *TrapMemory {
	c := &TrapMemory{}
	l := &c.layout
	c.Step = newStep(l)
	for i, name := range [...]string{"lb", "lh", "lw", "lbu", "lhu", "sb", "sh", "sw"} {
		c.Ops[i] = l.Bit(name, "1 for this op")
	}
	c.ValueReg = l.Felt("rd", "register that isn't loaded or stored, tied by the program bus")
	c.Rs1Reg = l.Felt("rs1", "base register")
	c.Imm = newWord(l, "imm", "immediate, tied by the program bus")
	c.Rs1 = newRead(l, "a", "base")
	c.Address = newAddress(l)
	c.Last = l.Bit("last", "1 if the page at fault is that of the last byte, and not of the first")
	c.NextWord = newNextWord(l)
	return c
}

// Name is the chip's name.
func (c *TrapMemory) Name() string { return "trap-memory" }

// Columns is the chip's layout.
func (c *TrapMemory) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is a load or store, and that
// the page of its first byte, at rs1 + imm modulo 2^32, or that of its last byte can't be
// read or written; and ends the run with cause 5 or 7 and that address.
func (c *TrapMemory) Define(b *air.Builder) {
	live, op, store, extra := b.Nil(), b.Nil(), b.Nil(), b.Nil()
	for i, col := range c.Ops {
		bit := b.Col(col)
		live = live.Add(bit)
		op = op.Add(bit.Scale(int64(OpLb + i)))
		switch OpLb + i {
		case OpSb:
			store = store.Add(bit)
		case OpSh:
			store, extra = store.Add(bit), extra.Add(bit)
		case OpSw:
			store, extra = store.Add(bit), extra.Add(bit.Scale(3))
		case OpLh, OpLhu:
			extra = extra.Add(bit)
		case OpLw:
			extra = extra.Add(bit.Scale(3))
		}
	}
	b.Bit("one op at most", live)
	imm := c.Imm.exprs(b)
	c.fetch(b, live, op, b.Col(c.ValueReg), b.Col(c.Rs1Reg), imm.Lo, imm.Hi)
	x := readRegister(b, live, c.Step, SlotRs1, b.Col(c.Rs1Reg), c.Rs1)
	address := c.sum(b, x, imm)
	address.rangeCheck(b, live)

	// The last byte is at address + extra, which is in another page if a carry leaves the
	// low limb. The page is looked up, so it is below 2^16: that decides the wrap.
	crosses, wraps, last := b.Col(c.NextWord.CarryLo), b.Col(c.NextWord.CarryHi), b.Col(c.Last)
	b.Receive(Range16, live, address.Lo.Add(extra).Sub(crosses.Scale(limb)))
	b.Zero("the last page is another one", last.Mul(crosses.Not()))
	b.Zero("only the last page wraps", wraps.Mul(last.Not()))
	page := address.Hi.Add(last).Sub(wraps.Scale(limb))
	b.Receive(Region, live, store.Plus(CannotRead), page)
	c.take(b, live)
	c.sendEnd(b, live, b.Int(EndTrap), store.Scale(CauseStoreFault-CauseLoadFault).Plus(CauseLoadFault), address.Lo, address.Hi)
}
