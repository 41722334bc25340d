package commit

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/internal/par"
)

// ErrBatch reports a batch of openings whose parts don't fit together.
var ErrBatch = errors.New("commit: impossible batch of openings")

// Batch is a number of columns of one height, opened at one point.
type Batch struct {
	LogDomain int           // log2 of the length of the columns, at least 1
	Columns   [][]field.M31 // values on the canonic coset, in storage order
	Point     circle.PointE // the opened point, on the columns' own domain
	Values    []field.E     // of the columns there
	Weights   []field.E     // powers of the batching challenge
}

// Quotients returns the function that FRI tests: the sum of the DEEP quotients (fri.Quotient)
// of all batches, on the canonic coset of 2^logDomain points. The quotients of shorter columns
// are lifted: at index s stands their value at s >> k, k being the difference of the logs.
//
// Only the first 1/2^part of the values of each half are computed. For columns of a rate of 1/2^part or
// less they determine the function. It has memory of mem, nil for the heap.
func Quotients(ctx context.Context, logDomain, part int, batches []Batch, threads int, mem *arena.Arena) (vec.Planes, error) {
	groups := make([][]*deepTask, logDomain+1)
	for i := range batches {
		b := &batches[i]
		if b.LogDomain < 1+part || b.LogDomain > logDomain || len(b.Columns) != len(b.Values) {
			return vec.Planes{}, fmt.Errorf("%w: batch %d, %d columns of 2^%d rows with %d values", ErrBatch, i, len(b.Columns), b.LogDomain, len(b.Values))
		}
		for _, c := range b.Columns {
			if len(c) != 1<<b.LogDomain {
				return vec.Planes{}, fmt.Errorf("%w: batch %d, column of %d rows, not 2^%d", ErrBatch, i, len(c), b.LogDomain)
			}
		}
		q, err := fri.NewQuotient(b.Point, b.Values, b.Weights)
		if err != nil {
			return vec.Planes{}, fmt.Errorf("commit: batch %d: %w", i, err)
		}
		groups[b.LogDomain] = append(groups[b.LogDomain], &deepTask{b, q})
	}

	// From short to long: each height's sum is lifted into the next one's.
	var sum vec.Planes
	for log, tasks := range groups {
		if len(tasks) == 0 && log < logDomain {
			continue
		}
		next := mem.Planes(1 << (log - part))
		if sum[0] != nil {
			lift(next, sum, threads)
			mem.FreeAll(sum[:])
		} else {
			for k := range next {
				clear(next[k])
			}
		}
		if err := accumulate(ctx, next, log, part, tasks, threads); err != nil {
			return vec.Planes{}, err
		}
		sum = next
	}
	return sum, nil
}

// lift sets dst at s to src at s >> k.
func lift(dst, src vec.Planes, threads int) {
	k := len(dst[0]) / len(src[0])
	par.Chunks(threads, len(src[0]), func(lo, hi int) {
		for c := range dst {
			out := dst[c][lo*k : hi*k]
			if k == 2 {
				vec.Repeat(out, src[c][lo:hi])
				continue
			}
			for i, x := range src[c][lo:hi] {
				run := out[i*k : (i+1)*k]
				for j := range run {
					run[j] = x
				}
			}
		}
	})
}

// deepTask is a batch with its quotient.
type deepTask struct {
	*Batch
	q *fri.Quotient
}

