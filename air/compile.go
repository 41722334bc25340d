package air

import (
	"errors"
	"fmt"
)

// MaxDegree bounds the degree of every constraint, so that the composition polynomial
// fits twice the height of the trace.
const MaxDegree = 3

// Bus is a named channel for tuples of a fixed length. The ID is the first element of
// the fingerprint, so messages of two buses never meet.
type Bus struct {
	ID    uint32
	Name  string
	Arity int
}

// Constraint is an expression that vanishes on every row.
type Constraint struct {
	Name string
	Node NodeID
}

// Message is a tuple put on a bus with a multiplicity; a negative multiplicity takes it.
type Message struct {
	Bus   Bus
	Mult  NodeID
	Tuple []NodeID
}

// Derived is a column of the main trace whose cells follow from those of the chip's own
// columns and of the derived columns before it: a product that Compile commits to, so that
// look-ups can be joined. Nobody but the constraint of the same name mentions Node.
type Derived struct {
	Name string
	Doc  string
	Node NodeID // the value, of degree 3 at most
}

// Quotient is the content N/D of one interaction column: the sum of one fraction or two.
type Quotient struct{ N, D NodeID }

// Chip is a table of the machine: its columns, and its constraints written once.
type Chip interface {
	Name() string
	Columns() *Layout
	Define(*Builder)
}

// AIR is a compiled chip: immutable data, the same for all readers.
type AIR struct {
	Name string
	Main []Column // the chip's own
	// Derived are columns of the main trace too, behind those of Main: an OpMain node names
	// column i of Derived by the index len(Main)+i.
	Derived      []Derived
	Preprocessed []Column
	Publics      int // length of the statement's vector of public values
	Nodes        []Node
	// Constraints lists the chip's own constraints (the first Own ones), those of the derived
	// columns (both over the base field), then those of the interaction columns (over E).
	Constraints []Constraint
	Own         int
	Messages    []Message
	Quotients   []Quotient // one for each interaction column
	Degree      int
}

// Width is the number of columns of the main trace, derived ones included.
func (a *AIR) Width() int { return len(a.Main) + len(a.Derived) }

// MainName is the name of a column of the main trace.
func (a *AIR) MainName(c int) string {
	if c < len(a.Main) {
		return a.Main[c].Name
	}
	return a.Derived[c-len(a.Main)].Name
}

// Base is the number of constraints over the base field.
func (a *AIR) Base() int { return a.Own + len(a.Derived) }

// Interactions is the number of interaction columns, each over E.
func (a *AIR) Interactions() int { return len(a.Quotients) }

// Cells is the number of committed base field cells of a row: columns of the main trace and
// six for each interaction column.
func (a *AIR) Cells() int { return a.Width() + 6*len(a.Quotients) }

// MaxArity is the length of the longest fingerprint, bus ID included; 0 without messages.
func (a *AIR) MaxArity() int {
	m := 0
	for _, msg := range a.Messages {
		m = max(m, len(msg.Tuple)+1)
	}
	return m
}

// Compile runs the chip's Define once. publics is the length of the vector of public
// values. The error lists everything that is wrong with the chip.
func Compile(c Chip, publics int) (*AIR, error) {
	layout := c.Columns()
	b := newBuilder(layout, publics)
	for i, col := range layout.Main {
		if col.Kind == Bit {
			b.Bit(col.Name+" is a bit", b.Col(Col(i)))
		}
	}
	c.Define(b)
	own := len(b.constraints)
	for _, k := range b.constraints {
		if b.nodes[k.Node].Deg > MaxDegree {
			b.fail("constraint %q: %w", k.Name, errDegree)
		}
	}
	quotients := b.lower()
	if err := errors.Join(b.errs...); err != nil {
		return nil, fmt.Errorf("air: chip %s: %w", c.Name(), err)
	}
	a := &AIR{
		Name: c.Name(), Main: layout.Main, Derived: b.derived, Preprocessed: layout.Preprocessed, Publics: publics,
		Nodes: b.nodes, Constraints: b.constraints, Own: own, Messages: b.messages, Quotients: quotients,
	}
	for _, k := range a.Constraints {
		a.Degree = max(a.Degree, int(b.nodes[k.Node].Deg))
	}
	return a, nil
}
