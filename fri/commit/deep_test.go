package commit_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
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

// table is a number of random columns of one height.
type table struct {
	logDomain int
	coeffs    [][]field.M31
	columns   [][]field.M31
}

func newTable(rng *rand.Rand, logHeight, logBlowup, width int) table {
	t := table{logDomain: logHeight + logBlowup}
	tw := fft.NewTwiddles(circle.Canonic(t.logDomain))
	for range width {
		c := make([]field.M31, 1<<logHeight)
		for s := range c {
			c[s] = randomM31(rng)
		}
		v := make([]field.M31, 1<<t.logDomain)
		fft.Extend(v, c, tw)
		t.coeffs, t.columns = append(t.coeffs, c), append(t.columns, v)
	}
	return t
}

func (t table) at(z circle.PointE) []field.E {
	out := make([]field.E, len(t.coeffs))
	for c := range out {
		out[c] = fft.EvalAt(t.coeffs[c], z)
	}
	return out
}

func randomPoint(t testing.TB, rng *rand.Rand) circle.PointE {
	z, err := circle.FromParam(randomE(rng))
	require.NoError(t, err)
	return z
}

// toy is a small proof system: one mixed-height tree of random columns, opened at one point,
// the columns of the second table at the next row too.
type toy struct {
	tables []table
	params fri.Params
}

type toyProof struct {
	cap    []hash.Digest
	values [][]field.E // of each batch
	fri    *fri.Proof
	rows   merkle.Rows
	nodes  merkle.Proof
}

// batches lists (table, shift of the point) in order.
func (s toy) batches() [][2]int {
	var out [][2]int
	for i := range s.tables {
		out = append(out, [2]int{i, 0})
		if i == 1 {
			out = append(out, [2]int{i, 1})
		}
	}
	return out
}

// point is the opened point of a batch on its own domain.
func (s toy) point(b [2]int, z circle.PointE) circle.PointE {
	log := s.tables[b[0]].logDomain
	z = z.DoubleN(s.params.LogDomain - log)
	if b[1] == 1 {
		z = z.AddBase(circle.Generator(log - s.params.LogBlowup))
	}
	return z
}

func (s toy) shape() (shape merkle.Shape) {
	for _, t := range s.tables {
		shape = append(shape, merkle.Layer{LogHeight: t.logDomain, Width: len(t.columns)})
	}
	return shape
}

func drawPoint(tr *transcript.Transcript) (circle.PointE, error) {
	return circle.FromParam(tr.DrawE("point"))
}

func (s toy) prove(t testing.TB, h hash.Hasher, threads int, forge func(values [][]field.E)) *toyProof {
	ctx := context.Background()
	tr := transcript.New(h.ID(), "toy")
	var groups []tree.Group
	for _, tb := range s.tables {
		groups = append(groups, tree.Group{LogHeight: tb.logDomain, Columns: tb.columns})
	}
	mt, err := tree.Build(ctx, h, groups, 0, threads, nil)
	require.NoError(t, err)
	p := &toyProof{cap: mt.Cap()}
	tr.Digests("columns", p.cap)
	z, err := drawPoint(tr)
	require.NoError(t, err)
	var counts []int
	for _, b := range s.batches() {
		v := s.tables[b[0]].at(s.point(b, z))
		p.values = append(p.values, v)
		counts = append(counts, len(v))
	}
	if forge != nil {
		forge(p.values)
	}
	for _, v := range p.values {
		tr.Ext("values", v)
	}
	weights := fri.Weights(tr.DrawE("batching"), counts...)
	var batches []commit.Batch
	for i, b := range s.batches() {
		tb := s.tables[b[0]]
		batches = append(batches, commit.Batch{
			LogDomain: tb.logDomain, Columns: tb.columns, Point: s.point(b, z), Values: p.values[i], Weights: weights[i],
		})
	}
	g, err := commit.Quotients(ctx, s.params.LogDomain, 0, batches, threads, nil)
	require.NoError(t, err)
	c, err := commit.Commit(ctx, tr, h, s.params, g, threads, nil)
	if forge != nil && errors.Is(err, commit.ErrDegree) {
		return nil
	}
	require.NoError(t, err)
	p.fri, err = c.Open(1)
	require.NoError(t, err)
	p.rows, p.nodes, err = mt.Open(c.Challenges().Indices, 1)
	require.NoError(t, err)
	return p
}

