package soundness

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// plain is the shape of the reference tables: 32 look-ups of 12 columns in twice 2^logHeight
// rows, 2000 constraints of degree 3.
func plain(logHeight, columns int) Shape {
	return Shape{
		LogHeight: logHeight, MinLogHeight: logHeight, Columns: columns, Constraints: 2000, Degree: 3,
		Points: 2, Fractions: 64 << logHeight, TupleLength: 12, Hash: Blake2s,
	}
}

func second(x float64) string { return fmt.Sprintf("%.2f", x) }

// The figures of the Ethereum Foundation's soundness calculator (soundcalc, May 2026).
func TestReferenceTable(t *testing.T) {
	queries := map[int]int{1: 252, 2: 117, 4: 56}
	for _, tc := range []struct {
		logBlowup, logHeight, columns                    int
		ood, constraints, batch, fold1, fold2, qs, logup string
	}{
		{1, 16, 1500, "164.11", "171.14", "140.57", "151.32", "154.32", "128.26", "160.42"},
		{1, 20, 1500, "160.11", "171.14", "136.57", "147.32", "150.32", "128.26", "156.42"},
		{1, 22, 1500, "158.11", "171.14", "134.57", "145.32", "148.32", "128.26", "154.42"},
		{2, 20, 1500, "159.61", "170.64", "134.07", "144.82", "147.82", "128.76", "156.42"},
		{2, 22, 1500, "157.61", "170.64", "132.07", "142.82", "145.82", "128.76", "154.42"},
		{4, 20, 1500, "158.61", "169.64", "129.07", "139.82", "142.82", "128.06", "156.42"},
		{4, 22, 300, "156.61", "169.64", "129.40", "137.82", "140.82", "128.06", "154.42"},
		{4, 22, 1500, "156.61", "169.64", "127.07", "137.82", "140.82", "128.06", "154.42"},
		{4, 24, 1500, "154.61", "169.64", "125.07", "135.82", "138.82", "128.06", "152.42"},
	} {
		t.Run(fmt.Sprintf("blowup=%d/rows=2^%d/b=%d", 1<<tc.logBlowup, tc.logHeight, tc.columns), func(t *testing.T) {
			folds, last := foldSchedule(tc.logHeight)
			rounds, err := Report(Params{
				LogBlowup: tc.logBlowup, M: 10, Queries: queries[tc.logBlowup], QueryGrind: 20,
				FoldLogs: folds, LogLast: last,
			}, plain(tc.logHeight, tc.columns))
			require.NoError(t, err)
			got := map[string]string{}
			for _, r := range rounds {
				got[r.Name] = second(r.Bits)
			}
			require.Equal(t, tc.ood, got[RoundOutOfDomain])
			require.Equal(t, tc.constraints, got[RoundConstraints])
			require.Equal(t, tc.batch, got[RoundBatching])
			require.Equal(t, tc.fold1, got["fold 1"])
			require.Equal(t, tc.fold2, got["fold 2"])
			require.Equal(t, tc.qs, got[RoundQueries])
			// The calculator counts LogUp without the list of what the columns may be.
			list := 10.5 / math.Sqrt(math.Ldexp(1, -tc.logBlowup))
			require.Equal(t, tc.logup, second(bitsOf(rounds, RoundLogUp)+math.Log2(2*list)))
			require.Equal(t, "128.00", got[RoundHash])
		})
	}
}

// Batching bits and queries needed for each multiplicity, 2^22 rows, b = 1500.
func TestReferenceMultiplicities(t *testing.T) {
	type cell struct {
		batch   string
		queries int
	}
	for _, tc := range []struct {
		m     int
		cells map[int]cell
	}{
		{3, map[int]cell{1: {"142.5", 390}, 2: {"140.0", 139}, 4: {"135.0", 61}}},
		{5, map[int]cell{1: {"139.2", 298}, 2: {"136.7", 126}, 4: {"131.7", 58}}},
		{8, map[int]cell{1: {"136.1", 262}, 2: {"133.6", 119}, 4: {"128.6", 57}}},
		{10, map[int]cell{1: {"134.6", 252}, 2: {"132.1", 117}, 4: {"127.1", 56}}},
		{16, map[int]cell{1: {"131.3", 238}, 2: {"128.8", 114}, 4: {"123.8", 56}}},
		{24, map[int]cell{1: {"128.5", 230}, 2: {"126.0", 112}, 4: {"121.0", 55}}},
	} {
		for lb, want := range tc.cells {
			s := plain(22, 1500)
			p, err := chooseFor(tc.m, profileOf(lb), s)
			require.NoError(t, err)
			require.Equal(t, want.queries, p.Queries, "m=%d blow-up 2^%d", tc.m, lb)
			p.BatchGrind = 0
			rounds, err := Report(p, s)
			require.NoError(t, err)
			require.Equal(t, want.batch, fmt.Sprintf("%.1f", bitsOf(rounds, RoundBatching)), "m=%d blow-up 2^%d", tc.m, lb)
		}
	}
}

