package rv32im

import (
	"math/bits"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

// TableLog is log2 of the height of the table of limbs.
const TableLog = 16

// Table is the chip that limbs and bytes are looked up in. Row v holds facts about the
// number v, RangeSmall's pair (2^16, v) among them, and one pair of a smaller range: row
// 2^t - 1 + w the pair (2^t, w) with t < 16; the last row repeats the one before it.
type Table struct {
	layout                   air.Layout
	Value, A, B, And         air.PreCol
	Power, Small             air.PreCol
	Range16Mult, SmallMult   air.Col
	LimbMult                 air.Col
	AndMult, OrMult, XorMult air.Col
}

// NewTable lays the chip out.
func NewTable() *Table {
	c := &Table{}
	l := &c.layout
	c.Value = l.Pre("v", "row number")
	c.A = l.Pre("a", "low byte of v")
	c.B = l.Pre("b", "high byte of v")
	c.And = l.Pre("and", "a and b, bit by bit")
	c.Power = l.Pre("power", "2^t, a bound")
	c.Small = l.Pre("small", "number below the bound")
	c.Range16Mult = l.Felt("range16_mult", "look-ups of v")
	c.SmallMult = l.Felt("small_mult", "look-ups of (power, small)")
	c.LimbMult = l.Felt("limb_mult", "look-ups of (2^16, v)")
	c.AndMult = l.Felt("and_mult", "look-ups of a and b")
	c.OrMult = l.Felt("or_mult", "look-ups of a or b")
	c.XorMult = l.Felt("xor_mult", "look-ups of a xor b")
	return c
}

// Name is the chip's name.
func (c *Table) Name() string { return "table" }

// Columns is the chip's layout.
func (c *Table) Columns() *air.Layout { return &c.layout }

// Define offers the row's facts, each any number of times. They are all true: the columns
// belong to the verifying key, so nothing is to be constrained.
func (c *Table) Define(b *air.Builder) {
	v, x, y, and := b.Pre(c.Value), b.Pre(c.A), b.Pre(c.B), b.Pre(c.And)
	b.Send(Range16, b.Col(c.Range16Mult), v)
	b.Send(RangeSmall, b.Col(c.SmallMult), b.Pre(c.Power), b.Pre(c.Small))
	b.Send(RangeSmall, b.Col(c.LimbMult), b.Int(limb), v)
	b.Send(Bytes, b.Col(c.AndMult), b.Int(ByteAnd), x, y, and)
	b.Send(Bytes, b.Col(c.OrMult), b.Int(ByteOr), x, y, x.Add(y).Sub(and))
	b.Send(Bytes, b.Col(c.XorMult), b.Int(ByteXor), x, y, x.Add(y).Sub(and.Add(and)))
}

// Preprocessed is the content of the preprocessed columns, 2^TableLog rows each.
func (c *Table) Preprocessed() [][]field.M31 {
	w := newPreprocessed(&c.layout, 1<<TableLog)
	for r := range uint32(1 << TableLog) {
		w[c.Value][r] = field.M31(r)
		w[c.A][r] = field.M31(r & 0xff)
		w[c.B][r] = field.M31(r >> 8)
		w[c.And][r] = field.M31(r & 0xff & (r >> 8))
		pair := min(r, 1<<TableLog-2)
		power := uint32(1) << (bits.Len32(pair+1) - 1)
		w[c.Power][r] = field.M31(power)
		w[c.Small][r] = field.M31(pair + 1 - power)
	}
	return w
}

func newPreprocessed(l *air.Layout, height int) [][]field.M31 {
	w := make([][]field.M31, len(l.Preprocessed))
	for i := range w {
		w[i] = make([]field.M31, height)
	}
	return w
}
