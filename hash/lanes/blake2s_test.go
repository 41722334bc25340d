package lanes

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

// TestBlake2sCompress compares the kernel with its twin, for counters above 2^32 too.
func TestBlake2sCompress(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 5))
		for groups := 1; groups <= chunk/Width; groups++ {
			for _, count := range []uint64{0, 64, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64} {
				for _, final := range []uint32{0, math.MaxUint32} {
					var words blake2sWords
					copy(words[:], table(rng, blake2sBlock, Width*groups))
					want := make([][8][Width]uint32, groups+1)
					for g := range want {
						for i := range want[g] {
							for j := range want[g][i] {
								want[g][i][j] = rng.Uint32()
							}
						}
					}
					got := append([][8][Width]uint32(nil), want...)
					blake2sCompressPortable(want[:groups], &words, uint32(count), uint32(count>>32), final)
					blake2sCompress(cpu.Current(), got[:groups], &words, uint32(count), uint32(count>>32), final)
					require.Equal(t, want, got, "%d groups, counter %d", groups, count)

					blake2sCompressPortable(want[:groups], &words, uint32(count), uint32(count>>32), final)
					Blake2sCompress(got[:groups], &words, count, final != 0)
					require.Equal(t, want, got, "%d groups, counter %d, exported", groups, count)
				}
			}
		}
	})
}

// TestBlake2sCompressBounds has no groups, and words of fewer lanes than groups need.
func TestBlake2sCompressBounds(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		var words blake2sWords
		Blake2sCompress(nil, &words, 0, true)
		copy(words[:], table(rand.New(rand.NewPCG(1, 1)), blake2sBlock, 2*Width))
		words[9] = words[9][: 2*Width-1 : 2*Width-1]
		require.Panics(t, func() { Blake2sCompress(make([][8][Width]uint32, 2), &words, 0, true) })
	})
}

// TestBlake2sTransposition compares the kernels with their twins.
func TestBlake2sTransposition(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(6, 6))
		var children [2 * Width]hash.Digest
		var h [8][Width]uint32
		for i := range children {
			for j := range children[i] {
				children[i][j] = rng.Uint32()
			}
		}
		for i := range h {
			for j := range h[i] {
				h[i][j] = rng.Uint32()
			}
		}
		var want, got [blake2sBlock][Width]field.M31
		blake2sPairsPortable(&want, &children)
		blake2sPairs(cpu.Current(), &got, &children)
		require.Equal(t, want, got)

		wantDigests, gotDigests := children, children
		blake2sDigestsPortable((*[Width]hash.Digest)(wantDigests[3:]), &h)
		blake2sDigests(cpu.Current(), (*[Width]hash.Digest)(gotDigests[3:]), &h)
		require.Equal(t, wantDigests, gotDigests)
	})
}

// TestBlake2sPortableLanes runs the lanes on the portable twins, which nothing else does
// in a build with assembly.
func TestBlake2sPortableLanes(t *testing.T) {
	leaf, node, nodeRow := hash.Blake2sMerkleInits()
	f := implementations{
		func(columns [][]field.M31, lo int, out []hash.Digest) {
			blake2s(cpu.Portable, leaf, nil, columns, lo, out)
		},
		func(children, out []hash.Digest) {
			blake2s(cpu.Portable, node, children, nil, 0, out)
		},
		func(children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
			blake2s(cpu.Portable, nodeRow, children, columns, lo, out)
		},
	}
	rng := rand.New(rand.NewPCG(7, 7))
	for _, w := range []int{0, 1, 15, 16, 17, 40} {
		check(t, rng, hashers(t)[0], f, w, []int{0, 1, 2, 15, 16, 17, 33, chunk + 1})
	}
}
