package air

import "github.com/orrery/orrery/field"

// Ring is the arithmetic that Eval needs. Const embeds a base field element.
type Ring[T any] interface {
	Const(field.M31) T
	Add(x, y T) T
	Sub(x, y T) T
	Mul(x, y T) T
}

// Eval computes every node of the DAG, in order, into buf (grown when too short) and
// returns it. leaf gives the values of all leaves but constants. It is the reference for
// all faster evaluators.
func Eval[T any](nodes []Node, r Ring[T], leaf func(Node) T, buf []T) []T {
	if cap(buf) < len(nodes) {
		buf = make([]T, len(nodes))
	}
	buf = buf[:len(nodes)]
	for i, n := range nodes {
		switch n.Op {
		case OpConst:
			buf[i] = r.Const(n.Value)
		case OpAdd:
			buf[i] = r.Add(buf[n.A], buf[n.B])
		case OpSub:
			buf[i] = r.Sub(buf[n.A], buf[n.B])
		case OpMul:
			buf[i] = r.Mul(buf[n.A], buf[n.B])
		default:
			buf[i] = leaf(n)
		}
	}
	return buf
}

// RingE is the extension field as a Ring.
type RingE struct{}

// Const embeds v.
func (RingE) Const(v field.M31) field.E { return field.FromBase(v) }

// Add is x + y.
func (RingE) Add(x, y field.E) field.E { return x.Add(y) }

// Sub is x - y.
func (RingE) Sub(x, y field.E) field.E { return x.Sub(y) }

// Mul is x * y.
func (RingE) Mul(x, y field.E) field.E { return x.Mul(y) }

// RingM31 is the base field as a Ring, for the nodes that aren't over E.
type RingM31 struct{}

// Const is v.
func (RingM31) Const(v field.M31) field.M31 { return v }

// Add is x + y.
func (RingM31) Add(x, y field.M31) field.M31 { return x.Add(y) }

// Sub is x - y.
func (RingM31) Sub(x, y field.M31) field.M31 { return x.Sub(y) }

// Mul is x * y.
func (RingM31) Mul(x, y field.M31) field.M31 { return x.Mul(y) }

func fieldID(id uint32) field.M31 { return field.New(uint64(id)) }
