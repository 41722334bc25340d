package trace

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// The compressor gives the digests of the plain one, for whole and partial groups.
func TestCompressor(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 7))
	for n := range 68 {
		in := make([]memtree.Input, n)
		for i := range in {
			for k := range in[i] {
				in[i][k] = field.New(rng.Uint64())
				if rng.IntN(4) == 0 {
					in[i][k] = []field.M31{0, 1, field.P - 1, field.P - 2, 1 << 30}[rng.IntN(5)]
				}
			}
		}
		want, got := make([]hash.Digest, n), make([]hash.Digest, n)
		memtree.CompressAll(in, want)
		for _, threads := range []int{1, 2, 3} {
			clear(got)
			Compressor(threads)(in, got)
			if !slices.Equal(got, want) {
				t.Fatalf("%d inputs, %d threads: other digests", n, threads)
			}
		}
	}
}

func BenchmarkCompressor(b *testing.B) {
	in, out := make([]memtree.Input, 1024), make([]hash.Digest, 1024)
	for i := range in {
		in[i][0] = field.M31(i)
	}
	for name, c := range map[string]memtree.Compressor{"lanes": Compressor(1), "scalar": memtree.CompressAll} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c(in, out)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(in)), "ns/hash")
		})
	}
}
