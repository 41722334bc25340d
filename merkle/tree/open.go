package tree

import (
	"fmt"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/merkle"
)

// Open returns the rows that the queries open and the nodes that prove them, as
// merkle.Verify wants them. indices lie below the largest height, in any order, with or
// without repetitions.
func (t *Tree) Open(indices []uint32, threads int) (merkle.Rows, merkle.Proof, error) {
	_, nodes, err := merkle.Sizes(t.shape, t.capLog, indices)
	if err != nil {
		return nil, merkle.Proof{}, fmt.Errorf("tree: %w", err)
	}
	rows := make(merkle.Rows, len(t.groups))
	for i, g := range t.groups {
		rows[i] = g.rows(merkle.Distinct(indices, t.top-g.LogHeight), threads)
	}
	type place struct{ level, index int }
	places := make([]place, 0, nodes)
	for k := t.top; k > t.capLog; k-- {
		known := merkle.Distinct(indices, t.top-k)
		for i := 0; i < len(known); i++ {
			if i+1 < len(known) && known[i+1] == known[i]^1 {
				i++
				continue
			}
			places = append(places, place{k, int(known[i] ^ 1)})
		}
	}
	proof := merkle.Proof{Nodes: make([]hash.Digest, len(places))}
	par.Chunks(threads, len(places), func(lo, hi int) {
		var s scratch
		for i := lo; i < hi; i++ {
			proof.Nodes[i] = t.node(places[i].level, places[i].index, &s)
		}
	})
	return rows, proof, nil
}

// rows returns the rows with the given indices, one after the other.
func (g *Group) rows(indices []uint32, threads int) []field.M31 {
	width := len(g.Columns)
	out := make([]field.M31, len(indices)*width)
	par.Chunks(threads, len(indices), func(lo, hi int) {
		for i, row := range indices[lo:hi] {
			dst := out[(lo+i)*width : (lo+i+1)*width]
			for k, c := range g.Columns {
				dst[k] = c[row]
			}
		}
	})
	return out
}

// node returns node i of level k, kept or not.
func (t *Tree) node(k, i int, s *scratch) hash.Digest {
	if k <= t.kept {
		return t.levels[k-t.capLog][i]
	}
	var out [1]hash.Digest
	t.compute(k, i, out[:], s)
	return out[0]
}
