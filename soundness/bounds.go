package soundness

import (
	"fmt"
	"math"
	"math/bits"
)

// log2 returns the logarithm of x > 0, rounded down to a multiple of 2^-32. It squares the
// mantissa in integers, bit by bit, so that every architecture gets the same answer (math.Log2
// is assembly on some). The truncations lose less than 2^-30 of the result.
func log2(x float64) float64 {
	frac, exp := math.Frexp(x)              // x = frac 2^exp, frac in [1/2, 1)
	u := uint64(math.Ldexp(frac, 53)) << 11 // 2 frac in [1, 2), 63 bits behind the point
	var f uint64
	for range 32 {
		hi, _ := bits.Mul64(u, u) // u^2 in [1, 4), 62 bits behind the point
		f <<= 1
		if hi>>63 == 1 {
			f |= 1
			u = hi
		} else {
			u = hi << 1
		}
	}
	return float64(exp-1) + math.Ldexp(float64(f), -32)
}

// log2Up is at least the logarithm of x, and too large by less than 2^-29.
func log2Up(x float64) float64 { return log2(x) + 0x1p-30 }

// logE is a lower bound of log2 |E|, |E| = (2^31-1)^6.
func logE() float64 { return float64(6 * log2(1<<31-1)) }

// code carries the quantities of the analysis for one code: dimension k, length n = k/r,
// multiplicity m.
type code struct {
	k, n float64
	r    float64 // rate
	m    float64 // multiplicity, an integer
}

// newCode is the code of the batched function. As a Reed-Solomon code over CM31 the circle
// code has one dimension more than the space that the FFT represents, which counts in the
// rate.
func newCode(s Shape, p Params) code {
	k, n := math.Ldexp(1, s.LogHeight), math.Ldexp(1, s.LogHeight+p.LogBlowup)
	return code{k: k, n: n, r: (k + 1) / n, m: float64(p.M)}
}

// agreement is 1 - y, y = 1 - sqrt(r) - sqrt(r)/(2m) being the radius up to which proximity
// is proven (BCHKS25, theorem 4.2).
func (c code) agreement() float64 {
	q := math.Sqrt(c.r)
	return q + q/(2*c.m)
}

// combination is log2 of |E| e, rounded up, where e is the error of one combination of two
// functions on a domain of this code's rate, folded down by 2^folded (BCHKS25, theorem 4.2):
//
//	e = [ (2(m+1/2)^5 + 3(m+1/2) y r) n / (3 r^1.5) + (m+1/2)/sqrt(r) ] / |E|
func (c code) combination(folded int) float64 {
	h := c.m + 0.5
	y := 1 - c.agreement()
	q := math.Sqrt(c.r)
	h5 := float64(float64(float64(h*h)*float64(h*h)) * h)
	top := float64(2*h5) + float64(float64(3*h)*float64(y*c.r))
	low := h / q
	n := math.Ldexp(c.n, -folded)
	return log2Up(float64(top*n)/float64(3*float64(c.r*q)) + low)
}

// zeros is s, the number of additional zeros that opening costs: the polynomial behind a
// column has a degree larger by s than k. A column opened at a pair of points z, sigma(z) is
// divided by a line, which adds 2. A column lifted by 2^j is divided by the line at the
// lifted point, composed with the j-fold doubling map: that adds 2^(j+1).
func (s Shape) zeros() float64 {
	return math.Ldexp(float64(s.Points), s.LogHeight-s.MinLogHeight)
}

// list bounds the number L of polynomials of dimension k + s that agree with a given function
// on a share 1-y of the domain, 1-y fixed by the code of rate r and m.
//
// With the rate r' = (k+s)/n, Guruswami and Sudan's decoder of integer multiplicity M finds all
// of them if r' (1 + 1/M) < (1-y)^2, and there are at most sqrt(M(M+1)/r') < (M+1/2)/sqrt(r').
// Without lifting M = m; the slack between M+1/2 and sqrt(M(M+1)) covers the two zeros.
// ok is false if no M exists or if the condition k + s < (1-y) n fails.
func (c code) list(zeros float64) (l float64, ok bool) {
	a := c.agreement()
	d := c.k + zeros
	r := d / c.n
	slack := float64(a*a) - r
	if d >= float64(a*c.n) || slack <= 0 {
		return 0, false
	}
	m := math.Floor(r/slack) + 1
	return (m + 0.5) / math.Sqrt(r), true
}

