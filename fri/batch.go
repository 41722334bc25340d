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
	// A sum stays below 2^34 after folding, and three products below 3 (2^31-2)^2 < 2^64 - 2^34.
	var acc [field.Degree]uint64
	n := min(len(weights), len(row))
	for c := 0; c < n; c += 3 {
		end := min(c+3, n)
		for j := c; j < end; j++ {
			x := uint64(row[j])
			for k, w := range weights[j].Coords() {
				acc[k] += x * uint64(w)
			}
		}
		for k, a := range acc {
			acc[k] = a&field.P + a>>31
		}
	}
	var out [field.Degree]field.M31
	for k, a := range acc {
		out[k] = field.New(a)
	}
	return field.FromCoords(out)
}

// Opened is a batch of columns of one height, opened at one point, as the verifier knows it.
type Opened struct {
	LogDomain int       // log2 of the length of the columns
	Quotient  *Quotient // at the point on the columns' own domain
	Weights   []field.E // those of the quotient
}

// Values computes what Check wants: at each index of the canonic coset of 2^logDomain points,
// the sum of all batches' quotients, shorter ones lifted. row hands out the opened row of a
// batch at an index of its own domain, with one element for each weight.
func Values(logDomain int, batches []Opened, indices []uint32, row func(batch int, index uint32) ([]field.M31, error)) ([]field.E, error) {
	out := make([]field.E, len(indices))
	for i, b := range batches {
		if b.LogDomain < 1 || b.LogDomain > logDomain || logDomain > MaxLogDomain {
			return nil, fmt.Errorf("%w: batch %d of length 2^%d on 2^%d points", ErrParams, i, b.LogDomain, logDomain)
		}
		// Long before the last query all rows of a short column are known.
		shift := logDomain - b.LogDomain
		distinct := merkle.Distinct(indices, shift)
		domain := circle.Canonic(b.LogDomain)
		lines, values := make([]field.E, len(distinct)), make([]field.E, len(distinct))
		for j, s := range distinct {
			if s>>b.LogDomain != 0 {
				return nil, fmt.Errorf("%w: index %d of 2^%d", ErrParams, s, b.LogDomain)
			}
			r, err := row(i, s)
			if err != nil {
				return nil, err
			}
			if len(r) != len(b.Weights) {
				return nil, fmt.Errorf("%w: batch %d has %d columns, not %d", ErrShape, i, len(r), len(b.Weights))
			}
			p := domain.At(int(s))
			lines[j] = b.Quotient.Line.At(p)
			values[j] = b.Quotient.Numerator(p, Combine(b.Weights, r))
		}
		inverses := make([]field.E, len(lines))
		field.BatchInverse(inverses, lines)
		for j := range values {
			values[j] = values[j].Mul(inverses[j])
		}
		for q, s := range indices {
			j, _ := slices.BinarySearch(distinct, s>>shift)
			out[q] = out[q].Add(values[j])
		}
	}
	return out, nil
}
