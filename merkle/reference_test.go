package merkle_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/merkle/tree"
)

// node computes node i of level k from the definition of the tree.
func node(h hash.Hasher, groups []tree.Group, k, i int) hash.Digest {
	var row []field.M31
	here := false
	for _, g := range groups {
		if g.LogHeight == k {
			here = true
			for _, c := range g.Columns {
				row = append(row, c[i])
			}
		}
	}
	if k == groups[0].LogHeight {
		return h.Leaf(row)
	}
	l, r := node(h, groups, k+1, 2*i), node(h, groups, k+1, 2*i+1)
	if here {
		return h.NodeRow(l, r, row)
	}
	return h.Node(l, r)
}

func randomGroups(rng *rand.Rand, shape merkle.Shape) []tree.Group {
	groups := make([]tree.Group, len(shape))
	for i, l := range shape {
		groups[i] = tree.Group{LogHeight: l.LogHeight, Columns: make([][]field.M31, l.Width)}
		for j := range groups[i].Columns {
			column := make([]field.M31, 1<<l.LogHeight)
			for k := range column {
				column[k] = field.M31(rng.Uint32N(field.P))
			}
			groups[i].Columns[j] = column
		}
	}
	return groups
}

// shapes returns shapes with every set of heights below 2^7, and some higher ones.
func shapes() (out []merkle.Shape) {
	for set := 1; set < 1<<7; set++ {
		var s merkle.Shape
		for k := 6; k >= 0; k-- {
			if set>>k&1 == 1 {
				s = append(s, merkle.Layer{LogHeight: k, Width: 1 + (set+k)%17})
			}
		}
		out = append(out, s)
	}
	return append(out,
		merkle.Shape{{LogHeight: 9, Width: 3}},
		merkle.Shape{{LogHeight: 10, Width: 1}, {LogHeight: 9, Width: 40}, {LogHeight: 7, Width: 2}},
		merkle.Shape{{LogHeight: 11, Width: 20}, {LogHeight: 3, Width: 1}},
	)
}

func bothHashes(t *testing.T, f func(t *testing.T, h hash.Hasher)) {
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		h, err := hash.New(id)
		require.NoError(t, err)
		t.Run(id.String(), func(t *testing.T) { f(t, h) })
	}
}

// opening is a whole case: a tree and what opens some of its rows.
type opening struct {
	h       hash.Hasher
	cap     []hash.Digest
	capLog  int
	shape   merkle.Shape
	indices []uint32
	rows    merkle.Rows
	proof   merkle.Proof
}

func (o *opening) verify() error {
	return merkle.Verify(o.h, o.cap, o.capLog, o.shape, o.indices, o.rows, o.proof)
}

// clone copies everything deeply.
func (o *opening) clone() *opening {
	c := *o
	c.cap = append([]hash.Digest{}, o.cap...)
	c.shape = append(merkle.Shape{}, o.shape...)
	c.indices = append([]uint32{}, o.indices...)
	c.proof.Nodes = append([]hash.Digest{}, o.proof.Nodes...)
	c.rows = nil
	for _, r := range o.rows {
		c.rows = append(c.rows, append([]field.M31{}, r...))
	}
	return &c
}

func open(t *testing.T, h hash.Hasher, groups []tree.Group, capLog int, indices []uint32) *opening {
	tr, err := tree.Build(context.Background(), h, groups, capLog, 1, nil)
	require.NoError(t, err)
	rows, proof, err := tr.Open(indices, 1)
	require.NoError(t, err)
	return &opening{h, tr.Cap(), capLog, tr.Shape(), indices, rows, proof}
}

// queries returns lists of indices: one, all, some with repetitions out of order.
func queries(rng *rand.Rand, logHeight int) [][]uint32 {
	n := uint32(1) << logHeight
	all := make([]uint32, n)
	for i := range all {
		all[i] = n - 1 - uint32(i)
	}
	some := make([]uint32, 1+rng.IntN(9))
	for i := range some {
		some[i] = rng.Uint32N(n)
	}
	return [][]uint32{{0}, {n - 1}, all, some, append(some, some...)}
}

func TestRoundTrips(t *testing.T) {
	bothHashes(t, func(t *testing.T, h hash.Hasher) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, shape := range shapes() {
			groups := randomGroups(rng, shape)
			lowest := shape[len(shape)-1].LogHeight
			for _, capLog := range []int{0, lowest / 2, lowest} {
				name := fmt.Sprintf("%v, cap %d", shape, capLog)
				for _, indices := range queries(rng, shape[0].LogHeight) {
					o := open(t, h, groups, capLog, indices)
					require.NoError(t, o.verify(), name)

					counts, nodes, err := merkle.Sizes(shape, capLog, indices)
					require.NoError(t, err)
					require.Len(t, o.proof.Nodes, nodes)
					for l, layer := range shape {
						shift := shape[0].LogHeight - layer.LogHeight
						distinct := merkle.Distinct(indices, shift)
						require.Len(t, distinct, counts[l])
						for _, i := range indices {
							row, ok := o.rows.Row(shape, l, distinct, i)
							require.True(t, ok)
							for c, x := range row {
								require.Equal(t, groups[l].Columns[c][i>>shift], x)
							}
						}
					}
				}
			}
			if shape[0].LogHeight <= 6 {
				o := open(t, h, groups, lowest, []uint32{0})
				for i, d := range o.cap {
					require.Equal(t, node(h, groups, lowest, i), d)
				}
			}
		}
	})
}
