package grind

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/cpu/cputest"
	"github.com/orrery/orrery/transcript"
)

func TestGrind(t *testing.T) {
	cputest.Each(t, testGrind)
}

func testGrind(t *testing.T) {
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		for _, bits := range []int{0, 1, 5, 10, 14} {
			start := transcript.New(id, "grind")
			start.U64("bits", uint64(bits))
			p := start.Puzzle("g", bits)
			want := uint64(0)
			for !p.Solves(want) {
				want++
			}
			verifier := start.Clone()
			require.True(t, verifier.CheckGrind("g", want, bits))
			for _, threads := range []int{-1, 1, 2, 7} {
				tr := start.Clone()
				got, err := Grind(context.Background(), tr, "g", bits, threads)
				require.NoError(t, err)
				require.Equal(t, want, got, "%v, %d bits, %d threads", id, bits, threads)
				require.Equal(t, verifier.Clone().DrawE("x"), tr.DrawE("x"), "prover and verifier part")
			}
		}
	}
}

func TestGrindErrors(t *testing.T) {
	tr := transcript.New(hash.Blake2s, "grind")
	before := tr.Clone().DrawE("x")
	for _, bits := range []int{-1, transcript.MaxGrindBits + 1} {
		_, err := Grind(context.Background(), tr, "g", bits, 1)
		require.ErrorIs(t, err, ErrBits)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Grind(ctx, tr, "g", 20, 2)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, tr.DrawE("x"))
}

// TestTries compares the words of nonces, also about the bounds of their limbs, with one
// hash for each.
func TestTries(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
			p := transcript.New(id, "tries").Puzzle("g", 1)
			works := newTries(&p)
			for _, n := range []uint64{0, 16, 7, 1<<22 - 5, 1<<32 - 8, 1<<44 - 15, 1<<64 - 20} {
				for j, got := range works(n) {
					nonce := n + uint64(j)
					require.Equal(t, work(&p, nonce), got, "%v, nonce %d", id, nonce)
					require.Equal(t, p.Solves(nonce), p.Meets(got), "%v, nonce %d", id, nonce)
				}
			}
		}
	})
}

// work is the word of one nonce.
func work(p *transcript.Puzzle, nonce uint64) uint32 {
	if p.ID() == hash.Poseidon2 {
		in := p.Poseidon2Input(nonce)
		return uint32(hash.Poseidon2Compress(&in)[0])
	}
	h, m, t := p.Blake2sInput(nonce)
	hash.Blake2sCompress(&h, &m, t, true)
	return h[0]
}

// BenchmarkTries reports nanoseconds for a nonce.
func BenchmarkTries(b *testing.B) {
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		b.Run(id.String(), func(b *testing.B) {
			cputest.EachBenchmark(b, func(b *testing.B) {
				p := transcript.New(id, "tries").Puzzle("g", 20)
				works := newTries(&p)
				n := uint64(0)
				for b.Loop() {
					works(n)
					n += lanes.Width
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/nonce")
			})
		})
	}
}
