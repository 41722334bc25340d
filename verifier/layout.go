package verifier

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

// Limits of the tables in a proof.
const (
	// MinLogHeight is the smallest height of a table. Lifting it to the largest height
	// bounds the multiplicity of the count, which costs queries (docs/security.md).
	MinLogHeight = rv32im.MinLogHeight
	// MaxLogHeight is the largest.
	MaxLogHeight = 24
)

// maxPublics bounds the number of messages that a statement puts on the buses itself.
const maxPublics = 8

// CompositionWidth is the number of composition columns: the quotient has twice the
// height of the trace, so it is cut in two halves of six coordinates.
const CompositionWidth = 2 * field.Degree

// Table is an instance with its place in the trees.
type Table struct {
	Chip      int
	AIR       *air.AIR
	LogHeight int
	// First[t] is the position of the table's first column of tree t among the
	// out-of-domain values. An interaction column has six positions.
	First [proof.Trees]int
	// Next is the position of the six values of the running sum at the next row, or -1.
	Next int
	// FirstConstraint is the exponent of the combination challenge of the first
	// constraint.
	FirstConstraint int
}

// Group is the set of columns of one tree at one height. Columns of its tables follow one
// another in the order of the tables.
type Group struct {
	LogHeight int
	Tables    []int // positions in Layout.Tables; empty in the composition tree
	First     int   // position of the first column among the out-of-domain values
	Width     int
}

// Layout says which column stands where. Both sides derive it from the instances.
type Layout struct {
	LogHeight   int // of the tallest table
	Tables      []Table
	Groups      [proof.Trees][]Group // by decreasing height
	Values      int                  // number of out-of-domain values
	Constraints int
	Fractions   uint64 // of the tables
	MaxArity    int
}

// NewLayout checks the instances and lays their columns out. Instances are listed by
// chip; several of one chip have strictly decreasing heights. The preprocessed tables
// occur exactly once, at their fixed heights.
func NewLayout(m *rv32im.Machine, instances []proof.Instance) (*Layout, error) {
	l := &Layout{}
	copies, last := 0, proof.Instance{}
	seen := make([]int, len(m.AIRs))
	for i, in := range instances {
		chip, log := int(in.Chip), int(in.LogHeight)
		if chip >= len(m.AIRs) {
			return nil, fmt.Errorf("table %d names chip %d; there are %d", i, chip, len(m.AIRs))
		}
		if log < MinLogHeight || log > MaxLogHeight {
			return nil, fmt.Errorf("table %d has height 2^%d, not 2^%d to 2^%d", i, log, MinLogHeight, MaxLogHeight)
		}
		copies++
		if i == 0 || in.Chip != last.Chip {
			copies = 1
		}
		if i > 0 && (in.Chip < last.Chip || in.Chip == last.Chip && in.LogHeight >= last.LogHeight) || copies > rv32im.MaxCopies {
			return nil, fmt.Errorf("table %d is out of order", i)
		}
		last = in
		seen[chip]++
		a := m.AIRs[chip]
		if fixed := m.FixedLogHeight(chip); fixed >= 0 && log != fixed {
			return nil, fmt.Errorf("table %s has height 2^%d, not 2^%d", a.Name, log, fixed)
		}
		l.Tables = append(l.Tables, Table{Chip: chip, AIR: a, LogHeight: log, Next: -1, FirstConstraint: l.Constraints})
		l.Constraints += len(a.Constraints)
		l.Fractions += uint64(len(a.Messages)) << log
		l.MaxArity = max(l.MaxArity, a.MaxArity())
		l.LogHeight = max(l.LogHeight, log)
	}
	for chip := range m.AIRs {
		if m.FixedLogHeight(chip) >= 0 && seen[chip] != 1 {
			return nil, fmt.Errorf("table %s occurs %d times, not once", m.AIRs[chip].Name, seen[chip])
		}
	}
	if l.Fractions+maxPublics >= field.P {
		return nil, fmt.Errorf("%d messages, as many as the field has elements", l.Fractions)
	}
	l.place()
	return l, nil
}

// width is the number of base field columns that a table has in a tree.
func width(a *air.AIR, tree int) int {
	switch tree {
	case proof.Preprocessed:
		return len(a.Preprocessed)
	case proof.Main:
		return a.Width()
	default:
		return field.Degree * a.Interactions()
	}
}

func (l *Layout) place() {
	at := 0
	for tree := proof.Preprocessed; tree <= proof.Interaction; tree++ {
		for log := l.LogHeight; log >= MinLogHeight; log-- {
			g := Group{LogHeight: log, First: at}
			for i := range l.Tables {
				t := &l.Tables[i]
				if w := width(t.AIR, tree); t.LogHeight == log && w > 0 {
					t.First[tree] = at
					at += w
					g.Tables = append(g.Tables, i)
				}
			}
			if g.Width = at - g.First; g.Width > 0 {
				l.Groups[tree] = append(l.Groups[tree], g)
			}
		}
	}
	l.Groups[proof.Composition] = []Group{{LogHeight: l.LogHeight, First: at, Width: CompositionWidth}}
	at += CompositionWidth
	for i := range l.Tables {
		if t := &l.Tables[i]; t.AIR.Interactions() > 0 {
			t.Next = at
			at += field.Degree
		}
	}
	l.Values = at
}

// Shape is the shape of a tree, where heights are those of the committed codewords.
func (l *Layout) Shape(tree, logBlowup int) merkle.Shape {
	var s merkle.Shape
	for _, g := range l.Groups[tree] {
		s = append(s, merkle.Layer{LogHeight: g.LogHeight + logBlowup, Width: g.Width})
	}
	return s
}

// Soundness is what the security of a proof of this layout depends on.
func (l *Layout) Soundness(h soundness.Hash) soundness.Shape {
	return soundness.Shape{
		LogHeight:    l.LogHeight,
		MinLogHeight: MinLogHeight,
		Columns:      l.Values,
		Constraints:  l.Constraints,
		Degree:       air.MaxDegree,
		Points:       4,
		Fractions:    l.Fractions + maxPublics,
		TupleLength:  l.MaxArity,
		Hash:         h,
	}
}

// Cells is the number of committed base field cells: main, interaction and composition
// columns of all tables at their full heights.
func (l *Layout) Cells() uint64 {
	cells := uint64(CompositionWidth) << l.LogHeight
	for _, t := range l.Tables {
		cells += uint64(t.AIR.Cells()) << t.LogHeight
	}
	return cells
}
