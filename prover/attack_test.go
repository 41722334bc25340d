package prover

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/verifier"
)

// TestAttack11PaddingMadeLive: a row more of an instruction, or of anything else that sends
// messages, doesn't balance; no bit of a padding row makes it send something that does.
func TestAttack11PaddingMadeLive(t *testing.T) {
	seen := map[int]bool{}
	for i, c := range []struct {
		guest string
		gas   uint64
	}{{"exit42", 1 << 40}, {"muldiv", 3000}, {"alu", 4000}, {"misaligned", 3000}} {
		if i > 0 && testing.Short() {
			break
		}
		s := newScene(t, c.guest, nil, c.gas)
		for i, x := range s.tables {
			chip := int(x.Chip)
			if seen[chip] || s.m.FixedLogHeight(chip) >= 0 || chip == rv32im.ChipPoseidon2 || chip == rv32im.ChipRegion {
				continue // tables of facts, which are true however often they stand there
			}
			seen[chip] = true
			a := s.m.AIRs[chip]
			name := fmt.Sprintf("%s, %s: ", c.guest, a.Name)
			// A live row twice.
			rows := s.rows(chip)
			for k, p := range rows {
				if p.table != i || k > 5 {
					continue
				}
				cells, _ := s.at(p)
				f := s.forge()
				f.add(chip, cells...)
				f.fails(t, name+"a row twice")
			}
			// Any bit, alone and with another one.
			var bits []int
			for k, col := range a.Main {
				if col.Kind == air.Bit {
					bits = append(bits, k)
				}
			}
			for n, k := range bits {
				for _, other := range bits[n:] {
					f := s.forge()
					row := f.add(chip)
					row[k], row[other] = 1, 1
					if check.Row(a, row, nil, s.publics) == nil && len(check.Messages(a, row, nil, s.publics)) == 0 {
						continue // nothing is sent
					}
					f.fails(t, name+a.Main[k].Name+" and "+a.Main[other].Name)
				}
			}
			// Two selectors of a live row: another bit set, or one cleared.
			if len(rows) > 0 && rows[0].table == i {
				for _, k := range bits {
					f := s.forge()
					row := f.row(rows[0])
					row[k] = 1 - row[k]
					if err := f.verdict(t); err == nil && !free(a.Name, a.Main[k].Name) {
						t.Errorf("%s%s flipped on a live row: accepted", name, a.Main[k].Name)
					}
				}
			}
		}
	}
}

// free reports whether a cell of a live row may mean nothing there: multiplicities, which
// the judge lets a prover choose; inverses of what may be 0; and what a misaligned access
// that stays within one word says of the next one.
func free(chip, column string) bool {
	switch chip {
	case "load-misaligned", "store-misaligned":
		return strings.HasPrefix(column, "next_") || strings.HasPrefix(column, "n_")
	}
	return strings.HasSuffix(column, "mult") || column == "inv"
}

// TestAttack11Proved is that attack against the verifier.
func TestAttack11Proved(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	cells, _ := s.at(s.rows(rv32im.ChipAddi)[0])
	f := s.forge()
	f.add(rv32im.ChipAddi, cells...)
	f.refused(t, "a row twice", verifier.StageBuses)
	f = s.forge()
	f.add(rv32im.ChipAddi)[s.m.Chips[rv32im.ChipAddi].(*rv32im.Addi).Live] = 2
	f.refused(t, "live is 2", verifier.StageBuses, verifier.StageConstraints)
}

// path gives the rows of the nodes from the leaf's parent up to its quarter.
func (s *scene) path(t testing.TB, leaf uint32) (out []place) {
	t.Helper()
	c := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	rows := s.rows(rv32im.ChipNode)
	for level := memtree.LeafLevel - 1; level >= memtree.QuarterLevel; level-- {
		i := slices.IndexFunc(rows, func(p place) bool {
			cells, _ := s.at(p)
			return cells[c.Level] == field.M31(level) && cells[c.Index] == field.M31(leaf>>(memtree.LeafLevel-level))
		})
		if i < 0 {
			t.Fatalf("node %d above leaf %#x isn't open", level, leaf)
		}
		out = append(out, rows[i])
	}
	return out
}

// TestAttack13LimbsOfLeaves: a word of a leaf has one pair of limbs, although other pairs
// give the same element to the leaf's compression.
func TestAttack13LimbsOfLeaves(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	tried := 0
	for _, p := range s.rows(rv32im.ChipPage) {
		cells, _ := s.at(p)
		for i := range c.Words {
			w := &c.Words[i]
			lo, hi := cells[w.Old.Lo], cells[w.Old.Hi]
			if cells[w.Ts] != 0 || hi%(1<<14) == 0 || cells[c.Changed] != 0 {
				continue // accessed, or with other top bits
			}
			tried++
			f := s.forge()
			row := f.row(p)
			row[w.Old.Lo], row[w.Old.Hi] = lo+1<<16, hi-1
			row[w.New.Lo], row[w.New.Hi] = row[w.Old.Lo], row[w.Old.Hi]
			f.fails(t, "limbs that carry", fmt.Sprintf("range16[%d]", lo+1<<16), "and 0 out of balance")
			// The high limb of a word 2^31-1 away.
			row[w.Old.Lo], row[w.Old.Hi] = lo.Sub(1), hi.Add(1<<15)
			row[w.New.Lo], row[w.New.Hi] = row[w.Old.Lo], row[w.Old.Hi]
			f.fails(t, "another word, equal modulo p", "false look-up: range-small[16384 ")
			setTop(row, w.OldTop, row[w.Old.Hi]>>14)
			setTop(row, w.NewTop, row[w.Old.Hi]>>14)
			f.fails(t, "another word, equal modulo p, with its own top bits", "false look-up: hash[")
			// Any other word.
			row[w.Old.Lo], row[w.Old.Hi] = lo^1, hi
			setTop(row, w.OldTop, hi>>14)
			setTop(row, w.NewTop, hi>>14)
			row[w.New.Lo], row[w.New.Hi] = row[w.Old.Lo], row[w.Old.Hi]
			f.fails(t, "another word", "false look-up: hash[", "and 0 out of balance")
		}
	}
	if tried < 5 {
		t.Errorf("only %d words", tried)
	}
}

