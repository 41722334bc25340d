package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// fillRegionPage writes the row of a 64 KiB page, with multiplicities 0. The public values
// give the intervals.
func fillRegionPage(c *rv32im.RegionPage, w columns, r int, page uint32, publics []field.M31) {
	w.set(c.Page, r, page)
	for i, col := range c.Interval {
		start, end := publics[rv32im.PublicStart+i], publics[rv32im.PublicStart+i+1]
		w.bit(col, r, uint32(start) <= page && page < uint32(end))
	}
	w.set(c.ReadMult, r, 0)
	w.set(c.WriteMult, r, 0)
}
