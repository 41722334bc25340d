package commit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/fri/commit"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/transcript"
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

func hasher(t testing.TB, id hash.ID) hash.Hasher {
	h, err := hash.New(id)
	require.NoError(t, err)
	return h
}

// evaluate gives the values of [a|b] on the canonic coset in storage order, by the recursion
// that folding undoes.
func evaluate(c []field.E, log int) []field.E {
	n := len(c) / 2
	xs, ys := make([]field.M31, 1<<(log-1)), make([]field.M31, 1<<(log-1))
	circle.Canonic(log).Half(xs, ys)
	a, b := evalLine(c[:n], xs), evalLine(c[n:], xs)
	out := make([]field.E, 1<<log)
	for s := range a {
		v := b[s].MulBase(ys[s])
		out[s], out[s+len(a)] = a[s].Add(v), a[s].Sub(v)
	}
	return out
}

func evalLine(c []field.E, xs []field.M31) []field.E {
	out := make([]field.E, len(xs))
	if len(c) == 1 {
		for s := range out {
			out[s] = c[0]
		}
		return out
	}
	even, odd := make([]field.E, len(c)/2), make([]field.E, len(c)/2)
	for s := range even {
		even[s], odd[s] = c[2*s], c[2*s+1]
	}
	up := make([]field.M31, len(xs)/2)
	for t := range up {
		up[t] = circle.DoubleX(xs[2*t])
	}
	g0, g1 := evalLine(even, up), evalLine(odd, up)
	for t := range up {
		v := g1[t].MulBase(xs[2*t])
		out[2*t], out[2*t+1] = g0[t].Add(v), g0[t].Sub(v)
	}
	return out
}

func toPlanes(v []field.E) vec.Planes {
	p := vec.MakePlanes(len(v))
	for i, x := range v {
		vec.Set(&p, i, x)
	}
	return p
}

// random returns the values of a random function of 2^(LogDomain-LogBlowup) coefficients.
func random(rng *rand.Rand, p fri.Params) []field.E {
	c := make([]field.E, 1<<(p.LogDomain-p.LogBlowup))
	for s := range c {
		c[s] = randomE(rng)
	}
	return evaluate(c, p.LogDomain)
}

func prove(t testing.TB, id hash.ID, p fri.Params, values []field.E, threads int) *fri.Proof {
	c, err := commit.Commit(context.Background(), transcript.New(id, "test"), hasher(t, id), p, toPlanes(values), threads, nil)
	require.NoError(t, err)
	proof, err := c.Open(1)
	require.NoError(t, err)
	return proof
}

// verify checks a proof for the function with the given values.
func verify(t testing.TB, id hash.ID, p fri.Params, values []field.E, proof *fri.Proof) error {
	ch, err := fri.Replay(transcript.New(id, "test"), p, proof)
	if err != nil {
		return err
	}
	at := make([]field.E, len(ch.Indices))
	for i, s := range ch.Indices {
		at[i] = values[s]
	}
	return fri.Check(hasher(t, id), p, ch, proof, at)
}

