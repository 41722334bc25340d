package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Row is an executed instruction as the fill functions see it. Its timestamps are those
// that go on the memory bus, after refreshes (refresh.go).
type Row struct {
	exec.Record
	Inst   rv.Inst
	Clk    uint32
	Second *exec.Second // second word of an access across a word boundary, else nil
	// Trapped says that the instruction didn't complete.
	Trapped bool
}

// columns are the main columns of a table, in the order of the chip's layout.
type columns [][]field.M31

func (w columns) set(c air.Col, r int, v uint32) { w[c][r] = field.M31(v) }

func (w columns) bit(c air.Col, r int, v bool) {
	if v {
		w[c][r] = 1
	} else {
		w[c][r] = 0
	}
}

// elem writes a field element that isn't a small number.
func (w columns) elem(c air.Col, r int, v field.M31) { w[c][r] = v }

func (w columns) word(c rv32im.Word, r int, v uint32) {
	w[c.Lo][r] = field.M31(v & 0xffff)
	w[c.Hi][r] = field.M31(v >> 16)
}

// destination is the register slot that an instruction naming rd writes.
func destination(rd uint8) uint32 {
	if rd == 0 {
		return rv32im.JunkRegister
	}
	return uint32(rd)
}
