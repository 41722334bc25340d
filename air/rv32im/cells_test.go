package rv32im

import (
	"testing"

	"github.com/orrery/orrery/air"
)

// TestBoundaryChips compiles the chips of memory, code and tables, and bounds their size.
func TestBoundaryChips(t *testing.T) {
	for _, c := range []struct {
		chip  air.Chip
		cells int
	}{
		{NewPage(), 370}, {NewTreeNode(), 85}, {NewPoseidon2(), 460}, {NewDecode(), 260},
		{NewRefresh(), 30}, {NewRegionPage(), 40}, {NewTable(), 40}, {NewConstants(), 10},
	} {
		a, err := air.Compile(c.chip, NumPublics)
		if err != nil {
			t.Error(err)
			continue
		}
		t.Logf("%s: %d columns, %d messages, %d cells, %d nodes, %d constraints", a.Name, len(a.Main), len(a.Messages), a.Cells(), len(a.Nodes), a.Own)
		if a.Cells() > c.cells {
			t.Errorf("%s: %d cells, at most %d wanted", a.Name, a.Cells(), c.cells)
		}
	}
}
