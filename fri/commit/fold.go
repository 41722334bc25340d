package commit

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/internal/par"
)

// layer holds the values of one layer by their places in the leaves: values[j] at t is the
// value at place j of leaf t. So a leaf is a row of the tree, and folding needs no gathering.
type layer struct {
	logLeaves int
	values    []vec.Planes
}

// columns are the columns of the layer's tree: the order of a row is that of fri.LayerOpening.
func (l *layer) columns() [][]field.M31 {
	cols := make([][]field.M31, 0, field.Degree*len(l.values))
	for _, v := range l.values {
		cols = append(cols, v[:]...)
	}
	return cols
}

// newLayer distributes values to leaves of 2^k neighbours. conjugates tells that the second
// half of the values belongs to the conjugate points, whose places are the second half of a
// leaf. The layer has memory of mem.
func newLayer(values vec.Planes, k int, conjugates bool, threads int, mem *arena.Arena) *layer {
	n := len(values[0]) >> k
	l := &layer{values: make([]vec.Planes, 1<<k)}
	for 1<<l.logLeaves < n {
		l.logLeaves++
	}
	halves, near := 1, 1<<k
	if conjugates {
		halves, near = 2, near/2
	}
	par.For(threads, field.Degree, func(c int) {
		for j := range l.values {
			l.values[j][c] = mem.Column(n)
		}
		for h := range halves {
			src := values[c][h*len(values[c])/halves:]
			dst := make([][]field.M31, near)
			for j := range dst {
				dst[j] = l.values[h*near+j][c]
			}
			distribute(dst, src)
		}
	})
	return l
}

// distribute sets dst[j][t] to src[t*len(dst)+j].
func distribute(dst [][]field.M31, src []field.M31) {
	for j := 0; j < len(dst); {
		if len(dst)-j < 4 {
			d := dst[j]
			for t := range d {
				d[t] = src[t*len(dst)+j]
			}
			j++
			continue
		}
		n := len(dst[j])
		d0, d1, d2, d3 := dst[j][:n], dst[j+1][:n], dst[j+2][:n], dst[j+3][:n]
		for t := range d0 {
			s := src[t*len(dst)+j:][:4]
			d0[t], d1[t], d2[t], d3[t] = s[0], s[1], s[2], s[3]
		}
		j += 4
	}
}

// fold folds the layer: the result has one value for each leaf. The mathematics is that of
// package fri; conjugates tells the first layer, which starts with the circle fold.
func (l *layer) fold(alpha field.E, conjugates bool, threads int, mem *arena.Arena) vec.Planes {
	k := 0
	for 1<<k < len(l.values) {
		k++
	}
	near := k
	if conjugates {
		near--
	}
	out := mem.Planes(1 << l.logLeaves)
	pts := newPoints(l.logLeaves, near, 0)
	scale := field.M31(1)
	for range k {
		scale = scale.Halve()
	}
	par.Blocks(threads, pts.blocks(), pts.blocks(), func() func(lo, hi int) {
		f := newFolder(pts.size(), k, near, conjugates)
		return func(lo, hi int) {
			for b := lo; b < hi; b++ {
				pts.block(b, f.x, f.y)
				from, to := b*pts.size(), (b+1)*pts.size()
				r := f.fold(l.values, from, to, alpha)
				for c := range r {
					vec.MulConst(out[c][from:to], r[c], scale)
				}
			}
		}
	})
	return out
}

// folder folds blocks of leaves.
type folder struct {
	near       int
	conjugates bool
	x, y       []field.M31    // of the first point of each leaf
	offs       []circle.Point // from there to the points at even places
	coords     [][]field.M31  // by step of folding and pair
	tmp        vec.Planes
	sums       []vec.Planes // one for each pair of the first step
}

func newFolder(size, k, near int, conjugates bool) *folder {
	f := &folder{near: near, conjugates: conjugates}
	f.x, f.y = make([]field.M31, size), make([]field.M31, size)
	f.coords = make([][]field.M31, 1<<k)
	for i := range f.coords {
		f.coords[i] = make([]field.M31, size)
	}
	f.tmp = vec.MakePlanes(size)
	f.sums = make([]vec.Planes, max(1<<k/2, 1))
	for i := range f.sums {
		f.sums[i] = vec.MakePlanes(size)
	}
	f.offs = fri.Offsets(near)
	return f
}

// fold folds the leaves [from, to), whose first points are in x and y. The result is too large
// by the factor 2^k, since halving waits until the end, and is overwritten by the next call.
func (f *folder) fold(values []vec.Planes, from, to int, alpha field.E) vec.Planes {
	coords := f.coords
	if f.conjugates {
		ys := coords[:len(f.offs)]
		for i, o := range f.offs {
			// y of the sum of two points is x o.Y + y o.X.
			vec.MulConst(ys[i], f.x, o.Y)
			vec.MulAddConst(ys[i], f.y, o.X)
			vec.BatchInverse(ys[i], ys[i])
		}
		coords = coords[len(f.offs):]
		n := len(values) / 2
		for j := range n {
			f.pair(f.sums[j], vec.Slice(values[j], from, to), vec.Slice(values[n+j], from, to), ys[j/2], j&1 == 1, alpha)
		}
		values, from, to = f.sums[:n], 0, to-from
		alpha = alpha.Square()
	}
	// x of every second point, then pi of every second of these, and so on.
	xs := coords[:len(f.offs)]
	for i, o := range f.offs {
		vec.MulConst(xs[i], f.x, o.X)
		vec.MulAddConst(xs[i], f.y, o.Y.Neg())
	}
	for len(values) > 1 {
		n := len(values) / 2
		next := coords[n:]
		for j := 0; j < n; j += 2 {
			if n > 1 {
				double(next[j/2], xs[j])
			}
		}
		for j := range n {
			vec.BatchInverse(xs[j], xs[j])
			f.pair(f.sums[j], vec.Slice(values[2*j], from, to), vec.Slice(values[2*j+1], from, to), xs[j], false, alpha)
		}
		values, from, to = f.sums[:n], 0, to-from
		coords, xs = next, next[:n/2]
		alpha = alpha.Square()
	}
	return vec.Slice(values[0], from, to)
}

// pair sets dst = u + v + alpha (u-v) inv, or with -inv. dst may be u.
func (f *folder) pair(dst, u, v vec.Planes, inv []field.M31, negate bool, alpha field.E) {
	if negate {
		vec.SubE(f.tmp, v, u)
	} else {
		vec.SubE(f.tmp, u, v)
	}
	vec.MulBaseE(f.tmp, f.tmp, inv)
	vec.AddE(dst, u, v)
	vec.MulConstE(f.tmp, f.tmp, alpha)
	vec.AddE(dst, dst, f.tmp)
}

// double sets dst = 2 x^2 - 1.
func double(dst, x []field.M31) {
	vec.Mul(dst, x, x)
	vec.Add(dst, dst, dst)
	vec.AddConst(dst, dst, field.P-1)
}
