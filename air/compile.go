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

// Pair is the content of one interaction column: the sum N1/D1 + N2/D2. N2 and D2 are
// NoNode when the column holds one fraction.
type Pair struct{ N1, D1, N2, D2 NodeID }

// Chip is a table of the machine: its columns, and its constraints written once.
type Chip interface {
	Name() string
	Columns() *Layout
	Define(*Builder)
}

// AIR is a compiled chip: immutable data, the same for all readers.
type AIR struct {
	Name         string
	Main         []Column
	Preprocessed []Column
	Publics      int // length of the statement's vector of public values
	Nodes        []Node
	// Constraints lists the chip's own constraints (the first Own ones, over the base
	// field), then those of the interaction columns (over E).
	Constraints []Constraint
	Own         int
	Messages    []Message
	Pairs       []Pair // one for each interaction column
	Degree      int
}

// Interactions is the number of interaction columns, each over E.
func (a *AIR) Interactions() int { return len(a.Pairs) }

// Cells is the number of committed base field cells of a row: main columns and six for
// each interaction column.
func (a *AIR) Cells() int { return len(a.Main) + 6*len(a.Pairs) }

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
	pairs := b.lower()
	if err := errors.Join(b.errs...); err != nil {
		return nil, fmt.Errorf("air: chip %s: %w", c.Name(), err)
	}
	a := &AIR{
		Name: c.Name(), Main: layout.Main, Preprocessed: layout.Preprocessed, Publics: publics,
		Nodes: b.nodes, Constraints: b.constraints, Own: own, Messages: b.messages, Pairs: pairs,
	}
	for _, k := range a.Constraints {
		a.Degree = max(a.Degree, int(b.nodes[k.Node].Deg))
	}
	return a, nil
}

// lower turns the messages into interaction columns and their constraints (Haböck, ePrint
// 2022/1530, section 3, with a cyclic running sum). Two fractions whose denominators are
// of degree 1 share a column; a denominator of degree 2 has one of its own.
func (b *Builder) lower() []Pair {
	var pairs []Pair
	open := -1
	for _, m := range b.messages {
		d := b.denominator(m)
		nd, dd := b.nodes[m.Mult].Deg, b.nodes[d].Deg
		switch {
		case dd > 2 || nd > 3:
			b.fail("message on bus %s: %w", m.Bus.Name, errDegree)
		case dd <= 1 && nd <= 2 && open >= 0:
			pairs[open].N2, pairs[open].D2 = m.Mult, d
			open = -1
		default:
			pairs = append(pairs, Pair{N1: m.Mult, D1: d, N2: NoNode, D2: NoNode})
			if dd <= 1 && nd <= 2 {
				open = len(pairs) - 1
			}
		}
	}
	for i, p := range pairs {
		value := b.leaf(OpInter, i, true, 1)
		name := fmt.Sprintf("interaction %d", i)
		if i == len(pairs)-1 {
			// The running sum S: S(next) - S + share is the sum of all fractions of the row.
			name = "running sum"
			value = b.op(OpSub, b.leaf(OpInterNext, i, true, 1), value)
			for j := range i {
				value = b.op(OpSub, value, b.leaf(OpInter, j, true, 1))
			}
			value = b.op(OpAdd, value, b.leaf(OpShare, 0, true, 0))
		}
		lhs := b.op(OpMul, value, p.D1)
		rhs := p.N1
		if p.D2 != NoNode {
			lhs = b.op(OpMul, value, b.op(OpMul, p.D1, p.D2))
			rhs = b.op(OpAdd, b.op(OpMul, p.N1, p.D2), b.op(OpMul, p.N2, p.D1))
		}
		node := b.op(OpSub, lhs, rhs)
		if b.nodes[node].Deg > MaxDegree {
			b.fail("constraint %q: %w", name, errDegree)
		}
		b.constraints = append(b.constraints, Constraint{Name: name, Node: node})
	}
	return pairs
}

// denominator is alpha - (ID + beta x1 + beta^2 x2 + ...).
func (b *Builder) denominator(m Message) NodeID {
	d := b.op(OpSub, b.leaf(OpAlpha, 0, true, 0), b.constant(fieldID(m.Bus.ID)))
	for i, x := range m.Tuple {
		d = b.op(OpSub, d, b.op(OpMul, b.leaf(OpBeta, i+1, true, 0), x))
	}
	return d
}
