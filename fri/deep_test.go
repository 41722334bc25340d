package fri

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/stretchr/testify/require"
)

func randomPoint(t *testing.T, rng *rand.Rand) circle.PointE {
	z, err := circle.FromParam(randomE(rng))
	require.NoError(t, err)
	return z
}

// evalBase evaluates a column with coefficients [a|b] over M31 at a point over E.
func evalBase(c []field.M31, p circle.PointE) field.E {
	n := len(c) / 2
	line := func(c []field.M31) field.E {
		var sum field.E
		for s, a := range c {
			basis, xk := field.One(), p.X
			for b := s; b > 0; b >>= 1 {
				if b&1 == 1 {
					basis = basis.Mul(xk)
				}
				xk = circle.DoubleXE(xk)
			}
			sum = sum.Add(basis.MulBase(a))
		}
		return sum
	}
	return line(c[:n]).Add(line(c[n:]).Mul(p.Y))
}

func lineAtE(l *Line, p circle.PointE) field.E {
	a, b, c := l.Coefficients()
	return a.Add(b.Mul(p.X)).Add(c.Mul(p.Y))
}

func TestLine(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 20 {
		z := randomPoint(t, rng)
		l, err := NewLine(z)
		require.NoError(t, err)
		require.True(t, lineAtE(&l, z).IsZero())
		require.True(t, lineAtE(&l, z.Sigma()).IsZero())
		require.False(t, lineAtE(&l, z.Conj()).IsZero())
		p := circle.Canonic(10).At(rng.IntN(1 << 10))
		v := l.At(p)
		require.False(t, v.IsZero())
		require.Equal(t, v, v.Conj(), "fixed by sigma")
		require.Equal(t, v, lineAtE(&l, p.Lift()))
	}
}

func TestLineRefusesPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	z := randomPoint(t, rng)
	off := z
	off.X = off.X.Add(field.One())
	_, err := NewLine(off)
	require.ErrorIs(t, err, ErrPoint)
	// In the domain, or anywhere in the group over M31.
	for s := range 8 {
		_, err = NewLine(circle.Canonic(3).At(s).Lift())
		require.ErrorIs(t, err, ErrPoint)
	}
	// All coordinates fixed by sigma, though not in M31: t over F_p^3 is.
	_, err = NewLine(mustParam(t, field.FromCoords([field.Degree]field.M31{3, 0, 7, 0, 1, 0})))
	require.ErrorIs(t, err, ErrPoint)
	// y fixed, x not: sigma(x) = -x. y^2 = 1 - x^2 with x = i u.
	for u := field.M31(1); ; u++ {
		x := field.FromCoords([field.Degree]field.M31{0, u})
		y2 := field.One().Sub(x.Square()).Coords()[0] // 1 + u^2
		if y := y2.Exp(1 << 29); y.Square() == y2 {
			p := circle.PointE{X: x, Y: field.FromBase(y)}
			require.True(t, p.OnCircle())
			require.NotEqual(t, p, p.Sigma())
			_, err = NewLine(p)
			require.ErrorIs(t, err, ErrPoint)
			return
		}
	}
}

func mustParam(t *testing.T, x field.E) circle.PointE {
	p, err := circle.FromParam(x)
	require.NoError(t, err)
	return p
}

// The quotient times the line is the combination of f_c - I_c, and I_c has the opened values.
func TestQuotient(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	z := randomPoint(t, rng)
	const n = 5
	weights := Powers(randomE(rng), n)
	cols := make([][]field.M31, n)
	values := make([]field.E, n)
	for c := range cols {
		cols[c] = make([]field.M31, 16)
		for s := range cols[c] {
			cols[c][s] = randomM31(rng)
		}
		values[c] = evalBase(cols[c], z)
		require.Equal(t, values[c].Conj(), evalBase(cols[c], z.Sigma()))
	}
	q, err := NewQuotient(z, values, weights)
	require.NoError(t, err)
	a, b := q.Interpolant()
	combine := func(values []field.E) (sum field.E) {
		for c := range values {
			sum = sum.Add(weights[c].Mul(values[c]))
		}
		return sum
	}
	conj := make([]field.E, n)
	for c := range conj {
		conj[c] = values[c].Conj()
	}
	require.Equal(t, combine(values), a.Add(b.Mul(z.Y)))
	require.Equal(t, combine(conj), a.Add(b.Mul(z.Sigma().Y)))

	for range 10 {
		p := circle.Canonic(8).At(rng.IntN(1 << 8))
		row := make([]field.M31, n)
		for c := range row {
			row[c] = evalBase(cols[c], p.Lift()).C0.A
		}
		sum := Combine(weights, row)
		v := q.At(p, sum)
		require.Equal(t, sum.Sub(a).Sub(b.MulBase(p.Y)), v.Mul(q.Line.At(p)))
		require.Equal(t, q.Numerator(p, sum), v.Mul(q.Line.At(p)))
	}
	_, err = NewQuotient(z, values, weights[1:])
	require.ErrorIs(t, err, ErrShape)
	_, err = NewQuotient(circle.Zero().Lift(), values, weights)
	require.ErrorIs(t, err, ErrPoint)
}
