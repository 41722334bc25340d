package memtree

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// naive is the digest of a node over the blocks, by the definition.
func naive(level int, index uint32, m map[uint32][BlockWords]uint32) hash.Digest {
	if len(m) == 0 {
		return Zero(level)
	}
	if level == LeafLevel {
		w := m[index]
		return Leaf(&w)
	}
	halves := [2]map[uint32][BlockWords]uint32{{}, {}}
	for i, w := range m {
		halves[i>>(LeafLevel-level-1)&1][i] = w
	}
	return Node(naive(level+1, 2*index, halves[0]), naive(level+1, 2*index+1, halves[1]))
}

func quarterOf(m map[uint32][BlockWords]uint32, q uint32) map[uint32][BlockWords]uint32 {
	c := maps.Clone(m)
	maps.DeleteFunc(c, func(i uint32, _ [BlockWords]uint32) bool { return i/quarterLeaves != q })
	return c
}

func sorted(m map[uint32][BlockWords]uint32) []Block {
	var b []Block
	for _, i := range slices.Sorted(maps.Keys(m)) {
		b = append(b, Block{i, m[i]})
	}
	return b
}

func randomWords(r *rand.Rand) (w [BlockWords]uint32) {
	for i := range w {
		w[i] = r.Uint32()
	}
	return w
}

// randomMemory has content in clusters and on the borders of the quarters.
func randomMemory(r *rand.Rand, n int) map[uint32][BlockWords]uint32 {
	m := map[uint32][BlockWords]uint32{}
	for range n {
		index := r.Uint32N(1 << LeafLevel)
		switch r.IntN(4) {
		case 0:
			index = index%4*quarterLeaves + index%7
		case 1:
			index = (index%4+1)*quarterLeaves - 1 - index%5
		}
		m[index] = randomWords(r)
	}
	return m
}

func TestZero(t *testing.T) {
	if Zero(LeafLevel) != Leaf(new([BlockWords]uint32)) {
		t.Error("zero leaf")
	}
	for l := range LeafLevel {
		if Zero(l) != Node(Zero(l+1), Zero(l+1)) {
			t.Errorf("level %d", l)
		}
	}
	var q [Quarters]hash.Digest
	for i := range q {
		q[i] = Zero(QuarterLevel)
	}
	if Root(q) != Zero(0) {
		t.Error("root")
	}
}

// TestLeafInputDetermines inverts the encoding of words.
func TestLeafInputDetermines(t *testing.T) {
	const p = field.P
	values := []uint32{0, 1, 2, p - 1, p, p + 1, p + 2, 2*p - 1, 2 * p, 2*p + 1, 1<<30 - 1, 1 << 30, 3 << 30}
	seen := map[[2]uint32]uint32{}
	for _, v := range values {
		in := LeafInput(&[BlockWords]uint32{v})
		key := [2]uint32{uint32(in[0]), uint32(in[topWord])}
		if w, ok := seen[key]; ok {
			t.Errorf("%#x and %#x have the same encoding", v, w)
		}
		seen[key] = v
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		words := randomWords(r)
		words[r.IntN(BlockWords)] = values[r.IntN(len(values))]
		in := LeafInput(&words)
		for i := range words {
			e, top := uint32(in[i]), uint32(in[topWord+i/8])>>(2*(i%8))&3
			n := 0
			for _, v := range []uint64{uint64(e), uint64(e) + p, uint64(e) + 2*p} {
				if v < 1<<32 && uint32(v>>30) == top {
					n++
					if uint32(v) != words[i] {
						t.Fatalf("word %#x decodes to %#x", words[i], v)
					}
				}
			}
			if n != 1 {
				t.Fatalf("word %#x has %d decodings", words[i], n)
			}
		}
		if in[18] != 0 || in[19] != 0 || in[20] != 0 || in[21] != 0 || in[22] != 0 || in[23] != hash.DomainMemoryLeaf {
			t.Fatal("padding")
		}
	}
}

func TestHash(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{0, 1, 2, 3, 10, 60} {
		m := randomMemory(r, n)
		for q := range uint32(Quarters) {
			part := quarterOf(m, q)
			got, err := Hash(q, slices.Values(sorted(part)))
			if err != nil || got != naive(QuarterLevel, q, part) {
				t.Errorf("%d blocks, quarter %d: %v", n, q, err)
			}
		}
	}
	// Explicit zero blocks change nothing.
	got, err := Hash(1, slices.Values([]Block{{Index: quarterLeaves + 5}, {Index: 2*quarterLeaves - 1}}))
	if err != nil || got != Zero(QuarterLevel) {
		t.Errorf("zero blocks: %v", err)
	}
}

