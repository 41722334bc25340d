package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv/exec"
)

// treeScene is memory that a segment touched, with the rows of the tables that link it to
// the memory bus and to the digests of the quarters.
type treeScene struct {
	page, node, poseidon factChip
	pageCols             *rv32im.Page
	nodeCols             *rv32im.TreeNode
	poseidonCols         *rv32im.Poseidon2
	pages, nodes         [][]field.M31
	compressed           map[string]bool // messages of Poseidon2 rows
	blocks               []exec.Block
	opening              *memtree.Opening
	drop                 [memtree.Quarters]bool
	outside              []check.Message // verifier's and accesses' messages
}

// newTreeScene touches n leaves of a memory that has some content.
func newTreeScene(t testing.TB, rng *rand.Rand, n int, drop [memtree.Quarters]bool) *treeScene {
	t.Helper()
	s := &treeScene{pageCols: rv32im.NewPage(), nodeCols: rv32im.NewTreeNode(), poseidonCols: rv32im.NewPoseidon2(), drop: drop, compressed: map[string]bool{}}
	publics := make([]field.M31, rv32im.NumPublics)
	s.page = compileFacts(t, s.pageCols, publics)
	s.node = compileFacts(t, s.nodeCols, publics)
	s.poseidon = compileFacts(t, s.poseidonCols, publics)

	memory := map[uint32][memtree.BlockWords]uint32{}
	indices := map[uint32]bool{}
	var all []uint32
	for len(indices) < n {
		index := rng.Uint32N(4)<<24 + rng.Uint32N(8) // clusters, so that siblings are open too
		if rng.IntN(3) == 0 {
			index = rng.Uint32N(1 << memtree.LeafLevel)
		}
		if !indices[index] {
			indices[index] = true
			all = append(all, index)
		}
	}
	slices.Sort(all)
	tree := memtree.NewTree(memtree.CompressAll)
	var content []memtree.Block
	for _, index := range all {
		if rng.IntN(3) != 0 { // the others are zero
			memory[index] = edgeBlock(rng)
			content = append(content, memtree.Block{Index: index, Words: memory[index]})
		}
	}
	if err := tree.Set(slices.Values(content)); err != nil {
		t.Fatal(err)
	}
	for _, index := range all {
		b := exec.Block{Index: index, Initial: memory[index], Final: memory[index]}
		for i := range b.Ts {
			if rng.IntN(2) == 0 {
				b.Ts[i] = 4 + rng.Uint32N(1<<28-4)
				if index%3 != 0 {
					b.Final[i] = edgeWords[rng.IntN(len(edgeWords))]
				}
			}
		}
		s.blocks = append(s.blocks, b)
	}
	s.open(t, tree)
	return s
}

func edgeBlock(rng *rand.Rand) (w [memtree.BlockWords]uint32) {
	for i := range w {
		w[i] = rng.Uint32()
		if rng.IntN(2) == 0 {
			w[i] = edgeWords[rng.IntN(len(edgeWords))]
		}
	}
	return w
}

// open makes the honest rows and the messages from outside.
func (s *treeScene) open(t testing.TB, tree *memtree.Tree) {
	t.Helper()
	touched := touchedLeaves(s.blocks)
	var err error
	if s.opening, err = tree.Open(touched, s.drop); err != nil {
		t.Fatal(err)
	}
	for i := range s.blocks {
		var starts [memtree.BlockWords]uint32
		for k := range starts {
			starts[k] = uint32(k%2) * (s.blocks[i].Ts[k] / 2)
		}
		s.pages = append(s.pages, s.page.write(t, func(w columns, r int) {
			fillPage(s.pageCols, w, r, &s.blocks[i], &starts, &s.opening.Leaves[i])
		}))
		for k := range memtree.BlockWords {
			old, final, ts := s.blocks[i].Initial[k], s.blocks[i].Final[k], s.blocks[i].Ts[k]
			address := s.blocks[i].Index*memtree.BlockWords + uint32(k)
			s.outside = append(s.outside,
				received(rv32im.Memory, address, old&0xffff, old>>16, starts[k]),
				sent(rv32im.Memory, address, final&0xffff, final>>16, ts))
		}
	}
	for i := range s.opening.Nodes {
		s.nodes = append(s.nodes, s.node.write(t, func(w columns, r int) {
			fillTreeNode(s.nodeCols, w, r, &s.opening.Nodes[i])
		}))
	}
	for _, in := range compressions(touched, s.opening) {
		s.offer(t, in)
	}
	for level := memtree.QuarterLevel; level <= memtree.LeafLevel; level++ {
		in := memtree.LeafInput(new([memtree.BlockWords]uint32))
		if level < memtree.LeafLevel {
			in = memtree.NodeInput(memtree.Zero(level+1), memtree.Zero(level+1))
		}
		s.compressed[fmt.Sprint(hashTuple(in))] = true
	}
	for q := range s.opening.Touched {
		if s.opening.Touched[q] {
			s.outside = append(s.outside, nodeMessage(memtree.QuarterLevel, uint32(q), s.drop[q], s.opening.Old[q], s.opening.New[q]))
		}
	}
}

