// Package circle implements the circle group x^2 + y^2 = 1 over M31, its points over the
// extension E, and the domains on which columns and codewords are evaluated.
//
// The group is written additively: (x, y) + (x', y') = (xx' - yy', xy' + yx'), zero is
// (1, 0), the inverse of (x, y) is its conjugate (x, -y). Over M31 it is cyclic of order
// 2^31. See Haböck, Levit, Papini, "Circle STARKs" (ePrint 2024/278), section 3.
package circle

import (
	"errors"

	"github.com/orrery/orrery/field"
)

// LogOrder is the logarithm of the order of the group over M31.
const LogOrder = 31

// ErrPole is returned for a parameter to which no point belongs.
var ErrPole = errors.New("circle: parameter is a pole of the parametrisation")

// Point is a point over M31.
type Point struct{ X, Y field.M31 }

// PointE is a point over E.
type PointE struct{ X, Y field.E }

// generator is the generator of the whole group that stwo uses as well.
var generator = Point{2, 1268011823}

// Zero returns the neutral element (1, 0).
func Zero() Point {
	return Point{X: 1}
}

// Generator returns g_log, the generator of the subgroup of order 2^log in the fixed
// chain 2 g_(k+1) = g_k. It panics unless 0 <= log <= LogOrder.
func Generator(log int) Point {
	if log < 0 || log > LogOrder {
		panic("circle: no subgroup of this order")
	}
	return generator.DoubleN(LogOrder - log)
}

// Add returns p + q.
func (p Point) Add(q Point) Point {
	return Point{p.X.Mul(q.X).Sub(p.Y.Mul(q.Y)), p.X.Mul(q.Y).Add(p.Y.Mul(q.X))}
}

// Sub returns p - q.
func (p Point) Sub(q Point) Point {
	return p.Add(q.Conj())
}

// Conj returns -p = (x, -y).
func (p Point) Conj() Point {
	return Point{p.X, p.Y.Neg()}
}

// Double returns 2p.
func (p Point) Double() Point {
	return Point{DoubleX(p.X), p.X.Mul(p.Y).Double()}
}

// DoubleN returns 2^n p.
func (p Point) DoubleN(n int) Point {
	for range n {
		p = p.Double()
	}
	return p
}

// Times returns kp.
func (p Point) Times(k uint64) Point {
	r := Zero()
	for ; k != 0; k >>= 1 {
		if k&1 == 1 {
			r = r.Add(p)
		}
		p = p.Double()
	}
	return r
}

// Lift returns p as a point over E.
func (p Point) Lift() PointE {
	return PointE{field.FromBase(p.X), field.FromBase(p.Y)}
}

// DoubleX returns pi(x) = 2x^2 - 1, the x coordinate of 2p for a point p with the given
// one.
func DoubleX(x field.M31) field.M31 {
	return x.Square().Double().Sub(1)
}

// FromParam returns the point ((1-t^2)/(1+t^2), 2t/(1+t^2)). Every point but (-1, 0) has
// exactly one parameter. The two square roots of -1 are poles: for them the error is
// ErrPole.
func FromParam(t field.E) (PointE, error) {
	t2 := t.Square()
	d := t2.AddBase(1)
	if d.IsZero() {
		return PointE{}, ErrPole
	}
	d = d.Inv()
	return PointE{field.One().Sub(t2).Mul(d), t.Double().Mul(d)}, nil
}

// Add returns p + q.
func (p PointE) Add(q PointE) PointE {
	return PointE{p.X.Mul(q.X).Sub(p.Y.Mul(q.Y)), p.X.Mul(q.Y).Add(p.Y.Mul(q.X))}
}

// AddBase returns p + q for a point q over M31.
func (p PointE) AddBase(q Point) PointE {
	return PointE{
		p.X.MulBase(q.X).Sub(p.Y.MulBase(q.Y)),
		p.X.MulBase(q.Y).Add(p.Y.MulBase(q.X)),
	}
}

// Conj returns -p = (x, -y). This is not the conjugation of E, for which see Sigma.
func (p PointE) Conj() PointE {
	return PointE{p.X, p.Y.Neg()}
}

// Sigma applies the automorphism i -> -i of E to both coordinates.
func (p PointE) Sigma() PointE {
	return PointE{p.X.Conj(), p.Y.Conj()}
}

// Double returns 2p.
func (p PointE) Double() PointE {
	return PointE{DoubleXE(p.X), p.X.Mul(p.Y).Double()}
}

// DoubleN returns 2^n p.
func (p PointE) DoubleN(n int) PointE {
	for range n {
		p = p.Double()
	}
	return p
}

// OnCircle reports whether the coordinates satisfy x^2 + y^2 = 1.
func (p PointE) OnCircle() bool {
	return p.X.Square().Add(p.Y.Square()) == field.One()
}

// DoubleXE returns pi(x) = 2x^2 - 1 over E.
func DoubleXE(x field.E) field.E {
	return x.Square().Double().SubBase(1)
}
