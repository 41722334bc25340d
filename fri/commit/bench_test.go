package commit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/fri/commit"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/transcript"
)

// smooth returns a function of low degree without the cost of a transform: 1 at all points.
func smooth(log int) vec.Planes {
	g := vec.MakePlanes(1 << log)
	for i := range g[0] {
		g[0][i] = 1
	}
	return g
}

var benchParams = fri.Params{LogDomain: 18, LogBlowup: 1, FoldLogs: []int{3, 3, 3}, LogLast: 8, Queries: 221}

func BenchmarkCommit(b *testing.B) {
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		b.Run(fmt.Sprint(id), func(b *testing.B) {
			h := hasher(b, id)
			g := smooth(benchParams.LogDomain)
			for b.Loop() {
				c, err := commit.Commit(context.Background(), transcript.New(id, "bench"), h, benchParams, g, 1, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Open(1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(g[0])), "ns/point")
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	h := hasher(b, hash.Blake2s)
	g := smooth(benchParams.LogDomain)
	c, err := commit.Commit(context.Background(), transcript.New(hash.Blake2s, "bench"), h, benchParams, g, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	proof, err := c.Open(1)
	if err != nil {
		b.Fatal(err)
	}
	values := make([]field.E, benchParams.Queries)
	for i := range values {
		values[i] = field.One()
	}
	for b.Loop() {
		ch, err := fri.Replay(transcript.New(hash.Blake2s, "bench"), benchParams, proof)
		if err != nil {
			b.Fatal(err)
		}
		if err := fri.Check(h, benchParams, ch, proof, values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuotients(b *testing.B) {
	rng := rand.New(rand.NewPCG(31, 32))
	const log, width = 16, 64
	cols := make([][]field.M31, width)
	for c := range cols {
		cols[c] = make([]field.M31, 1<<log)
		for i := range cols[c] {
			cols[c][i] = randomM31(rng)
		}
	}
	batch := commit.Batch{LogDomain: log, Columns: cols, Point: randomPoint(b, rng)}
	for range cols {
		batch.Values, batch.Weights = append(batch.Values, randomE(rng)), append(batch.Weights, randomE(rng))
	}
	for _, width := range []int{1, width} {
		batch := batch
		batch.Columns, batch.Values, batch.Weights = cols[:width], batch.Values[:width], batch.Weights[:width]
		b.Run(fmt.Sprintf("columns=%d", width), func(b *testing.B) {
			for b.Loop() {
				if _, err := commit.Quotients(context.Background(), log, 0, []commit.Batch{batch}, 1, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<log), "ns/point")
		})
	}
}
