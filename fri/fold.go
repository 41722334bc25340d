// Package fri is the low-degree test of the proof system: circle FRI (Haböck, Levit, Papini,
// ePrint 2024/278, section 4) with folding factors that are powers of two.
//
// A function f on the circle is f(x,y) = a(x) + y b(x). The first layer folds it to a(x) +
// alpha b(x) on the x coordinates, the line. A function on the line is g(x) = g0(pi(x)) + x
// g1(pi(x)) with pi(x) = 2x^2-1, and folds to g0 + alpha g1 on the values of pi. A layer does
// several of these steps at once, with alpha, alpha^2, alpha^4, ... of one challenge: so it
// combines 2^k functions by the powers 1, alpha, ..., alpha^(2^k-1).
//
// The line domain of 2^h values holds the x coordinates of the first half of the canonic coset
// of 2^(h+1) points in storage order: neighbours 2j, 2j+1 are x and -x, and pi(x) lies at j of
// the domain of half the size.
//
// Nothing here draws on more than the standard library, and nothing panics on what a proof
// may hold.
package fri

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
)

// LineX returns the coordinate at index t of the line domain of 2^log values.
func LineX(log int, t uint32) field.M31 {
	return circle.Canonic(log + 1).At(int(t)).X
}

// EvalLast evaluates a polynomial of the line at x, by folding. The coefficient c[s] belongs to
// the product of pi^k(x) over the bits k set in s; the length is a power of two.
func EvalLast(c []field.E, x field.M31) field.E {
	for buf := append([]field.E(nil), c...); ; x = circle.DoubleX(x) {
		if len(buf) <= 1 {
			return first(buf)
		}
		n := len(buf) / 2
		for s := range n {
			buf[s] = buf[2*s].Add(buf[2*s+1].MulBase(x))
		}
		buf = buf[:n]
	}
}

func first(c []field.E) field.E {
	if len(c) == 0 {
		return field.E{}
	}
	return c[0]
}

// FoldStep folds the values u = f(p) and v = f(-p), where inv is the inverse of the coordinate
// that p and -p have negated (y on the circle, x on the line): (u+v)/2 + alpha (u-v)/2 inv.
func FoldStep(u, v field.E, inv field.M31, alpha field.E) field.E {
	return u.Add(v).Add(u.Sub(v).MulBase(inv).Mul(alpha)).MulBase(half)
}

// half is 1/2.
const half field.M31 = 1 << 30

// folder folds the leaves of one layer. A leaf covers 2^near neighbours of a line domain: of
// the layer's own one or, in layer 0, where each stands for two conjugate points, of the first
// half of the circle domain.
type folder struct {
	circle bool
	near   int
	domain circle.Domain  // whose first half has the points of the layer
	offs   []circle.Point // what lies between the first point of a leaf and those at even places
	coords []field.M31    // scratch: coordinates, inverses, values
	invs   []field.M31
	vals   []field.E
}

func newFolder(p Params, layer int) *folder {
	k := p.FoldLogs[layer]
	f := &folder{
		circle: layer == 0,
		near:   k,
		coords: make([]field.M31, 0, 1<<k),
		invs:   make([]field.M31, 1<<k),
		vals:   make([]field.E, 1<<k),
	}
	if f.circle {
		f.near = k - 1
		f.domain = circle.Canonic(p.LogDomain)
	} else {
		f.domain = circle.Canonic(p.LogLeaves(layer-1) + 1)
	}
	f.offs = Offsets(f.near)
	return f
}

// Offsets returns what lies between the first of 2^near neighbours in the first half of a
// canonic coset and those at even places; at odd places are their negatives. Bit b of the
// storage index stands for the summand g_(b+1).
func Offsets(near int) []circle.Point {
	offs := []circle.Point{circle.Zero()}
	for b := 1; b < near; b++ {
		g := circle.Generator(b + 1)
		for _, o := range offs {
			offs = append(offs, o.Add(g))
		}
	}
	return offs
}

// fold folds the values of leaf t, in the order of the tree, to the value at index t of the
// next layer.
func (f *folder) fold(t uint32, leaf []field.E, alpha field.E) field.E {
	vals := f.vals[:copy(f.vals, leaf)]
	p := f.domain.At(int(t) << f.near)

	// All coordinates to divide by: y and x of the points at even places, then x of every
	// second one of them doubled, and so on. y = 0 and x = 0 don't occur on canonic cosets.
	f.coords = f.coords[:0]
	if f.circle {
		for _, o := range f.offs {
			f.coords = append(f.coords, p.Add(o).Y)
		}
	}
	start := len(f.coords)
	if f.near > 0 {
		for _, o := range f.offs {
			f.coords = append(f.coords, p.Add(o).X)
		}
	}
	for n := len(f.offs); n > 1; n /= 2 {
		for l := 0; l < n; l += 2 {
			f.coords = append(f.coords, circle.DoubleX(f.coords[start+l]))
		}
		start += n
	}
	invs := f.invs[:len(f.coords)]
	field.BatchInverseM31(invs, f.coords)

	if f.circle {
		n := len(vals) / 2
		for j := range n {
			y := invs[j/2]
			if j&1 == 1 {
				y = y.Neg()
			}
			vals[j] = FoldStep(vals[j], vals[n+j], y, alpha)
		}
		vals = vals[:n]
		invs = invs[len(f.offs):]
		alpha = alpha.Square()
	}
	for len(vals) > 1 {
		n := len(vals) / 2
		for j := range n {
			vals[j] = FoldStep(vals[2*j], vals[2*j+1], invs[j], alpha)
		}
		vals = vals[:n]
		invs = invs[n:]
		alpha = alpha.Square()
	}
	return vals[0]
}
