package rv32im

import "github.com/orrery/orrery/air"

const (
	// RefreshUnit divides the timestamps that refreshes put on the memory bus.
	RefreshUnit = limb
	// refreshBits is the width of timestamps in refresh units.
	refreshBits = MaxClockLog + 2 - 16
)

// Refresh is the chip of refreshes: a row gives a word a later timestamp, so that the gap
// before its next access passes the range check of GapBits.
type Refresh struct {
	layout  air.Layout
	Live    air.Col
	Address air.Col
	Value   Word
	Ts      air.Col
	Unit    air.Col
	GapHi   air.Col
}

// NewRefresh lays the chip out.
func NewRefresh() *Refresh {
	c := &Refresh{}
	l := &c.layout
	c.Live = l.Bit("live", "1 on rows with a refresh")
	c.Address = l.Felt("address", "word address; tied by the memory bus")
	c.Value = newWord(l, "value", "the word; tied by the memory bus")
	c.Ts = l.Felt("ts", "timestamp of the access before; tied by the memory bus")
	c.Unit = l.Felt("unit", "new timestamp / 2^16")
	c.GapHi = l.Felt("gap_hi", "(new timestamp - ts - 1) / 2^16")
	return c
}

// Name is the chip's name.
func (c *Refresh) Name() string { return "refresh" }

// Columns is the chip's layout.
func (c *Refresh) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that a word gets a later timestamp, below 2^28, and
// keeps its value. The new timestamp and the gap are below 2^28 by their look-ups, so that
// the old one is, modulo p, an integer between -2^28 and the new one; see Page.Define.
func (c *Refresh) Define(b *air.Builder) {
	live, address, ts := b.Col(c.Live), b.Col(c.Address), b.Col(c.Ts)
	v, unit, gapHi := c.Value.exprs(b), b.Col(c.Unit), b.Col(c.GapHi)
	now := unit.Scale(RefreshUnit)
	b.Receive(Memory, live, address, v.Lo, v.Hi, ts)
	b.Send(Memory, live, address, v.Lo, v.Hi, now)
	b.Receive(RangeSmall, live, b.Int(1<<refreshBits), unit)
	b.Receive(RangeSmall, live, b.Int(1<<refreshBits), gapHi)
	b.Receive(Range16, live, now.Sub(ts).Plus(-1).Sub(gapHi.Scale(limb)))
}
