package air

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/field"
)

type leafKey struct {
	op    Op
	index int32
}

// newRandomRow gives every leaf of the chip but constants a random value: of the base
// field where the leaf is, of E elsewhere, where the powers of beta are powers.
func newRandomRow(a *AIR, seed uint64) map[leafKey]field.E {
	rng := rand.New(rand.NewPCG(seed, 99))
	row := make(map[leafKey]field.E)
	for _, n := range a.Nodes {
		if !n.Leaf() || n.Op == OpConst {
			continue
		}
		c := [field.Degree]field.M31{field.New(rng.Uint64())}
		if n.Ext {
			for k := range c {
				c[k] = field.New(rng.Uint64())
			}
		}
		row[leafKey{n.Op, n.Index}] = field.FromCoords(c)
	}
	beta, power := row[leafKey{OpBeta, 1}], field.FromBase(1)
	for i := range int32(a.MaxArity()) {
		row[leafKey{OpBeta, i}] = power
		power = power.Mul(beta)
	}
	return row
}

func TestEval(t *testing.T) {
	a := mustCompile(t, newTestChip(func(b *Builder) {
		x, y := b.Col(0), b.Col(1)
		b.Zero("a", x.Mul(y).Sub(b.Pre(0)).Add(b.Public(1).Scale(-3)).Plus(9))
		b.Zero("b", x.Not().Mul(y.Neg()))
		b.Send(busTwo, x, y, x.Add(y))
	}))
	row := newRandomRow(a, 5)
	leaf := func(n Node) field.M31 { return row[leafKey{n.Op, n.Index}].C0.A }
	v := Eval(a.Nodes, RingM31{}, leaf, nil)
	x, y := row[leafKey{OpMain, 0}].C0.A, row[leafKey{OpMain, 1}].C0.A
	p, q := row[leafKey{OpPre, 0}].C0.A, row[leafKey{OpPublic, 1}].C0.A
	if got, want := v[a.Constraints[1].Node], x.Mul(y).Sub(p).Sub(q.Mul(3)).Add(9); got != want {
		t.Errorf("a is %d, want %d", got, want)
	}
	if got, want := v[a.Constraints[2].Node], field.M31(1).Sub(x).Mul(y.Neg()); got != want {
		t.Errorf("b is %d, want %d", got, want)
	}

	// Over E the nodes of the base field have the same values.
	e := Eval(a.Nodes, RingE{}, func(n Node) field.E { return row[leafKey{n.Op, n.Index}] }, nil)
	for i, n := range a.Nodes {
		if !n.Ext && e[i] != field.FromBase(v[i]) {
			t.Errorf("node %d: %v over E, %d over the base field", i, e[i], v[i])
		}
	}

	// A buffer that is long enough is used, whatever it holds; a short one is replaced.
	buf := make([]field.M31, len(a.Nodes)+3)
	for i := range buf {
		buf[i] = 77
	}
	again := Eval(a.Nodes, RingM31{}, leaf, buf)
	if &again[0] != &buf[0] || len(again) != len(a.Nodes) {
		t.Error("the buffer was not used")
	}
	short := Eval(a.Nodes, RingM31{}, leaf, buf[:0:1])
	for i := range v {
		if again[i] != v[i] || short[i] != v[i] {
			t.Fatalf("node %d depends on the buffer", i)
		}
	}
}
