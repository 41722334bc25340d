package prover

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri/commit"
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
		var here, next *fft.Evaluator
		at := e.point(z, log)
		for tree := range l.Groups {
			for i := range l.Groups[tree] {
				if g := &l.Groups[tree][i]; g.LogHeight == log {
					if here == nil {
						here = fft.NewEvaluator(at, log)
					}
					e.evaluateAll(values[g.First:], c.group(tree, g), here)
				}
			}
		}
		for i := range l.Tables {
			if t := &l.Tables[i]; t.LogHeight == log && t.Next >= 0 {
				if next == nil {
					next = fft.NewEvaluator(at.AddBase(circle.Generator(log)), log)
				}
				e.evaluateAll(values[t.Next:], c.runningSum(i, t), next)
			}
		}
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// evaluateAll sets dst to the values of columns at the point of at.
func (e *engine) evaluateAll(dst []field.E, cols [][]field.M31, at *fft.Evaluator) {
	e.withCoefficients(cols, func(i int, coeffs []field.M31) { dst[i] = at.Eval(coeffs) })
}

// quotient computes the batched DEEP quotient on the largest domain.
func (e *engine) quotient(c *committed, values, weights []field.E, z circle.PointE) (vec.Planes, error) {
	e.clock.part(PartQuotient)
	l := e.layout
	var batches []commit.Batch
	add := func(log, first int, cols [][]field.M31, at circle.PointE) {
		batches = append(batches, commit.Batch{
			LogDomain: log + e.params.LogBlowup,
			Columns:   cols,
			Point:     at,
			Values:    values[first : first+len(cols)],
			Weights:   weights[first : first+len(cols)],
		})
	}
	for tree := range l.Groups {
		for i := range l.Groups[tree] {
			g := &l.Groups[tree][i]
			add(g.LogHeight, g.First, c.group(tree, g), e.point(z, g.LogHeight))
		}
	}
	for i := range l.Tables {
		if t := &l.Tables[i]; t.Next >= 0 {
			add(t.LogHeight, t.Next, c.runningSum(i, t), e.point(z, t.LogHeight).AddBase(circle.Generator(t.LogHeight)))
		}
	}
	return commit.Quotients(e.ctx, l.LogHeight+e.params.LogBlowup, batches, e.threads)
}
