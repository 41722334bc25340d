package prover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// Forged runs: an honest run's tables are changed as a cheating prover would change them,
// consistently, and judged row by row and bus by bus. The judge is as generous to the
// prover as the protocol is: whatever a table of true facts could serve counts as served.

// scene is an honest run with its tables.
type scene struct {
	key       *verifier.Key
	m         *rv32im.Machine
	program   *rv.Program
	publics   []field.M31
	tables    []trace.Table
	pre       [][][]field.M31 // preprocessed columns, by table
	statement *single
}

// newScene runs a guest. It doesn't check that the tables are right: TestHonestScenes does.
func newScene(t testing.TB, name string, input []byte, gas uint64) *scene {
	t.Helper()
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	p := loadGuest(t, name)
	recorder, err := exec.NewRecorder(p, input, exec.Options{GasLimit: gas})
	if err != nil {
		t.Fatal(err)
	}
	run, err := recorder.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	tables, err := trace.Build(context.Background(), key.Machine, p, input, run, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	statement, err := newSingle(key, wholeRun(p, tables, gas, run.Cycles), tables)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{
		key: key, m: key.Machine, program: p, publics: rv32im.Publics(&p.Header),
		tables: tables.List, statement: statement,
	}
	for _, x := range s.tables {
		s.pre = append(s.pre, s.m.Preprocessed(int(x.Chip)))
	}
	return s
}

// place is a row of one of the tables.
type place struct{ table, row int }

// air gives the chip of a table.
func (s *scene) air(table int) *air.AIR { return s.m.AIRs[s.tables[table].Chip] }

// at gives the cells of a row, main and preprocessed.
func (s *scene) at(p place) (main, pre []field.M31) {
	return check.Table{Main: s.tables[p.table].Main, Pre: s.pre[p.table]}.Row(p.row)
}

// messages are those that a row sends.
func (s *scene) messages(p place) []check.Message {
	main, pre := s.at(p)
	return check.Messages(s.air(p.table), main, pre, s.publics)
}

// rows gives all rows of a chip's tables that send something, in order.
func (s *scene) rows(chip int) (out []place) {
	for i, t := range s.tables {
		if int(t.Chip) != chip {
			continue
		}
		for r := range t.Main[0] {
			if p := (place{i, r}); len(s.messages(p)) > 0 {
				out = append(out, p)
			}
		}
	}
	return out
}

// forgery is a scene with changes.
type forgery struct {
	*scene
	changed   map[place][]field.M31
	added     []addedRow
	statement *single
}

// addedRow is a row more of a chip, in a padding row or in another table.
type addedRow struct {
	chip  int
	cells []field.M31
}

func (s *scene) forge() *forgery {
	return &forgery{scene: s, changed: map[place][]field.M31{}, statement: s.statement.clone()}
}

// row gives a row's own cells, for changes. Derived cells follow them.
func (f *forgery) row(p place) []field.M31 {
	if _, ok := f.changed[p]; !ok {
		cells, _ := f.at(p)
		f.changed[p] = cells[:len(f.air(p.table).Main)]
	}
	return f.changed[p]
}

// add adds a row of a chip, of zeros or as it is given.
func (f *forgery) add(chip int, cells ...field.M31) []field.M31 {
	row := make([]field.M31, len(f.m.AIRs[chip].Main))
	copy(row, cells)
	f.added = append(f.added, addedRow{chip, row})
	return row
}

// balance is a sum of messages by bus and tuple.
type balance map[string]*check.Message

func (b balance) add(m check.Message, mult field.M31) {
	key := fmt.Sprint(m.Bus.Name, m.Tuple)
	x, ok := b[key]
	if !ok {
		x = &check.Message{Bus: m.Bus, Tuple: m.Tuple}
		b[key] = x
	}
	if x.Mult = x.Mult.Add(mult.Mul(m.Mult)); x.Mult == 0 {
		delete(b, key)
	}
}

func (b balance) public(t testing.TB, p *single, mult field.M31) error {
	t.Helper()
	if err := verifier.CheckGas(p.GasLimit, p.GasUsed, p.Exit); err != nil {
		return err
	}
	s, err := p.statement()
	if err != nil {
		return err
	}
	list, err := verifier.PublicMessages(&s)
	if err != nil {
		return err
	}
	for _, m := range list {
		c := check.Message{Bus: m.Bus, Mult: 1, Tuple: m.Tuple}
		if m.Take {
			c.Mult = c.Mult.Neg()
		}
		b.add(c, mult)
	}
	return nil
}

// changes is what the forgery alters on the buses. The error is that of a row that breaks
// a constraint, or of the statement.
func (f *forgery) changes(t testing.TB) (balance, error) {
	t.Helper()
	b := balance{}
	minus := field.M31(1).Neg()
	if !f.statement.same(f.scene.statement) {
		if err := b.public(t, f.scene.statement, minus); err != nil {
			t.Fatalf("the honest statement: %v", err)
		}
		if err := b.public(t, f.statement, 1); err != nil {
			return nil, err
		}
	}
	for p, cells := range f.changed {
		_, pre := f.at(p)
		a := f.air(p.table)
		if err := check.Row(a, cells, pre, f.publics); err != nil {
			return nil, err
		}
		for _, m := range f.messages(p) {
			b.add(m, minus)
		}
		for _, m := range check.Messages(a, cells, pre, f.publics) {
			b.add(m, 1)
		}
	}
	for _, r := range f.added {
		a := f.m.AIRs[r.chip]
		if err := check.Row(a, r.cells, nil, f.publics); err != nil {
			return nil, err
		}
		for _, m := range check.Messages(a, r.cells, nil, f.publics) {
			b.add(m, 1)
		}
	}
	return b, nil
}

// Ways in which a forgery fails, besides check.ErrConstraint.
var (
	errFalse   = errors.New("false look-up")
	errBalance = errors.New("out of balance")
)

// verdict is nil for a forgery that the protocol would accept. The text of the error names
// a constraint, a false look-up, or what doesn't balance.
func (f *forgery) verdict(t testing.TB) error {
	t.Helper()
	b, err := f.changes(t)
	if err != nil {
		return err
	}
	var wrong, lies []string
	var offers map[string]bool
	for key, m := range b {
		switch {
		case rv32im.IsLookup(m.Bus):
			if !rv32im.Holds(m.Bus, m.Tuple) {
				lies = append(lies, key)
			}
		case m.Bus.ID == rv32im.Hash.ID:
			if !compresses(m.Tuple) {
				lies = append(lies, key)
			}
		case m.Bus.ID == rv32im.Program.ID || m.Bus.ID == rv32im.Region.ID:
			if offers == nil {
				offers = f.offers()
			}
			if !offers[key] {
				lies = append(lies, key)
			}
		default:
			wrong = append(wrong, fmt.Sprint(int64(m.Mult), " of ", key))
		}
	}
	sort.Strings(lies)
	sort.Strings(wrong)
	switch {
	case len(lies) > 0:
		return fmt.Errorf("%w: %s; and %d out of balance", errFalse, strings.Join(lies, "; "), len(wrong))
	case len(wrong) > 0:
		return fmt.Errorf("%w: %s", errBalance, strings.Join(wrong, "; "))
	}
	return nil
}

// compresses reports whether a tuple of the hash bus is a compression.
func compresses(tuple []field.M31) bool {
	in := memtree.Input(tuple[:len(memtree.Input{})])
	out := hash.Poseidon2Compress(&in)
	return slices.Equal(out[:], tuple[len(in):])
}

// offers gives what the rows of the decoder and of the region table can offer, any number
// of times, after the changes.
func (f *forgery) offers() map[string]bool {
	out := map[string]bool{}
	offer := func(chip int, cells []field.M31) {
		cells = slices.Clone(cells)
		switch c := f.m.Chips[chip].(type) {
		case *rv32im.Decode:
			cells[c.Mult] = 1
		case *rv32im.RegionPage:
			cells[c.ReadMult], cells[c.WriteMult] = 1, 1
		default:
			return
		}
		a := f.m.AIRs[chip]
		if check.Row(a, cells, nil, f.publics) != nil {
			return
		}
		for _, m := range check.Messages(a, cells, nil, f.publics) {
			out[fmt.Sprint(m.Bus.Name, m.Tuple)] = true
		}
	}
	for i, t := range f.tables {
		if chip := int(t.Chip); chip == rv32im.ChipDecode || chip == rv32im.ChipRegion {
			for r := range t.Main[0] {
				cells, _ := f.at(place{i, r})
				if c, ok := f.changed[place{i, r}]; ok {
					cells = c
				}
				offer(chip, cells)
			}
		}
	}
	for _, r := range f.added {
		offer(r.chip, r.cells)
	}
	return out
}

// fails checks that the forgery is refused for a reason that contains all the texts.
func (f *forgery) fails(t testing.TB, what string, texts ...string) {
	t.Helper()
	err := f.verdict(t)
	if err == nil {
		t.Errorf("%s: accepted", what)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %.600v; want %q in it", what, err, text)
		}
	}
}