func bitsOf(rounds Rounds, name string) float64 {
	for _, r := range rounds {
		if r.Name == name {
			return r.Bits
		}
	}
	return math.NaN()
}

func TestLog2(t *testing.T) {
	for _, x := range []float64{1, 2, 0.5, 3, 1<<31 - 1, math.Pi, 1e300, 1e-300, math.Nextafter(2, 0), math.Nextafter(1, 2)} {
		require.InDelta(t, math.Log2(x), log2(x), 0x1p-29, "log2(%g)", x)
	}
	require.Equal(t, 10.0, log2(1024))
	require.Greater(t, log2Up(3), math.Log2(3))
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		x := math.Exp(200 * (rng.Float64() - 0.5))
		require.InDelta(t, math.Log2(x), log2(x), 0x1p-29, "log2(%g)", x)
	}
}

// randomShape covers heights of real machines and far beyond.
func randomShape(rng *rand.Rand) Shape {
	h := 16 + rng.IntN(9)
	hash := Blake2s
	if rng.IntN(2) == 1 {
		hash = Poseidon2
	}
	return Shape{
		LogHeight: h, MinLogHeight: 4 + rng.IntN(h-3), Columns: 1 + rng.IntN(6000), Constraints: 1 + rng.IntN(5000),
		Degree: 1 + rng.IntN(3), Points: 2 + 2*rng.IntN(2), Fractions: rng.Uint64N(1<<32 + 1),
		TupleLength: 1 + rng.IntN(16), Hash: hash,
	}
}

func TestChooseReachesTheMarkOrRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	refused := 0
	const n = 600
	for range n {
		s := randomShape(rng)
		profile := Profiles()[rng.IntN(3)]
		p, err := Choose(profile, s)
		if err != nil {
			var e *InsufficientError
			require.ErrorAs(t, err, &e, "%+v", s)
			require.Less(t, e.Bits, float64(MinBits))
			require.NotEmpty(t, e.Round)
			require.Equal(t, profile, e.Profile)
			refused++
			continue
		}
		rounds, err := Report(p, s)
		require.NoError(t, err)
		require.GreaterOrEqual(t, rounds.Bits(), float64(MinBits), "%+v %+v", s, p)
		require.LessOrEqual(t, p.BatchGrind, MaxGrindBits)
		require.LessOrEqual(t, p.QueryGrind, MaxGrindBits)
		require.Equal(t, profile.LogBlowup(), p.LogBlowup)
		require.Equal(t, 3, p.FoldLogs[0])
		again, err := Choose(profile, s)
		require.NoError(t, err)
		require.Equal(t, p, again)

		// No spare query, no spare bit of grinding.
		q := p
		q.Queries--
		rounds, err = Report(q, s)
		require.NoError(t, err)
		require.Less(t, bitsOf(rounds, RoundQueries), float64(MinBits))
		if p.BatchGrind > 0 {
			q = p
			q.BatchGrind--
			rounds, err = Report(q, s)
			require.NoError(t, err)
			require.Equal(t, RoundBatching, rounds.LimitedBy())
		}
	}
	require.Less(t, refused, n/10, "refusals must stay the exception")
}

func TestChooseTypical(t *testing.T) {
	for _, tc := range []struct {
		profile Profile
		shape   Shape
		queries int // at most
	}{
		{Fast, plain(20, 1500), 225},
		{Fast, plain(22, 3000), 226},
		{Balanced, plain(22, 1500), 112},
		{Compact, plain(22, 1500), 55},
		{Compact, plain(24, 6000), 56},
	} {
		p, err := Choose(tc.profile, tc.shape)
		require.NoError(t, err)
		require.LessOrEqual(t, p.Queries, tc.queries, "%s: %+v", tc.profile, p)
	}
}

func TestLiftingCosts(t *testing.T) {
	s := plain(20, 1500)
	p, err := Choose(Fast, s)
	require.NoError(t, err)
	before, err := Report(p, s)
	require.NoError(t, err)
	last := bitsOf(before, RoundOutOfDomain)
	for low := 19; low >= 8; low-- {
		s.MinLogHeight = low
		r, err := Report(p, s)
		if err != nil {
			require.ErrorAs(t, err, new(*InsufficientError))
			return
		}
		now := bitsOf(r, RoundOutOfDomain)
		require.LessOrEqual(t, now, last)
		require.Equal(t, bitsOf(before, RoundBatching), bitsOf(r, RoundBatching), "the code that FRI tests stays")
		last = now
	}
}

