package field

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// edges are the values at which carries and reductions change their behaviour.
var edges = []M31{0, 1, 2, 5, 1<<30 - 1, 1 << 30, P - 2, P - 1}

func genM31() *rapid.Generator[M31] {
	return rapid.OneOf(
		rapid.SampledFrom(edges),
		rapid.Map(rapid.Uint32Range(0, P-1), func(x uint32) M31 { return M31(x) }),
	)
}

func genCM31() *rapid.Generator[CM31] {
	return rapid.Custom(func(t *rapid.T) CM31 {
		return CM31{genM31().Draw(t, "A"), genM31().Draw(t, "B")}
	})
}

func genE() *rapid.Generator[E] {
	return rapid.Custom(func(t *rapid.T) E {
		var c [Degree]M31
		for i := range c {
			c[i] = genM31().Draw(t, "c")
		}
		return FromCoords(c)
	})
}

// ref is the value of a product by the definition, over math/big.
func refMul(x, y E) E {
	a, b := x.Coords(), y.Coords()
	var c [Degree]*big.Int
	for i := range c {
		c[i] = new(big.Int)
	}
	for j := range a {
		for k := range b {
			t := new(big.Int).Mul(big.NewInt(int64(a[j])), big.NewInt(int64(b[k])))
			v, i := j/2+k/2, j%2+k%2
			if i == 2 {
				t.Neg(t)
			}
			if v >= 3 {
				t.Mul(t, big.NewInt(5))
			}
			c[v%3*2+i%2].Add(c[v%3*2+i%2], t)
		}
	}
	var out [Degree]M31
	for i := range c {
		out[i] = M31(c[i].Mod(c[i], big.NewInt(P)).Uint64())
	}
	return FromCoords(out)
}

func checkM31(t interface{ Fatalf(string, ...any) }, x, y M31) {
	mod := func(v uint64) M31 { return M31(v % P) }
	a, b := uint64(x), uint64(y)
	for _, c := range []struct {
		name      string
		got, want M31
	}{
		{"add", x.Add(y), mod(a + b)},
		{"sub", x.Sub(y), mod(a + P - b)},
		{"mul", x.Mul(y), mod(a * b)},
		{"neg", x.Neg(), mod(P - a)},
		{"double", x.Double(), mod(2 * a)},
		{"square", x.Square(), mod(a * a)},
		{"halve", x.Halve().Double(), x},
	} {
		if c.got != c.want {
			t.Fatalf("%s(%d, %d) = %d, want %d", c.name, x, y, c.got, c.want)
		}
	}
	if x.Halve() >= P {
		t.Fatalf("halve(%d) is not canonical", x)
	}
	if i := x.Inv(); x == 0 && i != 0 || x != 0 && i.Mul(x) != 1 {
		t.Fatalf("inv(%d) = %d", x, i)
	}
}

func TestM31(t *testing.T) {
	for _, x := range edges {
		for _, y := range edges {
			checkM31(t, x, y)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		checkM31(t, genM31().Draw(t, "x"), genM31().Draw(t, "y"))
	})
}

func TestNew(t *testing.T) {
	for _, x := range []uint64{0, 1, P - 1, P, P + 1, 2 * P, P * P, P*P + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1, 4 * (P - 1) * (P - 1)} {
		if got := New(x); uint64(got) != x%P {
			t.Errorf("New(%d) = %d", x, got)
		}
	}
	for _, x := range []int64{0, 1, -1, P, -P, -P - 1, 1<<63 - 1, -1 << 63} {
		want := new(big.Int).Mod(big.NewInt(x), big.NewInt(P)).Uint64()
		if got := FromInt64(x); uint64(got) != want {
			t.Errorf("FromInt64(%d) = %d, want %d", x, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Uint64().Draw(t, "x")
		if got := New(x); uint64(got) != x%P {
			t.Fatalf("New(%d) = %d", x, got)
		}
	})
}

func TestExp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, k := genM31().Draw(t, "x"), rapid.Uint64().Draw(t, "k")
		want := new(big.Int).Exp(big.NewInt(int64(x)), new(big.Int).SetUint64(k), big.NewInt(P)).Uint64()
		if got := x.Exp(k); uint64(got) != want {
			t.Fatalf("%d^%d = %d, want %d", x, k, got, want)
		}
		if got := FromBase(x).Exp(k); got != FromBase(M31(want)) {
			t.Fatalf("%d^%d in E = %v, want %d", x, k, got, want)
		}
	})
}

// TestIrreducible shows that v^3 - 5 has no root in CM31: the cubes of its multiplicative
// group, of order P^2 - 1, are the elements whose power (P^2-1)/3 is one.
func TestIrreducible(t *testing.T) {
	order := uint64(P)*P - 1
	if order%3 != 0 {
		t.Fatal("every element of CM31 is a cube")
	}
	e := E{C0: CM31{A: 5}}.Exp(order / 3)
	if e == One() {
		t.Fatal("5 is a cube in CM31")
	}
	if e.Mul(e).Mul(e) != One() {
		t.Fatal("5^(P^2-1) is not one")
	}
	// And i^2 + 1 is irreducible over M31: -1 is no square.
	if M31(P-1).Exp((P-1)/2) == 1 {
		t.Fatal("-1 is a square in M31")
	}
}

