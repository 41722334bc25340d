package merkle_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
)

// example is an opening with siblings on every level and rows on three.
func example(t *testing.T, h hash.Hasher) *opening {
	rng := rand.New(rand.NewPCG(9, 9))
	shape := merkle.Shape{{LogHeight: 6, Width: 5}, {LogHeight: 4, Width: 3}, {LogHeight: 2, Width: 20}}
	o := open(t, h, randomGroups(rng, shape), 1, []uint32{9, 50, 8, 33, 9})
	require.NoError(t, o.verify())
	return o
}

// TestTampering changes an opening in every way that attack 35 names, and more.
func TestTampering(t *testing.T) {
	cases := []struct {
		name   string
		change func(o *opening)
		want   error
	}{
		{"no indices", func(o *opening) { o.indices = nil }, merkle.ErrIndex},
		{"index out of range", func(o *opening) { o.indices[0] = 64 }, merkle.ErrIndex},
		{"index far out of range", func(o *opening) { o.indices[0] = 1 << 31 }, merkle.ErrIndex},
		{"too many indices", func(o *opening) { o.indices = make([]uint32, merkle.MaxIndices+1) }, merkle.ErrIndex},
		{"another index", func(o *opening) { o.indices[1] = 51 }, merkle.ErrMismatch},
		{"another index in the same pair as one more", func(o *opening) { o.indices[1] = 10 }, merkle.ErrRows},
		{"index dropped", func(o *opening) { o.indices = o.indices[2:] }, merkle.ErrRows},

		{"no layers", func(o *opening) { o.shape = nil }, merkle.ErrShape},
		{"layers of equal height", func(o *opening) { o.shape[1].LogHeight = 6 }, merkle.ErrShape},
		{"layers out of order", func(o *opening) { o.shape[0], o.shape[1] = o.shape[1], o.shape[0] }, merkle.ErrShape},
		{"negative height", func(o *opening) { o.shape[2].LogHeight = -1 }, merkle.ErrShape},
		{"huge height", func(o *opening) { o.shape[0].LogHeight = 32 }, merkle.ErrShape},
		{"width zero", func(o *opening) { o.shape[1].Width = 0 }, merkle.ErrShape},
		{"negative width", func(o *opening) { o.shape[1].Width = -1 }, merkle.ErrShape},
		{"huge width", func(o *opening) { o.shape[1].Width = merkle.MaxWidth + 1 }, merkle.ErrShape},
		{"cap below the shortest layer", func(o *opening) { o.capLog = 3 }, merkle.ErrShape},
		{"negative cap", func(o *opening) { o.capLog = -1 }, merkle.ErrShape},

		{"taller tree", func(o *opening) { o.shape[0].LogHeight = 7 }, merkle.ErrRows},
		{"path of another height", func(o *opening) {
			// The same tree without its lowest level: nodes posing as leaves.
			o.shape = o.shape[1:]
			o.rows = o.rows[1:]
			o.indices = merkle.Distinct(o.indices, 2)
			_, n, err := merkle.Sizes(o.shape, o.capLog, o.indices)
			if err != nil {
				panic(err)
			}
			o.proof.Nodes = o.proof.Nodes[len(o.proof.Nodes)-n:]
		}, merkle.ErrMismatch},
		{"layer joins elsewhere", func(o *opening) { o.shape[1].LogHeight = 3 }, merkle.ErrMismatch},
		{"layer left out", func(o *opening) { o.shape = o.shape[:2]; o.rows = o.rows[:2] }, merkle.ErrMismatch},
		{"other widths", func(o *opening) { o.shape[0].Width = 4 }, merkle.ErrRows},

		{"empty cap", func(o *opening) { o.cap = nil }, merkle.ErrCap},
		{"cap of another size", func(o *opening) { o.cap = o.cap[:1] }, merkle.ErrCap},
		{"cap too large", func(o *opening) { o.cap = append(o.cap, o.cap...) }, merkle.ErrCap},
		{"cap swapped", func(o *opening) { o.cap[0], o.cap[1] = o.cap[1], o.cap[0] }, merkle.ErrMismatch},

		{"no rows", func(o *opening) { o.rows = nil }, merkle.ErrRows},
		{"empty rows of a layer", func(o *opening) { o.rows[1] = nil }, merkle.ErrRows},
		{"rows of one more layer", func(o *opening) { o.rows = append(o.rows, nil) }, merkle.ErrRows},
		{"repeated row", func(o *opening) { o.rows[0] = append(o.rows[0], o.rows[0][:5]...) }, merkle.ErrRows},
		{"rows swapped", func(o *opening) {
			r := o.rows[0]
			for i := range 5 {
				r[i], r[5+i] = r[5+i], r[i]
			}
		}, merkle.ErrMismatch},

		{"no nodes", func(o *opening) { o.proof.Nodes = nil }, merkle.ErrMissingNodes},
		{"node missing at the end", func(o *opening) { o.proof.Nodes = o.proof.Nodes[:len(o.proof.Nodes)-1] }, merkle.ErrMissingNodes},
		{"node missing at the start", func(o *opening) { o.proof.Nodes = o.proof.Nodes[1:] }, merkle.ErrMissingNodes},
		{"surplus node", func(o *opening) { o.proof.Nodes = append(o.proof.Nodes, o.proof.Nodes[0]) }, merkle.ErrSurplusNodes},
		{"surplus zero node", func(o *opening) { o.proof.Nodes = append(o.proof.Nodes, hash.Digest{}) }, merkle.ErrSurplusNodes},
		{"siblings swapped", func(o *opening) {
			n := o.proof.Nodes
			n[0], n[1] = n[1], n[0]
		}, merkle.ErrMismatch},
		{"siblings rotated", func(o *opening) { o.proof.Nodes = append(o.proof.Nodes[1:], o.proof.Nodes[0]) }, merkle.ErrMismatch},
	}
	bothHashes(t, func(t *testing.T, h hash.Hasher) {
		o := example(t, h)
		for _, c := range cases {
			bad := o.clone()
			c.change(bad)
			require.ErrorIs(t, bad.verify(), c.want, c.name)
		}
		require.NoError(t, o.verify())
	})
}

