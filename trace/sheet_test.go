package trace

import (
	"fmt"
	"testing"

	"github.com/orrery/orrery/field"
)

// newTestSheet has tables of the given heights, with two columns.
func newTestSheet(logs ...uint8) *sheet {
	s := &sheet{}
	for _, log := range logs {
		t := Table{Main: make([][]field.M31, 2)}
		t.LogHeight = log
		for k := range t.Main {
			t.Main[k] = make([]field.M31, 1<<log)
		}
		s.tables = append(s.tables, t)
	}
	return s
}

// Rows land one table after the other, wherever blocks begin and end.
func TestStore(t *testing.T) {
	for _, logs := range [][]uint8{{4}, {3, 2}, {3, 2, 0}} {
		rows := 0
		for _, log := range logs {
			rows += 1 << log
		}
		for block := 1; block <= rows; block++ {
			s := newTestSheet(logs...)
			for at := 0; at < rows; at += block {
				n := min(block, rows-at)
				w := make(columns, 2)
				for k := range w {
					w[k] = make([]field.M31, block+3) // more than is stored
					for r := range w[k] {
						w[k][r] = field.M31(1000*k + at + r + 1)
					}
				}
				s.store(w, at, n)
			}
			row := 0
			for _, table := range s.tables {
				for r := range table.Main[0] {
					row++
					if table.Main[0][r] != field.M31(row) || table.Main[1][r] != field.M31(1000+row) {
						t.Fatalf("heights %v, blocks of %d: row %d has %d, %d", logs, block, row, table.Main[0][r], table.Main[1][r])
					}
				}
			}
		}
	}
}

// A block that doesn't reach the end leaves the rest as it is.
func TestStorePart(t *testing.T) {
	s := newTestSheet(3, 2)
	s.store(columns{{1, 1, 1}, {2, 2, 2}}, 6, 3)
	want := fmt.Sprint([]field.M31{0, 0, 0, 0, 0, 0, 1, 1}, []field.M31{2, 0, 0, 0})
	if got := fmt.Sprint(s.tables[0].Main[0], s.tables[1].Main[1]); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRowsOf(t *testing.T) {
	for _, c := range []struct{ columns, rows int }{{0, blockRows}, {1, blockRows}, {64, 512}, {65, 496}, {400, 80}, {1 << 20, 1}} {
		if got := rowsOf(c.columns); got != c.rows {
			t.Errorf("%d columns: %d rows, want %d", c.columns, got, c.rows)
		}
	}
}
