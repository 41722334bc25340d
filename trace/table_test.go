package trace

import (
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// tableFacts lists what a table with preprocessed columns offers. fill writes a row.
func tableFacts(t *testing.T, c air.Chip, pre [][]field.M31, fill func(w columns, r int)) []check.Message {
	t.Helper()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	row := f.write(t, fill)
	for i := range row {
		if row[i] != 0 {
			t.Errorf("multiplicity %s is %d", f.air.Main[i].Name, row[i])
		}
		row[i] = 1
	}
	var all []check.Message
	cells := make([]field.M31, len(pre))
	for r := range pre[0] {
		for i := range pre {
			cells[i] = pre[i][r]
		}
		all = append(all, check.Messages(f.air, row, cells, f.publics)...)
	}
	return all
}

// TestTable checks that all facts are true, and that all true facts are there.
func TestTable(t *testing.T) {
	c := rv32im.NewTable()
	seen := map[string]map[[4]field.M31]bool{}
	for _, m := range tableFacts(t, c, c.Preprocessed(), func(w columns, r int) { fillTable(c, w, r) }) {
		if !rv32im.Holds(m.Bus, m.Tuple) {
			t.Fatalf("%s%v is false", m.Bus.Name, m.Tuple)
		}
		if seen[m.Bus.Name] == nil {
			seen[m.Bus.Name] = map[[4]field.M31]bool{}
		}
		var key [4]field.M31
		copy(key[:], m.Tuple)
		seen[m.Bus.Name][key] = true
	}
	for bus, n := range map[string]int{
		rv32im.Range16.Name: 1 << 16, rv32im.RangeSmall.Name: 1<<17 - 1, rv32im.Bytes.Name: 3 << 16,
	} {
		if len(seen[bus]) != n {
			t.Errorf("%s: %d facts, not %d", bus, len(seen[bus]), n)
		}
	}
}

func TestConstants(t *testing.T) {
	c := rv32im.NewConstants()
	hashes, shifts := map[hash.Digest]bool{}, map[field.M31]bool{}
	for _, m := range tableFacts(t, c, c.Preprocessed(), func(w columns, r int) { fillConstants(c, w, r) }) {
		switch m.Bus.ID {
		case rv32im.Shift.ID:
			if !rv32im.Holds(m.Bus, m.Tuple) {
				t.Errorf("%s%v is false", m.Bus.Name, m.Tuple)
			}
			shifts[m.Tuple[0]] = true
		case rv32im.Hash.ID:
			in := memtree.Input(m.Tuple[:hash.Poseidon2Width])
			var out hash.Digest
			for i, x := range m.Tuple[hash.Poseidon2Width:] {
				out[i] = uint32(x)
			}
			if memtree.Compress(&in) != out {
				t.Errorf("compression %v is false", m.Tuple)
			}
			hashes[out] = true
		}
	}
	if len(shifts) != 32 {
		t.Errorf("%d shift amounts", len(shifts))
	}
	for level := range memtree.LeafLevel + 1 {
		if !hashes[memtree.Zero(level)] {
			t.Errorf("no zero subtree of level %d", level)
		}
	}
}
