package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// compressions lists the inputs of the compressions that pages and nodes look up, each
// once, without those of all-zero memory, which rv32im.Constants offers.
func compressions(blocks []memtree.Touched, o *memtree.Opening) []memtree.Input {
	// The digest tells inputs apart: nobody finds a collision.
	seen := make(map[hash.Digest]struct{}, len(o.Leaves)+len(o.Nodes))
	for level := memtree.QuarterLevel; level <= memtree.LeafLevel; level++ {
		seen[memtree.Zero(level)] = struct{}{}
	}
	var list []memtree.Input
	isNew := func(d hash.Digest) bool {
		_, ok := seen[d]
		seen[d] = struct{}{}
		return !ok
	}
	for i := range o.Leaves {
		x := &o.Leaves[i]
		if isNew(x.Old) {
			list = append(list, memtree.LeafInput(&blocks[i].Old))
		}
		if x.Changed && isNew(x.New) {
			list = append(list, memtree.LeafInput(&blocks[i].New))
		}
	}
	for i := range o.Nodes {
		x := &o.Nodes[i]
		if isNew(x.Old) {
			list = append(list, memtree.NodeInput(x.LeftOld, x.RightOld))
		}
		if x.Changed && isNew(x.New) {
			list = append(list, memtree.NodeInput(x.LeftNew, x.RightNew))
		}
	}
	return list
}

var (
	poseidonFull     = hash.FullRoundConstants()
	poseidonPartial  = hash.PartialRoundConstants()
	poseidonDiagonal = hash.InternalDiagonal()
)

// fillPoseidon2 writes rows of compressions, with multiplicity 0.
func fillPoseidon2(c *rv32im.Poseidon2, w columns, list []memtree.Input) {
	n := len(list)
	for r := range list {
		w.set(c.Live, r, 1)
		w.set(c.Mult, r, 0)
	}
	s := newPermutations(n)
	for i, col := range c.In {
		in := w[col][:n]
		for r := range list {
			in[r] = list[r][i]
		}
		copy(s.x[i], in)
	}
	s.externalLayer()
	for round := range c.Full {
		if round == len(c.Full)/2 {
			for p, box := range c.Partial {
				s.sbox(w, box, 0, poseidonPartial[p], true)
				s.internalLayer()
			}
		}
		for i, box := range c.Full[round] {
			s.sbox(w, box, i, poseidonFull[round][i], round != len(c.Full)-1)
		}
		s.externalLayer()
	}
	for i, col := range c.Out {
		vec.Add(w[col][:n], s.x[i], w[c.In[i]][:n])
	}
}

// permutations is the state of Poseidon2 for several rows, element by element.
type permutations struct {
	x    [hash.Poseidon2Width][]field.M31
	t    [4][]field.M31 // temporary
	rows int
}

func newPermutations(rows int) *permutations {
	s := &permutations{rows: rows}
	cells := make([]field.M31, (len(s.x)+len(s.t))*rows)
	for i := range s.x {
		s.x[i], cells = cells[:rows], cells[rows:]
	}
	for i := range s.t {
		s.t[i], cells = cells[:rows], cells[rows:]
	}
	return s
}

// sbox adds a constant to an element and takes it to its fifth power. It writes the cube and, if
// out, the result.
func (s *permutations) sbox(w columns, c rv32im.SBox, i int, constant field.M31, out bool) {
	x, square, cube := s.x[i], s.t[0], w[c.Cube][:s.rows]
	vec.AddConst(x, x, constant)
	vec.Mul(square, x, x)
	vec.Mul(cube, square, x)
	vec.Mul(x, cube, square)
	if out {
		copy(w[c.Out], x)
	}
}

// externalLayer multiplies by hash.ExternalMatrix: each four elements by its small matrix, with the
// sums of the outputs added to them.
func (s *permutations) externalLayer() {
	x, t := &s.x, &s.t
	for i := 0; i < len(x); i += len(t) {
		vec.Add(t[0], x[i], x[i+1])
		vec.Add(t[1], x[i+2], x[i+3])
		double(x[i+1])
		vec.Add(x[i+1], x[i+1], t[1]) // 0 2 1 1
		double(x[i+3])
		vec.Add(x[i+3], x[i+3], t[0]) // 1 1 0 2
		double(t[0])
		double(t[0])
		vec.Add(t[0], t[0], x[i+1]) // 4 6 1 1
		double(t[1])
		double(t[1])
		vec.Add(t[1], t[1], x[i+3])   // 1 1 4 6
		vec.Add(x[i], x[i+3], t[0])   // 5 7 1 3
		vec.Add(x[i+2], x[i+1], t[1]) // 1 3 5 7
		x[i+1], t[0] = t[0], x[i+1]
		x[i+3], t[1] = t[1], x[i+3]
	}
	for j := range t {
		vec.Add(t[j], x[j], x[j+len(t)])
		for i := j + 2*len(t); i < len(x); i += len(t) {
			vec.Add(t[j], t[j], x[i])
		}
	}
	for i := range x {
		vec.Add(x[i], x[i], t[i%len(t)])
	}
}

func double(x []field.M31) { vec.Add(x, x, x) }

// internalLayer multiplies by the matrix of ones plus the diagonal.
func (s *permutations) internalLayer() {
	total := s.t[0]
	copy(total, s.x[0])
	for _, x := range s.x[1:] {
		vec.Add(total, total, x)
	}
	for i, x := range s.x {
		vec.MulConst(x, x, poseidonDiagonal[i])
		vec.Add(x, x, total)
	}
}