// TestFlippedWords changes each word of an opening: a bit, and to a number that is equal
// modulo p.
func TestFlippedWords(t *testing.T) {
	bothHashes(t, func(t *testing.T, h hash.Hasher) {
		o := example(t, h)
		flip := func(change func(o *opening)) {
			bad := o.clone()
			change(bad)
			err := bad.verify()
			require.Error(t, err)
		}
		for i := range o.proof.Nodes {
			for w := range hash.MaxWords {
				flip(func(o *opening) { o.proof.Nodes[i][w] ^= 1 << (i % 32) })
				flip(func(o *opening) { o.proof.Nodes[i][w] += field.P })
			}
		}
		for i := range o.cap {
			for w := range hash.MaxWords {
				flip(func(o *opening) { o.cap[i][w] ^= 4 })
				flip(func(o *opening) { o.cap[i][w] += field.P })
			}
		}
		for l := range o.rows {
			for i := range o.rows[l] {
				flip(func(o *opening) { o.rows[l][i] = o.rows[l][i].Add(1) })
				bad := o.clone()
				bad.rows[l][i] += field.P
				require.ErrorIs(t, bad.verify(), merkle.ErrNonCanonical)
			}
		}
	})
}

// TestOtherHash offers an opening to the other hash.
func TestOtherHash(t *testing.T) {
	bothHashes(t, func(t *testing.T, h hash.Hasher) {
		o := example(t, h)
		other, err := hash.New(hash.Blake2s + hash.Poseidon2 - h.ID())
		require.NoError(t, err)
		o.h = other
		require.Error(t, o.verify())
	})
}

// TestNodeAsLeaf is attack 35: a row that spells out two children doesn't open as their
// parent in a tree that is one level lower.
func TestNodeAsLeaf(t *testing.T) {
	bothHashes(t, func(t *testing.T, h hash.Hasher) {
		rng := rand.New(rand.NewPCG(10, 10))
		tall := merkle.Shape{{LogHeight: 3, Width: 2}}
		groups := randomGroups(rng, tall)
		o := open(t, h, groups, 0, []uint32{0})
		var spelt []field.M31
		for _, i := range []int{0, 1} {
			d := node(h, groups, 3, i)
			for _, w := range d[:h.DigestWords()] {
				spelt = append(spelt, field.New(uint64(w)))
			}
		}
		o.shape = merkle.Shape{{LogHeight: 2, Width: len(spelt)}}
		o.rows = merkle.Rows{spelt}
		o.proof.Nodes = o.proof.Nodes[1:]
		require.ErrorIs(t, o.verify(), merkle.ErrMismatch)
	})
}

// TestOrderOfQueries checks that only the set of the queries counts, and that Verify
// leaves the list alone.
func TestOrderOfQueries(t *testing.T) {
	h, err := hash.New(hash.Blake2s)
	require.NoError(t, err)
	o := example(t, h)
	for _, indices := range [][]uint32{{8, 9, 33, 50}, {50, 33, 9, 8}, {33, 33, 8, 50, 9, 50}} {
		o.indices = append([]uint32{}, indices...)
		require.NoError(t, o.verify())
		require.Equal(t, indices, o.indices)
	}
}