func TestHonest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range []fri.Params{
		{LogDomain: 2, LogBlowup: 1, FoldLogs: []int{1}, Queries: 3},
		{LogDomain: 5, LogBlowup: 2, FoldLogs: []int{1, 1}, LogLast: 1, Queries: 5},
		{LogDomain: 7, LogBlowup: 1, FoldLogs: []int{3}, LogLast: 3, Queries: 10},
		{LogDomain: 7, LogBlowup: 1, FoldLogs: []int{3, 3}, LogLast: 0, Queries: 10, GrindBits: 3},
		{LogDomain: 8, LogBlowup: 2, FoldLogs: []int{3, 2}, LogLast: 1, Queries: 10, CapLog: 3},
		{LogDomain: 10, LogBlowup: 4, FoldLogs: []int{3}, LogLast: 3, Queries: 10},
		{LogDomain: 11, LogBlowup: 5, FoldLogs: []int{3, 1}, LogLast: 2, Queries: 20},
		{LogDomain: 12, LogBlowup: 1, FoldLogs: []int{2, 4}, LogLast: 5, Queries: 30},
		{LogDomain: 12, LogBlowup: 1, FoldLogs: []int{5, 5}, LogLast: 1, Queries: 30, CapLog: 1},
		{LogDomain: 15, LogBlowup: 1, FoldLogs: []int{3, 3}, LogLast: 8, Queries: 100, GrindBits: 5},
		{LogDomain: 16, LogBlowup: 2, FoldLogs: []int{3, 3}, LogLast: 8, Queries: 60},
		{LogDomain: 16, LogBlowup: 4, FoldLogs: []int{3, 3, 1}, LogLast: 5, Queries: 40},
	} {
		for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
			if id == hash.Poseidon2 && p.LogDomain > 12 {
				continue
			}
			t.Run(fmt.Sprintf("%s/2^%d/blowup=2^%d/folds=%v", id, p.LogDomain, p.LogBlowup, p.FoldLogs), func(t *testing.T) {
				values := random(rng, p)
				proof := prove(t, id, p, values, 1)
				require.NoError(t, verify(t, id, p, values, proof))
				require.Equal(t, proof, prove(t, id, p, values, 3), "independent of threads")
			})
		}
	}
}

var small = fri.Params{LogDomain: 12, LogBlowup: 2, FoldLogs: []int{3, 3}, LogLast: 4, Queries: 20, GrindBits: 4}

func clone(p *fri.Proof) *fri.Proof {
	q := *p
	q.Caps = nil
	for _, c := range p.Caps {
		q.Caps = append(q.Caps, slices.Clone(c))
	}
	q.Last = slices.Clone(p.Last)
	q.Layers = nil
	for _, l := range p.Layers {
		q.Layers = append(q.Layers, fri.LayerOpening{Rows: slices.Clone(l.Rows), Proof: merkle.Proof{Nodes: slices.Clone(l.Proof.Nodes)}})
	}
	return &q
}

