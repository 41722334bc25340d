package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Every instruction that can complete has a chip that can write its rows.
func TestChipOf(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{m: m}
	for i := range rv.NumOps {
		op := rv.Op(i)
		if op == rv.ILLEGAL || op == rv.EBREAK {
			continue
		}
		for a := range uint32(4) {
			chip := chipOf(&rv.Inst{Op: op, Imm: 8}, &exec.Record{A: a})
			if b.filler(chip) == nil {
				t.Errorf("%v is for chip %s, which takes no instructions", op, m.Chips[chip].Name())
			}
			// Zero stands for ADD in the table.
			if chip == rv32im.ChipAdd && op != rv.ADD && op != rv.SUB {
				t.Errorf("%v has no chip", op)
			}
			same := &rv.Inst{Op: op, Rd: 5, Rs1: 5, Rs2: 6}
			if got := chipOf(same, &exec.Record{A: a - a%4}); isInPlace(same) != (m.Chips[got].Name() == m.Chips[chip].Name()+"-in-place") || b.filler(got) == nil {
				t.Errorf("%v with rd = rs1 is for chip %s", op, m.Chips[got].Name())
			}
			for _, in := range []rv.Inst{{Op: op}, {Op: op, Rd: 5, Rs1: 5, Rs2: 5}, {Op: op, Rd: 5, Rs1: 6, Rs2: 5}, {Op: op, Rs2: 6}} {
				if isInPlace(&in) {
					t.Errorf("%+v is in place", in)
				}
			}
			size := op.AccessSize()
			if size == 0 {
				continue
			}
			want := rv32im.ChipLoadWord
			switch {
			case a%size != 0:
				want = rv32im.ChipLoadMisaligned
			case size < 4:
				want = rv32im.ChipLoadSmall
			}
			if op.IsStore() {
				want += rv32im.ChipStoreWord - rv32im.ChipLoadWord
			}
			if chip != want {
				t.Errorf("%v at %d is for chip %s", op, a, m.Chips[chip].Name())
			}
		}
	}
}
