package trace

import "github.com/orrery/orrery/air/rv32im"

// fillRefresh writes the row of a refresh.
func fillRefresh(c *rv32im.Refresh, w columns, r int, x *refresh) {
	w.set(c.Live, r, 1)
	w.set(c.Address, r, x.address)
	w.word(c.Value, r, x.value)
	w.set(c.Ts, r, x.ts)
	w.set(c.Unit, r, x.newTs/rv32im.RefreshUnit)
	w.set(c.GapHi, r, (x.newTs-x.ts-1)>>16)
}

// refreshes adds the rows of the refreshes: those of the parts, and the last ones. It gives
// the starts that are among them.
func (b *builder) refreshes(parts []part, last []refresh) (starts []refresh) {
	var all []refresh
	add := func(list []refresh) {
		for _, x := range list {
			if x.starts() {
				starts = append(starts, x)
			} else {
				all = append(all, x)
			}
		}
	}
	for k := range parts {
		add(parts[k].refreshes)
	}
	add(last)
	c := b.m.Chips[rv32im.ChipRefresh].(*rv32im.Refresh)
	b.fill(rv32im.ChipRefresh, len(all), func(w columns, r, i int) { fillRefresh(c, w, r, &all[i]) })
	return starts
}