// Names of the rounds.
const (
	RoundLogUp       = "LogUp"
	RoundConstraints = "constraints"
	RoundOutOfDomain = "out of domain"
	RoundBatching    = "batching"
	RoundQueries     = "queries"
	RoundHash        = "hash collisions"
)

// Report counts every round for the given parameters, in the order of the protocol:
//
//	LogUp          2 L x fractions x tuple length / |E|                              (Haböck 2022/1530, and below)
//	constraints    L C / |E|                                                         (Haböck 2022/1216, theorem 8)
//	out of domain  L (d (k+s-1) + (k-1)) / (|E|-k-n), and L (k+s) more with lifting  (the same, and below)
//	batching       (b-1) e(k) 2^-grinding                                            (BCHKS25, theorem 4.2)
//	fold i         (a_i - 1) e(k / (a_1 ... a_i))                                    (BCHKS25)
//	queries        (1-y)^q 2^-grinding                                               (BCHKS25)
//	hash           half the digest; at most that of Blake2s, which makes program ids and keys
//
// LogUp: when its challenges are drawn, the main columns are fixed up to the list of L; and
// besides sums that cancel by accident, a denominator that is zero counts as an error, which
// is as likely: hence the factor 2L.
//
// The lifting term: a lifted column is a codeword that is constant on the fibres of the
// doubling map. A polynomial of the list whose values agree at all preimages of the opened
// point, without being constant on the fibres, differs from its image under a deck
// transformation, and that difference has at most k+s zeros.
//
// The error is ErrShape, ErrParams, or an InsufficientError if the bounds don't apply at all
// (too many zeros for the radius).
func Report(p Params, s Shape) (Rounds, error) {
	if err := p.check(s); err != nil {
		return nil, err
	}
	if err := s.check(p.LogBlowup); err != nil {
		return nil, err
	}
	c := newCode(s, p)
	zeros := s.zeros()
	list, ok := c.list(zeros)
	if !ok {
		return nil, &InsufficientError{Profile: profileOf(p.LogBlowup), Round: RoundOutOfDomain}
	}
	le := logE()
	size := math.Ldexp(1, 186)

	rounds := make(Rounds, 0, 6+len(p.FoldLogs))
	add := func(name string, bits float64) { rounds = append(rounds, Round{name, bits}) }

	if s.Fractions > 0 {
		add(RoundLogUp, le-log2Up(float64(2*list))-log2Up(float64(s.Fractions))-log2Up(float64(s.TupleLength)))
	}
	add(RoundConstraints, le-log2Up(float64(list*float64(s.Constraints))))
	ood := float64(float64(s.Degree)*(c.k+zeros-1)) + (c.k - 1)
	if s.MinLogHeight < s.LogHeight {
		ood += c.k + zeros
	}
	// log2(|E|-k-n) = log2|E| + log2(1 - (k+n)/|E|), and the last term is below 2^-150.
	if (c.k+c.n)/size >= 0x1p-100 {
		return nil, fmt.Errorf("%w: domain of %g points", ErrShape, c.n)
	}
	add(RoundOutOfDomain, le-log2Up(float64(list*ood)))
	if s.Columns > 1 {
		add(RoundBatching, le-c.combination(0)-log2Up(float64(s.Columns-1))+float64(p.BatchGrind))
	}
	folded := 0
	for i, f := range p.FoldLogs {
		folded += f
		add(fmt.Sprintf("fold %d", i+1), le-c.combination(folded)-log2Up(math.Ldexp(1, f)-1))
	}
	add(RoundQueries, float64(float64(p.Queries)*c.queryBits())+float64(p.QueryGrind))
	add(RoundHash, min(s.Hash.CollisionBits(), Blake2s.CollisionBits()))
	return rounds, nil
}

// queryBits is -log2(1-y): what one query is worth.
func (c code) queryBits() float64 { return log2(1 / c.agreement()) }