func nodeMessage(level int, index uint32, drop bool, old, new hash.Digest) check.Message {
	var d uint32
	if drop {
		d = 1
	}
	tuple := append([]uint32{uint32(level), index, d}, old[:]...)
	return sent(rv32im.Node, append(tuple, new[:]...)...)
}

// check evaluates all rows of pages and nodes and the balance of the buses. Look-ups of
// compressions are compared with the rows of Poseidon2 and the constants.
func (s *treeScene) check() error {
	b := check.NewBalance()
	for _, m := range s.outside {
		b.Add(m, "outside")
	}
	add := func(f factChip, rows [][]field.M31) error {
		for r, row := range rows {
			if _, err := f.verdict(row); err != nil {
				return err
			}
			for _, m := range check.Messages(f.air, row, nil, f.publics) {
				switch m.Bus.ID {
				case rv32im.Memory.ID, rv32im.Node.ID:
					b.Add(m, fmt.Sprint(f.air.Name, " ", r))
				case rv32im.Hash.ID:
					if !s.compressed[fmt.Sprint(m.Tuple)] {
						return fmt.Errorf("false look-up: hash%v", m.Tuple)
					}
				}
			}
		}
		return nil
	}
	if err := add(s.page, s.pages); err != nil {
		return err
	}
	if err := add(s.node, s.nodes); err != nil {
		return err
	}
	return b.Err()
}

func hashTuple(in memtree.Input) []field.M31 {
	out := hash.Poseidon2Compress(&in)
	return append(in[:], out[:]...)
}

// offer adds a row of Poseidon2, as a cheating prover may do with whatever it likes.
func (s *treeScene) offer(t testing.TB, in memtree.Input) hash.Digest {
	t.Helper()
	row := s.poseidon.write(t, func(w columns, _ int) { fillPoseidon2(s.poseidonCols, w, []memtree.Input{in}) })
	row[s.poseidonCols.Mult] = 1
	if _, err := s.poseidon.verdict(row); err != nil {
		t.Fatal(err)
	}
	for _, m := range check.Messages(s.poseidon.air, row, nil, s.poseidon.publics) {
		s.compressed[fmt.Sprint(m.Tuple)] = true
	}
	return memtree.Compress(&in)
}

func setDigest(row []field.M31, c rv32im.Digest, d hash.Digest) {
	for i, col := range c {
		row[col] = field.M31(d[i])
	}
}

// setTop sets the two top bits of a word.
func setTop(row []field.M31, c [2]air.Col, v uint32) {
	row[c[0]], row[c[1]] = field.M31(v&1), field.M31(v>>1&1)
}

func (s *treeScene) fails(t *testing.T, what string) {
	t.Helper()
	if s.check() == nil {
		t.Errorf("%s: passes", what)
	}
}

func TestTreeTables(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, drop := range [][memtree.Quarters]bool{{}, {true, false, false, true}, {true, true, true, true}} {
		s := newTreeScene(t, rng, 30, drop)
		if err := s.check(); err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for i, l := range s.opening.Leaves {
			kind := fmt.Sprint(l.Drop, l.Changed, l.Old == memtree.Zero(memtree.LeafLevel))
			if kinds[kind]++; kinds[kind] < 3 {
				s.page.mutate(t, "page "+kind, s.pages[i], rng)
			}
		}
		for i, n := range s.opening.Nodes {
			kind := fmt.Sprint(n.Drop, n.Changed, n.OpenLeft, n.OpenRight, n.LeftOld != n.LeftNew, n.RightOld != n.RightNew)
			if kinds[kind]++; kinds[kind] < 3 {
				s.node.mutate(t, "node "+kind, s.nodes[i], rng)
			}
		}
	}
	newTreeScene(t, rng, 0, [memtree.Quarters]bool{}).page.padding(t)
	newTreeScene(t, rng, 0, [memtree.Quarters]bool{}).node.padding(t)
}

