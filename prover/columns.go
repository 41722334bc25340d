package prover

import (
	"context"
	"runtime"
	"sync"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// engine is the part of the state that all steps share.
type engine struct {
	ctx     context.Context
	layout  *verifier.Layout
	params  soundness.Params
	hasher  hash.Hasher
	threads int
	clock   *clock
	trace   *fft.Twiddles // canonic cosets up to the largest trace height
	domain  *fft.Twiddles // canonic cosets up to the largest committed height
	quot    *fft.Twiddles // constraint domains
	part    *fft.Twiddles // as many points of the committed domain as the trace has rows
}

func newEngine(ctx context.Context, l *verifier.Layout, p soundness.Params, h hash.Hasher, threads int) *engine {
	return &engine{
		ctx: ctx, layout: l, params: p, hasher: h, threads: threads, clock: newClock(nil),
		trace:  fft.NewTwiddles(circle.Canonic(l.LogHeight)),
		domain: fft.NewTwiddles(circle.Canonic(l.LogHeight + p.LogBlowup)),
		quot:   fft.NewTwiddles(circle.ConstraintDomain(l.LogHeight, p.LogBlowup)),
		part:   fft.NewTwiddles(circle.ConstraintDomain(l.LogHeight-1, p.LogBlowup+1)),
	}
}

// columns are committed polynomials of one table and tree: coefficients, if they are kept,
// and values on the committed domain.
type columns struct {
	coeffs [][]field.M31
	lde    [][]field.M31
}

// interpolate turns trace values into coefficients, in place.
func (e *engine) interpolate(cols [][]field.M31) error {
	e.clock.part(PartTransform)
	fft.InverseAll(e.threads, cols, e.trace)
	return e.ctx.Err()
}

// release makes memory that was given up available at once. The collector would wait until the
// heap has doubled; it takes a millisecond or two, because columns hold no pointers.
func release() { runtime.GC() }

// extend evaluates coefficients on the committed domain.
func (e *engine) extend(coeffs [][]field.M31) (columns, error) {
	e.clock.part(PartTransform)
	c := columns{coeffs: coeffs, lde: make([][]field.M31, len(coeffs))}
	par.For(e.threads, len(coeffs), func(i int) {
		if e.ctx.Err() == nil {
			c.lde[i] = make([]field.M31, len(coeffs[i])<<e.params.LogBlowup)
			fft.Extend(c.lde[i], coeffs[i], e.domain)
		}
	})
	return c, e.ctx.Err()
}

// extendValues evaluates columns that are given by their trace values, which stay as they are,
// on the committed domain.
func (e *engine) extendValues(values [][]field.M31) (columns, error) {
	e.clock.part(PartTransform)
	c := columns{lde: make([][]field.M31, len(values))}
	var s scratch
	par.For(e.threads, len(values), func(i int) {
		if e.ctx.Err() != nil {
			return
		}
		coeffs := s.get(len(values[i]))
		copy(*coeffs, values[i])
		fft.Inverse(*coeffs, e.trace)
		c.lde[i] = make([]field.M31, len(values[i])<<e.params.LogBlowup)
		fft.Extend(c.lde[i], *coeffs, e.domain)
		s.put(coeffs)
	})
	return c, e.ctx.Err()
}

// scratch holds columns that are used one after the other.
type scratch struct{ pool sync.Pool }

// get gives a column of n elements of whatever value.
func (s *scratch) get(n int) *[]field.M31 {
	if c, _ := s.pool.Get().(*[]field.M31); c != nil && len(*c) == n {
		return c
	}
	return new(make([]field.M31, n))
}

func (s *scratch) put(c *[]field.M31) { s.pool.Put(c) }

// commit builds a tree over the tables' columns, in the order of the layout.
func (e *engine) commit(which int, tables []columns) (*tree.Tree, error) {
	var groups []tree.Group
	for _, g := range e.layout.Groups[which] {
		group := tree.Group{LogHeight: g.LogHeight + e.params.LogBlowup}
		for _, t := range g.Tables {
			group.Columns = append(group.Columns, tables[t].lde...)
		}
		groups = append(groups, group)
	}
	return e.build(which, groups)
}

func (e *engine) build(which int, groups []tree.Group) (*tree.Tree, error) {
	e.clock.part(PartHash)
	shape := e.layout.Shape(which, e.params.LogBlowup)
	return tree.Build(e.ctx, e.hasher, groups, verifier.CapLog(which, shape, e.params), e.threads)
}

// commitComposition builds the tree over the composition columns.
func (e *engine) commitComposition(c columns) (*tree.Tree, error) {
	return e.build(proof.Composition, []tree.Group{{LogHeight: e.layout.LogHeight + e.params.LogBlowup, Columns: c.lde}})
}
