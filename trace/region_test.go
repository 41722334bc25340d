package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// regionPublics has intervals that start at the given pages; interval i can be read if
// bit 0 of i is set, and written if bit 1 is.
func regionPublics(starts ...uint32) []field.M31 {
	v := make([]field.M31, rv32im.NumPublics)
	for i := range rv32im.MaxIntervals + 1 {
		v[rv32im.PublicStart+i] = 1 << 16
		if i < len(starts) {
			v[rv32im.PublicStart+i] = field.M31(starts[i])
			v[rv32im.PublicRead+i] = field.M31(i & 1)
			v[rv32im.PublicWrite+i] = field.M31(i >> 1 & 1)
		}
	}
	return v
}

func TestRegion(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	var many []uint32
	for i := range uint32(rv32im.MaxIntervals) {
		many = append(many, i*i)
	}
	for _, starts := range [][]uint32{{0}, {0, 1, 2, 0x4000, 0x8000, 0x8010}, {0, 0xffff}, many} {
		c := rv32im.NewRegionPage()
		f := compileFacts(t, c, regionPublics(starts...))
		f.padding(t)
		for _, page := range append([]uint32{0, 1, 2, 3, 0x3fff, 0x4000, 0x7fff, 0x8000, 0x800f, 0x8010, 0xfffe, 0xffff}, rng.Uint32N(1<<16)) {
			interval := 0
			for i, s := range starts {
				if s <= page {
					interval = i
				}
			}
			row := f.write(t, func(w columns, r int) { fillRegionPage(c, w, r, page, f.publics) })
			row[c.ReadMult], row[c.WriteMult] = 3, 4
			read, write := uint32(rv32im.CannotRead), uint32(rv32im.CannotWrite)
			if interval&1 != 0 {
				read = rv32im.CanRead
			}
			if interval&2 != 0 {
				write = rv32im.CanWrite
			}
			want := links{}
			m := sent(rv32im.Region, read, page)
			m.Mult = 3
			want.add(m)
			m = sent(rv32im.Region, write, page)
			m.Mult = 4
			want.add(m)
			what := fmt.Sprintf("page %#x of %d intervals", page, len(starts))
			f.honest(t, what, row, want)
			f.mutate(t, what, row, rng)
			// Any other interval, the empty ones at the end included.
			for i, col := range c.Interval {
				if i != interval {
					forged := slices.Clone(row)
					forged[c.Interval[interval]], forged[col] = 0, 1
					f.rejects(t, forged, "range16")
				}
			}
		}
		// Pages that don't exist.
		for _, page := range []field.M31{1 << 16, 1<<16 + 1, field.P - 1, field.P - 1<<16} {
			for _, col := range c.Interval {
				row := make([]field.M31, len(f.air.Main))
				row[c.Page], row[col], row[c.ReadMult] = page, 1, 1
				f.rejects(t, row, "range16")
			}
		}
		row := make([]field.M31, len(f.air.Main))
		row[c.Page], row[c.ReadMult] = 5, 1
		f.rejects(t, row, "only live rows")
	}
}
