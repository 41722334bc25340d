package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// fillPage writes the row of a touched leaf. starts are the timestamps that the memory bus has
// at first, Ts those that it has in the end; x holds the leaf's digests.
func fillPage(c *rv32im.Page, w columns, r int, block *exec.Block, starts *[rv.BlockWords]uint32, x *memtree.LeafOpening) {
	w.set(c.Index, r, block.Index)
	w.bit(c.Changed, r, x.Changed)
	w.bit(c.Kept, r, !x.Changed && !x.Drop)
	w.bit(c.Dropped, r, x.Drop)
	for i := range c.Words {
		p := &c.Words[i]
		w.word(p.Old, r, block.Initial[i])
		w.word(p.New, r, block.Final[i])
		w.set(p.Start, r, starts[i])
		w.set(p.Ts, r, block.Ts[i])
		w.top(p.OldTop, r, block.Initial[i])
		w.top(p.NewTop, r, block.Final[i])
	}
	w.digest(c.Old, r, x.Old)
	w.digest(c.New, r, x.New)
}

// top writes bits 30 and 31 of a word.
func (w columns) top(c [2]air.Col, r int, v uint32) {
	w.set(c[0], r, v>>30&1)
	w.set(c[1], r, v>>31)
}

func (w columns) digest(c rv32im.Digest, r int, d hash.Digest) {
	for i, col := range c {
		w.elem(col, r, field.M31(d[i]))
	}
}

// touchedLeaves gives the tree what it opens.
func touchedLeaves(blocks []exec.Block) []memtree.Touched {
	t := make([]memtree.Touched, len(blocks))
	for i := range blocks {
		t[i] = memtree.Touched{Index: blocks[i].Index, Old: blocks[i].Initial, New: blocks[i].Final}
	}
	return t
}
