package rv32im

import "github.com/orrery/orrery/air"

// Shifter is the chip of SLL, SRL and SRA.
type Shifter struct {
	layout air.Layout
	Step
	RdReg, Rs1Reg air.Col
	Rs1           Read
	Rd            Write
	Rs2           ShiftAmount
	ShiftCols
}

// ShiftAmount is the part of a shift by a register's value.
type ShiftAmount struct {
	Reg             air.Col
	Amount, Ignored air.Col
	Hi, Ts          air.Col
	Power           air.Col
}

// NewShifter lays the chip out.
func NewShifter() *Shifter {
	c := &Shifter{}
	l := &c.layout
	c.Step = newStep(l)
	c.RdReg = l.Felt("rd", "destination register")
	c.Rs1Reg = l.Felt("rs1", "first source register")
	c.Rs1 = newRead(l, "a", "first operand")
	c.Rs2 = ShiftAmount{
		Reg:     l.Felt("rs2", "second source register"),
		Amount:  l.Felt("amount", "second operand modulo 32"),
		Ignored: l.Felt("ignored", "low limb of the second operand, divided by 32"),
		Hi:      l.U16("b_hi", "second operand, high limb"),
		Ts:      l.Felt("b_ts", "timestamp of the access before; tied by the memory bus"),
		Power:   l.Felt("power", "2^(amount mod 16)"),
	}
	c.Rd = newWrite(l, "rd", "destination")
	c.ShiftCols = newShiftCols(l)
	return c
}

// Name is the chip's name.
func (c *Shifter) Name() string { return "shift" }

// Columns is the chip's layout.
func (c *Shifter) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that the instruction at pc is a shift and that rd is
// rs1, shifted by rs2 modulo 32.
func (c *Shifter) Define(b *air.Builder) {
	live := c.live(b)
	rd, rs1 := b.Col(c.RdReg), b.Col(c.Rs1Reg)
	x := readRegister(b, live, c.Step, SlotRs1, rs1, c.Rs1)
	right := b.Col(c.RightLow).Add(b.Col(c.RightHigh))
	op := right.Add(b.Col(c.Arithmetic)).Plus(OpSll)
	c.fetch(b, live, op, rd, rs1, b.Col(c.Rs2.Reg))
	c.amount(b, live)
	writeRegister(b, live, c.Step, rd, c.Rd, c.shift(b, live, x))
	c.advanceInOrder(b, live)
}

// amount reads rs2 and constrains u, w and the choice of a low or high shift to be those
// of rs2 modulo 32.
func (c *Shifter) amount(b *air.Builder, live air.Expr) {
	// The low limb is amount + 32*ignored. Amount is below 32 and ignored below 2^11, so
	// the limb, which is below 2^16, splits in one way.
	amount, ignored := b.Col(c.Rs2.Amount), b.Col(c.Rs2.Ignored)
	y := Value{amount.Add(ignored.Scale(32)), b.Col(c.Rs2.Hi)}
	access(b, live, b.Col(c.Rs2.Reg).Plus(RegisterBase), y, y, c.Rs2.Ts, c.timestamp(b, SlotRs2))
	b.Receive(RangeSmall, live, b.Int(1<<11), ignored)

	// power is w in left shifts and u in right ones; the other factor is u + w - power.
	u, w, power := b.Col(c.U), b.Col(c.W), b.Col(c.Rs2.Power)
	left := b.Col(c.LeftHigh).Add(b.Col(c.LeftLow))
	b.Equal("power of two", power, u.Add(left.Mul(w.Sub(u))))
	b.Receive(Shift, live, amount, power, u.Add(w).Sub(power), b.Col(c.LeftHigh).Add(b.Col(c.RightHigh)))
}
