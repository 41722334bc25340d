package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
)

// RegionPage is the chip of the 64 KiB pages that accesses touch: a row gives a page and
// what may be done with it, as the program header says.
type RegionPage struct {
	layout              air.Layout
	Page                air.Col
	Interval            [MaxIntervals]air.Col
	ReadMult, WriteMult air.Col
}

// NewRegionPage lays the chip out.
func NewRegionPage() *RegionPage {
	c := &RegionPage{}
	l := &c.layout
	c.Page = l.U16("page", "page number, address / 2^16")
	for i := range c.Interval {
		c.Interval[i] = l.Bit(fmt.Sprintf("interval%d", i), fmt.Sprintf("1 if the page lies in interval %d", i))
	}
	c.ReadMult = l.Felt("read_mult", "number of look-ups of whether the page can be read")
	c.WriteMult = l.Felt("write_mult", "number of look-ups of whether the page can be written")
	return c
}

// Name is the chip's name.
func (c *RegionPage) Name() string { return "region" }

// Columns is the chip's layout.
func (c *RegionPage) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row (one with an interval), that the page lies in the
// interval, and offers on the region bus, any number of times, CanRead or CannotRead and
// CanWrite or CannotWrite, whichever is true of the interval.
//
// Assumes that the public interval starts don't decrease and are at most 2^16. A page
// start + a = end - 1 - b with a, b < 2^16 is then between start and end - 1 as an
// integer, so below 2^16, and an empty interval holds no page.
func (c *RegionPage) Define(b *air.Builder) {
	page := b.Col(c.Page)
	live, start, end, read, write := b.Nil(), b.Nil(), b.Nil(), b.Nil(), b.Nil()
	for i, col := range c.Interval {
		in := b.Col(col)
		live = live.Add(in)
		start = start.Add(in.Mul(b.Public(PublicStart + i)))
		end = end.Add(in.Mul(b.Public(PublicStart + i + 1)))
		read = read.Add(in.Mul(b.Public(PublicRead + i)))
		write = write.Add(in.Mul(b.Public(PublicWrite + i)))
	}
	b.Bit("at most one interval", live)
	b.Receive(Range16, live, page.Sub(start))
	b.Receive(Range16, live, end.Plus(-1).Sub(page))
	offer := func(name string, mult, can, yes, no air.Expr) {
		b.Zero("only live rows are looked up for "+name, mult.Mul(live.Not()))
		b.Send(Region, mult, no.Add(can.Mul(yes.Sub(no))), page)
	}
	offer("reading", b.Col(c.ReadMult), read, b.Int(CanRead), b.Int(CannotRead))
	offer("writing", b.Col(c.WriteMult), write, b.Int(CanWrite), b.Int(CannotWrite))
}