func TestOmega(t *testing.T) {
	if M31(5).Exp((P-1)/3) != omega || omega.Square() != omega2 || omega.Mul(omega2) != 1 || omega == 1 {
		t.Fatal("omega is not 5^((P-1)/3)")
	}
}

func TestCM31(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, z := genCM31().Draw(t, "x"), genCM31().Draw(t, "y"), genCM31().Draw(t, "z")
		want := CM31{x.A.Mul(y.A).Sub(x.B.Mul(y.B)), x.A.Mul(y.B).Add(x.B.Mul(y.A))}
		switch {
		case x.Mul(y) != want:
			t.Fatal("mul")
		case x.Square() != x.Mul(x):
			t.Fatal("square")
		case x.Add(y).Mul(z) != x.Mul(z).Add(y.Mul(z)):
			t.Fatal("distributivity")
		case x.Sub(y).Add(y) != x || x.Add(x.Neg()) != CM31{} || x.Double() != x.Add(x):
			t.Fatal("addition")
		case x.Mul(x.Conj()) != CM31{A: x.Norm()}:
			t.Fatal("norm")
		case x.MulBase(y.A) != x.Mul(CM31{A: y.A}) || x.mul5() != x.Mul(CM31{A: 5}):
			t.Fatal("mul by base")
		case !x.IsZero() && x.Mul(x.Inv()) != CM31{A: 1}:
			t.Fatal("inverse")
		}
	})
	if (CM31{}).Inv() != (CM31{}) {
		t.Fatal("inverse of zero")
	}
}

func TestEMul(t *testing.T) {
	// All coordinates at their largest fill the accumulators most.
	for _, x := range edges {
		for _, y := range edges {
			a := FromCoords([Degree]M31{x, y, x, y, x, y})
			b := FromCoords([Degree]M31{y, y, y, y, y, y})
			c := FromCoords([Degree]M31{0, x, 0, x, 0, x})
			for _, p := range [][2]E{{a, b}, {a, a}, {b, b}, {a, c}, {c, c}, {b, c}} {
				want := refMul(p[0], p[1])
				if got := p[0].Mul(p[1]); got != want {
					t.Fatalf("%v * %v = %v, want %v", p[0], p[1], got, want)
				}
				if p[0] == p[1] && p[0].Square() != want {
					t.Fatalf("square of %v", p[0])
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x, y := genE().Draw(t, "x"), genE().Draw(t, "y")
		if x.Mul(y) != refMul(x, y) {
			t.Fatal("mul")
		}
		if x.Square() != refMul(x, x) {
			t.Fatal("square")
		}
	})
}

func TestELaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, z := genE().Draw(t, "x"), genE().Draw(t, "y"), genE().Draw(t, "z")
		k := rapid.IntRange(-13, 13).Draw(t, "k")
		switch {
		case x.Mul(y) != y.Mul(x) || x.Mul(y).Mul(z) != x.Mul(y.Mul(z)):
			t.Fatal("multiplication")
		case x.Add(y).Mul(z) != x.Mul(z).Add(y.Mul(z)):
			t.Fatal("distributivity")
		case x.Sub(y).Add(y) != x || !x.Add(x.Neg()).IsZero() || x.Double() != x.Add(x):
			t.Fatal("addition")
		case x.MulBase(y.C0.A) != x.Mul(FromBase(y.C0.A)):
			t.Fatal("MulBase")
		case x.AddBase(y.C0.A) != x.Add(FromBase(y.C0.A)) || x.SubBase(y.C0.A) != x.Sub(FromBase(y.C0.A)):
			t.Fatal("AddBase, SubBase")
		case x.MulCM31(y.C0) != x.Mul(E{C0: y.C0}):
			t.Fatal("MulCM31")
		case !x.IsZero() && x.Mul(x.Inv()) != One():
			t.Fatal("inverse")
		case x.Mul(x.Frobenius(2)).Mul(x.Frobenius(4)) != E{C0: x.Norm()}:
			t.Fatal("norm")
		case x.Frobenius(1) != x.Exp(P):
			t.Fatal("Frobenius is the power P")
		case x.Frobenius(k).Frobenius(1) != x.Frobenius(k+1):
			t.Fatal("powers of Frobenius")
		case x.Conj() != x.Frobenius(3) || x.Frobenius(6) != x:
			t.Fatal("conjugation")
		case x.Frobenius(k).Mul(y.Frobenius(k)) != x.Mul(y).Frobenius(k):
			t.Fatal("Frobenius is multiplicative")
		}
	})
	if !(E{}).Inv().IsZero() {
		t.Fatal("inverse of zero")
	}
}

func TestBasis(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := genE().Draw(t, "x")
		var sum E
		for k, c := range x.Coords() {
			sum = sum.Add(Basis(k).MulBase(c))
		}
		if sum != x || FromCoords(x.Coords()) != x {
			t.Fatal("coordinates")
		}
	})
	i, v := Basis(1), Basis(2)
	if i.Square() != One().Neg() || v.Mul(v).Mul(v) != FromBase(5) || i.Mul(v) != Basis(3) || v.Mul(v) != Basis(4) || i.Mul(v).Mul(v) != Basis(5) {
		t.Fatal("basis is not 1, i, v, iv, v^2, iv^2")
	}
}