func (s toy) verify(h hash.Hasher, p *toyProof) error {
	tr := transcript.New(h.ID(), "toy")
	tr.Digests("columns", p.cap)
	z, err := drawPoint(tr)
	if err != nil {
		return err
	}
	var counts []int
	for _, v := range p.values {
		tr.Ext("values", v)
		counts = append(counts, len(v))
	}
	weights := fri.Weights(tr.DrawE("batching"), counts...)
	ch, err := fri.Replay(tr, s.params, p.fri)
	if err != nil {
		return err
	}
	shape := s.shape()
	if err := merkle.Verify(h, p.cap, 0, shape, ch.Indices, p.rows, p.nodes); err != nil {
		return err
	}
	var opened []fri.Opened
	for i, b := range s.batches() {
		q, err := fri.NewQuotient(s.point(b, z), p.values[i], weights[i])
		if err != nil {
			return err
		}
		opened = append(opened, fri.Opened{LogDomain: s.tables[b[0]].logDomain, Quotient: q, Weights: weights[i]})
	}
	values, err := fri.Values(s.params.LogDomain, opened, ch.Indices, func(batch int, index uint32) ([]field.M31, error) {
		l := s.batches()[batch][0]
		shift := shape[0].LogHeight - shape[l].LogHeight
		row, ok := p.rows.Row(shape, l, merkle.Distinct(ch.Indices, shift), index<<shift)
		if !ok {
			return nil, fmt.Errorf("row %d of table %d isn't open", index, l)
		}
		return row, nil
	})
	if err != nil {
		return err
	}
	return fri.Check(h, s.params, ch, p.fri, values)
}

func newToy(rng *rand.Rand, logBlowup int) toy {
	return toy{
		tables: []table{
			newTable(rng, 9, logBlowup, 3), newTable(rng, 8, logBlowup, 5), newTable(rng, 5, logBlowup, 1), newTable(rng, 1, logBlowup, 2),
		},
		params: fri.Params{LogDomain: 9 + logBlowup, LogBlowup: logBlowup, FoldLogs: []int{3, 3}, LogLast: 3, Queries: 30, GrindBits: 2},
	}
}

func TestToy(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, logBlowup := range []int{1, 2, 4, 5} {
		for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
			t.Run(fmt.Sprintf("%s/blowup=2^%d", id, logBlowup), func(t *testing.T) {
				s := newToy(rng, logBlowup)
				h := hasher(t, id)
				p := s.prove(t, h, 1, nil)
				require.NoError(t, s.verify(h, p))
				require.Equal(t, p, s.prove(t, h, 3, nil), "independent of threads")

				p.values[4][1] = p.values[4][1].Add(field.One())
				require.Error(t, s.verify(h, p))
			})
		}
	}
}

// A false value makes its quotient a function of full degree, at every height and point.
func TestToyRefusesFalseValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	s := newToy(rng, 1)
	h := hasher(t, hash.Blake2s)
	for b := range s.batches() {
		p := s.prove(t, h, 2, func(values [][]field.E) { values[b][0] = values[b][0].Add(field.Basis(b)) })
		require.Nil(t, p, "batch %d", b)
	}
}

