package trace

import (
	"fmt"
	"math"
	"math/bits"
	"strings"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// tableCost is what the tables of a run cost.
type tableCost struct {
	tables  int
	cells   int // committed, padding and composition included
	live    int // without padding and composition
	bytes   int // of the tables' columns in a proof: values at the queries and out of domain
	queries int
}

// columnBytes is what a table adds to a proof with blow-up 2, Merkle paths aside: for each
// column a value of 4 bytes in each opened row, of which queries hit some twice, and 24
// bytes at the out-of-domain point; and the running sum at the next row.
func columnBytes(cells, log, queries int) int {
	rows := math.Ldexp(1, log+1)
	distinct := rows * -math.Expm1(float64(queries)*math.Log1p(-1/rows))
	return cells*(int(4*distinct)+24) + 6*24
}

// costOf lays out tables for the rows of each chip, at most that many of a chip, none lower
// than 2^minimum.
func costOf(t *testing.T, m *rv32im.Machine, rows [rv32im.NumChips]int, copies, minimum int) tableCost {
	t.Helper()
	var c tableCost
	var instances []proof.Instance
	logs := make([][]int, rv32im.NumChips)
	for chip := range m.AIRs {
		logs[chip] = heights(rows[chip], copies)
		if fixed := m.FixedLogHeight(chip); fixed >= 0 {
			logs[chip] = []int{fixed}
			rows[chip] = 1 << fixed
		}
		for i, l := range logs[chip] {
			instances = append(instances, proof.Instance{Chip: uint8(chip), LogHeight: uint8(l)})
			if l == rv32im.MinLogHeight && i == 0 {
				l = bits.Len(uint(rows[chip] - 1))
			}
			logs[chip][i] = max(l, minimum)
		}
		c.live += rows[chip] * m.AIRs[chip].Cells()
	}
	layout, err := verifier.NewLayout(m, instances)
	if err != nil {
		t.Fatal(err)
	}
	shape := layout.Soundness(soundness.Blake2s)
	shape.MinLogHeight = minimum
	params, err := soundness.Choose(soundness.Fast, shape)
	if err != nil {
		t.Fatal(err)
	}
	c.queries = params.Queries
	for chip, a := range m.AIRs {
		for _, l := range logs[chip] {
			c.tables++
			c.cells += a.Cells() << l
			c.bytes += columnBytes(a.Cells(), l, params.Queries)
		}
	}
	c.cells += verifier.CompositionWidth << layout.LogHeight
	return c
}

// TestTableHeights measures padding and proof bytes with one to three tables for a chip,
// and with several least heights (docs/decisions/table-heights.md):
// go test ./trace -run TestTableHeights -v.
func TestTableHeights(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	studyRuns(t, func(s *studyRun) {
		rows := s.rowCounts(t)
		cycles := float64(s.run.Cycles)
		one := costOf(t, m, rows, 1, rv32im.MinLogHeight)
		fmt.Fprintf(&text, "\n%s: %d cycles, %.2f cells a cycle without padding and composition\n", s.name, s.run.Cycles, float64(one.live)/cycles)
		for copies := 1; copies <= rv32im.MaxCopies; copies++ {
			c := costOf(t, m, rows, copies, rv32im.MinLogHeight)
			if c.cells > one.cells || c.cells < c.live {
				t.Errorf("%s: %+v with %d copies", s.name, c, copies)
			}
			fmt.Fprintf(&text, "up to %d: %d tables, %.2f cells a cycle, column bytes %d, %d queries\n", copies, c.tables, float64(c.cells)/cycles, c.bytes, c.queries)
		}
		for minimum := 5; minimum <= 10; minimum++ {
			c := costOf(t, m, rows, rv32im.MaxCopies, minimum)
			fmt.Fprintf(&text, "at least 2^%d: %.2f cells a cycle, column bytes %d, %d queries\n", minimum, float64(c.cells)/cycles, c.bytes, c.queries)
		}
	})
	t.Log(text.String())
}
