package trace

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// multiplicities adds the counts of all threads up and writes them into the tables that
// serve look-ups. Those tables' own look-ups are counted with the others: they don't depend
// on the multiplicities.
func (b *builder) multiplicities() error {
	for _, w := range b.workers {
		if w != nil && w.count != b.count {
			b.count.merge(w.count, b.threads)
		}
	}
	for i := range b.out.List {
		t := &b.out.List[i]
		b.serve(columns(t.Main), int(t.Chip))
	}
	return b.count.left()
}

// serve writes the counts of one table and strikes them off.
func (b *builder) serve(w columns, chip int) {
	n := b.count
	switch c := b.m.Chips[chip].(type) {
	case *rv32im.Table:
		for k, col := range []air.Col{c.Range16Mult, c.SmallMult, c.LimbMult, c.AndMult, c.OrMult, c.XorMult} {
			for r, v := range &n.limbs[k] {
				w.set(col, r, v)
			}
		}
	case *rv32im.Constants:
		pre := b.m.Preprocessed(chip)
		clear(w[c.ShiftMult])
		for s, v := range n.shifts {
			w.set(c.ShiftMult, s, v)
		}
		for r := range w[c.HashMult] {
			var in [hashKey]field.M31
			for k := range c.Child {
				in[k], in[k+len(c.Child)] = pre[c.Child[k]][r], pre[c.Child[k]][r]
			}
			in[len(in)-1] = pre[c.Domain][r]
			w.set(c.HashMult, r, n.hashes[in])
			delete(n.hashes, in)
		}
	case *rv32im.Poseidon2:
		for r := range w[c.Mult] {
			if w[c.Live][r] == 0 {
				break
			}
			var in [hashKey]field.M31
			for k, col := range c.In {
				in[k] = w[col][r]
			}
			w.set(c.Mult, r, n.hashes[in])
			delete(n.hashes, in)
		}
	case *rv32im.Decode:
		for r := range w[c.Mult] {
			if p := n.code.at(w[c.PC][r]); p != nil {
				w.set(c.Mult, r, *p)
				*p = 0
			}
		}
	case *rv32im.RegionPage:
		for r := range w[c.ReadMult] {
			p := &n.pages[w[c.Page][r]]
			w.set(c.ReadMult, r, p[0])
			w.set(c.WriteMult, r, p[1])
			*p = [2]uint32{}
		}
	}
}

// left reports look-ups that no table served.
func (c *counter) left() error {
	if len(c.hashes) > 0 {
		return fmt.Errorf("trace: %d compressions are looked up, but not in the tables", len(c.hashes))
	}
	if err := c.code.left(); err != nil {
		return err
	}
	for page, n := range &c.pages {
		if n != [2]uint32{} {
			return fmt.Errorf("trace: page %#x is looked up, but not in the region table", page)
		}
	}
	return nil
}
