package prover

import (
	"sync"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri/commit"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/verifier"
)

// committed is all columns of a proof, without coefficients: by tree and table; the composition's
// stand alone.
type committed struct {
	tables      [proof.Composition][]columns
	composition columns
}

// group gives the columns of a group, in order.
func (c *committed) group(tree int, g *verifier.Group) (cols [][]field.M31) {
	if tree == proof.Composition {
		return c.composition.lde
	}
	for _, t := range g.Tables {
		cols = append(cols, c.tables[tree][t].lde...)
	}
	return cols
}

// runningSum gives the six columns of a table's running sum.
func (c *committed) runningSum(i int, t *verifier.Table) [][]field.M31 {
	return c.tables[proof.Interaction][i].lde[field.Degree*(t.AIR.Interactions()-1):]
}

// point is the out-of-domain point lifted down to a height.
func (e *engine) point(z circle.PointE, log int) circle.PointE {
	return z.DoubleN(e.layout.LogHeight - log)
}

// evaluate gives all out-of-domain values, in the order of the layout.
func (e *engine) evaluate(c *committed, z circle.PointE) ([]field.E, error) {
	e.clock.part(PartEvaluate)
	l := e.layout
	values := make([]field.E, l.Values)
	for log := verifier.MinLogHeight; log <= l.LogHeight; log++ {
		var groups []evaluation // at the point, and one step further
		for tree := range l.Groups {
			for i := range l.Groups[tree] {
				if g := &l.Groups[tree][i]; g.LogHeight == log {
					groups = append(groups, evaluation{values[g.First:], c.group(tree, g), 0})
				}
			}
		}
		for i := range l.Tables {
			if t := &l.Tables[i]; t.LogHeight == log && t.Next >= 0 {
				groups = append(groups, evaluation{values[t.Next:], c.runningSum(i, t), 1})
			}
		}
		if len(groups) == 0 {
			continue
		}
		points := [2]circle.PointE{e.point(z, log), e.point(z, log).AddBase(circle.Generator(log))}
		var weights [2]vec.Planes
		par.For(e.threads, len(weights), func(i int) {
			weights[i] = e.mem.Planes(1 << log)
			fft.SetWeightsAt(weights[i], points[i], log, e.part)
		})
		e.evaluateAll(groups, weights)
		for i := range weights {
			e.mem.FreeAll(weights[i][:])
		}
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// evaluation is columns of one height, where their values go, and at which of two points they are.
type evaluation struct {
	dst  []field.E
	cols [][]field.M31
	at   int
}

// evaluateRows is the number of rows of which all columns are read before the next ones: their
// weights, 24 KiB, stay in the cache.
const evaluateRows = 1024

// evaluateAll computes the values of columns of one height, given by weights for their values at
// the domain e.part: the first rows of each half of the committed domain.
func (e *engine) evaluateAll(groups []evaluation, weights [2]vec.Planes) {
	half := len(weights[0][0]) / 2
	var mu sync.Mutex
	par.Chunks(e.threads, (half+evaluateRows-1)/evaluateRows, func(lo, hi int) {
		sums := make([][]field.E, len(groups))
		for i := range groups {
			sums[i] = make([]field.E, len(groups[i].cols))
		}
		for block := lo; block < hi && e.ctx.Err() == nil; block++ {
			from, to := block*evaluateRows, min((block+1)*evaluateRows, half)
			for h := range 2 {
				for i, g := range groups {
					w := vec.Slice(weights[g.at], h*half+from, h*half+to)
					for k, c := range g.cols {
						at := h * len(c) / 2
						sums[i][k] = sums[i][k].Add(vec.DotE(c[at+from:at+to], w))
					}
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for i, g := range groups { // exact, so that the order doesn't matter
			for k, s := range sums[i] {
				g.dst[k] = g.dst[k].Add(s)
			}
		}
	})
}

// opening is a point at which columns of a height are opened: the out-of-domain point lifted down
// to the height, or the next row from there.
type opening struct {
	logHeight int
	next      bool
}

// quotient computes the batched DEEP quotient on the largest domain: as many values as it has
// coefficients from those of the columns, and the others by interpolation.
func (e *engine) quotient(c *committed, values, weights []field.E, z circle.PointE) (vec.Planes, error) {
	e.clock.part(PartQuotient)
	l := e.layout
	// One batch for each height and point: what a batch costs beside its columns is more than
	// what six columns cost.
	var batches []commit.Batch
	places := map[opening]int{}
	add := func(at opening, first int, cols [][]field.M31) {
		i, ok := places[at]
		if !ok {
			i = len(batches)
			places[at] = i
			batches = append(batches, commit.Batch{
				LogDomain: at.logHeight + e.params.LogBlowup,
				Point:     l.OpenedPoint(z, at.logHeight, at.next),
			})
		}
		b := &batches[i]
		b.Columns = append(b.Columns, cols...)
		b.Values = append(b.Values, values[first:first+len(cols)]...)
		b.Weights = append(b.Weights, weights[first:first+len(cols)]...)
	}
	for tree := range l.Groups {
		for i := range l.Groups[tree] {
			g := &l.Groups[tree][i]
			add(opening{g.LogHeight, false}, g.First, c.group(tree, g))
		}
	}
	for i := range l.Tables {
		if t := &l.Tables[i]; t.Next >= 0 {
			add(opening{t.LogHeight, true}, t.Next, c.runningSum(i, t))
		}
	}
	g, err := commit.Quotients(e.ctx, l.LogHeight+e.params.LogBlowup, e.params.LogBlowup, batches, e.threads, e.mem)
	if err != nil {
		return g, err
	}
	e.clock.part(PartTransform)
	fft.InverseAll(e.threads, g[:], e.part)
	all, err := e.extend(g[:])
	return vec.Planes(all.lde), err
}