// accumulate adds the quotients of batches of one height to dst, which has the first 1/2^part of each
// half.
func accumulate(ctx context.Context, dst vec.Planes, log, part int, tasks []*deepTask, threads int) error {
	if len(tasks) == 0 {
		return nil
	}
	pts := newPoints(log-1, 0, part)
	par.Blocks(threads, pts.blocks(), pts.blocks(), func() func(lo, hi int) {
		w := newDeepWorker(pts.size())
		return func(lo, hi int) {
			for b := lo; b < hi && ctx.Err() == nil; b++ {
				pts.block(b, w.x, w.y)
				from := b * pts.size()
				for _, t := range tasks {
					w.add(vec.Slice(dst, from, from+pts.size()), t, from)
				}
				// The conjugate points.
				vec.Neg(w.y, w.y)
				at := len(dst[0])/2 + from
				for _, t := range tasks {
					w.add(vec.Slice(dst, at, at+pts.size()), t, 1<<log/2+from)
				}
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// deepWorker holds the scratch of one goroutine.
type deepWorker struct {
	x, y    []field.M31
	cols    [][]field.M31
	weights []field.E
	num     vec.Planes // numerators
	line    cubic      // the line's values, then their inverses
	tmp     cubic
	norm    []field.M31
}

// cubic is a column of elements of the field fixed by sigma, M31[v]/(v^3-5).
type cubic [3][]field.M31

func newDeepWorker(size int) *deepWorker {
	w := &deepWorker{num: vec.MakePlanes(size)}
	for _, s := range []*[]field.M31{&w.x, &w.y, &w.norm, &w.line[0], &w.line[1], &w.line[2], &w.tmp[0], &w.tmp[1], &w.tmp[2]} {
		*s = make([]field.M31, size)
	}
	return w
}

// add adds the quotients of t at the points in x and y, which have the indices from on, to out.
func (w *deepWorker) add(out vec.Planes, t *deepTask, from int) {
	to := from + len(w.x)
	w.cols = w.cols[:0]
	for _, c := range t.Columns {
		w.cols = append(w.cols, c[from:to])
	}
	// Numerators: sum_c w_c f_c - a - b y.
	a, b := t.q.Interpolant()
	w.cols, w.weights = append(w.cols, w.y), append(append(w.weights[:0], t.Weights...), b.Neg())
	vec.SumConsts(w.num, a.Neg(), w.cols, w.weights)

	c0, cx, cy := t.q.Line.Coefficients()
	k0, kx, ky := fixed(c0), fixed(cx), fixed(cy)
	for k := range w.line {
		vec.MulConst(w.line[k], w.x, kx[k])
		vec.MulAddConst(w.line[k], w.y, ky[k])
		vec.AddConst(w.line[k], w.line[k], k0[k])
	}
	w.invert()
	for half := range 2 {
		w.mulAdd(cubic{out[half], out[half+2], out[half+4]}, cubic{w.num[half], w.num[half+2], w.num[half+4]})
	}
}

// fixed returns the coordinates over 1, v, v^2 of an element fixed by sigma.
func fixed(x field.E) [3]field.M31 { return [3]field.M31{x.C0.A, x.C1.A, x.C2.A} }

// invert replaces the line's values by their inverses: with the adjugate t of d, d t is in M31.
//
//	t = (d0^2 - 5 d1 d2, 5 d2^2 - d0 d1, d1^2 - d0 d2),  d t = d0 t0 + 5 (d2 t1 + d1 t2)
func (w *deepWorker) invert() {
	d, t, s := w.line, w.tmp, w.norm
	vec.Mul(t[0], d[0], d[0])
	vec.Mul(s, d[1], d[2])
	vec.MulAddConst(t[0], s, field.P-5)

	vec.Mul(t[1], d[2], d[2])
	vec.MulConst(t[1], t[1], 5)
	vec.Mul(s, d[0], d[1])
	vec.Sub(t[1], t[1], s)

	vec.Mul(t[2], d[1], d[1])
	vec.Mul(s, d[0], d[2])
	vec.Sub(t[2], t[2], s)

	vec.Mul(s, d[2], t[1])
	vec.MulAdd(s, d[1], t[2])
	vec.MulConst(s, s, 5)
	vec.MulAdd(s, d[0], t[0])
	vec.BatchInverse(s, s)
	for k := range d {
		vec.Mul(d[k], t[k], s)
	}
}

// mulAdd sets dst = dst + a * line.
func (w *deepWorker) mulAdd(dst, a cubic) {
	l, s := w.line, w.norm
	vec.MulAdd(dst[0], a[0], l[0])
	vec.MulAdd(dst[1], a[0], l[1])
	vec.MulAdd(dst[2], a[0], l[2])
	vec.MulAdd(dst[1], a[1], l[0])
	vec.MulAdd(dst[2], a[1], l[1])
	vec.MulAdd(dst[2], a[2], l[0])
	// What passes v^2 comes back times 5.
	vec.Mul(s, a[1], l[2])
	vec.MulAdd(s, a[2], l[1])
	vec.MulAddConst(dst[0], s, 5)
	vec.Mul(s, a[2], l[2])
	vec.MulAddConst(dst[1], s, 5)
}
