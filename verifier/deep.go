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

// Quotients gives the DEEP quotients of the columns of one height: all columns at the
// lifted out-of-domain point, and the running sums at the next row. Either is nil when
// there is no such column. values and weights have an entry for each opened value.
func Quotients(l *Layout, values, weights []field.E, z circle.PointE, logHeight int) (here, next *fri.Quotient, err error) {
	var v, w, nv, nw []field.E
	for tree := range l.Groups {
		for _, g := range l.Groups[tree] {
			if g.LogHeight == logHeight {
				v = append(v, values[g.First:g.First+g.Width]...)
				w = append(w, weights[g.First:g.First+g.Width]...)
			}
		}
	}
	for _, t := range l.Tables {
		if t.LogHeight == logHeight && t.Next >= 0 {
			nv = append(nv, values[t.Next:t.Next+field.Degree]...)
			nw = append(nw, weights[t.Next:t.Next+field.Degree]...)
		}
	}
	at := z.DoubleN(l.LogHeight - logHeight)
	if len(v) > 0 {
		if here, err = fri.NewQuotient(at, v, w); err != nil {
			return nil, nil, err
		}
	}
	if len(nv) > 0 {
		if next, err = fri.NewQuotient(at.AddBase(circle.Generator(logHeight)), nv, nw); err != nil {
			return nil, nil, err
		}
	}
	return here, next, nil
}

// openedGroup finds the opened rows of one group.
type openedGroup struct {
	group    *Group
	rows     merkle.Rows
	shape    merkle.Shape
	layer    int
	distinct []uint32
	shift    int // from a query to an index of the tree
}

func (o *openedGroup) row(query uint32) ([]field.M31, error) {
	row, ok := o.rows.Row(o.shape, o.layer, o.distinct, query>>o.shift)
	if !ok {
		return nil, fmt.Errorf("%w: no row for query %d", errLength, query)
	}
	return row, nil
}

// deepValues computes the batched DEEP quotient at the queries from the opened rows. Its
// terms are the quotients of each height at the query's point doubled down to that height.
func deepValues(l *Layout, params soundness.Params, p *proof.Proof, shapes [proof.Trees]merkle.Shape, weights []field.E, z circle.PointE, queries []uint32) ([]field.E, error) {
	total := make([]field.E, len(queries))
	for log := l.LogHeight; log >= MinLogHeight; log-- {
		here, next, err := Quotients(l, p.Values, weights, z, log)
		if err != nil {
			return nil, err
		}
		if here == nil {
			continue
		}
		groups := openedGroups(l, params, p, shapes, queries, log)
		domain := circle.Canonic(log + params.LogBlowup)
		numerators := make([]field.E, 0, 2*len(queries))
		lines := make([]field.E, 0, 2*len(queries))
		for _, s := range queries {
			point := domain.At(int(s >> (l.LogHeight - log)))
			a, b, err := combineRows(l, groups, weights, s)
			if err != nil {
				return nil, err
			}
			numerators = append(numerators, here.Numerator(point, a))
			lines = append(lines, here.Line.At(point))
			if next != nil {
				numerators = append(numerators, next.Numerator(point, b))
				lines = append(lines, next.Line.At(point))
			}
		}
		// A line is zero nowhere on the domain, so there is nothing to check.
		field.BatchInverse(lines, lines)
		each := len(lines) / len(queries)
		for i := range lines {
			total[i/each] = total[i/each].Add(numerators[i].Mul(lines[i]))
		}
	}
	return total, nil
}

func openedGroups(l *Layout, params soundness.Params, p *proof.Proof, shapes [proof.Trees]merkle.Shape, queries []uint32, logHeight int) []openedGroup {
	logDomain := l.LogHeight + params.LogBlowup
	var out []openedGroup
	for tree := range l.Groups {
		for k := range l.Groups[tree] {
			g := &l.Groups[tree][k]
			if g.LogHeight != logHeight {
				continue
			}
			out = append(out, openedGroup{
				group:    g,
				rows:     p.Openings[tree].Rows,
				shape:    shapes[tree],
				layer:    k,
				distinct: merkle.Distinct(queries, l.LogHeight-logHeight),
				shift:    logDomain - shapes[tree][0].LogHeight,
			})
		}
	}
	return out
}

// combineRows adds up a query's opened cells with their weights: all columns, and the
// running sums with those of the next row.
func combineRows(l *Layout, groups []openedGroup, weights []field.E, query uint32) (all, sums field.E, err error) {
	for i := range groups {
		g := groups[i].group
		row, err := groups[i].row(query)
		if err != nil {
			return all, sums, err
		}
		all = all.Add(fri.Combine(weights[g.First:g.First+g.Width], row))
		for _, t := range g.Tables {
			table := &l.Tables[t]
			if table.Next < 0 || g.First > table.First[proof.Interaction] || g.First+g.Width <= table.First[proof.Interaction] {
				continue
			}
			at := table.First[proof.Interaction] - g.First + field.Degree*(table.AIR.Interactions()-1)
			sums = sums.Add(fri.Combine(weights[table.Next:table.Next+field.Degree], row[at:at+field.Degree]))
		}
	}
	return all, sums, nil
}
