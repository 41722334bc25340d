package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// PageWord is a word of a touched leaf.
type PageWord struct {
	Old, New       Word
	Start, Ts      air.Col
	OldTop, NewTop [2]air.Col // bits 30 and 31
}

// Page is the chip of the memory tree's touched leaves: 64 bytes a row. It gives the
// memory bus the initial content of each word and takes the final content back.
type Page struct {
	layout                 air.Layout
	Index                  air.Col
	Changed, Kept, Dropped air.Col
	Words                  [memtree.BlockWords]PageWord
	Old, New               Digest
}

// NewPage lays the chip out.
func NewPage() *Page {
	c := &Page{}
	l := &c.layout
	c.Index = l.Felt("index", "index of the leaf, address / 64; tied by the node bus")
	c.Changed = l.Bit("changed", "1 if the new digest is that of the new words")
	c.Kept = l.Bit("kept", "1 if the words stay what they were")
	c.Dropped = l.Bit("dropped", "1 if the new words are not wanted")
	for i := range c.Words {
		name := fmt.Sprintf("w%d", i)
		c.Words[i] = PageWord{
			Old:    newWord(l, name+"_old", fmt.Sprintf("word %d before", i)),
			New:    newWord(l, name+"_new", fmt.Sprintf("word %d after", i)),
			Start:  l.Felt(name+"_start", fmt.Sprintf("timestamp of word %d before its first access; free", i)),
			Ts:     l.Felt(name+"_ts", fmt.Sprintf("timestamp of the last access to word %d; tied by the memory bus", i)),
			OldTop: newTop(l, name+"_old", fmt.Sprintf("of word %d before", i)),
			NewTop: newTop(l, name+"_new", fmt.Sprintf("of word %d after", i)),
		}
	}
	c.Old = newDigest(l, "old", "digest before")
	c.New = newDigest(l, "new", "digest after")
	return c
}

func newTop(l *air.Layout, name, doc string) [2]air.Col {
	return [2]air.Col{l.Bit(name+"_30", "bit 30 "+doc), l.Bit(name+"_31", "bit 31 "+doc)}
}

// Name is the chip's name.
func (c *Page) Name() string { return "page" }

// Columns is the chip's layout.
func (c *Page) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row (changed, kept or dropped), that the leaf's digest
// before is that of the old words, limbs below 2^16, which it puts on the memory bus with
// timestamps of the prover's choice; that it takes the new words from there; and that the
// digest after is that of the new words (changed), or what it was because the words are
// (kept), or what it was because the node bus says that nobody wants the new words
// (dropped).
//
// The first timestamp of a word needs no bounds. Whoever takes a word puts it back with a
// timestamp between 0 and 2^28 + 4, and looks up that the one that it takes is an integer
// between -2^28 and its own, modulo p. If another such row has put that, it is the same
// integer, so that times increase from row to row, whatever the page began with.
//
// Low limbs of the new words were range-checked when they were put on the memory bus. The
// index is below 2^26, since the node bus carries indices of level 26 that begin with a
// quarter and double, plus a bit, from level to level; so no two rows share an address.
func (c *Page) Define(b *air.Builder) {
	changed, kept, dropped := b.Col(c.Changed), b.Col(c.Kept), b.Col(c.Dropped)
	live := b.Sum(changed, kept, dropped)
	b.Bit("at most one of changed, kept and dropped", live)

	index := b.Col(c.Index)
	old, new := c.Old.exprs(b), c.New.exprs(b)
	node := []air.Expr{b.Int(memtree.LeafLevel), index, dropped}
	b.Receive(Node, live, append(append(node, old...), new...)...)
	for i := range old {
		b.Zero("the digest changes on changed rows only", changed.Not().Mul(new[i].Sub(old[i])))
	}

	var oldWords, newWords []leafWord
	for i, w := range c.Words {
		x, y := w.Old.exprs(b), w.New.exprs(b)
		address := index.Scale(memtree.BlockWords).Plus(int64(i))
		b.Send(Memory, live, address, x.Lo, x.Hi, b.Col(w.Start))
		b.Receive(Memory, live, address, y.Lo, y.Hi, b.Col(w.Ts))
		b.Zero("kept words, low limb", kept.Mul(y.Lo.Sub(x.Lo)))
		b.Zero("kept words, high limb", kept.Mul(y.Hi.Sub(x.Hi)))
		b.Receive(Range16, live, x.Lo)
		oldWords = append(oldWords, leafWord{x, topBits(b, live, x.Hi, w.OldTop)})
		newWords = append(newWords, leafWord{y, topBits(b, live, y.Hi, w.NewTop)})
	}
	lookUpHash(b, live, leafInput(b, oldWords), old)
	lookUpHash(b, changed, leafInput(b, newWords), new)
}

// topBits is hi >> 14, the two top bits of a word with the high limb hi.
//
// Assumes that the columns are bits, so that v is below 4. Constrains, on live rows,
// hi = r + 2^14 v with r < 2^14; so hi < 2^16, and v is its bits 14 and 15.
func topBits(b *air.Builder, live, hi air.Expr, top [2]air.Col) air.Expr {
	v := b.Col(top[0]).Add(b.Col(top[1]).Scale(2))
	b.Receive(RangeSmall, live, b.Int(1<<14), hi.Sub(v.Scale(1<<14)))
	return v
}

// leafWord is a word of a leaf with its two top bits.
type leafWord struct {
	Value
	top air.Expr
}

// leafInput is the input of the compression of a leaf (memtree.LeafInput, which shows why
// it determines the words). Limbs are below 2^16 and top bits below 4.
func leafInput(b *air.Builder, words []leafWord) []air.Expr {
	var in []air.Expr
	for _, w := range words {
		in = append(in, w.Lo.Add(w.Hi.Scale(limb)))
	}
	half := len(words) / 2
	for _, part := range [][]leafWord{words[:half], words[half:]} {
		sum := b.Nil()
		for i, w := range part {
			sum = sum.Add(w.top.Scale(1 << (2 * i)))
		}
		in = append(in, sum)
	}
	return padInput(b, in, b.Const(hash.DomainMemoryLeaf))
}
