package fri

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
)

// ErrPoint reports a point of the circle over E at which nothing can be opened.
var ErrPoint = errors.New("fri: point can't be opened")

// Line is the line through an opened point z and its conjugate sigma(z), where sigma maps i to
// -i. A column over M31 has the value sigma(f(z)) at sigma(z), so one opened value stands for
// two points.
//
// With z = u + iv, where the coordinates of u and v are fixed by sigma, the line is
// v.y (x - u.x) - v.x (y - u.y). It meets the circle in z and sigma(z) only.
type Line struct {
	ux, uy, vx, vy field.E
	vyInv          field.E
}

// NewLine returns the line of z. It refuses a z outside the circle and one with z.y =
// sigma(z.y): so are all points of all domains, and all points on a line y = const with their
// conjugate, between which values can't be interpolated in y.
func NewLine(z circle.PointE) (Line, error) {
	if !z.OnCircle() {
		return Line{}, fmt.Errorf("%w: not on the circle", ErrPoint)
	}
	ux, vx := split(z.X)
	uy, vy := split(z.Y)
	if vy.IsZero() {
		return Line{}, fmt.Errorf("%w: y coordinate is its own conjugate", ErrPoint)
	}
	return Line{ux: ux, uy: uy, vx: vx, vy: vy, vyInv: vy.Inv()}, nil
}

// split writes x = u + iv with u and v fixed by sigma.
func split(x field.E) (u, v field.E) {
	u.C0.A, u.C1.A, u.C2.A = x.C0.A, x.C1.A, x.C2.A
	v.C0.A, v.C1.A, v.C2.A = x.C0.B, x.C1.B, x.C2.B
	return u, v
}

// At evaluates the line at a point over M31; the value is fixed by sigma, and zero nowhere.
func (l *Line) At(p circle.Point) field.E { return l.at()(p) }

// at is At for many points.
func (l *Line) at() func(p circle.Point) field.E {
	a, b, c := l.Coefficients()
	return func(p circle.Point) field.E { return a.Add(b.MulBase(p.X)).Add(c.MulBase(p.Y)) }
}

// Coefficients returns a, b, c with the line's value a + bx + cy, all fixed by sigma.
func (l *Line) Coefficients() (a, b, c field.E) {
	return l.vx.Mul(l.uy).Sub(l.vy.Mul(l.ux)), l.vy, l.vx.Neg()
}

// Quotient is the DEEP quotient of a batch of columns opened at one point:
//
//	sum_c w_c (f_c(P) - I_c(P)) / l(P)
//
// with the line l, the weights w_c, and I_c the linear function of y that has the opened value
// at z and its conjugate at sigma(z).
type Quotient struct {
	Line Line
	a, b field.E // sum_c w_c I_c(P) = a + b y
}

// NewQuotient makes the quotient of columns with the given values at z. There are as many
// weights as values.
func NewQuotient(z circle.PointE, values, weights []field.E) (*Quotient, error) {
	if len(values) != len(weights) {
		return nil, fmt.Errorf("%w: %d values with %d weights", ErrShape, len(values), len(weights))
	}
	l, err := NewLine(z)
	if err != nil {
		return nil, err
	}
	q := &Quotient{Line: l}
	for c, y := range values {
		u, v := split(y)
		q.a = q.a.Add(weights[c].Mul(u))
		q.b = q.b.Add(weights[c].Mul(v))
	}
	q.b = q.b.Mul(l.vyInv)
	q.a = q.a.Sub(q.b.Mul(l.uy))
	return q, nil
}

// Interpolant returns a, b with sum_c w_c I_c = a + b y.
func (q *Quotient) Interpolant() (a, b field.E) { return q.a, q.b }

// At evaluates the quotient at p, given combined = sum_c w_c f_c(p). Many quotients at once
// come cheaper with Numerator, Line.At and one batch inversion.
func (q *Quotient) At(p circle.Point, combined field.E) field.E {
	return q.Numerator(p, combined).Mul(q.Line.At(p).Inv())
}

// Numerator is sum_c w_c (f_c(p) - I_c(p)), given combined = sum_c w_c f_c(p).
func (q *Quotient) Numerator(p circle.Point, combined field.E) field.E {
	return combined.Sub(q.a).Sub(q.b.MulBase(p.Y))
}