// TestAttack14InitialisedTwice: a leaf that is opened twice would give its addresses two
// initial values.
func TestAttack14InitialisedTwice(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	for _, p := range s.rows(rv32im.ChipPage) {
		cells, _ := s.at(p)
		leaf := uint32(cells[c.Index])
		what := fmt.Sprintf("leaf %#x", leaf)

		f := s.forge()
		f.add(rv32im.ChipPage, cells...)
		f.fails(t, what+" twice", "node[26 ")

		// A second value for a word that nobody uses: the memory bus balances.
		f = s.forge()
		row := f.add(rv32im.ChipPage, cells...)
		for i := range c.Words {
			w := &c.Words[i]
			row[w.Ts], row[w.New.Lo], row[w.New.Hi] = 0, row[w.Old.Lo], row[w.Old.Hi]
			row[w.NewTop[0]], row[w.NewTop[1]] = row[w.OldTop[0]], row[w.OldTop[1]]
		}
		row[c.Changed], row[c.Kept], row[c.Dropped] = 0, 1, 0
		for i := range c.New {
			row[c.New[i]] = row[c.Old[i]]
		}
		f.fails(t, what+" twice, balanced", "node[26 ")
		f.onlyNodes(t, what)

		// The same with the path to it.
		for _, n := range s.path(t, leaf) {
			node, _ := s.at(n)
			f.add(rv32im.ChipNode, node...)
		}
		f.fails(t, what+" and its path twice")
	}
}

// onlyNodes checks that nothing is out of balance but the node bus.
func (f *forgery) onlyNodes(t testing.TB, what string) {
	t.Helper()
	b, err := f.changes(t)
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range b {
		if m.Bus.ID == rv32im.Memory.ID {
			t.Errorf("%s: %s is out of balance too", what, key)
		}
	}
}

// TestAttack14Alias: a leaf with a fractional index has the addresses of another leaf,
// moved by one word. Its path leads to no quarter.
func TestAttack14Alias(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	n := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	f := s.forge()
	// An untouched leaf of words that are 1: address 16 * index + i is 16 * leaf + 1 + i.
	const leaf = 1 << 20
	index := field.M31(leaf).Add(field.M31(memtree.BlockWords).Inv())
	var words [memtree.BlockWords]uint32
	for i := range words {
		words[i] = 1
	}
	row := f.add(rv32im.ChipPage)
	row[c.Index], row[c.Kept] = index, 1
	digest := memtree.Leaf(&words)
	for i := range c.Words {
		row[c.Words[i].Old.Lo], row[c.Words[i].New.Lo] = 1, 1
	}
	set(row, c.Old, digest)
	set(row, c.New, digest)
	if m := check.Messages(s.m.AIRs[rv32im.ChipPage], row, nil, s.publics); !slices.ContainsFunc(m, func(m check.Message) bool {
		return m.Bus.ID == rv32im.Memory.ID && m.Tuple[0] == memtree.BlockWords*leaf+1
	}) {
		t.Fatal("the leaf has other addresses")
	}
	half := field.M31(2).Inv()
	for level := memtree.LeafLevel - 1; level >= memtree.QuarterLevel; level-- {
		index = index.Mul(half)
		parent := memtree.Node(digest, memtree.Zero(level+1))
		row := f.add(rv32im.ChipNode)
		row[n.Level], row[n.Index], row[n.OpenLeft] = field.M31(level), index, 1
		set(row, n.LeftOld, digest)
		set(row, n.LeftNew, digest)
		set(row, n.RightOld, memtree.Zero(level+1))
		set(row, n.RightNew, memtree.Zero(level+1))
		set(row, n.Old, parent)
		set(row, n.New, parent)
		digest = parent
	}
	b, err := f.changes(t)
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for _, m := range b {
		if m.Bus.ID == rv32im.Node.ID {
			nodes++
			if m.Tuple[0] != memtree.QuarterLevel || m.Tuple[1] < memtree.Quarters {
				t.Errorf("the path leads to %v", m.Tuple)
			}
		}
	}
	if nodes != 1 {
		t.Errorf("%d nodes out of balance", nodes)
	}
	f.fails(t, "a leaf between two leaves", fmt.Sprintf("node[%d %d ", memtree.QuarterLevel, index))
}

// set writes a digest.
func set(row []field.M31, c rv32im.Digest, d hash.Digest) {
	for i, col := range c {
		row[col] = field.M31(d[i])
	}
}

func get(row []field.M31, c rv32im.Digest) (d hash.Digest) {
	for i, col := range c {
		d[i] = uint32(row[col])
	}
	return d
}

// setTop sets the two top bits of a word of a leaf.
func setTop(row []field.M31, c [2]air.Col, v field.M31) {
	row[c[0]], row[c[1]] = v&1, v>>1&1
}

// column finds a column by name.
func column(a *air.AIR, name string) int {
	return slices.IndexFunc(a.Main, func(c air.Column) bool { return c.Name == name })
}

// later moves all instructions by some cycles, with all their timestamps, and says that so
// much more gas was used.
func (s *scene) later(cycles field.M31) *forgery {
	f := s.forge()
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	move := func(row []field.M31, k int, memory bool) {
		if row[k] <= 1 { // 0 and 1 are before the run
			return
		}
		by := cycles
		if !memory {
			by = by.Mul(4)
		}
		row[k] = row[k].Add(by)
	}
	for chip := range rv32im.ChipDecode {
		for _, p := range s.rows(chip) {
			row := f.row(p)
			for k, col := range s.air(p.table).Main {
				if strings.HasSuffix(col.Name, "ts") {
					move(row, k, col.Name == "m_ts" || col.Name == "n_ts")
				} else if col.Name == "clk" {
					row[k] = row[k].Add(cycles)
				}
			}
		}
	}
	for _, p := range s.rows(rv32im.ChipPage) {
		for i := range page.Words {
			row := f.row(p)
			move(row, int(page.Words[i].Ts), row[page.Index] < rv32im.RegisterBase/memtree.BlockWords)
		}
	}
	f.statement.used(f.statement.GasUsed + uint64(cycles))
	return f
}

