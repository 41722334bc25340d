package verifier

import (
	"fmt"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

// opened is a batch: all columns of one height that are opened at one point.
type opened struct {
	logHeight int
	next      bool // at the row after the out-of-domain point
	parts     []part
}

// part is what a batch has of one group: the group, or the running sum of one of its tables.
type part struct {
	tree, layer int
	from, to    int // columns of the group
	first       int // position of their values
}

// batches lists what is opened.
func (l *Layout) batches() []opened {
	var out []opened
	add := func(logHeight int, next bool, p part) {
		for i := range out {
			if out[i].logHeight == logHeight && out[i].next == next {
				out[i].parts = append(out[i].parts, p)
				return
			}
		}
		out = append(out, opened{logHeight, next, []part{p}})
	}
	for tree := range l.Groups {
		for layer, g := range l.Groups[tree] {
			add(g.LogHeight, false, part{tree: tree, layer: layer, to: g.Width, first: g.First})
		}
	}
	for layer, g := range l.Groups[proof.Interaction] {
		for _, i := range g.Tables {
			t := &l.Tables[i]
			from := t.First[proof.Interaction] - g.First + field.Degree*(t.AIR.Interactions()-1)
			add(g.LogHeight, true, part{tree: proof.Interaction, layer: layer, from: from, to: from + field.Degree, first: t.Next})
		}
	}
	return out
}

// pick puts what a batch has of a list with one element for each out-of-domain value together.
func (b *opened) pick(all []field.E) []field.E {
	var out []field.E
	for _, p := range b.parts {
		out = append(out, all[p.first:p.first+p.to-p.from]...)
	}
	return out
}

// OpenedPoint is the point at which columns of a height are opened: the out-of-domain
// point doubled down to the height, and for running sums the row after it.
func (l *Layout) OpenedPoint(z circle.PointE, logHeight int, next bool) circle.PointE {
	z = z.DoubleN(l.LogHeight - logHeight)
	if next {
		z = z.AddBase(circle.Generator(logHeight))
	}
	return z
}

// deepValues computes the batched DEEP quotient at the queries from the opened rows.
func deepValues(l *Layout, params soundness.Params, p *proof.Segment, shapes [proof.Trees]merkle.Shape, weights []field.E, z circle.PointE, queries []uint32) ([]field.E, error) {
	logDomain := l.LogHeight + params.LogBlowup
	batches := l.batches()
	list := make([]fri.Opened, len(batches))
	distinct := make([][]uint32, len(batches))
	for i := range batches {
		b := &batches[i]
		w := b.pick(weights)
		q, err := fri.NewQuotient(l.OpenedPoint(z, b.logHeight, b.next), b.pick(p.Values), w)
		if err != nil {
			return nil, err
		}
		list[i] = fri.Opened{LogDomain: b.logHeight + params.LogBlowup, Quotient: q, Weights: w}
		distinct[i] = merkle.Distinct(queries, l.LogHeight-b.logHeight)
	}
	var row []field.M31
	return fri.Values(logDomain, list, queries, func(batch int, index uint32) ([]field.M31, error) {
		row = row[:0]
		for _, b := range batches[batch].parts {
			shape := shapes[b.tree]
			r, ok := p.Openings[b.tree].Rows.Row(shape, b.layer, distinct[batch], index<<(shape[0].LogHeight-shape[b.layer].LogHeight))
			if !ok {
				return nil, fmt.Errorf("%w: row %d of tree %d isn't opened", errLength, index, b.tree)
			}
			row = append(row, r[b.from:b.to]...)
		}
		return row, nil
	})
}
