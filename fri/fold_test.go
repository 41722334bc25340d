package fri

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/stretchr/testify/require"
)

func randomM31(rng *rand.Rand) field.M31 { return field.M31(rng.Uint32N(field.P)) }

func randomE(rng *rand.Rand) field.E {
	var c [field.Degree]field.M31
	for i := range c {
		c[i] = randomM31(rng)
	}
	return field.FromCoords(c)
}

func randomEs(rng *rand.Rand, n int) []field.E {
	out := make([]field.E, n)
	for i := range out {
		out[i] = randomE(rng)
	}
	return out
}

// evalCircle evaluates f = a(x) + y b(x) with coefficients [a|b] at p, term by term.
func evalCircle(c []field.E, p circle.Point) field.E {
	n := len(c) / 2
	return EvalLast(c[:n], p.X).Add(EvalLast(c[n:], p.X).MulBase(p.Y))
}

// evalTerms is EvalLast without folding: the sum of the terms.
func evalTerms(c []field.E, x field.M31) field.E {
	var sum field.E
	for s, a := range c {
		basis, xk := field.M31(1), x
		for b := s; b > 0; b >>= 1 {
			if b&1 == 1 {
				basis = basis.Mul(xk)
			}
			xk = circle.DoubleX(xk)
		}
		sum = sum.Add(a.MulBase(basis))
	}
	return sum
}

func TestEvalLast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for log := range 8 {
		c := randomEs(rng, 1<<log)
		x := randomM31(rng)
		before := append([]field.E(nil), c...)
		require.Equal(t, evalTerms(c, x), EvalLast(c, x))
		require.Equal(t, before, c)
	}
	require.Zero(t, EvalLast(nil, 5))
}

// combine folds coefficients: the 2^k functions that a layer's input is made of are combined by
// powers of alpha, the circle's two parts by the lowest bit of the exponent.
func combine(c []field.E, k int, conjugates bool, alpha field.E) []field.E {
	for range k {
		n := len(c) / 2
		out := make([]field.E, n)
		for s := range n {
			if conjugates {
				out[s] = c[s].Add(c[n+s].Mul(alpha))
			} else {
				out[s] = c[2*s].Add(c[2*s+1].Mul(alpha))
			}
		}
		c, conjugates, alpha = out, false, alpha.Square()
	}
	return c
}

func TestFoldIsCombinationOfCoefficients(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for k := 1; k <= 4; k++ {
		for _, logDim := range []int{k, k + 1, 6} {
			p := Params{LogDomain: logDim + 1, LogBlowup: 1, FoldLogs: []int{k}, LogLast: logDim - k, Queries: 1}
			t.Run(fmt.Sprintf("circle/k=%d/dim=2^%d", k, logDim), func(t *testing.T) {
				require.NoError(t, p.Check())
				c := randomEs(rng, 1<<logDim)
				alpha := randomE(rng)
				folded := combine(c, k, true, alpha)
				d := circle.Canonic(p.LogDomain)
				leaves := map[uint32][]field.E{}
				for s := range d.Size() {
					leaf, place := p.leafOf(uint32(s))
					require.Equal(t, leaf, p.Leaf(uint32(s)))
					if leaves[leaf] == nil {
						leaves[leaf] = make([]field.E, 1<<k)
					}
					leaves[leaf][place] = evalCircle(c, d.At(s))
				}
				log := p.LogLeaves(0)
				require.Len(t, leaves, 1<<log)
				f := newFolder(p, 0)
				for i, leaf := range leaves {
					require.Equal(t, EvalLast(folded, LineX(log, i)), f.fold(i, leaf, alpha), "leaf %d", i)
				}
			})
		}
		t.Run(fmt.Sprintf("line/k=%d", k), func(t *testing.T) {
			p := Params{LogDomain: 9, LogBlowup: 1, FoldLogs: []int{2, k}, LogLast: 6 - k, Queries: 1}
			require.NoError(t, p.Check())
			c := randomEs(rng, 1<<6)
			alpha := randomE(rng)
			folded := combine(c, k, false, alpha)
			log := p.LogLeaves(1)
			f := newFolder(p, 1)
			for i := range uint32(1) << log {
				leaf := make([]field.E, 1<<k)
				for j := range leaf {
					leaf[j] = EvalLast(c, LineX(log+k, i<<k+uint32(j)))
				}
				require.Equal(t, EvalLast(folded, LineX(log, i)), f.fold(i, leaf, alpha), "leaf %d", i)
			}
		})
	}
}