// TestPoseidon2Rows compares the chip with package hash.
func TestPoseidon2Rows(t *testing.T) {
	c := rv32im.NewPoseidon2()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	f.padding(t)
	rng := rand.New(rand.NewPCG(13, 14))
	for i := range 20 {
		var in memtree.Input
		for k := range in {
			switch rng.IntN(4) {
			case 0:
				in[k] = field.M31(1).Neg()
			case 1: // 0
			default:
				in[k] = field.New(rng.Uint64())
			}
		}
		if i == 0 {
			in = memtree.Input{}
		}
		row := f.write(t, func(w columns, _ int) { fillPoseidon2(c, w, []memtree.Input{in}) })
		f.honest(t, "unused", row, links{})
		row[c.Mult] = 5
		want := links{}
		want.add(check.Message{Bus: rv32im.Hash, Mult: 5, Tuple: hashTuple(in)})
		f.honest(t, "used", row, want)
		if i < 3 {
			f.mutate(t, "compression", row, rng)
		}
	}
	// A row that isn't live has other constants: it must not be usable.
	row := make([]field.M31, len(f.air.Main))
	row[c.Mult] = 1
	f.rejects(t, row, "only live rows")
}

// TestInitialisedTwice is attack 14: a second row for a leaf, with or without a second
// path to it.
func TestInitialisedTwice(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	honest := newTreeScene(t, rng, 5, [memtree.Quarters]bool{})
	s := *honest
	s.pages = append(slices.Clone(s.pages), s.pages[0])
	b := s.blocks[0]
	for k := range memtree.BlockWords {
		address := b.Index*memtree.BlockWords + uint32(k)
		s.outside = append(s.outside,
			received(rv32im.Memory, address, b.Initial[k]&0xffff, b.Initial[k]>>16, 0),
			sent(rv32im.Memory, address, b.Final[k]&0xffff, b.Final[k]>>16, b.Ts[k]))
	}
	s.fails(t, "a leaf twice")
	s.nodes = append(slices.Clone(s.nodes), s.nodes...)
	s.fails(t, "a leaf and its path twice")
}

// TestUntouchedDigestChange is attack 17: the digest of a subtree changes although no
// memory operation changed it.
func TestUntouchedDigestChange(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	honest := newTreeScene(t, rng, 6, [memtree.Quarters]bool{})
	c := honest.nodeCols
	for i, n := range honest.opening.Nodes {
		forge := func(what string, f func(s *treeScene, row []field.M31)) {
			s := *honest
			s.nodes = slices.Clone(s.nodes)
			s.nodes[i] = slices.Clone(s.nodes[i])
			f(&s, s.nodes[i])
			s.fails(t, what)
		}
		if !n.OpenLeft || !n.OpenRight {
			forge("closed child changes", func(s *treeScene, row []field.M31) {
				other := hash.Digest{1, 2, 3}
				left, right := n.LeftNew, n.RightNew
				if n.OpenLeft {
					right = other
					setDigest(row, c.RightNew, other)
				} else {
					left = other
					setDigest(row, c.LeftNew, other)
				}
				row[c.Changed] = 1
				setDigest(row, c.New, s.offer(t, memtree.NodeInput(left, right)))
			})
		}
		forge("node changes without children", func(_ *treeScene, row []field.M31) {
			row[c.Changed] = 0
			setDigest(row, c.New, hash.Digest{1})
		})
		forge("level below the leaves", func(_ *treeScene, row []field.M31) { row[c.Level] = memtree.LeafLevel })
	}
	// A leaf that is expanded like a node: the level is refused by look-up, whatever the
	// digests are.
	row := slices.Clone(honest.nodes[0])
	for _, level := range []uint32{memtree.LeafLevel, memtree.LeafLevel + 1, 1 << 20, field.P - 7} {
		row[c.Level] = field.M31(level)
		honest.node.rejects(t, row, "range-small")
	}
}

