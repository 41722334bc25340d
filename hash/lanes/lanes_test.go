package lanes

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// TestAgainstHasher compares every function with one call of the Hasher for each message,
// for all counts and offsets about the size of a tile and some widths.
func TestAgainstHasher(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		h, err := hash.New(id)
		require.NoError(t, err)
		for _, width := range []int{0, 1, 3, 15, 16, 17, 40} {
			columns := make([][]field.M31, width)
			for c := range columns {
				columns[c] = make([]field.M31, 70)
				for i := range columns[c] {
					columns[c][i] = field.M31(rng.Uint32N(field.P))
				}
			}
			row := func(i int) (r []field.M31) {
				for _, c := range columns {
					r = append(r, c[i])
				}
				return r
			}
			for n := range 68 {
				lo := rng.IntN(70 - n)
				leaves := make([]hash.Digest, 2*n)
				Leaves(h, columns, lo, leaves[:n])
				for i := range n {
					require.Equal(t, h.Leaf(row(lo+i)), leaves[i])
					leaves[n+i] = h.Leaf([]field.M31{field.M31(i)})
				}
				nodes, nodeRows := make([]hash.Digest, n), make([]hash.Digest, n)
				Nodes(h, leaves, nodes)
				NodeRows(h, leaves, columns, lo, nodeRows)
				for i := range n {
					require.Equal(t, h.Node(leaves[2*i], leaves[2*i+1]), nodes[i])
					require.Equal(t, h.NodeRow(leaves[2*i], leaves[2*i+1], row(lo+i)), nodeRows[i])
				}
			}
		}
	}
}
