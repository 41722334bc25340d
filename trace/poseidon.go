package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
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

// fillPoseidon2 writes the row of a compression, with multiplicity 0.
func fillPoseidon2(c *rv32im.Poseidon2, w columns, r int, in *memtree.Input) {
	w.set(c.Live, r, 1)
	w.set(c.Mult, r, 0)
	x := *in
	for i, v := range x {
		w.elem(c.In[i], r, v)
	}
	externalLayer(&x)
	for round := range c.Full {
		if round == len(c.Full)/2 {
			for p := range c.Partial {
				x[0] = w.sbox(c.Partial[p], r, x[0].Add(poseidonPartial[p]), true)
				internalLayer(&x)
			}
		}
		for i := range x {
			x[i] = w.sbox(c.Full[round][i], r, x[i].Add(poseidonFull[round][i]), round != len(c.Full)-1)
		}
		externalLayer(&x)
	}
	for i, col := range c.Out {
		w.elem(col, r, x[i].Add(in[i]))
	}
}

// sbox writes the cube of x and, if out, x^5, which it returns.
func (w columns) sbox(c rv32im.SBox, r int, x field.M31, out bool) field.M31 {
	square := x.Square()
	cube := square.Mul(x)
	y := cube.Mul(square)
	w.elem(c.Cube, r, cube)
	if out {
		w.elem(c.Out, r, y)
	}
	return y
}

// externalLayer multiplies by hash.ExternalMatrix. Sums of elements below 2^31 with
// factors that add up to at most 112 stay below 2^38.
func externalLayer(x *memtree.Input) {
	var y [hash.Poseidon2Width]uint64
	var sum [4]uint64
	for i := 0; i < len(x); i += 4 {
		a, b, c, d := uint64(x[i]), uint64(x[i+1]), uint64(x[i+2]), uint64(x[i+3])
		y[i] = 5*a + 7*b + c + 3*d
		y[i+1] = 4*a + 6*b + c + d
		y[i+2] = a + 3*b + 5*c + 7*d
		y[i+3] = a + b + 4*c + 6*d
		for j := range sum {
			sum[j] += y[i+j]
		}
	}
	for i := range x {
		x[i] = field.New(y[i] + sum[i%4])
	}
}

// internalLayer multiplies by the matrix of ones plus the diagonal.
func internalLayer(x *memtree.Input) {
	var sum uint64
	for _, v := range x {
		sum += uint64(v)
	}
	total := field.New(sum)
	for i, v := range x {
		x[i] = total.Add(poseidonDiagonal[i].Mul(v))
	}
}
