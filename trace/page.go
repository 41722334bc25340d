package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv/exec"
)

// fillPage writes the row of a touched leaf. Its Ts are the timestamps that the memory
// bus has in the end; x holds its digests.
func fillPage(c *rv32im.Page, w columns, r int, block *exec.Block, x *memtree.LeafOpening) {
	w.set(c.Index, r, block.Index)
	w.bit(c.Changed, r, x.Changed)
	w.bit(c.Kept, r, !x.Changed && !x.Drop)
	w.bit(c.Dropped, r, x.Drop)
	for i := range c.Words {
		p := &c.Words[i]
		w.word(p.Old, r, block.Initial[i])
		w.word(p.New, r, block.Final[i])
		w.set(p.Ts, r, block.Ts[i])
		w.set(p.OldTop, r, block.Initial[i]>>30)
		var top uint32
		if x.Changed {
			top = block.Final[i] >> 30
		}
		w.set(p.NewTop, r, top)
	}
	w.digest(c.Old, r, x.Old)
	w.digest(c.New, r, x.New)
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