// TestAttack15CellsTied: no cell of a live row can be changed by itself, whatever tables of
// facts serve: a loaded value is the one that is written, a result the one that comes out.
func TestAttack15CellsTied(t *testing.T) {
	seen := map[int]bool{}
	for i, c := range []struct {
		guest string
		input []byte
		gas   uint64
	}{
		{"exit42", nil, 1 << 40}, {"trap_load", nil, 1 << 40}, {"trap_ebreak", nil, 1 << 40}, {"muldiv", nil, 20_000},
		{"alu", nil, 4000}, {"misaligned", nil, 3000}, {"keccak256", nil, 1 << 40}, {"sieve", []byte{0xb8, 0x0b, 0, 0}, 1 << 40},
		{"trap_misaligned_jump", []byte{0, 0, 0, 0}, 1 << 40}, {"trap_misaligned_jump", []byte{2, 0, 0, 0}, 1 << 40},
	} {
		if i > 0 && testing.Short() {
			break
		}
		s := newScene(t, c.guest, c.input, c.gas)
		for chip, a := range s.m.AIRs {
			if seen[chip] || s.m.FixedLogHeight(chip) >= 0 || chip == rv32im.ChipRegion {
				continue
			}
			rows := s.rows(chip)
			if len(rows) == 0 {
				continue
			}
			seen[chip] = true
			for _, p := range []place{rows[0], rows[len(rows)-1]} {
				for k, col := range a.Main {
					for _, d := range []field.M31{1, field.M31(1).Neg(), 1 << 16} {
						f := s.forge()
						row := f.row(p)
						row[k] = row[k].Add(d)
						if err := f.verdict(t); err == nil && !free(a.Name, col.Name) {
							t.Errorf("%s, %s row %d: %s can be %d instead of %d", c.guest, a.Name, p.row, col.Name, row[k], row[k].Sub(d))
						}
					}
				}
			}
		}
	}
	for chip, a := range newScene(t, "exit42", nil, 0).m.AIRs {
		if !seen[chip] {
			t.Logf("chip %s isn't covered", a.Name)
		}
	}
	if len(seen) < 28 && !testing.Short() {
		t.Errorf("only %d chips", len(seen))
	}
}

// TestAttack16FirstState: the run starts at the entry with clock 1, and nowhere else.
func TestAttack16FirstState(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	entry := s.program.Header.Entry / 4
	start := fmt.Sprintf("state[%d 1]", entry)

	// The whole run a cycle later: everything is consistent but the start.
	f := s.later(1)
	f.fails(t, "a cycle later", start, fmt.Sprintf("state[%d 2]", entry))
	b, err := f.changes(t)
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range b {
		if !rv32im.IsLookup(m.Bus) && m.Bus.ID != rv32im.State.ID {
			t.Errorf("%s is out of balance too", key)
		}
	}
	f.refused(t, "a cycle later", verifier.StageBuses)

	// Without the first instruction.
	for chip := range rv32im.ChipDecode {
		for _, p := range s.rows(chip) {
			row, _ := s.at(p)
			if row[column(s.air(p.table), "clk")] == 1 {
				f := s.forge()
				clear(f.row(p))
				f.fails(t, "without the first instruction", start)
			}
		}
	}

	// Another entry in the statement is another program, and another start.
	f = s.forge()
	f.statement.Header.Entry += 4
	f.fails(t, "another entry", start)
	one, err := s.statement.Claim()
	if err != nil {
		t.Fatal(err)
	}
	two, err := f.statement.Claim()
	if err != nil {
		t.Fatal(err)
	}
	if one.ProgramID == two.ProgramID {
		t.Error("the entry isn't part of the program id")
	}
}

// TestAttack17ClosedNode: below a closed node nothing changes, and rows don't go on below
// the leaves. The forger wants another digest beside the output in the last root.
func TestAttack17ClosedNode(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	const leaf = memtree.OutputQuarter << (memtree.LeafLevel - memtree.QuarterLevel)
	path := s.path(t, leaf)
	other := hash.Digest{1, 2, 3}
	// The leaf beside the output's, and the nodes above it.
	forged := func() *forgery {
		f := s.forge()
		f.statement.Output.Frontier[0] = other
		for i, p := range path {
			row := f.row(p)
			if i == 0 {
				set(row, c.RightNew, other)
			} else {
				set(row, c.LeftNew, get(f.row(path[i-1]), c.New))
			}
			row[c.Changed] = 1
			set(row, c.New, memtree.Node(get(row, c.LeftNew), get(row, c.RightNew)))
		}
		return f
	}
	if before, _ := s.at(path[0]); before[c.OpenRight] != 0 || before[c.OpenLeft] != 1 {
		t.Fatal("the leaf beside the output is open")
	}
	forged().fails(t, "a closed leaf changes", "right child changes if it is open and the node changes")
	f := forged()
	f.refused(t, "a closed leaf changes", verifier.StageBuses, verifier.StageConstraints)

	// Opened, it wants a leaf.
	f = forged()
	f.row(path[0])[c.OpenRight] = 1
	f.fails(t, "an open leaf without words", fmt.Sprintf("node[26 %d 0 ", leaf+1))

	// A leaf that is open, but whose words stay zero, or aren't wanted.
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	for _, col := range []air.Col{page.Kept, page.Dropped} {
		f = forged()
		f.row(path[0])[c.OpenRight] = 1
		row := f.add(rv32im.ChipPage)
		row[page.Index], row[col] = leaf+1, 1
		set(row, page.Old, memtree.Zero(memtree.LeafLevel))
		set(row, page.New, other)
		f.fails(t, "a leaf changes without its words", "the digest changes on changed rows only")
		set(row, page.New, memtree.Zero(memtree.LeafLevel))
		f.fails(t, "a leaf that doesn't change", fmt.Sprintf("node[26 %d ", leaf+1))
		row[col], row[page.Changed] = 0, 1
		set(row, page.New, other)
		f.fails(t, "a leaf with another digest than that of its words", "false look-up: hash[")
	}

	// A leaf changes with words that no store wrote.
	words := [memtree.BlockWords]uint32{7: 99}
	other = memtree.Leaf(&words)
	f = forged()
	f.row(path[0])[c.OpenRight] = 1
	row := f.add(rv32im.ChipPage)
	row[page.Index], row[page.Changed] = leaf+1, 1
	row[page.Words[7].New.Lo], row[page.Words[7].Ts] = 99, 8
	set(row, page.Old, memtree.Zero(memtree.LeafLevel))
	set(row, page.New, other)
	f.fails(t, "a leaf changes by itself", fmt.Sprintf("memory[%d 99 0 8]", (leaf+1)*memtree.BlockWords+7))
	b, err := f.changes(t)
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range b {
		if m.Bus.ID == rv32im.Node.ID {
			t.Errorf("%s is out of balance too", key)
		}
	}

	// A node in the place of a leaf, with children of its own.
	for _, level := range []field.M31{memtree.LeafLevel, memtree.LeafLevel + 1, 100, field.P - 7} {
		f = s.forge()
		row = f.add(rv32im.ChipNode)
		row[c.Level], row[c.Index], row[c.Changed], row[c.OpenLeft] = level, leaf+1, 1, 1
		left, right := hash.Digest{1}, hash.Digest{2}
		set(row, c.LeftOld, left)
		set(row, c.LeftNew, right)
		set(row, c.RightOld, right)
		set(row, c.RightNew, right)
		set(row, c.Old, memtree.Node(left, right))
		set(row, c.New, memtree.Node(right, right))
		f.fails(t, fmt.Sprint("a node at level ", level), "range-small[32 ")
	}
}