// refused proves the forgery and checks that the verifier refuses the proof.
func (f *forgery) refused(t testing.TB, what string, stages ...verifier.Stage) {
	t.Helper()
	f.refusedWith(t, what, f.witness(t, what), stages...)
}

// refusedWith is refused for a witness that was changed further.
func (f *forgery) refusedWith(t testing.TB, what string, w *Witness, stages ...verifier.Stage) {
	t.Helper()
	p, err := proveWitness(context.Background(), f.key, w, 2, nobody{})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	proved := *f.statement
	proved.Segment = p
	rejected(t, f.key, what, proved.Encode(), stages...)
}

// witness gives the tables of the forgery. Added rows go into padding rows. Multiplicities of
// true facts are made to fit.
func (f *forgery) witness(t testing.TB, what string) *Witness {
	t.Helper()
	w := &Witness{Statement: *f.statement.mustStatement()}
	tableOf := map[int]int{}
	for i, x := range f.tables {
		main := make([][]field.M31, len(x.Main))
		for k := range main {
			main[k] = slices.Clone(x.Main[k])
		}
		w.Main = append(w.Main, main)
		tableOf[int(x.Chip)] = i // the shortest of the chip
	}
	for p, cells := range f.changed {
		_, pre := f.at(p)
		for k, v := range f.air(p.table).Derive(cells, pre, f.publics) {
			w.Main[p.table][k][p.row] = v
		}
	}
	for _, r := range f.added {
		i, ok := tableOf[r.chip]
		if !ok {
			t.Fatalf("%s: no table of %s", what, f.m.AIRs[r.chip].Name)
		}
		free := len(f.tables[i].Main[0]) - 1
		for ; free >= 0; free-- {
			if _, taken := f.changed[place{i, free}]; !taken && len(f.messages(place{i, free})) == 0 && w.empty(i, free, len(f.air(i).Main)) {
				break
			}
		}
		if free < 0 {
			t.Fatalf("%s: no padding in %s", what, f.m.AIRs[r.chip].Name)
		}
		for k, v := range f.air(i).Derive(r.cells, nil, f.publics) {
			w.Main[i][k][free] = v
		}
	}
	if b, err := f.changes(t); err == nil {
		limbs := f.m.Chips[rv32im.ChipTable].(*rv32im.Table)
		for _, m := range b {
			// Look-ups take: what is missing is added to the table's multiplicity.
			if m.Bus.ID == rv32im.Range16.ID && rv32im.Holds(m.Bus, m.Tuple) {
				cell := &w.Main[tableOf[rv32im.ChipTable]][limbs.Range16Mult][m.Tuple[0]]
				*cell = cell.Sub(m.Mult)
			}
		}
	}
	return w
}

