package lanes

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

// TestPoseidon2Permute compares the kernel with its twin, for all numbers of words.
func TestPoseidon2Permute(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(8, 8))
		for range 20 {
			for n := range hash.Poseidon2Rate + 1 {
				words := table(rng, n, Width)
				var want poseidon2State
				for i, x := range table(rng, len(want), Width) {
					copy(want[i][:], x)
				}
				got := want
				poseidon2PermutePortable(&want, words)
				poseidon2Permute(cpu.Current(), &got, words)
				require.Equal(t, want, got, "%d words", n)

				poseidon2PermutePortable(&want, nil)
				Poseidon2Permute(&got)
				require.Equal(t, want, got)
			}
		}
	})
}

// TestPoseidon2Edges permutes states of one value each, so that sums are as large and as
// small as they can be.
func TestPoseidon2Edges(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		for _, x := range edges {
			for _, y := range edges {
				var want poseidon2State
				words := make([][]field.M31, hash.Poseidon2Rate)
				for i := range words {
					words[i] = make([]field.M31, Width)
					for j := range words[i] {
						words[i][j] = y
					}
				}
				for i := range want {
					for j := range want[i] {
						want[i][j] = x
					}
				}
				got := want
				poseidon2PermutePortable(&want, words)
				poseidon2Permute(cpu.Current(), &got, words)
				require.Equal(t, want, got, "state of %d, words of %d", x, y)
			}
		}
	})
}

// TestPoseidon2PortableLanes runs the lanes on the portable twin, which nothing else does
// in a build with assembly.
func TestPoseidon2PortableLanes(t *testing.T) {
	f := implementations{
		func(columns [][]field.M31, lo int, out []hash.Digest) {
			poseidon2Sponges(cpu.Portable, hash.DomainLeaf, nil, columns, lo, out)
		},
		func(children, out []hash.Digest) {
			poseidon2Nodes(cpu.Portable, children, out)
		},
		func(children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
			poseidon2Sponges(cpu.Portable, hash.DomainNodeRow, children, columns, lo, out)
		},
	}
	rng := rand.New(rand.NewPCG(9, 9))
	for _, w := range []int{0, 1, 12, 15, 16, 40} {
		check(t, rng, hashers(t)[1], f, w, []int{0, 1, 2, 15, 16, 17, 33})
	}
}