// TestAttack17KeptBack: what a program put out can't be kept out of the last root. The
// outputs are zeros, so that only a limb of their length changes in memory.
func TestAttack17KeptBack(t *testing.T) {
	for n, constraint := range map[int]string{5: "kept words, low limb", 1 << 16: "kept words, high limb"} {
		if testing.Short() && n > 5 {
			continue
		}
		s := newScene(t, "echo", make([]byte, n), 1<<40)
		c := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
		page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
		const leaf = memtree.OutputQuarter << (memtree.LeafLevel - memtree.QuarterLevel)
		f := s.forge()
		f.statement.Output = memtree.OpenOutput(
			func(uint32) [memtree.BlockWords]uint32 { return [memtree.BlockWords]uint32{} },
			func(level int, _ uint32) hash.Digest { return memtree.Zero(level) })
		for _, p := range s.path(t, leaf) {
			row := f.row(p)
			row[c.Changed] = 0
			set(row, c.New, get(row, c.Old))
			set(row, c.LeftNew, get(row, c.LeftOld))
			set(row, c.RightNew, get(row, c.RightOld))
		}
		var row []field.M31
		for _, p := range s.rows(rv32im.ChipPage) {
			if cells, _ := s.at(p); cells[page.Index] == leaf {
				row = f.row(p)
			}
		}
		set(row, page.New, get(row, page.Old))
		row[page.Changed], row[page.Kept] = 0, 1
		f.fails(t, "an output kept back", constraint)
		row[page.Kept], row[page.Dropped] = 0, 1
		f.fails(t, "an output dropped", fmt.Sprintf("node[26 %d 0 ", leaf), fmt.Sprintf("node[26 %d 1 ", leaf))
		row[page.Dropped] = 0
		f.fails(t, "a leaf without a flag", "memory[")
	}
}

// TestAttack17NodeDigests: the digest of a node before is that of its children before, and
// a node whose children don't change doesn't change.
func TestAttack17NodeDigests(t *testing.T) {
	s := newScene(t, "echo", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	const leaf = memtree.OutputQuarter << (memtree.LeafLevel - memtree.QuarterLevel)

	// An output where nothing was written: the forger opens the quarter, down to a leaf that
	// stays as it is, and claims another digest for a node on the way.
	for high := memtree.QuarterLevel; high < memtree.LeafLevel; high += 6 {
		f := s.forge()
		page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
		row := f.add(rv32im.ChipPage)
		row[page.Index], row[page.Kept] = leaf, 1
		set(row, page.Old, memtree.Zero(memtree.LeafLevel))
		set(row, page.New, memtree.Zero(memtree.LeafLevel))
		var claimed, below hash.Digest
		for level := memtree.LeafLevel - 1; level >= memtree.QuarterLevel; level-- {
			row := f.add(rv32im.ChipNode)
			row[c.Level], row[c.Index], row[c.OpenLeft] = field.M31(level), leaf>>(memtree.LeafLevel-level), 1
			zero := memtree.Zero(level + 1)
			for _, d := range []rv32im.Digest{c.LeftOld, c.LeftNew, c.RightOld, c.RightNew} {
				set(row, d, zero)
			}
			set(row, c.Old, memtree.Zero(level))
			set(row, c.New, memtree.Zero(level))
			switch {
			case level == high: // out of nothing
				claimed = hash.Digest{7, 8, 9}
				set(row, c.New, claimed)
			case level < high: // as it must follow
				set(row, c.LeftNew, below)
				claimed = memtree.Node(below, zero)
				set(row, c.New, claimed)
				row[c.Changed] = 1
			}
			below = claimed
		}
		f.statement.Opened |= 1 << memtree.OutputQuarter
		if err := f.verdict(t); err == nil || !strings.Contains(err.Error(), "unchanged node") {
			t.Errorf("a node of level %d changes by itself: %v", high, err)
		}
		// The same without the claim is right.
		for _, r := range f.added[1:] {
			for i := range c.New {
				r.cells[c.New[i]], r.cells[c.LeftNew[i]] = r.cells[c.Old[i]], r.cells[c.LeftOld[i]]
			}
			r.cells[c.Changed] = 0
		}
		if err := f.verdict(t); err != nil {
			t.Errorf("a quarter opened without need: %v", err)
		}
	}

	// Another closed child, before and after.
	for _, p := range s.rows(rv32im.ChipNode) {
		f := s.forge()
		row := f.row(p)
		other := hash.Digest{4, 5, 6}
		switch {
		case row[c.OpenLeft] == 0:
			set(row, c.LeftOld, other)
			set(row, c.LeftNew, other)
		case row[c.OpenRight] == 0:
			set(row, c.RightOld, other)
			set(row, c.RightNew, other)
		default:
			continue
		}
		f.fails(t, "another closed child", "false look-up: hash[", "and 0 out of balance")
	}
}

// TestAttack13Output: an output word can't be passed off as one that is equal modulo p.
func TestAttack13Output(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	const leaf = memtree.OutputQuarter << (memtree.LeafLevel - memtree.QuarterLevel)
	const word = 4 // the first after the header: "fort"
	f := s.forge()
	var words [memtree.BlockWords]uint32
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(f.statement.Output.Blocks[4*i:])
	}
	words[word] += field.P // "fort" is below 2^31
	binary.LittleEndian.PutUint32(f.statement.Output.Blocks[4*word:], words[word])
	var row []field.M31
	for _, p := range s.rows(rv32im.ChipPage) {
		if cells, _ := s.at(p); cells[page.Index] == leaf {
			row = f.row(p)
		}
	}
	digest := memtree.Leaf(&words)
	set(row, page.New, digest)
	for _, p := range s.path(t, leaf) {
		row := f.row(p)
		set(row, c.LeftNew, digest)
		digest = memtree.Node(digest, get(row, c.RightNew))
		set(row, c.New, digest)
	}
	f.fails(t, "another word, with the top bits of the true one", "false look-up: hash[", "and 0 out of balance")
	setTop(row, page.Words[word].NewTop, field.M31(words[word]>>30))
	f.fails(t, "another word, with its own top bits", "false look-up: range-small[16384 ", "and 0 out of balance")
	// As the bus has it, it is another word.
	w := page.Words[word].New
	row[w.Lo], row[w.Hi] = field.M31(words[word]&0xffff), field.M31(words[word]>>16)
	f.fails(t, "another word on the bus", "memory[")
}

