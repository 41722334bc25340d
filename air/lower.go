package air

import "fmt"

// fraction is a summand of a row: one message, or several that are joined. Its value is
// mult * slope / d, where slope is NoNode for 1.
type fraction struct{ mult, slope, d NodeID }

// numerator is the degree of the numerator.
func (b *Builder) numerator(f fraction) uint8 {
	deg := b.nodes[f.mult].Deg
	if f.slope != NoNode {
		deg += b.nodes[f.slope].Deg
	}
	return deg
}

// shares reports whether f can share an interaction column: the constraint of two such
// fractions has degree 3.
func (b *Builder) shares(f fraction) bool { return b.nodes[f.d].Deg <= 1 && b.numerator(f) <= 2 }

// lower turns the messages into interaction columns and their constraints (Haböck, ePrint
// 2022/1530, section 3, with a cyclic running sum). Two fractions whose denominators are
// of degree 1 share a column; a denominator of degree 2 has one of its own.
func (b *Builder) lower() []Quotient {
	var columns [][]fraction
	open := -1
	for _, f := range b.fractions() {
		switch {
		case open >= 0 && b.shares(f):
			columns[open] = append(columns[open], f)
			open = -1
		default:
			columns = append(columns, []fraction{f})
			if b.shares(f) {
				open = len(columns) - 1
			}
		}
	}
	quotients := make([]Quotient, len(columns))
	for i, fs := range columns {
		value := b.leaf(OpInter, i, true, 1)
		name := fmt.Sprintf("interaction %d", i)
		if i == len(quotients)-1 {
			// The running sum S: S(next) - S + share is the sum of all fractions of the row.
			name = "running sum"
			value = b.op(OpSub, b.leaf(OpInterNext, i, true, 1), value)
			for j := range i {
				value = b.op(OpSub, value, b.leaf(OpInter, j, true, 1))
			}
			value = b.op(OpAdd, value, b.leaf(OpShare, 0, true, 0))
		}
		// value * d - numerator, for two fractions in the form that multiplies least over E.
		quotients[i] = Quotient{b.over(fs[0], NoNode), fs[0].d}
		node := b.op(OpSub, b.op(OpMul, value, fs[0].d), quotients[i].N)
		if len(fs) > 1 {
			f, g := fs[0], fs[1]
			if f.slope == NoNode {
				f, g = g, f
			}
			quotients[i] = b.add(f, g)
			node = b.op(OpSub, b.op(OpMul, value, f.d), b.over(f, NoNode))
			node = b.op(OpSub, b.op(OpMul, node, g.d), b.over(g, f.d))
		}
		if b.nodes[node].Deg > MaxDegree {
			b.fail("constraint %q: %w", name, errDegree)
		}
		b.constraints = append(b.constraints, Constraint{Name: name, Node: node})
	}
	return quotients
}

// over is the numerator of f, expanded by the denominator d, if there is one.
func (b *Builder) over(f fraction, d NodeID) NodeID { return b.op(OpMul, f.mult, b.slope(f, d)) }

// slope is the slope of f times d, where NoNode stands for 1.
func (b *Builder) slope(f fraction, d NodeID) NodeID {
	switch {
	case f.slope == NoNode && d == NoNode:
		return b.constant(1)
	case f.slope == NoNode:
		return d
	case d == NoNode:
		return f.slope
	}
	return b.op(OpMul, f.slope, d)
}

// add is the sum of two fractions. A multiplicity that they have in common, but for the
// sign, is multiplied once.
func (b *Builder) add(f, g fraction) Quotient {
	d := b.op(OpMul, f.d, g.d)
	left, right := b.slope(f, g.d), b.slope(g, f.d)
	switch {
	case f.mult == g.mult:
		return Quotient{b.op(OpMul, f.mult, b.op(OpAdd, left, right)), d}
	case b.negative(f.mult) == g.mult:
		return Quotient{b.op(OpMul, g.mult, b.op(OpSub, right, left)), d}
	case b.negative(g.mult) == f.mult:
		return Quotient{b.op(OpMul, f.mult, b.op(OpSub, left, right)), d}
	}
	return Quotient{b.op(OpAdd, b.op(OpMul, f.mult, left), b.op(OpMul, g.mult, right)), d}
}

// negative is the node x if id stands for -x, else NoNode.
func (b *Builder) negative(id NodeID) NodeID {
	if n := b.nodes[id]; n.Op == OpSub {
		if v, ok := b.isConst(n.A); ok && v == 0 {
			return n.B
		}
	}
	return NoNode
}

// denominator is alpha - (ID + beta x1 + beta^2 x2 + ...), without element omit of the tuple if that
// is not negative.
func (b *Builder) denominator(m Message, omit int) NodeID {
	d := b.op(OpSub, b.leaf(OpAlpha, 0, true, 0), b.constant(fieldID(m.Bus.ID)))
	for i, x := range m.Tuple {
		if i != omit {
			d = b.op(OpSub, d, b.op(OpMul, b.leaf(OpBeta, i+1, true, 0), x))
		}
	}
	return d
}
