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

// opened is a batch of columns of one tree and height, opened at one point: a group, or
// the running sum of one table in its group.
type opened struct {
	tree, layer int
	logHeight   int
	from, to    int // columns of the group
	first       int // position of their values
	next        bool
}

// batches lists what is opened, in the order of the values.
func (l *Layout) batches() []opened {
	var out []opened
	for tree := range l.Groups {
		for layer, g := range l.Groups[tree] {
			out = append(out, opened{tree: tree, layer: layer, logHeight: g.LogHeight, to: g.Width, first: g.First})
		}
	}
	for layer, g := range l.Groups[proof.Interaction] {
		for _, i := range g.Tables {
			t := &l.Tables[i]
			from := t.First[proof.Interaction] - g.First + field.Degree*(t.AIR.Interactions()-1)
			out = append(out, opened{
				tree: proof.Interaction, layer: layer, logHeight: g.LogHeight,
				from: from, to: from + field.Degree, first: t.Next, next: true,
			})
		}
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
	for i, b := range batches {
		n := b.to - b.from
		q, err := fri.NewQuotient(l.OpenedPoint(z, b.logHeight, b.next), p.Values[b.first:b.first+n], weights[b.first:b.first+n])
		if err != nil {
			return nil, err
		}
		list[i] = fri.Opened{LogDomain: b.logHeight + params.LogBlowup, Quotient: q, Weights: weights[b.first : b.first+n]}
		distinct[i] = merkle.Distinct(queries, l.LogHeight-b.logHeight)
	}
	return fri.Values(logDomain, list, queries, func(batch int, index uint32) ([]field.M31, error) {
		b := &batches[batch]
		shape := shapes[b.tree]
		row, ok := p.Openings[b.tree].Rows.Row(shape, b.layer, distinct[batch], index<<(shape[0].LogHeight-shape[b.layer].LogHeight))
		if !ok {
			return nil, fmt.Errorf("%w: row %d of tree %d isn't opened", errLength, index, b.tree)
		}
		return row[b.from:b.to], nil
	})
}
