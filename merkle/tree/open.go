package tree

import (
	"fmt"
	"slices"

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
	proof := merkle.Proof{Nodes: make([]hash.Digest, 0, nodes)}
	roots := merkle.Distinct(indices, t.top-t.kept)
	below := make([][]sibling, len(roots)) // by root: what is to be computed
	for k := t.top; k > t.capLog; k-- {
		known := merkle.Distinct(indices, t.top-k)
		for i := 0; i < len(known); i++ {
			if i+1 < len(known) && known[i+1] == known[i]^1 {
				i++
				continue
			}
			var node hash.Digest
			if at := known[i] ^ 1; k <= t.kept {
				node = t.levels[k-t.capLog][at]
			} else {
				r, _ := slices.BinarySearch(roots, at>>(k-t.kept))
				below[r] = append(below[r], sibling{k, at, len(proof.Nodes)})
			}
			proof.Nodes = append(proof.Nodes, node)
		}
	}

	rows := make(merkle.Rows, len(t.groups))
	var jobs []func()
	for i := range t.groups {
		g := &t.groups[i]
		list, width := merkle.Distinct(indices, t.top-g.LogHeight), len(g.Columns)
		rows[i] = make([]field.M31, len(list)*width)
		for lo := 0; lo < len(list); lo += atOnce {
			hi := min(lo+atOnce, len(list))
			jobs = append(jobs, func() { g.rows(rows[i][lo*width:hi*width], list[lo:hi]) })
		}
	}
	for lo := 0; lo < len(roots) && t.kept < t.top; lo += atOnce {
		hi := min(lo+atOnce, len(roots))
		jobs = append(jobs, func() {
			var s scratch
			for r := lo; r < hi; r++ {
				t.siblings(proof.Nodes, int(roots[r]), below[r], &s)
			}
		})
	}
	par.For(threads, len(jobs), func(i int) { jobs[i]() })
	return rows, proof, nil
}

// atOnce is the number of queries that a goroutine takes at a time.
const atOnce = 16

// sibling is a node below the lowest kept level, and where it goes in the proof.
type sibling struct {
	level int
	index uint32
	to    int
}

// siblings sets nodes to those of the list, which lie below the given node of the lowest kept
// level: all that is below is computed once.
func (t *Tree) siblings(nodes []hash.Digest, root int, list []sibling, s *scratch) {
	if len(list) == 0 {
		return
	}
	if s[0] == nil {
		s[0] = make([]hash.Digest, 2)
	}
	t.compute(t.kept+1, 2*root, s[0][:2], s)
	for _, x := range list {
		depth := x.level - t.kept
		nodes[x.to] = s[depth-1][x.index-uint32(root)<<depth]
	}
}

// rows sets out to the rows with the given indices, one after the other.
func (g *Group) rows(out []field.M31, indices []uint32) {
	for _, row := range indices {
		for k, c := range g.Columns {
			out[k] = c[row]
		}
		out = out[len(g.Columns):]
	}
}