// Attacks 31, 32 and 35, and every other part of a proof that can be changed.
func TestRejectsChangedProofs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	values := random(rng, small)
	honest := prove(t, hash.Blake2s, small, values, 2)
	require.NoError(t, verify(t, hash.Blake2s, small, values, honest))
	for name, tc := range map[string]struct {
		change func(p *fri.Proof)
		want   error // nil for any
	}{
		"last coefficient":       {func(p *fri.Proof) { p.Last[3] = p.Last[3].Add(field.One()) }, nil},
		"last longer":            {func(p *fri.Proof) { p.Last = append(p.Last, field.E{}) }, fri.ErrShape},
		"last twice as long":     {func(p *fri.Proof) { p.Last = append(p.Last, make([]field.E, len(p.Last))...) }, fri.ErrShape},
		"last shorter":           {func(p *fri.Proof) { p.Last = p.Last[:15] }, fri.ErrShape},
		"last missing":           {func(p *fri.Proof) { p.Last = nil }, fri.ErrShape},
		"nonce":                  {func(p *fri.Proof) { p.Nonce++ }, nil},
		"cap":                    {func(p *fri.Proof) { p.Caps[1][0][0] ^= 1 }, nil},
		"caps swapped":           {func(p *fri.Proof) { p.Caps[0], p.Caps[1] = p.Caps[1], p.Caps[0] }, nil},
		"cap too long":           {func(p *fri.Proof) { p.Caps[0] = append(p.Caps[0], p.Caps[0][0]) }, fri.ErrShape},
		"cap empty":              {func(p *fri.Proof) { p.Caps[0] = nil }, fri.ErrShape},
		"cap not canonical":      {func(p *fri.Proof) { p.Caps[0][0][8] = 1 }, fri.ErrShape},
		"layer not committed":    {func(p *fri.Proof) { p.Caps = p.Caps[:1] }, fri.ErrShape},
		"layer committed twice":  {func(p *fri.Proof) { p.Caps = append(p.Caps, p.Caps[1]) }, fri.ErrShape},
		"layer not opened":       {func(p *fri.Proof) { p.Layers = p.Layers[:1] }, fri.ErrShape},
		"layer opened twice":     {func(p *fri.Proof) { p.Layers = append(p.Layers, p.Layers[1]) }, fri.ErrShape},
		"layers swapped":         {func(p *fri.Proof) { p.Layers[0], p.Layers[1] = p.Layers[1], p.Layers[0] }, fri.ErrOpening},
		"value in layer 0":       {func(p *fri.Proof) { p.Layers[0].Rows[7] = p.Layers[0].Rows[7].Add(1) }, fri.ErrOpening},
		"value in layer 1":       {func(p *fri.Proof) { p.Layers[1].Rows[50] = p.Layers[1].Rows[50].Add(1) }, fri.ErrOpening},
		"value not canonical":    {func(p *fri.Proof) { p.Layers[0].Rows[0] += field.P }, fri.ErrOpening},
		"rows missing":           {func(p *fri.Proof) { p.Layers[0].Rows = p.Layers[0].Rows[48:] }, fri.ErrOpening},
		"no rows":                {func(p *fri.Proof) { p.Layers[0] = fri.LayerOpening{} }, fri.ErrOpening},
		"row twice":              {func(p *fri.Proof) { r := p.Layers[0].Rows; p.Layers[0].Rows = append(r, r[:48]...) }, fri.ErrOpening},
		"half a value":           {func(p *fri.Proof) { r := p.Layers[0].Rows; p.Layers[0].Rows = r[:len(r)-1] }, fri.ErrOpening},
		"leaves swapped":         {func(p *fri.Proof) { r := p.Layers[0].Rows; slices.Reverse(r); p.Layers[0].Rows = r }, fri.ErrOpening},
		"first two leaves":       {func(p *fri.Proof) { swap(p.Layers[0].Rows, 48) }, fri.ErrOpening},
		"node missing":           {func(p *fri.Proof) { n := &p.Layers[0].Proof.Nodes; *n = (*n)[1:] }, fri.ErrOpening},
		"node twice":             {func(p *fri.Proof) { n := &p.Layers[0].Proof.Nodes; *n = append(*n, (*n)[0]) }, fri.ErrOpening},
		"nodes of another layer": {func(p *fri.Proof) { p.Layers[0].Proof = p.Layers[1].Proof }, fri.ErrOpening},
	} {
		t.Run(name, func(t *testing.T) {
			p := clone(honest)
			tc.change(p)
			err := verify(t, hash.Blake2s, small, values, p)
			require.Error(t, err)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			}
		})
	}
	require.NoError(t, verify(t, hash.Blake2s, small, values, honest))
	require.Error(t, verify(t, hash.Poseidon2, small, values, honest))
	other := random(rng, small)
	require.ErrorIs(t, verify(t, hash.Blake2s, small, other, honest), fri.ErrFold, "proof of another function")
}

func swap(r []field.M31, n int) {
	for i := range n {
		r[i], r[n+i] = r[n+i], r[i]
	}
}

// Attack 32: a nonce that solves the puzzle but isn't the one the queries were drawn from gives
// other queries.
func TestNonceBindsQueries(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	values := random(rng, small)
	proof := prove(t, hash.Blake2s, small, values, 1)
	ch, err := fri.Replay(transcript.New(hash.Blake2s, "test"), small, proof)
	require.NoError(t, err)
	for {
		proof.Nonce++
		other, err := fri.Replay(transcript.New(hash.Blake2s, "test"), small, proof)
		if err != nil {
			require.ErrorIs(t, err, fri.ErrGrind)
			continue
		}
		require.Equal(t, ch.Alphas, other.Alphas)
		require.NotEqual(t, ch.Indices, other.Indices)
		break
	}
}

