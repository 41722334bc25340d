package transcript

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/hash"
)

func TestPuzzle(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		tr := New(id, "puzzle")
		tr.U64("x", 1)
		before := draw(tr)
		p := tr.Puzzle("g", 4)
		require.Equal(t, before, draw(tr), "Puzzle must not change the transcript")

		solved := 0
		for nonce := range uint64(1600) {
			ok := p.Solves(nonce)
			require.Equal(t, ok, tr.Clone().CheckGrind("g", nonce, 4))
			if ok {
				solved++
			}
			// A nonce for more bits is one for fewer: but not of the same puzzle.
			if nonce > 200 {
				continue
			}
			require.Equal(t, tr.Puzzle("g", 3).Solves(nonce), tr.Clone().CheckGrind("g", nonce, 3))
		}
		// 100 in the mean, with a deviation of 10.
		require.InDelta(t, 100, solved, 50)
	})
}

// TestPuzzleBits is attack 32: a difficulty out of range is never met, and one of zero by
// the nonce zero alone.
func TestPuzzleBits(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		tr := New(id, "puzzle")
		for nonce := range uint64(64) {
			require.Equal(t, nonce == 0, tr.Clone().CheckGrind("g", nonce, 0))
			for _, bits := range []int{-1, MaxGrindBits, MaxGrindBits + 1, 64, 1 << 30} {
				require.False(t, tr.Clone().CheckGrind("g", nonce, bits))
			}
		}
	})
}

// TestPuzzleBound checks that label, difficulty and state make different puzzles.
func TestPuzzleBound(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		tr := New(id, "puzzle")
		other := tr.Clone()
		other.U64("x", 0)
		seen := map[uint32]bool{}
		for _, p := range []Puzzle{tr.Puzzle("g", 4), tr.Puzzle("g", 5), tr.Puzzle("h", 4), other.Puzzle("g", 4)} {
			for _, nonce := range []uint64{0, 1, 1 << 22, 1 << 32, 1 << 44, 1 << 63} {
				w := p.work(nonce)
				require.False(t, seen[w])
				seen[w] = true
			}
		}
	})
}

func BenchmarkPuzzle(b *testing.B) {
	for _, id := range ids {
		p := New(id, "bench").Puzzle("g", 20)
		b.Run(id.String(), func(b *testing.B) {
			nonce := uint64(0)
			for b.Loop() {
				p.Solves(nonce)
				nonce++
			}
		})
	}
}