// TestForgedLeaves changes flags, words and digests of leaves.
func TestForgedLeaves(t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	honest := newTreeScene(t, rng, 12, [memtree.Quarters]bool{true, false, false, false})
	c := honest.pageCols
	for i, leaf := range honest.opening.Leaves {
		forge := func(what string, f func(s *treeScene, row []field.M31)) {
			s := *honest
			s.pages = slices.Clone(s.pages)
			s.pages[i] = slices.Clone(s.pages[i])
			f(&s, s.pages[i])
			s.fails(t, what)
		}
		flag := func(row []field.M31, changed, kept, dropped field.M31) {
			row[c.Changed], row[c.Kept], row[c.Dropped] = changed, kept, dropped
		}
		if leaf.Changed {
			forge("a change is kept back", func(_ *treeScene, row []field.M31) {
				flag(row, 0, 1, 0)
				setDigest(row, c.New, leaf.Old)
			})
			forge("a wanted leaf is dropped", func(_ *treeScene, row []field.M31) {
				flag(row, 0, 0, 1)
				setDigest(row, c.New, leaf.Old)
			})
			forge("another new content", func(s *treeScene, row []field.M31) {
				words := s.blocks[i].Final
				words[3]++
				setDigest(row, c.New, s.offer(t, memtree.LeafInput(&words)))
			})
			forge("another word on the bus", func(s *treeScene, row []field.M31) {
				words := s.blocks[i].Final
				words[3] ^= 1
				row[c.Words[3].New.Lo] = field.M31(words[3] & 0xffff)
				setDigest(row, c.New, s.offer(t, memtree.LeafInput(&words)))
			})
		} else {
			forge("a change out of nothing", func(s *treeScene, row []field.M31) {
				words := [memtree.BlockWords]uint32{7}
				flag(row, 1, 0, 0)
				setDigest(row, c.New, s.offer(t, memtree.LeafInput(&words)))
			})
		}
		forge("another old content", func(s *treeScene, row []field.M31) {
			words := s.blocks[i].Initial
			words[0] ^= 1
			row[c.Words[0].Old.Lo] = field.M31(words[0] & 0xffff)
			setDigest(row, c.Old, s.offer(t, memtree.LeafInput(&words)))
		})
		forge("two flags", func(_ *treeScene, row []field.M31) { flag(row, 1, 1, 0) })
		forge("no flag", func(_ *treeScene, row []field.M31) { flag(row, 0, 0, 0) })
		forge("another leaf", func(_ *treeScene, row []field.M31) { row[c.Index] = row[c.Index].Add(1) })
	}
}

// TestLeafAlias is attack 13: a word that equals another one modulo p, with the same
// element in the leaf's compression, has other top bits, which the compression holds too.
func TestLeafAlias(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	s := newTreeScene(t, rng, 1, [memtree.Quarters]bool{})
	c := s.pageCols
	word := s.blocks[0].Initial[5]
	alias := word + field.P // another word if that doesn't overflow
	if word > field.P {
		alias = word - field.P
	}
	row := s.pages[0]
	row[c.Words[5].Old.Lo], row[c.Words[5].Old.Hi] = field.M31(alias&0xffff), field.M31(alias>>16)
	s.page.rejects(t, row, "range-small[16384 ")
	setTop(row, c.Words[5].OldTop, alias>>30)
	s.fails(t, "alias of a word")
	row[c.Words[5].Old.Lo], row[c.Words[5].Old.Hi] = field.M31(word).Sub(field.M31(word>>16).Mul(1<<16)).Add(1<<16), field.M31(word>>16).Sub(1)
	setTop(row, c.Words[5].OldTop, uint32(row[c.Words[5].Old.Hi])>>14)
	s.fails(t, "limbs that carry")
}

// TestDropIsBound: only the message from outside can say that a quarter is dropped.
func TestDropIsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	s := newTreeScene(t, rng, 4, [memtree.Quarters]bool{true, true, true, true})
	for i, m := range s.outside {
		if m.Bus.ID == rv32im.Node.ID {
			s.outside[i].Tuple[2] = 0
		}
	}
	s.fails(t, "dropped against the statement")
}

// TestForgedTopBits sets the top bits of words to others. A high limb of 2^16 or more would
// do with a number of four or more, which two bits aren't.
func TestForgedTopBits(t *testing.T) {
	const wrong = "false look-up: range-small[16384 "
	rng := rand.New(rand.NewPCG(25, 26))
	s := newTreeScene(t, rng, 12, [memtree.Quarters]bool{true, false, false, false})
	for _, page := range s.pages {
		for _, w := range s.pageCols.Words {
			for _, side := range []struct {
				hi  air.Col
				top [2]air.Col
			}{{w.Old.Hi, w.OldTop}, {w.New.Hi, w.NewTop}} {
				row := slices.Clone(page)
				for v := range uint32(4) {
					if v != uint32(page[side.hi])>>14 {
						setTop(row, side.top, v)
						s.page.rejects(t, row, wrong)
					}
				}
			}
			// Both sides, since kept words have to be equal.
			row := slices.Clone(page)
			for _, word := range []rv32im.Word{w.Old, w.New} {
				row[word.Lo], row[word.Hi] = 0, 1<<16+page[w.Old.Hi]%(1<<14)
			}
			for v := range uint32(4) {
				setTop(row, w.OldTop, v)
				setTop(row, w.NewTop, v)
				s.page.rejects(t, row, wrong)
			}
			setTop(row, w.OldTop, 0)
			setTop(row, w.NewTop, 0)
			row[w.OldTop[1]], row[w.NewTop[1]] = 2, 2
			s.page.rejects(t, row, "is a bit")
		}
	}
}
