package fri

import (
	"fmt"
	"slices"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/merkle"
)

// Powers returns 1, g, ..., g^(n-1).
func Powers(g field.E, n int) []field.E {
	out := make([]field.E, n)
	p := field.One()
	for i := range out {
		out[i] = p
		p = p.Mul(g)
	}
	return out
}

// Weights cuts the consecutive powers of a batching challenge into one list for each batch,
// of the given lengths. No power is used twice.
func Weights(gamma field.E, counts ...int) [][]field.E {
	n := 0
	for _, c := range counts {
		n += c
	}
	all := Powers(gamma, n)
	out := make([][]field.E, len(counts))
	for i, c := range counts {
		out[i], all = slices.Clip(all[:c]), all[c:]
	}
	return out
}

// Combine returns the sum of weights[c] row[c] over the shorter of both.
func Combine(weights []field.E, row []field.M31) field.E {
	// One sum for each coordinate. It stays below 2^34 after folding, and three products below
	// 3 (2^31-2)^2 < 2^64 - 2^34.
	var a0, a1, a2, a3, a4, a5 uint64
	n := min(len(weights), len(row))
	weights, row = weights[:n], row[:n]
	for c := 0; c < n; c += 3 {
		end := min(c+3, n)
		for j, v := range row[c:end] {
			x, w := uint64(v), &weights[c+j]
			a0 += x * uint64(w.C0.A)
			a1 += x * uint64(w.C0.B)
			a2 += x * uint64(w.C1.A)
			a3 += x * uint64(w.C1.B)
			a4 += x * uint64(w.C2.A)
			a5 += x * uint64(w.C2.B)
		}
		a0, a1, a2 = fold(a0), fold(a1), fold(a2)
		a3, a4, a5 = fold(a3), fold(a4), fold(a5)
	}
	return field.E{
		C0: field.CM31{A: field.New(a0), B: field.New(a1)},
		C1: field.CM31{A: field.New(a2), B: field.New(a3)},
		C2: field.CM31{A: field.New(a4), B: field.New(a5)},
	}
}

// fold gives a number below 2^34 that is equal to x modulo p.
func fold(x uint64) uint64 { return x&field.P + x>>31 }

// Opened is a batch of columns of one height, opened at one point, as the verifier knows it.
type Opened struct {
	LogDomain int       // log2 of the length of the columns
	Quotient  *Quotient // at the point on the columns' own domain
	Weights   []field.E // those of the quotient
}

// Values computes what Check wants: at each index of the canonic coset of 2^logDomain points,
// the sum of all batches' quotients, shorter ones lifted. row hands out the opened row of a
// batch at an index of its own domain, with one element for each weight; it is not used any more
// when row is called again.
func Values(logDomain int, batches []Opened, indices []uint32, row func(batch int, index uint32) ([]field.M31, error)) ([]field.E, error) {
	out := make([]field.E, len(indices))
	var levels [MaxLogDomain + 1]*level // by log2 of the length
	for i, b := range batches {
		if b.LogDomain < 1 || b.LogDomain > logDomain || logDomain > MaxLogDomain {
			return nil, fmt.Errorf("%w: batch %d of length 2^%d on 2^%d points", ErrParams, i, b.LogDomain, logDomain)
		}
		l := levels[b.LogDomain]
		if l == nil {
			var err error
			if l, err = newLevel(logDomain, b.LogDomain, indices); err != nil {
				return nil, err
			}
			levels[b.LogDomain] = l
		}
		lines, values := make([]field.E, len(l.distinct)), make([]field.E, len(l.distinct))
		line := b.Quotient.Line.at()
		for j, s := range l.distinct {
			r, err := row(i, s)
			if err != nil {
				return nil, err
			}
			if len(r) != len(b.Weights) {
				return nil, fmt.Errorf("%w: batch %d has %d columns, not %d", ErrShape, i, len(r), len(b.Weights))
			}
			p := l.points[j]
			lines[j] = line(p)
			values[j] = b.Quotient.Numerator(p, Combine(b.Weights, r))
		}
		inverses := make([]field.E, len(lines))
		field.BatchInverse(inverses, lines)
		for j := range values {
			values[j] = values[j].Mul(inverses[j])
		}
		for q, j := range l.place {
			out[q] = out[q].Add(values[j])
		}
	}
	return out, nil
}

// level is what the queries open of columns of one length.
type level struct {
	distinct []uint32       // the indices: long before the last query all rows of a short column are known
	points   []circle.Point // at these
	place    []int          // of each query's index among them
}

func newLevel(logDomain, log int, indices []uint32) (*level, error) {
	shift := logDomain - log
	l := &level{distinct: merkle.Distinct(indices, shift)}
	domain := circle.Canonic(log)
	for _, s := range l.distinct {
		if s>>log != 0 {
			return nil, fmt.Errorf("%w: index %d of 2^%d", ErrParams, s, log)
		}
		l.points = append(l.points, domain.At(int(s)))
	}
	for _, s := range indices {
		j, _ := slices.BinarySearch(l.distinct, s>>shift)
		l.place = append(l.place, j)
	}
	return l, nil
}
