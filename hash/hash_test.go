package hash

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
)

func both(t *testing.T, f func(t *testing.T, h Hasher)) {
	for _, id := range []ID{Blake2s, Poseidon2} {
		h, err := New(id)
		require.NoError(t, err)
		t.Run(id.String(), func(t *testing.T) { f(t, h) })
	}
}

func randomRow(rng *rand.Rand, n int) []field.M31 {
	row := make([]field.M31, n)
	for i := range row {
		row[i] = field.M31(rng.Uint32N(field.P))
	}
	return row
}

func TestIDs(t *testing.T) {
	for _, id := range []ID{Blake2s, Poseidon2} {
		got, err := Parse(id.String())
		require.NoError(t, err)
		require.Equal(t, id, got)
		require.True(t, id.Valid())
		h, err := New(id)
		require.NoError(t, err)
		require.Equal(t, id, h.ID())
		require.Equal(t, id.DigestWords(), h.DigestWords())
	}
	for _, id := range []ID{0, 3, 255} {
		_, err := New(id)
		require.ErrorIs(t, err, ErrUnknown)
		_, err = Parse(id.String())
		require.ErrorIs(t, err, ErrUnknown)
		require.False(t, id.Valid())
		require.Zero(t, id.DigestBytes())
		_, err = DecodeDigest(nil, id)
		require.ErrorIs(t, err, ErrUnknown)
		require.False(t, Digest{}.Canonical(id))
	}
	require.Equal(t, 32, Blake2s.DigestBytes())
	require.Equal(t, 36, Poseidon2.DigestBytes())
}

// TestSeparation is attack 35 in the hash: rows of all lengths that agree where they
// overlap, pairs and pairs with rows never share a digest.
func TestSeparation(t *testing.T) {
	both(t, func(t *testing.T, h Hasher) {
		seen := map[Digest]string{}
		add := func(d Digest, name string) {
			require.NotContains(t, seen, d, "%s", name)
			require.True(t, d.Canonical(h.ID()))
			seen[d] = name
		}
		zeros := make([]field.M31, 70)
		for n := range zeros {
			add(h.Leaf(zeros[:n]), "leaf")
			add(h.NodeRow(Digest{}, Digest{}, zeros[:n]), "node with row")
		}
		add(h.Node(Digest{}, Digest{}), "node")

		// A leaf that spells out two digests, and their node.
		l, r := h.Leaf(zeros[:1]), h.Leaf(zeros[:2])
		var spelt []field.M31
		for _, d := range []Digest{l, r} {
			for _, w := range d[:h.DigestWords()] {
				spelt = append(spelt, field.New(uint64(w)))
			}
		}
		add(h.Leaf(spelt), "leaf of two digests")
		add(h.Node(l, r), "node of two digests")
		add(h.Node(r, l), "node of two digests, swapped")
		add(h.NodeRow(l, r, nil), "node with empty row")
		add(h.NodeRow(r, l, nil), "node with empty row, swapped")
	})
}

// TestEveryElementCounts changes each input of each hash.
func TestEveryElementCounts(t *testing.T) {
	both(t, func(t *testing.T, h Hasher) {
		rng := rand.New(rand.NewPCG(3, 4))
		row := randomRow(rng, 47)
		l, r := h.Leaf(row[:3]), h.Leaf(row[:4])
		leaf, node, nodeRow := h.Leaf(row), h.Node(l, r), h.NodeRow(l, r, row)
		for i := range row {
			row[i] = row[i].Add(1)
			require.NotEqual(t, leaf, h.Leaf(row))
			require.NotEqual(t, nodeRow, h.NodeRow(l, r, row))
			row[i] = row[i].Sub(1)
		}
		for i := range h.DigestWords() {
			l2, r2 := l, r
			l2[i] ^= 1
			r2[i] ^= 1
			require.NotEqual(t, node, h.Node(l2, r))
			require.NotEqual(t, node, h.Node(l, r2))
			require.NotEqual(t, nodeRow, h.NodeRow(l2, r, row))
			require.NotEqual(t, nodeRow, h.NodeRow(l, r2, row))
		}
		require.Equal(t, leaf, h.Leaf(row))
	})
}

// TestSponge builds the digests of Poseidon2 from the permutation, by the description.
func TestSponge(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	build := func(domain field.M31, length int, message []field.M31) (d Digest) {
		var s [24]field.M31
		s[23], s[22] = domain, field.M31(length)
		for first := true; first || len(message) > 0; first = false {
			k := min(15, len(message))
			for i, x := range message[:k] {
				s[i] = s[i].Add(x) // never put in place of the state: attack 36
			}
			message = message[k:]
			Poseidon2Permute(&s)
		}
		for i := range d {
			d[i] = uint32(s[i])
		}
		return d
	}
	h, err := New(Poseidon2)
	require.NoError(t, err)
	l, r := h.Leaf(randomRow(rng, 1)), h.Leaf(randomRow(rng, 2))
	var pair []field.M31
	for _, w := range append(append([]uint32{}, l[:]...), r[:]...) {
		pair = append(pair, field.M31(w))
	}
	for n := range 67 {
		row := randomRow(rng, n)
		require.Equal(t, build(DomainLeaf, n, row), h.Leaf(row), "length %d", n)
		require.Equal(t, build(DomainNodeRow, n, append(append([]field.M31{}, pair...), row...)), h.NodeRow(l, r, row), "length %d", n)
	}

	var in [24]field.M31
	copy(in[:], pair)
	in[23] = DomainNode
	out := in
	Poseidon2Permute(&out)
	node := h.Node(l, r)
	for i := range node {
		require.Equal(t, out[i].Add(in[i]), field.M31(node[i]))
	}
}

func TestDigestCodec(t *testing.T) {
	both(t, func(t *testing.T, h Hasher) {
		id := h.ID()
		d := h.Leaf([]field.M31{1, 2, 3})
		b := d.Append([]byte{7}, id)[1:]
		require.Len(t, b, id.DigestBytes())
		got, err := DecodeDigest(b, id)
		require.NoError(t, err)
		require.Equal(t, d, got)
		for _, n := range []int{0, 1, len(b) - 1} {
			_, err := DecodeDigest(b[:n], id)
			require.ErrorIs(t, err, ErrDigestSize)
		}
		_, err = DecodeDigest(append(b, 0), id)
		require.ErrorIs(t, err, ErrDigestSize)
	})

	// Attack 34: words that aren't below p.
	for i := range Poseidon2Words {
		for _, w := range []uint32{field.P, field.P + 1, 1<<32 - 1} {
			d := Digest{}
			d[i] = w
			require.False(t, d.Canonical(Poseidon2))
			_, err := DecodeDigest(d.Append(nil, Poseidon2), Poseidon2)
			require.ErrorIs(t, err, ErrNonCanonical)
			require.Equal(t, i < Blake2sWords, d.Canonical(Blake2s))
		}
	}
}

func FuzzDecodeDigest(f *testing.F) {
	f.Add(make([]byte, 32), uint8(Blake2s))
	f.Add(make([]byte, 36), uint8(Poseidon2))
	f.Add([]byte{}, uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, id uint8) {
		d, err := DecodeDigest(b, ID(id))
		if err != nil {
			require.Zero(t, d)
			return
		}
		require.Equal(t, b, d.Append(nil, ID(id)))
	})
}

func TestNoAllocation(t *testing.T) {
	both(t, func(t *testing.T, h Hasher) {
		row := make([]field.M31, 40)
		var l, r Digest
		require.Zero(t, testing.AllocsPerRun(10, func() {
			l = h.NodeRow(h.Leaf(row), h.Node(l, r), row)
		}))
	})
}
