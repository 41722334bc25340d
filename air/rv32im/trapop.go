package rv32im

import "github.com/orrery/orrery/air"

// TrapOp is the chip of the instructions that end the run whatever the registers hold:
// words that are no instruction, EBREAK, JAL to a misaligned target; and of the
// instruction that the gas doesn't reach.
type TrapOp struct {
	layout air.Layout
	Step
	Illegal, Ebreak, Jal, OutOfGas air.Col
	Op                             air.Col
	Args                           [4]air.Col
	V0, V1                         air.Col
	Inv                            air.Col
}

// NewTrapOp lays the chip out.
func NewTrapOp() *TrapOp {
	c := &TrapOp{}
	l := &c.layout
	c.Step = newStep(l)
	c.Illegal = l.Bit("illegal", "1 for a word that is no instruction")
	c.Ebreak = l.Bit("ebreak", "1 for EBREAK")
	c.Jal = l.Bit("jal", "1 for JAL to a target that is 2 modulo 4")
	c.OutOfGas = l.Bit("out_of_gas", "1 if the run ends before an instruction for want of gas")
	c.Op = l.Felt("op", "op number, tied by the program bus")
	for i := range c.Args {
		c.Args[i] = l.Felt("x"+string(rune('0'+i)), "argument of the op, tied by the program bus")
	}
	c.V0 = l.Felt("v0", "value of the trap, first part")
	c.V1 = l.Felt("v1", "value of the trap, second part")
	c.Inv = l.Felt("inv", "inverse of the op number where the gas ran out, else 0")
	return c
}

// Name is the chip's name.
func (c *TrapOp) Name() string { return "trap-op" }

// Columns is the chip's layout.
func (c *TrapOp) Columns() *air.Layout { return &c.layout }

// Define proves, given a row with one of the four bits, that the instruction at pc is what
// the bit says, and ends the run with cause 2, 3 or 0, or out of gas. An illegal word is no
// reason to run out of gas, because it traps before gas is asked for; whether there is gas
// left at the row's clock is for the verifier to check, who knows the limit.
func (c *TrapOp) Define(b *air.Builder) {
	illegal, ebreak := b.Col(c.Illegal), b.Col(c.Ebreak)
	jal, gas := b.Col(c.Jal), b.Col(c.OutOfGas)
	traps := b.Sum(illegal, ebreak, jal)
	live := traps.Add(gas)
	b.Bit("one case at most", live)

	op := b.Col(c.Op)
	var x [4]air.Expr
	for i, col := range c.Args {
		x[i] = b.Col(col)
	}
	c.fetch(b, live, op, x[:]...)
	b.Equal("op of a trap", gas.Not().Mul(op),
		b.Sum(illegal.Scale(OpIllegal), ebreak.Scale(OpEbreak), jal.Scale(OpJalMisaligned)))
	// OpIllegal is 0.
	b.Equal("no illegal word runs out of gas", op.Mul(b.Col(c.Inv)), gas)

	v0, v1 := b.Col(c.V0), b.Col(c.V1)
	b.Equal("first part of the value", v0, illegal.Add(jal).Mul(x[0]))
	b.Equal("second part of the value", v1, illegal.Mul(x[1]))
	c.take(b, live)
	c.sendEnd(b, live, traps.Scale(EndTrap).Add(gas.Scale(EndOutOfGas)),
		b.Sum(illegal.Scale(CauseIllegal), ebreak.Scale(CauseBreakpoint), jal.Scale(CauseMisaligned)), v0, v1)
}
