package air

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery/orrery/field"
)

// testBuilder has three main columns, a preprocessed one and two public values.
func testBuilder() *Builder {
	l := &Layout{}
	l.Felt("x", "")
	l.U16("y", "")
	l.Byte("z", "")
	l.Pre("p", "")
	return newBuilder(l, 2)
}

func TestFolding(t *testing.T) {
	b := testBuilder()
	x, y := b.Col(0), b.Col(1)
	minusOne := field.M31(1).Neg()
	for _, c := range []struct {
		name      string
		got, want Expr
	}{
		{"const + const", b.Int(3).Add(b.Int(4)), b.Int(7)},
		{"const - const", b.Int(3).Sub(b.Int(4)), b.Int(-1)},
		{"const * const", b.Int(-3).Mul(b.Int(4)), b.Int(-12)},
		{"constants wrap", b.Const(field.P - 1).Add(b.One()), b.Nil()},
		{"negative", b.Int(-1), b.Const(minusOne)},
		{"x + 0", x.Add(b.Nil()), x},
		{"0 + x", b.Nil().Add(x), x},
		{"x - 0", x.Sub(b.Nil()), x},
		{"x * 0", x.Mul(b.Nil()), b.Nil()},
		{"0 * x", b.Nil().Mul(x), b.Nil()},
		{"x * 1", x.Mul(b.One()), x},
		{"1 * x", b.One().Mul(x), x},
		{"x + y = y + x", x.Add(y), y.Add(x)},
		{"x * y = y * x", x.Mul(y), y.Mul(x)},
		{"scale by 1", x.Scale(1), x},
		{"scale by p", x.Scale(int64(field.P)), b.Nil()},
		{"plus 0", x.Plus(0), x},
		{"not not constant", b.One().Not().Not(), b.One()},
		{"empty sum", b.Sum(), b.Nil()},
		{"sum of one", b.Sum(y), y},
		{"sum", b.Sum(x, y, b.One()), x.Add(y).Plus(1)},
		{"column again", b.Col(0), x},
		{"shared product", x.Mul(y).Sub(x), y.Mul(x).Sub(x)},
	} {
		if c.got.id != c.want.id {
			t.Errorf("%s: %+v, want %+v", c.name, b.nodes[c.got.id], b.nodes[c.want.id])
		}
	}
	if x.Sub(y).id == y.Sub(x).id {
		t.Error("x - y is y - x")
	}
	for _, e := range []Expr{x.Neg(), b.Nil().Sub(x)} {
		if n := b.nodes[e.id]; n.Op != OpSub || n.B != x.id {
			t.Errorf("-x is %+v", n)
		}
	}
	if len(b.errs) != 0 {
		t.Error(b.errs)
	}
}

// Equal expressions are one node, and operands come before their users.
func TestSharing(t *testing.T) {
	b := testBuilder()
	rng := rand.New(rand.NewPCG(1, 2))
	leaves := []Expr{b.Col(0), b.Col(1), b.Col(2), b.Pre(0), b.Public(0), b.Public(1), b.Int(5), b.Int(-5)}
	pool := append([]Expr(nil), leaves...)
	type written struct{ op, x, y, z int }
	var list []written
	apply := func(op, x, y int) Expr {
		switch op {
		case 0:
			return pool[x].Add(pool[y])
		case 1:
			return pool[x].Sub(pool[y])
		}
		return pool[x].Mul(pool[y])
	}
	for range 500 {
		op, x, y := rng.IntN(3), rng.IntN(len(pool)), rng.IntN(len(pool))
		list = append(list, written{op, x, y, len(pool)})
		pool = append(pool, apply(op, x, y))
	}
	n := len(b.nodes)
	for _, w := range list {
		if apply(w.op, w.x, w.y).id != pool[w.z].id || len(b.nodes) != n {
			t.Fatal("an expression that is written twice is two nodes")
		}
	}
	seen := make(map[Node]bool)
	for i, n := range b.nodes {
		if seen[n] {
			t.Fatalf("node %d occurs twice: %+v", i, n)
		}
		seen[n] = true
		if n.Leaf() {
			if n.A != NoNode || n.B != NoNode {
				t.Fatalf("leaf with operands: %+v", n)
			}
			continue
		}
		if n.A >= NodeID(i) || n.B >= NodeID(i) || n.A < 0 || n.B < 0 {
			t.Fatalf("node %d: %+v", i, n)
		}
		a, b := b.nodes[n.A], b.nodes[n.B]
		want := max(a.Deg, b.Deg)
		if n.Op == OpMul {
			want = min(a.Deg+b.Deg, MaxDegree+1)
		}
		if n.Deg != want || n.Ext != (a.Ext || b.Ext) {
			t.Fatalf("node %d: %+v of %+v and %+v", i, n, a, b)
		}
		if a.Op == OpConst && b.Op == OpConst {
			t.Fatalf("operation on constants: %+v", n)
		}
	}
}

func TestDegrees(t *testing.T) {
	b := testBuilder()
	x, y, p, q := b.Col(0), b.Col(1), b.Pre(0), b.Public(1)
	for _, c := range []struct {
		name string
		e    Expr
		want uint8
	}{
		{"constant", b.Int(7), 0},
		{"public", q, 0},
		{"public product", q.Mul(b.Public(0)).Plus(3), 0},
		{"column", x, 1},
		{"preprocessed", p, 1},
		{"times constant", x.Scale(5), 1},
		{"times public", x.Mul(q), 1},
		{"sum", x.Add(y.Mul(p)), 2},
		{"difference", x.Mul(y).Sub(q), 2},
		{"cube", x.Mul(x).Mul(x), 3},
		{"product of products", x.Mul(y).Mul(p.Mul(x)), 4},
	} {
		n := b.nodes[c.e.id]
		if n.Deg != c.want || n.Scalar() != (c.want == 0) || n.Ext {
			t.Errorf("%s: %+v, want degree %d", c.name, n, c.want)
		}
	}
	// Degrees above 3 are all one, and don't wrap round to small ones.
	for range 10 {
		x = x.Mul(x)
	}
	if d := b.nodes[x.id].Deg; d <= MaxDegree {
		t.Errorf("x^1024 has degree %d", d)
	}
}

func TestMissingLeaves(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(b *Builder) Expr
	}{
		{"main column -1", func(b *Builder) Expr { return b.Col(-1) }},
		{"main column 3", func(b *Builder) Expr { return b.Col(3) }},
		{"preprocessed column 1", func(b *Builder) Expr { return b.Pre(1) }},
		{"preprocessed column -2", func(b *Builder) Expr { return b.Pre(-2) }},
		{"public value 2", func(b *Builder) Expr { return b.Public(2) }},
		{"public value -1", func(b *Builder) Expr { return b.Public(-1) }},
	} {
		b := testBuilder()
		e := c.make(b)
		if len(b.errs) != 1 || !strings.Contains(b.errs[0].Error(), c.name+" does not exist") {
			t.Errorf("%s: %v", c.name, b.errs)
		}
		if e.Add(b.One()).id < 0 {
			t.Errorf("%s: no expression to go on with", c.name)
		}
	}
}
