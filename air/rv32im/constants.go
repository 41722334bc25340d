package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

const (
	// ConstantsLog is log2 of the height of the table of constants.
	ConstantsLog = 7
	shiftAmounts = 32
)

// Constants is the chip of the small tables: the compressions of all-zero subtrees of the
// memory tree, one level in each row, and the powers of two of shift amounts. The last
// fact of each table is repeated up to the height.
type Constants struct {
	layout              air.Layout
	Child, Out          [hash.Poseidon2Words]air.PreCol
	Domain              air.PreCol
	Amount, Power, Rest air.PreCol
	Long                air.PreCol
	HashMult, ShiftMult air.Col
}

// NewConstants lays the chip out.
func NewConstants() *Constants {
	c := &Constants{}
	l := &c.layout
	for i := range c.Child {
		c.Child[i] = l.Pre(fmt.Sprintf("child%d", i), fmt.Sprintf("both children's digest, element %d; 0 for a leaf", i))
	}
	c.Domain = l.Pre("domain", "domain of the compression")
	for i := range c.Out {
		c.Out[i] = l.Pre(fmt.Sprintf("out%d", i), fmt.Sprintf("digest, element %d", i))
	}
	c.Amount = l.Pre("amount", "shift amount s")
	c.Power = l.Pre("power", "2^(s mod 16)")
	c.Rest = l.Pre("rest", "2^(16 - s mod 16)")
	c.Long = l.Pre("long", "1 if s >= 16")
	c.HashMult = l.Felt("hash_mult", "look-ups of the compression")
	c.ShiftMult = l.Felt("shift_mult", "look-ups of the shift amount")
	return c
}

// Name is the chip's name.
func (c *Constants) Name() string { return "constants" }

// Columns is the chip's layout.
func (c *Constants) Columns() *air.Layout { return &c.layout }

// Define offers the row's facts, each any number of times. They are all true: the columns
// belong to the verifying key, so nothing is to be constrained.
func (c *Constants) Define(b *air.Builder) {
	var child, out []air.Expr
	for i := range c.Child {
		child = append(child, b.Pre(c.Child[i]))
		out = append(out, b.Pre(c.Out[i]))
	}
	in := append(append([]air.Expr{}, child...), child...)
	in = padInput(b, in, b.Pre(c.Domain))
	b.Send(Hash, b.Col(c.HashMult), append(in, out...)...)
	b.Send(Shift, b.Col(c.ShiftMult), b.Pre(c.Amount), b.Pre(c.Power), b.Pre(c.Rest), b.Pre(c.Long))
}

// Preprocessed is the content of the preprocessed columns, 2^ConstantsLog rows each.
func (c *Constants) Preprocessed() [][]field.M31 {
	w := newPreprocessed(&c.layout, 1<<ConstantsLog)
	for r := range 1 << ConstantsLog {
		level := min(r, memtree.LeafLevel)
		domain, child := hash.DomainMemoryLeaf, hash.Digest{}
		if level < memtree.LeafLevel {
			domain, child = hash.DomainMemoryNode, memtree.Zero(level+1)
		}
		w[c.Domain][r] = domain
		for i, x := range memtree.Zero(level) {
			w[c.Child[i]][r] = field.M31(child[i])
			w[c.Out[i]][r] = field.M31(x)
		}
		s := min(r, shiftAmounts-1)
		w[c.Amount][r] = field.M31(s)
		w[c.Power][r] = 1 << (s % 16)
		w[c.Rest][r] = 1 << (16 - s%16)
		w[c.Long][r] = field.M31(s / 16)
	}
	return w
}
