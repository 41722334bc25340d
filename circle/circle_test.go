package circle

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery/orrery/field"
)

func genPoint() *rapid.Generator[Point] {
	return rapid.Custom(func(t *rapid.T) Point {
		return generator.Times(uint64(rapid.Uint32Range(0, 1<<31-1).Draw(t, "k")))
	})
}

func genE() *rapid.Generator[field.E] {
	return rapid.Custom(func(t *rapid.T) field.E {
		var c [field.Degree]field.M31
		for i := range c {
			c[i] = field.New(uint64(rapid.Uint32Range(0, field.P-1).Draw(t, "c")))
		}
		return field.FromCoords(c)
	})
}

func genPointE() *rapid.Generator[PointE] {
	return rapid.Custom(func(t *rapid.T) PointE {
		p, err := FromParam(genE().Draw(t, "t"))
		if err != nil {
			t.Skip("the parameter drawn has t^2 = -1, which gives no point; another one is drawn")
		}
		return p
	})
}

func TestGenerator(t *testing.T) {
	if generator.DoubleN(LogOrder) != Zero() || generator.DoubleN(LogOrder-1) != (Point{X: field.P - 1}) {
		t.Fatal("order is not 2^31")
	}
	if !generator.Lift().OnCircle() {
		t.Fatal("not on the circle")
	}
	for k := range LogOrder {
		if Generator(k+1).Double() != Generator(k) {
			t.Fatalf("2 g_%d is not g_%d", k+1, k)
		}
	}
	if Generator(0) != Zero() {
		t.Fatal("g_0")
	}
}

func TestGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := genPoint().Draw(t, "p"), genPoint().Draw(t, "q"), genPoint().Draw(t, "r")
		k := rapid.Uint64Range(0, 1<<40).Draw(t, "k")
		switch {
		case !p.Lift().OnCircle() || !p.Add(q).Lift().OnCircle():
			t.Fatal("off the circle")
		case p.Add(q) != q.Add(p) || p.Add(q).Add(r) != p.Add(q.Add(r)):
			t.Fatal("addition")
		case p.Add(Zero()) != p || p.Sub(p) != Zero() || p.Add(p.Conj()) != Zero():
			t.Fatal("zero and inverse")
		case p.Double() != p.Add(p) || p.DoubleN(3) != p.Times(8):
			t.Fatal("doubling")
		case p.Times(k).Add(p) != p.Times(k+1):
			t.Fatal("multiples")
		}
		z, w := genPointE().Draw(t, "z"), genPointE().Draw(t, "w")
		switch {
		case !z.OnCircle() || !z.Add(w).OnCircle():
			t.Fatal("off the circle over E")
		case z.AddBase(p) != z.Add(p.Lift()) || p.Add(q).Lift() != p.Lift().Add(q.Lift()):
			t.Fatal("lifting")
		case z.Double() != z.Add(z) || z.DoubleN(2) != z.Add(z).Add(z).Add(z):
			t.Fatal("doubling over E")
		case z.Add(z.Conj()) != Zero().Lift():
			t.Fatal("inverse over E")
		case z.Add(w).Sigma() != z.Sigma().Add(w.Sigma()):
			t.Fatal("sigma is no homomorphism")
		case p.Lift().Sigma() != p.Lift():
			t.Fatal("sigma moves a point over M31")
		}
	})
}

func TestFromParam(t *testing.T) {
	i := field.Basis(1)
	for _, pole := range []field.E{i, i.Neg()} {
		if _, err := FromParam(pole); !errors.Is(err, ErrPole) {
			t.Errorf("parameter %v: error %v", pole, err)
		}
	}
	if p, err := FromParam(field.E{}); err != nil || p != Zero().Lift() {
		t.Errorf("parameter 0: %v, %v", p, err)
	}
	if p, err := FromParam(field.One()); err != nil || p != (Point{0, 1}).Lift() {
		t.Errorf("parameter 1: %v, %v", p, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		x := genE().Draw(t, "t")
		p, err := FromParam(x)
		if err != nil {
			t.Skip("the parameter drawn has t^2 = -1, which gives no point; another one is drawn")
		}
		// The parameter is y/(1+x), so the map is injective.
		if !p.OnCircle() || p.X.AddBase(1).IsZero() || p.Y.Mul(p.X.AddBase(1).Inv()) != x {
			t.Fatal("parametrisation")
		}
	})
}