// access is a row that takes a word and puts it back.
type access struct {
	place
	address, from, to field.M31 // word address, timestamps
	same              bool      // the word stays what it was
}

// accesses lists all accesses of instructions to a word, by time.
func (s *scene) accesses() map[field.M31][]access {
	out := map[field.M31][]access{}
	for chip := range rv32im.ChipDecode {
		for _, p := range s.rows(chip) {
			var taken []check.Message
			for _, m := range s.messages(p) {
				if m.Bus.ID != rv32im.Memory.ID {
					continue
				}
				if m.Mult != 1 {
					taken = append(taken, m)
					continue
				}
				old := taken[len(taken)-1]
				if old.Tuple[0] == m.Tuple[0] {
					out[m.Tuple[0]] = append(out[m.Tuple[0]], access{
						place: p, address: m.Tuple[0], from: old.Tuple[3], to: m.Tuple[3],
						same: slices.Equal(old.Tuple[1:3], m.Tuple[1:3]),
					})
				}
			}
		}
	}
	for _, list := range out {
		slices.SortFunc(list, func(x, y access) int { return int(x.to) - int(y.to) })
	}
	return out
}

// TestAttack18Timestamps: an access can't take what is put later, or at its own time, or
// too long ago.
func TestAttack18Timestamps(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	swapped, fed := 0, 0
	accesses := s.accesses()
	for _, address := range slices.Sorted(maps.Keys(accesses)) {
		list := accesses[address]
		for i := range list[:len(list)-1] {
			x, y := list[i], list[i+1]
			if x.to != y.from || x.place == y.place {
				continue
			}
			if x.same && fed < 60 {
				// x feeds itself; y takes what x took. Only the gap of x is wrong.
				f := s.forge()
				f.retime(t, x.place, x.address, x.from, x.to)
				f.retime(t, y.place, y.address, y.from, x.from)
				f.fails(t, "a word taken from itself", "range16[2147483646]", "and 0 out of balance")
				fed++
			}
			if x.same && y.same && swapped < 60 && i+2 < len(list) && list[i+2].from == y.to && list[i+2].place != y.place && list[i+2].place != x.place {
				// y before x.
				z := list[i+2]
				f := s.forge()
				f.retime(t, y.place, y.address, y.from, x.from)
				f.retime(t, x.place, x.address, x.from, y.to)
				f.retime(t, z.place, z.address, z.from, x.to)
				f.fails(t, "a word taken from the future", "range16[", "and 0 out of balance")
				if swapped++; swapped == 1 {
					f.refused(t, "a word taken from the future", verifier.StageBuses)
				}
			}
		}
	}
	if fed < 10 || swapped < 10 {
		t.Errorf("%d words fed by themselves, %d taken from the future", fed, swapped)
	}
}

// TestAttack18Refresh: a refresh goes forward, not backward, nor nowhere, and not past the
// access that needs it.
func TestAttack18Refresh(t *testing.T) {
	s := newScene(t, "sieve", []byte{0x40, 0x1f, 0, 0}, 1<<40)
	c := s.m.Chips[rv32im.ChipRefresh].(*rv32im.Refresh)
	rows := s.rows(rv32im.ChipRefresh)
	if len(rows) == 0 {
		t.Fatal("no refreshes")
	}
	for i, p := range rows {
		if i == 8 {
			break
		}
		row, _ := s.at(p)
		address, ts, now := row[c.Address], row[c.Ts], row[c.Unit].Mul(rv32im.RefreshUnit)
		next := s.taker(t, address, now)

		// Left out: the next access is too far away.
		f := s.forge()
		clear(f.row(p))
		f.retime(t, next, address, now, ts)
		f.fails(t, "left out", "range16[", "and 0 out of balance")

		// To another time: in the past, at its own time, behind the next access.
		for _, unit := range []field.M31{0, ts / rv32im.RefreshUnit, row[c.Unit].Add(1), row[c.Unit].Add(2), 1<<12 - 1, 1 << 12, field.P - 1} {
			// The last two gaps leave a rest of 0 and 1, whatever they are themselves.
			to := unit.Mul(rv32im.RefreshUnit)
			gap, scale := to.Sub(ts).Sub(1), field.M31(rv32im.RefreshUnit).Inv()
			for _, hi := range []field.M31{0, 1, row[c.GapHi], 1<<12 - 1, field.M31(0).Sub(1), gap.Mul(scale), gap.Sub(1).Mul(scale)} {
				f := s.forge()
				x := f.row(p)
				x[c.Unit], x[c.GapHi] = unit, hi
				if to == now && hi == row[c.GapHi] {
					continue
				}
				if to != now {
					f.retime(t, next, address, now, to)
				}
				f.fails(t, fmt.Sprintf("from %d to %d instead of %d, gap %d", ts, to, now, hi), "range", "and 0 out of balance")
			}
		}

		// Another word, or another value on the way.
		f = s.forge()
		f.row(p)[c.Address] = address.Add(1)
		f.fails(t, "another word", "memory[")
		f = s.forge()
		x := f.row(p)
		x[c.Value.Lo] = x[c.Value.Lo].Add(1)
		f.fails(t, "another value", "memory[")
		f = s.forge()
		f.add(rv32im.ChipRefresh, row...)
		f.fails(t, "twice", "memory[")
	}
}