// Frozen challenges: each absorbed part changes what is drawn after it.
func TestEverythingIsAbsorbed(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	p := small
	p.GrindBits = 0
	proof := prove(t, hash.Blake2s, p, random(rng, p), 1)
	replay := func(p fri.Params, proof *fri.Proof) fri.Challenges {
		ch, err := fri.Replay(transcript.New(hash.Blake2s, "test"), p, proof)
		require.NoError(t, err)
		return ch
	}
	honest := replay(p, proof)

	q := clone(proof)
	q.Caps[0][0][0]++
	ch := replay(p, q)
	require.NotEqual(t, honest.Alphas[0], ch.Alphas[0])
	require.NotEqual(t, honest.Alphas[1], ch.Alphas[1])
	require.NotEqual(t, honest.Indices, ch.Indices)

	q = clone(proof)
	q.Caps[1][0][7]++
	ch = replay(p, q)
	require.Equal(t, honest.Alphas[0], ch.Alphas[0])
	require.NotEqual(t, honest.Alphas[1], ch.Alphas[1])
	require.NotEqual(t, honest.Indices, ch.Indices)

	for i := range proof.Last {
		q = clone(proof)
		q.Last[i] = q.Last[i].Add(field.Basis(i % field.Degree))
		ch = replay(p, q)
		require.Equal(t, honest.Alphas, ch.Alphas)
		require.NotEqual(t, honest.Indices, ch.Indices)
	}
	other := p
	other.Queries++
	require.NotEqual(t, honest.Alphas, replay(other, proof).Alphas)
}

// Attack 31: a function of too high a degree has no proof; if the prover sends the part of the
// last layer that fits, some query misses.
func TestRejectsHighDegree(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	high := small
	high.LogBlowup, high.LogLast = 1, 5
	values := random(rng, high)
	_, err := commit.Commit(context.Background(), transcript.New(hash.Blake2s, "test"), hasher(t, hash.Blake2s), small, toPlanes(values), 1, nil)
	require.ErrorIs(t, err, commit.ErrDegree)

	proof := prove(t, hash.Blake2s, high, values, 1)
	require.NoError(t, verify(t, hash.Blake2s, high, values, proof))
	require.ErrorIs(t, verify(t, hash.Blake2s, small, values, proof), fri.ErrShape)
	// The forger cuts the last layer, and gets as far as the folds.
	forged := clone(proof)
	forged.Last = forged.Last[:16]
	p := small
	p.GrindBits = 0
	for forged.Nonce = 0; ; forged.Nonce++ {
		ch, err := fri.Replay(transcript.New(hash.Blake2s, "test"), p, forged)
		if err != nil {
			require.ErrorIs(t, err, fri.ErrGrind)
			continue
		}
		at := make([]field.E, len(ch.Indices))
		for i, s := range ch.Indices {
			at[i] = values[s]
		}
		require.Error(t, fri.Check(hasher(t, hash.Blake2s), p, ch, forged, at))
		break
	}

	// A single coefficient one too high, the rest within bounds.
	c := make([]field.E, 1<<11)
	for s := range 1 << 9 {
		c[s], c[1<<10+s] = randomE(rng), randomE(rng)
	}
	_, err = commit.Commit(context.Background(), transcript.New(hash.Blake2s, "test"), hasher(t, hash.Blake2s), small, toPlanes(evaluate(c, 12)), 1, nil)
	require.NoError(t, err)
	c[1<<9] = field.One()
	_, err = commit.Commit(context.Background(), transcript.New(hash.Blake2s, "test"), hasher(t, hash.Blake2s), small, toPlanes(evaluate(c, 12)), 1, nil)
	require.ErrorIs(t, err, commit.ErrDegree)
}