// empty reports whether a row is all zero in the first columns.
func (w *Witness) empty(table, row, columns int) bool {
	for _, c := range w.Main[table][:columns] {
		if c[row] != 0 {
			return false
		}
	}
	return true
}

// taker finds the row that takes a memory word with a timestamp.
func (s *scene) taker(t testing.TB, address, ts field.M31) place {
	t.Helper()
	for i := range s.tables {
		if chip := int(s.tables[i].Chip); chip == rv32im.ChipTable || chip == rv32im.ChipPoseidon2 {
			continue
		}
		for r := range s.tables[i].Main[0] {
			for _, m := range s.messages(place{i, r}) {
				if m.Bus.ID == rv32im.Memory.ID && m.Mult != 1 && m.Tuple[0] == address && m.Tuple[3] == ts {
					return place{i, r}
				}
			}
		}
	}
	t.Fatalf("nobody takes word %#x with timestamp %d", address, ts)
	return place{}
}

// retime changes the timestamp with which a row takes a word.
func (f *forgery) retime(t testing.TB, p place, address, from, to field.M31) {
	t.Helper()
	row := f.row(p)
	_, pre := f.at(p)
	a := f.air(p.table)
	for k, col := range a.Main {
		if !strings.HasSuffix(col.Name, "ts") || row[k] != from {
			continue
		}
		row[k] = to
		for _, m := range check.Messages(a, row, pre, f.publics) {
			if m.Bus.ID == rv32im.Memory.ID && m.Mult != 1 && m.Tuple[0] == address && m.Tuple[3] == to {
				return
			}
		}
		row[k] = from
	}
	t.Fatalf("%s row %d doesn't take word %#x with timestamp %d", a.Name, p.row, address, from)
}