// TestAttack18RefreshInBetween puts a refresh that nobody needs between two accesses: to a
// time before the first one, or after the second one.
func TestAttack18RefreshInBetween(t *testing.T) {
	s := newScene(t, "keccak256", nil, 1<<40)
	c := s.m.Chips[rv32im.ChipRefresh].(*rv32im.Refresh)
	const unit = rv32im.RefreshUnit
	tried := 0
	accesses := s.accesses()
	for _, address := range slices.Sorted(maps.Keys(accesses)) {
		list := accesses[address]
		for i := 1; i < len(list) && tried < 40; i++ {
			x, y := list[i-1], list[i]
			before := x.to / unit
			if x.to != y.from || before == 0 || y.to-before*unit > unit || x.place == y.place {
				continue
			}
			tried++
			var value [2]field.M31
			for _, m := range s.messages(x.place) {
				if m.Bus.ID == rv32im.Memory.ID && m.Mult == 1 && m.Tuple[0] == x.address {
					value = [2]field.M31(m.Tuple[1:3])
				}
			}
			for _, to := range []field.M31{before, y.to/unit + 1} {
				gap := to.Mul(unit).Sub(x.to).Sub(1)
				for _, rest := range []field.M31{0, 1, gap & 0xffff} {
					f := s.forge()
					r := f.add(rv32im.ChipRefresh)
					r[c.Live], r[c.Address], r[c.Ts], r[c.Unit] = 1, x.address, x.to, to
					r[c.Value.Lo], r[c.Value.Hi] = value[0], value[1]
					r[c.GapHi] = gap.Sub(rest).Mul(field.M31(unit).Inv())
					f.retime(t, y.place, y.address, y.from, to.Mul(unit))
					f.fails(t, fmt.Sprintf("from %d to %d before %d", x.to, to*unit, y.to), "range", "and 0 out of balance")
				}
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d accesses", tried)
	}
}

// TestAttack18Start: the timestamp with which a word begins is the prover's choice, and gives
// no other choice: it is the one that the first access takes, and lies before it.
func TestAttack18Start(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	accesses := s.accesses()
	tried := 0
	for _, p := range s.rows(rv32im.ChipPage) {
		cells, _ := s.at(p)
		for i := range page.Words {
			address := cells[page.Index].Mul(memtree.BlockWords).Add(field.M31(i))
			start := page.Words[i].Start
			f := s.forge()
			f.row(p)[start] = 7
			f.fails(t, "another start", "memory[")
			list := accesses[address]
			if len(list) < 2 || list[0].from != 0 || list[1].from != list[0].to || list[0].place == list[1].place {
				continue
			}
			x, y := list[0], list[1]
			tried++
			begin := func(at, x0, y0 field.M31) *forgery {
				f := s.forge()
				f.row(p)[start] = at
				f.retime(t, x.place, address, x.from, x0)
				f.retime(t, y.place, address, y.from, y0)
				return f
			}
			for _, at := range []field.M31{x.to.Sub(1), 0, field.P - 1, field.P - 100} {
				if err := begin(at, at, x.to).verdict(t); err != nil {
					t.Errorf("a word that starts at %d: %v", at, err)
				}
			}
			for _, at := range []field.M31{x.to, x.to.Add(1), y.to, 1 << 28, x.to.Sub(1 << 16).Sub(1), field.P / 2} {
				begin(at, at, x.to).fails(t, fmt.Sprintf("a word that starts at %d, behind its first access at %d", at, x.to), "range16[", "and 0 out of balance")
			}
			// The second access comes first, whatever the start.
			if z := list[2:]; x.same && y.same && len(z) > 0 && z[0].from == y.to && z[0].place != y.place && z[0].place != x.place {
				for _, at := range []field.M31{0, x.to, y.to.Sub(1), field.P - 1} {
					f := begin(at, y.to, at)
					f.retime(t, z[0].place, address, z[0].from, x.to)
					f.fails(t, "the second access first", "range16[", "and 0 out of balance")
				}
			}
		}
	}
	if tried < 3 {
		t.Errorf("only %d words", tried)
	}
}

// TestAttack19WriteToZero: an instruction whose destination is x0 writes to the junk
// register. The forger makes the last one write to x0, with all of memory consistent.
func TestAttack19WriteToZero(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	accesses := s.accesses()
	const junk, zero = rv32im.RegisterBase + rv32im.JunkRegister, rv32im.RegisterBase
	list := accesses[junk]
	if len(list) == 0 {
		t.Fatal("nothing is written to x0")
	}
	last := list[len(list)-1]
	a := s.air(last.table)
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	pageOf := func(address field.M31) (place, *rv32im.PageWord) {
		for _, p := range s.rows(rv32im.ChipPage) {
			if row, _ := s.at(p); row[page.Index] == address/memtree.BlockWords {
				return p, &page.Words[address%memtree.BlockWords]
			}
		}
		t.Fatalf("word %#x isn't open", address)
		return place{}, nil
	}
	junkPage, junkWord := pageOf(junk)
	zeroPage, zeroWord := pageOf(zero)

	// The row writes to x0: it takes what x0 holds in the end, 0, and puts its value there.
	forged := func() (*forgery, field.M31) {
		f := s.forge()
		row := f.row(last.place)
		rd, old, ts := column(a, "rd"), column(a, "rd_old_lo"), column(a, "rd_ts")
		if rd < 0 || old < 0 || ts < 0 {
			t.Fatalf("chip %s writes in another way", a.Name)
		}
		var value [2]field.M31
		for _, m := range s.messages(last.place) {
			if m.Bus.ID == rv32im.Memory.ID && m.Mult == 1 && m.Tuple[0] == junk {
				value = [2]field.M31(m.Tuple[1:3])
			}
		}
		if value == [2]field.M31{} {
			t.Fatal("the value is 0")
		}
		z := f.row(zeroPage)
		lo, hi, at := row[old], row[old+1], row[ts]
		row[rd] = 0
		row[old], row[old+1], row[ts] = z[zeroWord.New.Lo], z[zeroWord.New.Hi], z[zeroWord.Ts]
		z[zeroWord.New.Lo], z[zeroWord.New.Hi], z[zeroWord.Ts] = value[0], value[1], last.to
		j := f.row(junkPage)
		j[junkWord.New.Lo], j[junkWord.New.Hi], j[junkWord.Ts] = lo, hi, at
		return f, row[column(a, "pc")]
	}
	f, pc := forged()
	f.fails(t, "x0 written", fmt.Sprintf("program[%d ", pc), "and 0 out of balance")
	f.refused(t, "x0 written", verifier.StageBuses)

	// The decoder says so too.
	decode := s.m.Chips[rv32im.ChipDecode].(*rv32im.Decode)
	for _, p := range s.rows(rv32im.ChipDecode) {
		if row, _ := s.at(p); row[decode.PC] == pc {
			if row[decode.X[0]] != rv32im.JunkRegister || row[decode.RdZero] != 1 {
				t.Fatalf("the decoder says register %d", row[decode.X[0]])
			}
			f, _ := forged()
			f.row(p)[decode.X[0]] = 0
			f.fails(t, "the decoder says x0", "constraint violated: chip decode")
			f.row(p)[decode.RdZero] = 0
			f.fails(t, "the decoder says that rd isn't 0", "constraint violated: chip decode")
			f.row(p)[decode.RdInv] = 1
			f.fails(t, "the decoder says that rd isn't 0, with an inverse", "constraint violated: chip decode")
		}
	}
	// What x0 holds in the end is what the page takes.
	f = s.forge()
	f.row(zeroPage)[zeroWord.New.Lo] = 1
	f.fails(t, "x0 in the end", "memory[")
}

// TestAttack20IncompleteRun: a run that was cut off isn't a run that ended, and an exit
// code is the one that the program gave.
func TestAttack20IncompleteRun(t *testing.T) {
	whole := newScene(t, "exit42", nil, 1<<40)
	cut := newScene(t, "exit42", nil, 100)
	end := cut.statement.Exit
	if end.Kind != abi.OutOfGas {
		t.Fatalf("%+v", end)
	}
	out := cut.rows(rv32im.ChipTrapOp)
	for name, f := range map[string]*forgery{"with": cut.forge(), "without": cut.forge()} {
		f.statement.GasLimit = 1 << 40
		f.fails(t, name+" a higher limit", "out of gas after 100 units")
		f.statement.Exit = abi.Exit{Kind: abi.Halt, Code: 42}
		if name == "without" {
			clear(f.row(out[0])) // the row that says out of gas
			f.fails(t, "cut off, as a halt", "end[0 0 0 42 0 101]", fmt.Sprintf("state[%d 101]", end.PC/4))
			f.refused(t, "cut off, as a halt", verifier.StageBuses)
		} else {
			f.fails(t, "cut off, as a halt", "end[0 0 0 42 0 101]", "end[2 ")
		}
		// As a fetch that failed where the run was cut off.
		f.statement.Exit = abi.Exit{Kind: abi.Trap, Cause: abi.CauseFetch, PC: end.PC, Value: end.PC}
		f.fails(t, "cut off, as a fetch fault", "impossible exit status")
	}

	// Another exit code, of the whole run.
	f := whole.forge()
	f.statement.Exit.Code = 0
	f.fails(t, "exit code 0", "end[0 0 0 0 0 ", "end[0 0 0 42 0 ")
	f.refused(t, "exit code 0", verifier.StageBuses)
	// With the row changed too: it is the register that is read.
	ecall := whole.m.Chips[rv32im.ChipEcall].(*rv32im.Ecall)
	row := f.row(whole.rows(rv32im.ChipEcall)[0])
	row[ecall.Argument.Value.Lo] = 0
	f.fails(t, "exit code 0, read from a0", fmt.Sprintf("memory[%d 0 0 ", rv32im.RegisterBase+10))
	// A cycle more or less.
	for _, d := range []uint64{1, ^uint64(0)} {
		f := whole.forge()
		f.statement.used(f.statement.GasUsed + d)
		f.fails(t, "another number of cycles", "end[0 0 0 42 0 ")
	}
	// The end said twice, or not at all.
	f = whole.forge()
	cells, _ := whole.at(whole.rows(rv32im.ChipEcall)[0])
	f.add(rv32im.ChipEcall, cells...)
	f.fails(t, "two ends", "end[0 0 0 42 0 ")
	f = whole.forge()
	clear(f.row(whole.rows(rv32im.ChipEcall)[0]))
	f.fails(t, "no end", "end[0 0 0 42 0 ")

	// A trap as a halt, and as another trap.
	trap := newScene(t, "trap_ebreak", nil, 1<<40)
	for _, e := range []abi.Exit{
		{Kind: abi.Halt}, {Kind: abi.Halt, Code: 1},
		{Kind: abi.Trap, Cause: abi.CauseEcall, PC: trap.statement.Exit.PC},
		{Kind: abi.Trap, Cause: abi.CauseIllegal, PC: trap.statement.Exit.PC},
		{Kind: abi.Trap, Cause: abi.CauseBreakpoint, PC: trap.program.Header.Entry, Value: trap.program.Header.Entry},
	} {
		f := trap.forge()
		f.statement.Exit = e
		f.fails(t, fmt.Sprintf("a breakpoint as %+v", e), "end[")
	}
}

// TestAttack20TrapValue: the value of a trap is what the instruction says. The forger
// changes the statement and the row that ends the run.
func TestAttack20TrapValue(t *testing.T) {
	const much = 1 << 40
	for _, c := range []struct {
		guest string
		kind  uint32
		chip  int
		// change makes another value, in the row and in the statement.
		change func(s *scene, row []field.M31, e *abi.Exit)
		text   string
	}{
		{"trap_illegal", 1, rv32im.ChipTrapOp, func(s *scene, row []field.M31, e *abi.Exit) {
			row[s.m.Chips[rv32im.ChipTrapOp].(*rv32im.TrapOp).V0]--
			e.Value--
		}, "first part of the value"},
		{"trap_illegal", 1, rv32im.ChipTrapOp, func(s *scene, row []field.M31, e *abi.Exit) {
			row[s.m.Chips[rv32im.ChipTrapOp].(*rv32im.TrapOp).V1]--
			e.Value -= 1 << 16
		}, "second part of the value"},
		{"trap_misaligned_jump", 1, rv32im.ChipTrapOp, func(s *scene, row []field.M31, e *abi.Exit) {
			row[s.m.Chips[rv32im.ChipTrapOp].(*rv32im.TrapOp).V0]++
			e.Value += 4
		}, "first part of the value"},
		{"trap_illegal", 1, rv32im.ChipTrapOp, func(s *scene, row []field.M31, e *abi.Exit) {
			x := s.m.Chips[rv32im.ChipTrapOp].(*rv32im.TrapOp)
			row[x.V0]--
			row[x.Args[0]]--
			e.Value--
		}, "false look-up: program["},
		{"trap_misaligned_jump", 0, rv32im.ChipTrapJalr, func(_ *scene, _ []field.M31, e *abi.Exit) { e.Value += 4 }, "end[1 0 "},
		{"trap_misaligned_jump", 2, rv32im.ChipTrapBranchEq, func(_ *scene, _ []field.M31, e *abi.Exit) { e.Value += 4 }, "end[1 0 "},
		{"trap_load", 0, rv32im.ChipTrapMemory, func(_ *scene, _ []field.M31, e *abi.Exit) { e.Value++ }, "end[1 5 "},
		{"trap_load", 0, rv32im.ChipTrapMemory, func(_ *scene, _ []field.M31, e *abi.Exit) { e.Cause = abi.CauseStore }, "end[1 7 "},
		{"trap_store", 0, rv32im.ChipTrapMemory, func(_ *scene, _ []field.M31, e *abi.Exit) { e.Cause = abi.CauseLoad }, "end[1 5 "},
	} {
		s := newScene(t, c.guest, word(c.kind), much)
		f := s.forge()
		rows := s.rows(c.chip)
		if len(rows) != 1 {
			t.Fatalf("%s, kind %d: %d rows of chip %d", c.guest, c.kind, len(rows), c.chip)
		}
		c.change(s, f.row(rows[0]), &f.statement.Exit)
		f.fails(t, fmt.Sprintf("%s, kind %d, as %+v", c.guest, c.kind, f.statement.Exit), c.text)
	}
	// A breakpoint or running out of gas has no value of its own.
	s := newScene(t, "trap_ebreak", nil, much)
	x := s.m.Chips[rv32im.ChipTrapOp].(*rv32im.TrapOp)
	for _, s := range []*scene{s, newScene(t, "exit42", nil, 50)} {
		for col, text := range map[air.Col]string{x.V0: "first part of the value", x.V1: "second part of the value"} {
			f := s.forge()
			f.row(s.rows(rv32im.ChipTrapOp)[0])[col] = 1
			f.fails(t, "a value out of nothing", text)
		}
	}
}

// TestOneOutcome: what a row takes decides what it sends: no single cell, and no carry with
// the limbs that it joins, makes the same instruction, with the same operands at the same
// time, end in another way.
func TestOneOutcome(t *testing.T) {
	type kind struct {
		chip int
		op   field.M31
	}
	seen := map[kind]int{}
	ops := map[field.M31]bool{}
	passed := 0
	for i, c := range []struct {
		guest string
		input []byte
		gas   uint64
	}{
		{"exit42", nil, 1 << 40}, {"trap_load", nil, 1 << 40}, {"trap_ebreak", nil, 1 << 40}, {"trap_illegal", nil, 1 << 40},
		{"trap_misaligned_jump", word(0), 1 << 40}, {"trap_misaligned_jump", word(1), 1 << 40}, {"trap_misaligned_jump", word(2), 1 << 40},
		{"misaligned", nil, 3000}, {"alu", nil, 1 << 40}, {"muldiv", nil, 1 << 40},
	} {
		if i > 0 && testing.Short() {
			break
		}
		s := newScene(t, c.guest, c.input, c.gas)
		for chip := range rv32im.ChipDecode {
			a := s.m.AIRs[chip]
			for _, p := range s.rows(chip) {
				row, _ := s.at(p)
				op := s.op(p)
				ops[op] = true
				if seen[kind{chip, op}]++; seen[kind{chip, op}] > 4 {
					continue // four of a kind are enough
				}
				taken, sent := s.outcome(a, row)
				try := func(what string) {
					if check.Row(a, row, nil, s.publics) != nil {
						return
					}
					passed++
					if now, out := s.outcome(a, row); now == taken && out != sent {
						t.Errorf("%s, %s row %d: with another %s it sends %s instead of %s", c.guest, a.Name, p.row, what, out, sent)
					}
				}
				var bits, limbs []int
				for k, col := range a.Main {
					v := row[k]
					for _, x := range []field.M31{v.Add(1), v.Sub(1), 0, 1, v.Add(1 << 16), v.Add(1 << 15), v.Add(1 << 8)} {
						row[k] = x
						try(col.Name)
					}
					row[k] = v
					switch col.Kind {
					case air.Bit:
						bits = append(bits, k)
					case air.U16:
						limbs = append(limbs, k)
					}
				}
				// A carry flipped, with the limbs between which it passes.
				if seen[kind{chip, op}] > 1 {
					continue
				}
				for _, bit := range bits {
					for _, lo := range limbs {
						for _, hi := range limbs {
							if lo == hi {
								continue
							}
							for _, d := range []field.M31{1, field.M31(1).Neg()} {
								honest := [3]field.M31{row[bit], row[lo], row[hi]}
								row[bit] = field.M31(1).Sub(row[bit])
								row[lo], row[hi] = row[lo].Add(d.Mul(1<<16)), row[hi].Sub(d)
								try(a.Main[bit].Name + ", " + a.Main[lo].Name + " and " + a.Main[hi].Name)
								row[bit], row[lo], row[hi] = honest[0], honest[1], honest[2]
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d operations of %d, %d changes that satisfy the constraints", len(ops), rv32im.NumOps, passed)
	if passed == 0 || len(ops) < rv32im.NumOps && !testing.Short() {
		t.Error("too few")
	}
}

// op is the operation of an instruction's row.
func (s *scene) op(p place) field.M31 {
	for _, m := range s.messages(p) {
		if m.Bus.ID == rv32im.Program.ID {
			return m.Tuple[1]
		}
	}
	return field.P // none
}

// outcome gives what a row takes, false look-ups included but no true ones, and what it sends.
func (s *scene) outcome(a *air.AIR, row []field.M31) (taken, sent string) {
	for _, m := range check.Messages(a, row, nil, s.publics) {
		switch {
		case rv32im.IsLookup(m.Bus) && rv32im.Holds(m.Bus, m.Tuple):
		case m.Mult == 1:
			sent += fmt.Sprint(m.Bus.Name, m.Tuple)
		default:
			taken += fmt.Sprint(m.Mult, m.Bus.Name, m.Tuple)
		}
	}
	return taken, sent
}
