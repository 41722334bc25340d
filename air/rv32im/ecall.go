package rv32im

import "github.com/orrery/orrery/air"

// The registers of an environment call, and the number of the call that ends the run.
const (
	callRegister     = 17 // a7
	argumentRegister = 10 // a0
	callExit         = 93
)

// Ecall is the chip of ECALL, which ends the run in any case: exit halts, and an unknown
// call traps.
type Ecall struct {
	layout air.Layout
	Step
	Exit, Unknown  air.Col
	Call, Argument Read
	Inv            air.Col
}

// NewEcall lays the chip out.
func NewEcall() *Ecall {
	c := &Ecall{}
	l := &c.layout
	c.Step = newStep(l)
	c.Exit = l.Bit("exit", "1 if the call is exit")
	c.Unknown = l.Bit("unknown", "1 if the call is unknown")
	c.Call = newRead(l, "a", "number of the call, a7")
	c.Argument = newRead(l, "b", "argument, a0")
	c.Inv = l.Felt("inv", "for an unknown call, inverse of the sum of the squares of the limbs of the number less those of exit")
	return c
}

// Name is the chip's name.
func (c *Ecall) Name() string { return "ecall" }

// Columns is the chip's layout.
func (c *Ecall) Columns() *air.Layout { return &c.layout }

// Define proves, given a row with one of both bits, that the instruction at pc is ECALL.
// With exit it proves that a7 = 93 and halts with the code a0, with unknown that a7 is
// another number, and ends the run with cause 8.
func (c *Ecall) Define(b *air.Builder) {
	exit, unknown := b.Col(c.Exit), b.Col(c.Unknown)
	live := exit.Add(unknown)
	b.Bit("one case at most", live)
	c.fetch(b, live, b.Int(OpEcall))
	number := readRegister(b, live, c.Step, SlotRs1, b.Int(callRegister), c.Call)
	code := readRegister(b, live, c.Step, SlotRs2, b.Int(argumentRegister), c.Argument)
	d := unequalBy(number.Lo, b.Int(callExit), number.Hi, b.Nil())
	b.Zero("the call is exit", exit.Mul(d))
	b.Equal("the call isn't exit", d.Mul(b.Col(c.Inv)), unknown)
	c.take(b, live)
	b.Send(End, exit, b.Int(EndHalt), b.Nil(), b.Nil(), code.Lo, code.Hi, b.Col(c.Clk).Plus(1))
	c.sendEnd(b, unknown, b.Int(EndTrap), b.Int(CauseEnvironment), b.Nil(), b.Nil())
}