// TestHonestScenes: what isn't changed is right, and harmless changes are no forgeries.
func TestHonestScenes(t *testing.T) {
	s := newScene(t, "exit42", nil, 1<<40)
	var list []check.Table
	for i, x := range s.tables {
		list = append(list, check.Table{AIR: s.air(i), Main: x.Main, Pre: s.pre[i]})
	}
	b := balance{}
	if err := b.public(t, s.statement, 1); err != nil {
		t.Fatal(err)
	}
	var outside []check.Message
	for _, m := range b {
		outside = append(outside, *m)
	}
	if err := check.Tables(list, s.publics, outside); err != nil {
		t.Fatal(err)
	}
	f := s.forge()
	if err := f.verdict(t); err != nil {
		t.Errorf("no change: %v", err)
	}
	// Two rows in another order.
	rows := s.rows(rv32im.ChipAddi)
	first, _ := s.at(rows[0])
	second, _ := s.at(rows[1])
	copy(f.row(rows[0]), second)
	copy(f.row(rows[1]), first)
	if err := f.verdict(t); err != nil {
		t.Errorf("rows swapped: %v", err)
	}
	// A refresh that nobody needs, before the register file's last word is taken.
	f = s.forge()
	page := s.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	p, word := place{-1, 0}, page.Words[2]
	for _, x := range s.rows(rv32im.ChipPage) {
		if cells, _ := s.at(x); cells[page.Index] == rv32im.RegisterBase/memtree.BlockWords {
			p = x
		}
	}
	if p.table < 0 {
		t.Fatal("no page of registers")
	}
	cells := f.row(p)
	refresh := s.m.Chips[rv32im.ChipRefresh].(*rv32im.Refresh)
	r := f.add(rv32im.ChipRefresh)
	r[refresh.Live], r[refresh.Address] = 1, rv32im.RegisterBase+2
	r[refresh.Value.Lo], r[refresh.Value.Hi] = cells[word.New.Lo], cells[word.New.Hi]
	r[refresh.Ts], r[refresh.Unit] = cells[word.Ts], 5
	r[refresh.GapHi] = (5*rv32im.RefreshUnit - cells[word.Ts] - 1) >> 16
	cells[word.Ts] = 5 * rv32im.RefreshUnit
	if err := f.verdict(t); err != nil {
		t.Errorf("refreshed: %v", err)
	}
}