func TestFoldStep(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	f0, f1, alpha, x := randomE(rng), randomE(rng), randomE(rng), randomM31(rng)|1
	u, v := f0.Add(f1.MulBase(x)), f0.Sub(f1.MulBase(x))
	require.Equal(t, f0.Add(alpha.Mul(f1)), FoldStep(u, v, x.Inv(), alpha))
}

func TestOffsets(t *testing.T) {
	for near := 1; near <= 5; near++ {
		d := circle.Canonic(9)
		offs := Offsets(near)
		require.Len(t, offs, 1<<(near-1))
		for _, leaf := range []int{0, 1, 5} {
			first := d.At(leaf << near)
			for l, o := range offs {
				p := d.At(leaf<<near + 2*l)
				require.Equal(t, p, first.Add(o))
				require.Equal(t, circle.Point{X: p.X.Neg(), Y: p.Y.Neg()}, d.At(leaf<<near+2*l+1))
			}
		}
	}
	require.Equal(t, []circle.Point{circle.Zero()}, Offsets(0))
}

func TestParams(t *testing.T) {
	ok := Params{LogDomain: 12, LogBlowup: 1, FoldLogs: []int{3, 3}, LogLast: 5, Queries: 20, GrindBits: 4, CapLog: 2}
	require.NoError(t, ok.Check())
	require.Equal(t, 9, ok.LogLeaves(0))
	require.Equal(t, 6, ok.LogLeaves(1))
	require.Equal(t, 48, ok.Width(0))
	for name, change := range map[string]func(*Params){
		"no domain":       func(p *Params) { p.LogDomain = 0 },
		"huge domain":     func(p *Params) { p.LogDomain, p.LogLast = 32, 25 },
		"negative domain": func(p *Params) { p.LogDomain = -4 },
		"no blow-up":      func(p *Params) { p.LogBlowup, p.LogLast = 0, 6 },
		"rate too low":    func(p *Params) { p.LogBlowup = 12 },
		"no folds":        func(p *Params) { p.FoldLogs, p.LogLast = nil, 11 },
		"layer missing":   func(p *Params) { p.FoldLogs = []int{3} },
		"layer too many":  func(p *Params) { p.FoldLogs = []int{3, 3, 3} },
		"fold by one":     func(p *Params) { p.FoldLogs = []int{3, 3, 0} },
		"negative fold":   func(p *Params) { p.FoldLogs = []int{5, 5, -4} },
		"large fold":      func(p *Params) { p.FoldLogs = []int{6} },
		"last too large":  func(p *Params) { p.LogDomain, p.LogLast = 20, 13 },
		"last negative":   func(p *Params) { p.FoldLogs, p.LogLast = []int{4, 4, 4}, -1 },
		"no queries":      func(p *Params) { p.Queries = 0 },
		"many queries":    func(p *Params) { p.Queries = MaxQueries + 1 },
		"grinding":        func(p *Params) { p.GrindBits = 99 },
		"neg grinding":    func(p *Params) { p.GrindBits = -1 },
		"cap":             func(p *Params) { p.CapLog = 7 },
		"negative cap":    func(p *Params) { p.CapLog = -1 },
	} {
		p := ok
		change(&p)
		require.ErrorIs(t, p.Check(), ErrParams, name)
	}
}