// The list bound has to be what it claims: an integer multiplicity whose radius covers ours.
func TestListMultiplicity(t *testing.T) {
	for lb := 1; lb <= 4; lb++ {
		for m := 3; m <= 64; m++ {
			c := newCode(plain(20, 1), Params{LogBlowup: lb, M: m})
			l, ok := c.list(2)
			require.True(t, ok)
			require.InEpsilon(t, (float64(m)+0.5)/math.Sqrt(c.r), l, 1e-4, "without lifting M = m")
			for z := 2.0; ; z *= 2 {
				l, ok := c.list(z)
				if !ok {
					break
				}
				r := (c.k + z) / c.n
				mm := l*math.Sqrt(r) - 0.5
				require.InDelta(t, math.Round(mm), mm, 1e-6)
				require.Less(t, math.Sqrt(r*(1+1/math.Round(mm))), c.agreement()+1e-12)
			}
		}
	}
}

func TestProfiles(t *testing.T) {
	for _, p := range Profiles() {
		q, err := ParseProfile(p.String())
		require.NoError(t, err)
		require.Equal(t, p, q)
		q, err = ProfileByID(p.ID())
		require.NoError(t, err)
		require.Equal(t, p, q)
	}
	_, err := ParseProfile("")
	require.ErrorIs(t, err, ErrProfile)
	_, err = ProfileByID(0)
	require.ErrorIs(t, err, ErrProfile)
	_, err = Choose(0, plain(20, 1))
	require.ErrorIs(t, err, ErrProfile)
	require.Equal(t, "unknown", Profile(9).String())
}

func TestRefusals(t *testing.T) {
	ok := plain(20, 1500)
	p, err := Choose(Fast, ok)
	require.NoError(t, err)
	for name, change := range map[string]func(*Shape){
		"height":     func(s *Shape) { s.LogHeight = 30 },
		"low":        func(s *Shape) { s.LogHeight = 2 },
		"order":      func(s *Shape) { s.MinLogHeight = 21 },
		"zero":       func(s *Shape) { s.MinLogHeight = 0 },
		"columns":    func(s *Shape) { s.Columns = 0 },
		"constraint": func(s *Shape) { s.Constraints = -1 },
		"degree":     func(s *Shape) { s.Degree = 0 },
		"points":     func(s *Shape) { s.Points = 3 },
		"fractions":  func(s *Shape) { s.Fractions = math.MaxUint64 },
		"tuple":      func(s *Shape) { s.TupleLength = 0 },
		"hash":       func(s *Shape) { s.Hash = 0 },
	} {
		s := ok
		change(&s)
		_, err := Choose(Fast, s)
		require.ErrorIs(t, err, ErrShape, name)
	}
	for name, change := range map[string]func(*Params){
		"blowup":  func(p *Params) { p.LogBlowup = 0 },
		"m":       func(p *Params) { p.M = 2 },
		"queries": func(p *Params) { p.Queries = 0 },
		"grind":   func(p *Params) { p.QueryGrind = 21 },
		"grind 2": func(p *Params) { p.BatchGrind = -1 },
		"folds":   func(p *Params) { p.FoldLogs = nil },
		"fold 0":  func(p *Params) { p.FoldLogs = []int{3, 0} },
		"last":    func(p *Params) { p.LogLast++ },
		"cap":     func(p *Params) { p.CapLog = -1 },
	} {
		q := p
		change(&q)
		_, err := Report(q, ok)
		require.ErrorIs(t, err, ErrParams, name)
	}
	require.Zero(t, Rounds(nil).Bits())
	require.Empty(t, Rounds(nil).LimitedBy())

	// A tiny chip under a huge one leaves no room inside the radius.
	s := ok
	s.MinLogHeight = 1
	_, err = Choose(Fast, s)
	e := (*InsufficientError)(nil)
	require.True(t, errors.As(err, &e))
	require.Equal(t, RoundOutOfDomain, e.Round)
	require.Contains(t, err.Error(), "fast")
}

func ExampleChoose() {
	s := Shape{
		LogHeight: 20, MinLogHeight: 8, Columns: 1500, Constraints: 2000, Degree: 3,
		Points: 2, Fractions: 1 << 26, TupleLength: 12, Hash: Blake2s,
	}
	for _, profile := range Profiles() {
		p, _ := Choose(profile, s)
		r, _ := Report(p, s)
		fmt.Printf("%s: m=%d, %d queries, grinding %d+%d, %.1f bits by %s\n",
			profile, p.M, p.Queries, p.BatchGrind, p.QueryGrind, r.Bits(), r.LimitedBy())
	}
	// Output:
	// fast: m=64, 221 queries, grinding 5+20, 128.0 bits by hash collisions
	// balanced: m=40, 110 queries, grinding 4+20, 128.0 bits by hash collisions
	// compact: m=20, 55 queries, grinding 4+20, 128.0 bits by hash collisions
}
