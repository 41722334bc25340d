package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
)

// fillTable writes a row of the table of limbs: its multiplicities, 0.
func fillTable(c *rv32im.Table, w columns, r int) {
	for _, col := range []air.Col{
		c.Range16Mult, c.SmallMult, c.LimbMult, c.AndMult, c.OrMult, c.XorMult,
	} {
		w.set(col, r, 0)
	}
}

// fillConstants writes a row of the table of constants: its multiplicities, 0.
func fillConstants(c *rv32im.Constants, w columns, r int) {
	w.set(c.HashMult, r, 0)
	w.set(c.ShiftMult, r, 0)
}
