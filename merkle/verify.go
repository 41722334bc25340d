package merkle

import (
	"fmt"
	"slices"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// checkIndices returns the distinct indices, increasing, if there are any and all lie
// below the height.
func checkIndices(indices []uint32, logHeight int) ([]uint32, error) {
	if len(indices) == 0 || len(indices) > MaxIndices {
		return nil, fmt.Errorf("%w: %d of them", ErrIndex, len(indices))
	}
	distinct := Distinct(indices, 0)
	if last := distinct[len(distinct)-1]; uint64(last)>>logHeight != 0 {
		return nil, fmt.Errorf("%w: %d in a tree of height 2^%d", ErrIndex, last, logHeight)
	}
	return distinct, nil
}

// parents halves the known indices of a level and drops repetitions, in place. It counts
// the siblings that are not among them.
func parents(known []uint32) (up []uint32, siblings int) {
	up = known[:0]
	for i := 0; i < len(known); i++ {
		x := known[i]
		if i+1 < len(known) && known[i+1] == x^1 {
			i++
		} else {
			siblings++
		}
		up = append(up, x>>1)
	}
	return up, siblings
}

// Sizes returns what a canonical opening of the indices holds: for each layer the number
// of rows, and the number of nodes.
func Sizes(s Shape, capLog int, indices []uint32) (rows []int, nodes int, err error) {
	if err := s.Check(capLog); err != nil {
		return nil, 0, err
	}
	known, err := checkIndices(indices, s[0].LogHeight)
	if err != nil {
		return nil, 0, err
	}
	rows = make([]int, len(s))
	next := 0
	for level := s[0].LogHeight; ; level-- {
		if next < len(s) && s[next].LogHeight == level {
			rows[next] = len(known)
			next++
		}
		if level == capLog {
			return rows, nodes, nil
		}
		var n int
		known, n = parents(known)
		nodes += n
	}
}

// Verify checks that rows are those that the queries open in the tree of the given shape
// and cap. indices are the queries, below the largest height, in any order, with or
// without repetitions: the opening is that of the set.
//
// Everything that comes from the prover (cap, rows, proof) may be anything: Verify
// returns an error, one of this package's, and doesn't panic. There is exactly one
// opening that it accepts for a committed tree and a set of indices.
func Verify(h hash.Hasher, cap []hash.Digest, capLog int, shape Shape, indices []uint32, rows Rows, proof Proof) error {
	counts, nodes, err := Sizes(shape, capLog, indices)
	if err != nil {
		return err
	}
	if err := checkSizes(cap, capLog, shape, counts, nodes, rows, proof); err != nil {
		return err
	}
	if err := checkCanonical(h.ID(), cap, rows, proof); err != nil {
		return err
	}

	known, many := Distinct(indices, 0), hash.AsMany(h)
	digests, children := make([]hash.Digest, len(known)), make([]hash.Digest, 2*len(known))
	many.Leaves(rows[0], shape[0].Width, digests)
	given := proof.Nodes
	next := 1 // the layer that joins next
	for level := shape[0].LogHeight; level > capLog; level-- {
		n := 0
		for i := 0; i < len(known); i++ {
			x := known[i]
			l := digests[i]
			var r hash.Digest
			if i+1 < len(known) && known[i+1] == x^1 {
				i++
				r = digests[i]
			} else {
				r, given = given[0], given[1:]
				if x&1 == 1 {
					l, r = r, l
				}
			}
			children[2*n], children[2*n+1] = l, r
			known[n] = x >> 1
			n++
		}
		known, digests = known[:n], digests[:n]
		if next < len(shape) && shape[next].LogHeight == level-1 {
			many.NodeRows(children[:2*n], rows[next], shape[next].Width, digests)
			next++
		} else {
			many.Nodes(children[:2*n], digests)
		}
	}
	for i, x := range known {
		if digests[i] != cap[x] {
			return fmt.Errorf("%w: node %d of the cap", ErrMismatch, x)
		}
	}
	return nil
}

// checkSizes compares all lengths with those of the canonical opening.
func checkSizes(cap []hash.Digest, capLog int, shape Shape, counts []int, nodes int, rows Rows, proof Proof) error {
	if uint64(len(cap)) != 1<<capLog {
		return fmt.Errorf("%w: %d nodes, not 2^%d", ErrCap, len(cap), capLog)
	}
	if len(rows) != len(shape) {
		return fmt.Errorf("%w: %d layers, not %d", ErrRows, len(rows), len(shape))
	}
	for l, c := range counts {
		if want := uint64(c) * uint64(shape[l].Width); uint64(len(rows[l])) != want {
			return fmt.Errorf("%w: layer %d has %d, not %d", ErrRows, l, len(rows[l]), want)
		}
	}
	if n := len(proof.Nodes); n < nodes {
		return fmt.Errorf("%w: %d of %d", ErrMissingNodes, n, nodes)
	} else if n > nodes {
		return fmt.Errorf("%w: %d instead of %d", ErrSurplusNodes, n, nodes)
	}
	return nil
}

// checkCanonical refuses words that are out of range: they would be second encodings.
func checkCanonical(id hash.ID, cap []hash.Digest, rows Rows, proof Proof) error {
	canonical := func(d hash.Digest) bool { return d.Canonical(id) }
	for i, d := range cap {
		if !canonical(d) {
			return fmt.Errorf("%w: node %d of the cap", ErrNonCanonical, i)
		}
	}
	for i, d := range proof.Nodes {
		if !canonical(d) {
			return fmt.Errorf("%w: node %d of the proof", ErrNonCanonical, i)
		}
	}
	for l, r := range rows {
		if slices.ContainsFunc(r, func(x field.M31) bool { return x >= field.P }) {
			return fmt.Errorf("%w: rows of layer %d", ErrNonCanonical, l)
		}
	}
	return nil
}
