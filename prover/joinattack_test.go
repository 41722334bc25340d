package prover

import (
	"slices"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/verifier"
)

// TestAttackJoinedLookups: the derived cells of a row say that other limbs were looked up than
// the result has. Their sum is the same, so that the joined denominator is that of the other
// limbs, which the table offers; all buses balance, and only the constraints of the derived
// columns stand against it.
func TestAttackJoinedLookups(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	chip := s.m.Chips[rv32im.ChipAddi].(*rv32im.Addi)
	limbs := s.m.Chips[rv32im.ChipTable].(*rv32im.Table)
	rows := s.rows(rv32im.ChipAddi)
	p := rows[slices.IndexFunc(rows, func(p place) bool { // one with limbs that the next ones differ from
		cells, _ := s.at(p)
		return cells[chip.Result.Lo] > 0 && cells[chip.Result.Hi] < 1<<16-1
	})]
	a := s.air(p.table)
	if len(a.Derived) == 0 {
		t.Fatal("nothing is joined")
	}
	f := s.forge()
	w := f.witness(t, "derived cells")
	honest, _ := s.at(p)
	other := append(honest[:0:0], honest[:len(a.Main)]...)
	lo, hi := honest[chip.Result.Lo], honest[chip.Result.Hi]
	other[chip.Result.Lo], other[chip.Result.Hi] = lo-1, hi+1
	cells := a.Derive(other, nil, s.publics)
	for k := len(a.Main); k < a.Width(); k++ {
		w.Main[p.table][k][p.row] = cells[k]
	}
	for i, x := range s.tables {
		if int(x.Chip) == rv32im.ChipTable {
			mult := w.Main[i][limbs.Range16Mult]
			mult[lo], mult[hi] = mult[lo].Sub(1), mult[hi].Sub(1)
			mult[lo-1], mult[hi+1] = mult[lo-1].Add(1), mult[hi+1].Add(1)
		}
	}
	f.refusedWith(t, "derived cells of other limbs", w, verifier.StageConstraints)
}
