package grind

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/transcript"
)

func TestGrind(t *testing.T) {
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
