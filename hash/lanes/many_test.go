package lanes

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

// TestMany compares many messages with one after the other.
func TestMany(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(10, 10))
		for _, h := range hashers(t) {
			want, got := hash.AsMany(h), Many(h)
			require.Equal(t, h.ID(), got.ID())
			for _, n := range []int{0, 1, 2, 15, 16, 17, 40} {
				for _, w := range []int{0, 1, 15, 16, 33} {
					rows := make([]field.M31, n*w)
					for i := range rows {
						rows[i] = field.M31(rng.Uint32N(field.P))
					}
					children := digestsOf(rng, h, 2*n)
					a, b := make([]hash.Digest, n), make([]hash.Digest, n)
					compare := func(what string) { require.Equal(t, a, b, "%v: %d %s of %d", h.ID(), n, what, w) }
					want.Leaves(rows, w, a)
					got.Leaves(rows, w, b)
					compare("leaves")
					for i := range n {
						require.Equal(t, h.Leaf(rows[i*w:(i+1)*w]), b[i])
					}
					want.Nodes(children, a)
					got.Nodes(children, b)
					compare("nodes")
					want.NodeRows(children, rows, w, a)
					got.NodeRows(children, rows, w, b)
					compare("nodes with rows")
				}
			}
		}
	})
}
