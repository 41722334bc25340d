package trace

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
)

// TestPageSizes measures what the memory tree would cost with larger or smaller leaves
// (docs/decisions/page-size.md): go test ./trace -run TestPageSizes -v.
func TestPageSizes(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	cost := newTreeCost(m)
	t.Logf("cells of a row: page %d + %d for each word, node %d, compression %d", cost.page, cost.word, cost.node, cost.compression)
	var text strings.Builder
	studyRuns(t, func(s *studyRun) {
		words := s.words()
		fmt.Fprintf(&text, "\n%s: %d cycles, %d words touched\n", s.name, s.run.Cycles, len(words.touched))
		fmt.Fprintln(&text, "| bytes | touched | written | nodes | compressions: last | inner | Mcells: last | inner | cells a cycle: last | inner |")
		fmt.Fprintln(&text, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
		for _, size := range []int{32, 64, 128, 256, 512, 1024, 4096} {
			last, inner := words.tree(size, lastSegment), words.tree(size, innerSegment)
			a, b := cost.cells(last), cost.cells(inner)
			cycles := float64(s.run.Cycles)
			fmt.Fprintf(&text, "| %d | %d | %d | %d | %d | %d | %.2f | %.2f | %.2f | %.2f |\n", size, inner.pages, inner.written, inner.nodes,
				last.compressions, inner.compressions, float64(a)/1e6, float64(b)/1e6, float64(a)/cycles, float64(b)/cycles)
			if size == rv.BlockSize {
				s.compare(t, last, lastSegment)
				s.compare(t, inner, innerSegment)
			}
		}
	})
	t.Log(text.String())
}

// compare checks the counts for leaves of 64 bytes against what the real tree opens.
func (s *studyRun) compare(t *testing.T, c treeCount, drop [memtree.Quarters]bool) {
	t.Helper()
	o := s.open(t, drop)
	want := treeCount{pageWords: c.pageWords, pages: len(o.Leaves), nodes: len(o.Nodes)}
	for _, l := range o.Leaves {
		if l.Changed {
			want.written++
			want.compressions++
		}
		if l.Old != memtree.Zero(memtree.LeafLevel) {
			want.compressions++
		}
	}
	for _, n := range o.Nodes {
		if n.Changed {
			want.compressions++
		}
		if n.Old != memtree.Zero(n.Level) {
			want.compressions++
		}
	}
	if c != want {
		t.Errorf("%s: %+v, the tree has %+v", s.name, c, want)
	}
}

// memoryWords are word addresses in increasing order: those that a segment touches and
// changes, and those that aren't zero before it.
type memoryWords struct{ touched, changed, content []uint32 }

func (s *studyRun) words() memoryWords {
	var w memoryWords
	for i := range s.run.Blocks {
		b := &s.run.Blocks[i]
		for k, ts := range b.Ts {
			at := b.Index*rv.BlockWords + uint32(k)
			if ts != 0 {
				w.touched = append(w.touched, at)
			}
			if b.Initial[k] != b.Final[k] {
				w.changed = append(w.changed, at)
			}
		}
	}
	for _, i := range s.run.ExecutedCode {
		w.touched = append(w.touched, s.program.Code.Start/4+i)
	}
	slices.Sort(w.touched)
	w.touched = slices.Compact(w.touched)
	for i, v := range s.run.Registers {
		at := rv32im.RegisterBase + uint32(i)
		w.touched = append(w.touched, at)
		if v != 0 {
			w.changed = append(w.changed, at)
		}
	}
	for _, b := range s.initial() {
		for k, v := range b.Words {
			if v != 0 {
				w.content = append(w.content, b.Index*memtree.BlockWords+uint32(k))
			}
		}
	}
	slices.Sort(w.content)
	return w
}

// treeCount is what a memory tree with leaves of some size opens.
type treeCount struct {
	pageWords, pages, written, nodes, compressions int
}

// tree counts for leaves of a number of bytes, a power of two. A subtree that is all zero
// before needs no compression; nothing is written back in a quarter with drop. Equal
// compressions, which the tables hold once, count each time.
func (w memoryWords) tree(size int, drop [memtree.Quarters]bool) treeCount {
	level := 32 - bits.TrailingZeros(uint(size)) // of the leaves
	shift := func(words []uint32, by int) []uint32 {
		out := make([]uint32, 0, len(words))
		for _, x := range words {
			if y := x >> by; len(out) == 0 || out[len(out)-1] != y {
				out = append(out, y)
			}
		}
		return out
	}
	in := func(list []uint32, x uint32) bool {
		_, ok := slices.BinarySearch(list, x)
		return ok
	}
	var written []uint32
	for _, x := range w.changed {
		if !drop[x>>(30-memtree.QuarterLevel)] {
			written = append(written, x)
		}
	}
	c := treeCount{pageWords: size / 4}
	for l := level; l >= memtree.QuarterLevel; l-- {
		by := 30 - l
		each := 1
		if l == level {
			each = leafCompressions(c.pageWords)
		}
		open, changed, content := shift(w.touched, by), shift(written, by), shift(w.content, by)
		for _, x := range open {
			if in(content, x) {
				c.compressions += each
			}
		}
		c.compressions += each * len(changed)
		if l == level {
			c.pages, c.written = len(open), len(changed)
		} else {
			c.nodes += len(open)
		}
	}
	return c
}

// leafCompressions is the number of compressions that hash a leaf of so many words: an
// element for each word and one for the top bits of 15 words; 24 elements go into the
// first compression and 15 into each further one, beside the nine of the digest so far.
func leafCompressions(words int) int {
	elements := words + (words+14)/15
	return 1 + (max(elements-24, 0)+14)/15
}

// treeCost holds cells of rows.
type treeCost struct{ page, word, node, compression int }

// newTreeCost takes the page chip apart: what each word costs, and what is left. Look-ups are
// joined by threes, which take two columns and a fraction of three cells.
func newTreeCost(m *rv32im.Machine) treeCost {
	page := m.AIRs[rv32im.ChipPage]
	columns, messages, lookups := 0, 0, 0
	for _, c := range page.Main {
		if len(c.Name) > 2 && c.Name[0] == 'w' && c.Name[1] >= '0' && c.Name[1] <= '9' {
			columns++
		}
	}
	for _, x := range page.Messages {
		switch x.Bus.ID {
		case rv32im.Memory.ID:
			messages++
		case rv32im.Range16.ID, rv32im.RangeSmall.ID:
			lookups++
		}
	}
	word := (columns + 3*messages + 5*lookups/3) / memtree.BlockWords
	return treeCost{
		page: page.Cells() - word*memtree.BlockWords, word: word,
		node: m.AIRs[rv32im.ChipNode].Cells(), compression: m.AIRs[rv32im.ChipPoseidon2].Cells(),
	}
}

// cells is the number of committed cells, padding aside.
func (c treeCost) cells(n treeCount) int {
	return n.pages*(c.page+c.word*n.pageWords) + n.nodes*c.node + n.compressions*c.compression
}
