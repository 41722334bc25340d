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
