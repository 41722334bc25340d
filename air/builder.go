package air

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/field"
)

// Builder records a chip's expressions. It shares common subexpressions and folds
// constants, so that writing a value twice costs nothing.
type Builder struct {
	layout      *Layout
	publics     int
	nodes       []Node
	index       map[Node]NodeID
	constraints []Constraint
	messages    []Message
	derived     []Derived
	errs        []error
}

// Expr is a polynomial in the columns of a row.
type Expr struct {
	b  *Builder
	id NodeID
}

// someNodes is what most chips have, more or less.
const someNodes = 256

func newBuilder(l *Layout, publics int) *Builder {
	return &Builder{layout: l, publics: publics, index: make(map[Node]NodeID, someNodes)}
}

func (b *Builder) fail(format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf(format, args...))
}

func (b *Builder) intern(n Node) NodeID {
	if id, ok := b.index[n]; ok {
		return id
	}
	b.nodes = append(b.nodes, n)
	id := NodeID(len(b.nodes) - 1)
	b.index[n] = id
	return id
}

func (b *Builder) leaf(op Op, index int, ext bool, deg uint8) NodeID {
	return b.intern(Node{Op: op, Ext: ext, Deg: deg, A: NoNode, B: NoNode, Index: int32(index)})
}

func (b *Builder) constant(v field.M31) NodeID {
	return b.intern(Node{Op: OpConst, A: NoNode, B: NoNode, Value: v})
}

// Const is the constant v.
func (b *Builder) Const(v field.M31) Expr { return Expr{b, b.constant(v)} }

// Int is the constant v, which may be negative.
func (b *Builder) Int(v int64) Expr { return b.Const(field.FromInt64(v)) }

// One is the constant 1.
func (b *Builder) One() Expr { return b.Const(1) }

// Nil is the constant 0.
func (b *Builder) Nil() Expr { return b.Const(0) }

// Col is the cell of a main column.
func (b *Builder) Col(c Col) Expr {
	if c < 0 || int(c) >= len(b.layout.Main) {
		b.fail("main column %d does not exist", c)
		return b.Nil()
	}
	return Expr{b, b.leaf(OpMain, int(c), false, 1)}
}

// Pre is the cell of a preprocessed column.
func (b *Builder) Pre(c PreCol) Expr {
	if c < 0 || int(c) >= len(b.layout.Preprocessed) {
		b.fail("preprocessed column %d does not exist", c)
		return b.Nil()
	}
	return Expr{b, b.leaf(OpPre, int(c), false, 1)}
}

// Public is public value i of the statement, the same on all rows.
func (b *Builder) Public(i int) Expr {
	if i < 0 || i >= b.publics {
		b.fail("public value %d does not exist", i)
		return b.Nil()
	}
	return Expr{b, b.leaf(OpPublic, i, false, 0)}
}

func (b *Builder) isConst(id NodeID) (field.M31, bool) {
	n := b.nodes[id]
	return n.Value, n.Op == OpConst
}

func (b *Builder) op(op Op, x, y NodeID) NodeID {
	cx, kx := b.isConst(x)
	cy, ky := b.isConst(y)
	if kx && ky {
		switch op {
		case OpAdd:
			return b.constant(cx.Add(cy))
		case OpSub:
			return b.constant(cx.Sub(cy))
		default:
			return b.constant(cx.Mul(cy))
		}
	}
	switch {
	case op != OpMul && ky && cy == 0:
		return x
	case op == OpAdd && kx && cx == 0:
		return y
	case op == OpMul && (kx && cx == 0 || ky && cy == 0):
		return b.constant(0)
	case op == OpMul && kx && cx == 1:
		return y
	case op == OpMul && ky && cy == 1:
		return x
	}
	if op != OpSub && x > y {
		x, y = y, x
	}
	nx, ny := b.nodes[x], b.nodes[y]
	deg := max(nx.Deg, ny.Deg)
	if op == OpMul {
		deg = min(nx.Deg+ny.Deg, MaxDegree+1) // so that no product wraps round to a small degree
	}
	return b.intern(Node{Op: op, Ext: nx.Ext || ny.Ext, Deg: deg, A: x, B: y})
}

// Add is x + y.
func (x Expr) Add(y Expr) Expr { return Expr{x.b, x.b.op(OpAdd, x.id, y.id)} }

// Sub is x - y.
func (x Expr) Sub(y Expr) Expr { return Expr{x.b, x.b.op(OpSub, x.id, y.id)} }

// Mul is x * y.
func (x Expr) Mul(y Expr) Expr { return Expr{x.b, x.b.op(OpMul, x.id, y.id)} }

// Scale is c * x.
func (x Expr) Scale(c int64) Expr { return x.Mul(x.b.Int(c)) }

// Plus is x + c.
func (x Expr) Plus(c int64) Expr { return x.Add(x.b.Int(c)) }

// Neg is -x.
func (x Expr) Neg() Expr { return x.b.Nil().Sub(x) }

// Not is 1 - x, the complement of a bit.
func (x Expr) Not() Expr { return x.b.One().Sub(x) }

// Sum adds expressions; the empty sum is 0.
func (b *Builder) Sum(xs ...Expr) Expr {
	s := b.Nil()
	for _, x := range xs {
		s = s.Add(x)
	}
	return s
}

// Zero constrains e to be zero on every row. The name appears in error messages and in
// the generated documentation, so it says what holds.
func (b *Builder) Zero(name string, e Expr) {
	if b.nodes[e.id].Deg == 0 {
		b.fail("constraint %q mentions no column", name)
		return
	}
	b.constraints = append(b.constraints, Constraint{Name: name, Node: e.id})
}

// Equal constrains x = y on every row.
func (b *Builder) Equal(name string, x, y Expr) { b.Zero(name, x.Sub(y)) }

// Bit constrains e to be 0 or 1.
func (b *Builder) Bit(name string, e Expr) { b.Zero(name, e.Mul(e.Sub(b.One()))) }

// Send puts the tuple on the bus, mult times.
func (b *Builder) Send(bus Bus, mult Expr, tuple ...Expr) { b.message(bus, mult, tuple) }

// Receive takes the tuple from the bus, mult times.
func (b *Builder) Receive(bus Bus, mult Expr, tuple ...Expr) { b.message(bus, mult.Neg(), tuple) }

func (b *Builder) message(bus Bus, mult Expr, tuple []Expr) {
	if len(tuple) != bus.Arity {
		b.fail("message of %d elements on bus %s, which carries %d", len(tuple), bus.Name, bus.Arity)
		return
	}
	ids := make([]NodeID, len(tuple))
	for i, e := range tuple {
		ids[i] = e.id
	}
	b.messages = append(b.messages, Message{Bus: bus, Mult: mult.id, Tuple: ids})
}

var errDegree = errors.New("degree above 3")