// The function over the whole domain is what the verifier computes at single indices.
func TestQuotientsMatchVerifier(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	const logDomain = 12 // more than one block
	tables := []table{newTable(rng, 11, 1, 7), newTable(rng, 9, 1, 2), newTable(rng, 2, 2, 1)}
	var batches []commit.Batch
	var opened []fri.Opened
	for i, tb := range []table{tables[1], tables[0], tables[2], tables[0]} {
		// Random values: the quotient is well defined, only not of low degree.
		b := commit.Batch{LogDomain: tb.logDomain, Columns: tb.columns, Point: randomPoint(t, rng)}
		for range tb.columns {
			b.Values, b.Weights = append(b.Values, randomE(rng)), append(b.Weights, randomE(rng))
		}
		q, err := fri.NewQuotient(b.Point, b.Values, b.Weights)
		require.NoError(t, err, "batch %d", i)
		batches, opened = append(batches, b), append(opened, fri.Opened{LogDomain: b.LogDomain, Quotient: q, Weights: b.Weights})
	}
	g, err := commit.Quotients(context.Background(), logDomain, 0, batches, 2, nil)
	require.NoError(t, err)
	for part := 1; part <= 3; part++ {
		first, err := commit.Quotients(context.Background(), logDomain, part, batches, 2, nil)
		require.NoError(t, err)
		const half = 1 << logDomain / 2
		for k := range g {
			require.Equal(t, slices.Concat(g[k][:half>>part], g[k][half:half+half>>part]), first[k], "the first 1/%d, plane %d", 1<<part, k)
		}
	}
	_, err = commit.Quotients(context.Background(), logDomain, 4, batches, 2, nil)
	require.ErrorIs(t, err, commit.ErrBatch)
	indices := []uint32{0, 1, 2, 3, 1023, 1024, 2047, 2048, 2049, 4095, 3000, 3000}
	values, err := fri.Values(logDomain, opened, indices, func(b int, index uint32) (row []field.M31, err error) {
		for _, c := range batches[b].Columns {
			row = append(row, c[index])
		}
		return row, nil
	})
	require.NoError(t, err)
	for i, s := range indices {
		require.Equal(t, values[i], vec.At(&g, int(s)), "index %d", s)
		// And with the mathematics written out.
		var want field.E
		for j, b := range batches {
			at := s >> (logDomain - b.LogDomain)
			p := circle.Canonic(b.LogDomain).At(int(at))
			z, zc := b.Point, b.Point.Sigma()
			// The line through z and its conjugate, up to a factor.
			slope := z.X.Sub(zc.X).Mul(z.Y.Sub(zc.Y).Inv())
			line := field.FromBase(p.X).Sub(z.X).Sub(slope.Mul(field.FromBase(p.Y).Sub(z.Y)))
			line = line.Mul(opened[j].Quotient.Line.At(circle.Point{X: 1}).Mul(field.One().Sub(z.X).Sub(slope.Mul(z.Y.Neg())).Inv()))
			for c, col := range b.Columns {
				y, yc := b.Values[c], b.Values[c].Conj()
				rise := y.Sub(yc).Mul(z.Y.Sub(zc.Y).Inv())
				num := field.FromBase(col[at]).Sub(y).Sub(rise.Mul(field.FromBase(p.Y).Sub(z.Y)))
				want = want.Add(b.Weights[c].Mul(num).Mul(line.Inv()))
			}
		}
		require.Equal(t, want, values[i], "index %d", s)
	}
}

func TestQuotientsRefuse(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	tb := newTable(rng, 3, 1, 1)
	ok := commit.Batch{LogDomain: 4, Columns: tb.columns, Point: randomPoint(t, rng), Values: []field.E{{}}, Weights: []field.E{{}}}
	run := func(logDomain int, b commit.Batch) error {
		_, err := commit.Quotients(context.Background(), logDomain, 0, []commit.Batch{b}, 1, nil)
		return err
	}
	require.NoError(t, run(4, ok))
	require.NoError(t, run(6, ok))
	require.ErrorIs(t, run(3, ok), commit.ErrBatch)
	b := ok
	b.LogDomain = 3
	require.ErrorIs(t, run(4, b), commit.ErrBatch)
	b.LogDomain = 0
	require.ErrorIs(t, run(4, b), commit.ErrBatch)
	b = ok
	b.Values = nil
	require.ErrorIs(t, run(4, b), commit.ErrBatch)
	b = ok
	b.Weights = nil
	require.ErrorIs(t, run(4, b), fri.ErrShape)
	b = ok
	b.Point = circle.Canonic(4).At(3).Lift()
	require.ErrorIs(t, run(4, b), fri.ErrPoint)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := commit.Quotients(ctx, 4, 0, []commit.Batch{ok}, 1, nil)
	require.ErrorIs(t, err, context.Canceled)
}
