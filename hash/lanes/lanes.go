// Package lanes hashes many messages at once for the prover, reading rows from columns.
// Its digests are those of hash.Hasher, one call for each message.
//
// Sixteen messages go side by side, word by word: sixteen consecutive rows of a column are
// one word of the messages of sixteen leaves, so that nothing is transposed but the
// digests. On amd64 there are kernels for AVX-512 and AVX2; package internal/cpu says
// which are used.
package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

const (
	// Width is the number of messages in a group. 16 elements of a column are one cache
	// line.
	Width = 16
	// chunk is the number of rows for which a kernel is called at a time: a visit to a
	// column takes this many elements, and the states stay in the cache.
	chunk = 128
)

// Leaves sets out[i] to h.Leaf of row lo+i of the columns, for all of out. Each column
// has at least lo+len(out) elements.
func Leaves(h hash.Hasher, columns [][]field.M31, lo int, out []hash.Digest) {
	switch k := kernels(h, len(out)); {
	case k == cpu.Portable:
		leaves(h, columns, lo, out)
	case h.ID() == hash.Blake2s:
		leaf, _, _ := hash.Blake2sMerkleInits()
		blake2s(k, leaf, nil, columns, lo, out)
	default:
		poseidon2Sponges(k, hash.DomainLeaf, nil, columns, lo, out)
	}
}

// Nodes sets out[i] to h.Node(children[2i], children[2i+1]), for all of out.
func Nodes(h hash.Hasher, children, out []hash.Digest) {
	switch k := kernels(h, len(out)); {
	case k == cpu.Portable:
		nodes(h, children, out)
	case h.ID() == hash.Blake2s:
		_, node, _ := hash.Blake2sMerkleInits()
		blake2s(k, node, children, nil, 0, out)
	default:
		poseidon2Nodes(k, children, out)
	}
}

// NodeRows sets out[i] to h.NodeRow of children[2i], children[2i+1] and row lo+i of the
// columns, for all of out.
func NodeRows(h hash.Hasher, children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
	switch k := kernels(h, len(out)); {
	case k == cpu.Portable:
		nodeRows(h, children, columns, lo, out)
	case h.ID() == hash.Blake2s:
		_, _, nodeRow := hash.Blake2sMerkleInits()
		blake2s(k, nodeRow, children, columns, lo, out)
	default:
		poseidon2Sponges(k, hash.DomainNodeRow, children, columns, lo, out)
	}
}

// kernels says what hashes n messages. A group has the price of one or two messages
// hashed alone, and the portable twins gain nothing from lanes.
func kernels(h hash.Hasher, n int) cpu.Kernels {
	if n < 2 || !h.ID().Valid() {
		return cpu.Portable
	}
	return cpu.Current()
}