func TestRowLookup(t *testing.T) {
	h, err := hash.New(hash.Blake2s)
	require.NoError(t, err)
	o := example(t, h)
	distinct := merkle.Distinct(o.indices, 0)
	require.Equal(t, []uint32{8, 9, 33, 50}, distinct)
	row, ok := o.rows.Row(o.shape, 0, distinct, 33)
	require.True(t, ok)
	require.Equal(t, o.rows[0][10:15], row)
	for _, l := range []int{-1, 3} {
		_, ok = o.rows.Row(o.shape, l, distinct, 33)
		require.False(t, ok)
	}
	_, ok = o.rows.Row(o.shape, 0, distinct, 34)
	require.False(t, ok)
	_, ok = o.rows[:1].Row(o.shape, 1, distinct, 33)
	require.False(t, ok)
	_, ok = merkle.Rows{o.rows[0][:5]}.Row(o.shape, 0, distinct, 33)
	require.False(t, ok)
}

func TestCapLog(t *testing.T) {
	s := merkle.Shape{{LogHeight: 9, Width: 1}, {LogHeight: 4, Width: 1}}
	for want, got := range map[int]int{-1: 0, 0: 0, 3: 3, 4: 4, 5: 4, 20: 4} {
		require.Equal(t, got, s.CapLog(want))
		require.NoError(t, s.Check(s.CapLog(want)))
	}
}

// FuzzVerify reads a shape, indices and an opening from bytes. Whatever they are, Verify
// returns, and accepts nothing but what the tree opens.
func FuzzVerify(f *testing.F) {
	f.Add([]byte{0, 6, 5, 4, 3, 2, 20, 1, 4, 9, 50, 8, 33}, []byte{1, 2, 3}, false)
	f.Add([]byte{1, 3, 1, 0, 1, 0, 0, 0, 1, 2}, []byte{0}, true)
	f.Add([]byte{0, 6, 5, 6, 3, 2, 20, 1, 4, 9, 50, 8, 33}, []byte{255}, false)
	f.Fuzz(func(t *testing.T, b, noise []byte, honest bool) {
		next := func() int {
			if len(b) == 0 {
				return 0
			}
			x := int(int8(b[0]))
			b = b[1:]
			return x
		}
		id := hash.Blake2s
		if next()&1 == 1 {
			id = hash.Poseidon2
		}
		h, err := hash.New(id)
		require.NoError(t, err)
		shape := make(merkle.Shape, 3)
		for i := range shape {
			shape[i] = merkle.Layer{LogHeight: next(), Width: next()}
		}
		if shape[2].Width == 0 {
			shape = shape[:2]
		}
		capLog := next()
		indices := make([]uint32, max(0, next())%32)
		for i := range indices {
			indices[i] = uint32(int32(next()))
		}
		counts, nodes, err := merkle.Sizes(shape, capLog, indices)
		o := &opening{h: h, capLog: capLog, shape: shape, indices: indices}
		if err != nil || shape[0].LogHeight > 7 {
			// An impossible or a large tree: an opening of noise.
			o.cap = make([]hash.Digest, 1<<max(0, min(capLog, 4)))
			for i, x := range noise {
				o.cap[i%len(o.cap)][i%9] = uint32(x)
			}
			for l, n := range counts {
				o.rows = append(o.rows, make([]field.M31, n*shape[l].Width))
			}
			o.proof.Nodes = make([]hash.Digest, min(nodes, 1<<12))
			require.Error(t, o.verify())
			return
		}
		good := open(t, h, randomGroups(rand.New(rand.NewPCG(1, 2)), shape), capLog, indices)
		require.NoError(t, good.verify())
		if honest || len(noise) < 3 {
			return
		}
		bad := good.clone()
		where, word, value := int(noise[0]), int(noise[1]), uint32(noise[2])+1
		switch {
		case where%4 == 0 && len(bad.proof.Nodes) > 0:
			bad.proof.Nodes[where/4%len(bad.proof.Nodes)][word%9] ^= value
		case where%4 == 1:
			known := merkle.Distinct(indices, shape[0].LogHeight-capLog)
			bad.cap[known[where/4%len(known)]][word%9] ^= value
		case where%4 == 2:
			bad.proof.Nodes = append(bad.proof.Nodes, make([]hash.Digest, value)...)
		default:
			r := bad.rows[where/4%len(bad.rows)]
			r[word%len(r)] ^= field.M31(value)
		}
		require.Error(t, bad.verify())
	})
}