// A layer that doesn't continue the one before it, though each is committed and opened honestly.
func TestRejectsWrongFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	p := small
	p.GrindBits = 0
	h := hasher(t, hash.Blake2s)
	values := random(rng, p)
	build := func(leaves, size int, at func(leaf, place int) field.E) *tree.Tree {
		cols := make([][]field.M31, size*field.Degree)
		for c := range cols {
			cols[c] = make([]field.M31, leaves)
			for i := range cols[c] {
				cols[c][i] = at(i, c/field.Degree).Coords()[c%field.Degree]
			}
		}
		log := 0
		for 1<<log < leaves {
			log++
		}
		tr, err := tree.Build(context.Background(), h, []tree.Group{{LogHeight: log, Columns: cols}}, 0, 1, nil)
		require.NoError(t, err)
		return tr
	}
	first := build(1<<9, 8, func(leaf, place int) field.E { return values[leaf*4+place&3+place>>2<<11] })
	require.Equal(t, prove(t, hash.Blake2s, p, values, 1).Caps[0], first.Cap(), "layout of a leaf")
	second := build(1<<6, 8, func(leaf, place int) field.E { return field.One() })
	last := make([]field.E, 16)
	last[0] = field.One()

	proof := &fri.Proof{Caps: [][]hash.Digest{first.Cap(), second.Cap()}, Last: last}
	ch, err := fri.Replay(transcript.New(hash.Blake2s, "test"), p, proof)
	require.NoError(t, err)
	at := make([]field.E, len(ch.Indices))
	leaves := make([]uint32, len(ch.Indices))
	for i, s := range ch.Indices {
		at[i], leaves[i] = values[s], p.Leaf(s)
	}
	for _, tr := range []*tree.Tree{first, second} {
		rows, nodes, err := tr.Open(leaves, 1)
		require.NoError(t, err)
		proof.Layers = append(proof.Layers, fri.LayerOpening{Rows: rows[0], Proof: nodes})
		for i := range leaves {
			leaves[i] >>= 3
		}
	}
	err = fri.Check(h, p, ch, proof, at)
	require.ErrorIs(t, err, fri.ErrFold)
	require.ErrorContains(t, err, "layer 1")

	// The same with the right second layer but another polynomial in the end.
	p.FoldLogs, p.LogLast = []int{3}, 7
	proof = &fri.Proof{Caps: proof.Caps[:1], Last: make([]field.E, 1<<7)}
	ch, err = fri.Replay(transcript.New(hash.Blake2s, "test"), p, proof)
	require.NoError(t, err)
	for i, s := range ch.Indices {
		at[i], leaves[i] = values[s], p.Leaf(s)
	}
	rows, nodes, err := first.Open(leaves, 1)
	require.NoError(t, err)
	proof.Layers = []fri.LayerOpening{{Rows: rows[0], Proof: nodes}}
	err = fri.Check(h, p, ch, proof, at)
	require.ErrorIs(t, err, fri.ErrFold)
	require.ErrorContains(t, err, "last layer")
}

func TestCheckRefusesBadCalls(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	values := random(rng, small)
	proof := prove(t, hash.Blake2s, small, values, 1)
	h := hasher(t, hash.Blake2s)
	ch, err := fri.Replay(transcript.New(hash.Blake2s, "test"), small, proof)
	require.NoError(t, err)
	at := make([]field.E, len(ch.Indices))
	for i, s := range ch.Indices {
		at[i] = values[s]
	}
	require.NoError(t, fri.Check(h, small, ch, proof, at))
	require.ErrorIs(t, fri.Check(h, small, ch, proof, at[1:]), fri.ErrParams)
	require.ErrorIs(t, fri.Check(h, small, fri.Challenges{}, proof, nil), fri.ErrParams)
	require.ErrorIs(t, fri.Check(h, fri.Params{}, ch, proof, at), fri.ErrParams)
	bad := ch
	bad.Indices = slices.Clone(ch.Indices)
	bad.Indices[0] = 1 << 12
	require.ErrorIs(t, fri.Check(h, small, bad, proof, at), fri.ErrParams)
	_, err = fri.Replay(transcript.New(hash.Blake2s, "test"), fri.Params{}, proof)
	require.ErrorIs(t, err, fri.ErrParams)
	at[5] = at[5].Add(field.One())
	require.ErrorIs(t, fri.Check(h, small, ch, proof, at), fri.ErrFold)

	_, err = commit.Commit(context.Background(), transcript.New(hash.Blake2s, "test"), h, small, vec.MakePlanes(8), 1, nil)
	require.ErrorIs(t, err, commit.ErrLength)
	_, err = commit.Commit(context.Background(), transcript.New(hash.Blake2s, "test"), h, fri.Params{}, vec.MakePlanes(8), 1, nil)
	require.ErrorIs(t, err, fri.ErrParams)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = commit.Commit(ctx, transcript.New(hash.Blake2s, "test"), h, small, toPlanes(values), 1, nil)
	require.ErrorIs(t, err, context.Canceled)
}