func TestHashRefuses(t *testing.T) {
	for name, b := range map[string][]Block{
		"twice":        {{Index: quarterLeaves}, {Index: quarterLeaves}},
		"out of order": {{Index: quarterLeaves + 1}, {Index: quarterLeaves}},
		"below":        {{Index: quarterLeaves - 1}},
		"above":        {{Index: 2 * quarterLeaves}},
		"far above":    {{Index: 1<<32 - 1}},
	} {
		if _, err := Hash(1, slices.Values(b)); !errors.Is(err, ErrBlocks) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Hash(3, slices.Values([]Block{{Index: 1<<LeafLevel - 1}, {Index: 1 << LeafLevel}})); !errors.Is(err, ErrBlocks) {
		t.Errorf("behind the address space: %v", err)
	}
}

func TestTree(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	m := randomMemory(r, 40)
	tree := NewTree(CompressAll)
	if err := tree.Set(slices.Values(sorted(m))); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		var drop [Quarters]bool
		if round == 3 {
			drop = [Quarters]bool{true, false, false, true}
		}
		var touched []Touched
		change := randomMemory(r, 20)
		for i, w := range m { // touch some of what exists, change half of that
			if r.IntN(2) == 0 {
				change[i] = w
				if r.IntN(2) == 0 {
					change[i] = randomWords(r)
				}
			}
		}
		change[77] = m[77] // a leaf that stays zero
		next := maps.Clone(m)
		for _, b := range sorted(change) {
			touched = append(touched, Touched{b.Index, m[b.Index], b.Words})
			if !drop[b.Index/quarterLeaves] {
				next[b.Index] = b.Words
			}
		}
		before := tree.Quarters()
		siblings := tree.Siblings(leafIndices(touched))
		o, err := tree.Open(touched, drop)
		if err != nil {
			t.Fatal(err)
		}
		checkSiblings(t, o, touched, siblings, before, drop)
		for q := range uint32(Quarters) {
			if o.Old[q] != naive(QuarterLevel, q, quarterOf(m, q)) {
				t.Errorf("round %d: old digest of quarter %d", round, q)
			}
			if o.New[q] != naive(QuarterLevel, q, quarterOf(next, q)) {
				t.Errorf("round %d: new digest of quarter %d", round, q)
			}
		}
		checkOpening(t, o, touched, drop)
		m = next
	}
}

// checkOpening replays the messages between the rows of page and node chips.
func checkOpening(t *testing.T, o *Opening, touched []Touched, drop [Quarters]bool) {
	t.Helper()
	type message struct {
		level    int
		index    uint32
		drop     bool
		old, new hash.Digest
	}
	bus := map[message]int{}
	for q := range o.Touched {
		if o.Touched[q] {
			bus[message{QuarterLevel, uint32(q), drop[q], o.Old[q], o.New[q]}]++
		} else if o.Old[q] != o.New[q] {
			t.Errorf("quarter %d changes untouched", q)
		}
	}
	for _, n := range o.Nodes {
		bus[message{n.Level, n.Index, n.Drop, n.Old, n.New}]--
		if n.Old != Node(n.LeftOld, n.RightOld) {
			t.Fatal("old digest of a node")
		}
		if n.Changed && n.New != Node(n.LeftNew, n.RightNew) || !n.Changed && n.New != n.Old {
			t.Fatal("new digest of a node")
		}
		if n.OpenLeft {
			bus[message{n.Level + 1, 2 * n.Index, n.Drop, n.LeftOld, n.LeftNew}]++
		} else if n.LeftOld != n.LeftNew {
			t.Fatal("closed child changes")
		}
		if n.OpenRight {
			bus[message{n.Level + 1, 2*n.Index + 1, n.Drop, n.RightOld, n.RightNew}]++
		} else if n.RightOld != n.RightNew {
			t.Fatal("closed child changes")
		}
	}
	for i, l := range o.Leaves {
		bus[message{LeafLevel, l.Index, l.Drop, l.Old, l.New}]--
		if l.Old != Leaf(&touched[i].Old) || l.Changed && l.New != Leaf(&touched[i].New) || !l.Changed && l.New != l.Old {
			t.Fatal("digest of a leaf")
		}
	}
	for m, n := range bus {
		if n != 0 {
			t.Fatalf("message %v: %d too many", m, n)
		}
	}
}

func TestTreeRefuses(t *testing.T) {
	tree := NewTree(CompressAll)
	if err := tree.Set(slices.Values([]Block{{Index: 3}, {Index: 3}})); !errors.Is(err, ErrBlocks) {
		t.Errorf("twice: %v", err)
	}
	if err := tree.Set(slices.Values([]Block{{Index: 1 << LeafLevel}})); !errors.Is(err, ErrBlocks) {
		t.Errorf("behind the end: %v", err)
	}
}

func BenchmarkHash(b *testing.B) {
	blocks := make([]Block, 1<<10)
	for i := range blocks {
		blocks[i] = Block{uint32(i), [BlockWords]uint32{uint32(i), 1, 2}}
	}
	b.SetBytes(int64(len(blocks) * BlockBytes))
	for b.Loop() {
		if _, err := Hash(0, slices.Values(blocks)); err != nil {
			b.Fatal(err)
		}
	}
}
