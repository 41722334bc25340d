package trace

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/rv"
)

// codeOf has n words at 0x1_0000, of which the file has all.
func codeOf(n int) *rv.Code {
	return &rv.Code{Start: 0x1_0000, End: 0x1_0000 + 4*uint32(n), Insts: make([]rv.Inst, n)}
}

func TestCounterAdd(t *testing.T) {
	const p = field.P
	for _, x := range []struct {
		bus   air.Bus
		tuple []field.M31
		ok    bool
	}{
		{rv32im.Range16, []field.M31{0}, true},
		{rv32im.Range16, []field.M31{1<<16 - 1}, true},
		{rv32im.Range16, []field.M31{1 << 16}, false},
		{rv32im.Range16, []field.M31{p - 1}, false},
		{rv32im.RangeSmall, []field.M31{1, 0}, true},
		{rv32im.RangeSmall, []field.M31{1, 1}, false},
		{rv32im.RangeSmall, []field.M31{1 << 15, 1<<15 - 1}, true},
		{rv32im.RangeSmall, []field.M31{1 << 15, 1 << 15}, false},
		{rv32im.RangeSmall, []field.M31{1 << 16, 1<<16 - 1}, true},
		{rv32im.RangeSmall, []field.M31{1 << 16, 1 << 16}, false},
		{rv32im.RangeSmall, []field.M31{1 << 17, 5}, false},
		{rv32im.RangeSmall, []field.M31{0, 0}, false},
		{rv32im.RangeSmall, []field.M31{3, 2}, false},
		{rv32im.RangeSmall, []field.M31{p - 1, 1}, false},
		{rv32im.Bytes, []field.M31{rv32im.ByteAnd, 255, 255, 255}, true},
		{rv32im.Bytes, []field.M31{rv32im.ByteXor, 1, 2, 3}, true},
		{rv32im.Bytes, []field.M31{3, 1, 2, 3}, false},
		{rv32im.Bytes, []field.M31{rv32im.ByteOr, 256, 0, 256}, false},
		{rv32im.Bytes, []field.M31{rv32im.ByteOr, 0, 256, 256}, false},
		{rv32im.RangeSmall, []field.M31{1 << 14, 1<<14 - 1}, true},
		{rv32im.RangeSmall, []field.M31{1 << 14, p - 1}, false},
		{rv32im.Shift, []field.M31{31, 1 << 15, 2, 1}, true},
		{rv32im.Shift, []field.M31{32, 1, 1 << 16, 0}, false},
		{rv32im.Region, []field.M31{rv32im.CanRead, 1<<16 - 1}, true},
		{rv32im.Region, []field.M31{rv32im.CannotWrite, 0}, true},
		{rv32im.Region, []field.M31{rv32im.CannotWrite + 1, 0}, false},
		{rv32im.Region, []field.M31{rv32im.CanRead, 1 << 16}, false},
		{rv32im.Program, []field.M31{0x4000, 1, 2, 3, 4, 5}, true},
		{rv32im.Program, []field.M31{0x4009, 1, 2, 3, 4, 5}, true},
		{rv32im.Program, []field.M31{0x400a, 1, 2, 3, 4, 5}, false},
		{rv32im.Program, []field.M31{0x3fff, 1, 2, 3, 4, 5}, false},
		{rv32im.Program, []field.M31{p - 1, 1, 2, 3, 4, 5}, false},
		{rv32im.Hash, make([]field.M31, rv32im.Hash.Arity), true},
	} {
		c := newCounter(newCodeCounter(codeOf(10), nil))
		before := c.total()
		if ok := c.addOne(x.bus, 3, x.tuple); ok != x.ok {
			t.Errorf("%s%v: %v", x.bus.Name, x.tuple, ok)
		} else if got := c.total() - before; ok && got != 3 {
			t.Errorf("%s%v: %d are counted", x.bus.Name, x.tuple, got)
		}
		// A row that takes nothing can hold anything.
		before = c.total()
		if !c.addOne(x.bus, 0, x.tuple) || c.total() != before {
			t.Errorf("%s%v: counted, but not taken", x.bus.Name, x.tuple)
		}
		if x.ok && !c.addOne(x.bus, 1<<16, x.tuple) || c.addOne(x.bus, 1<<16+1, x.tuple) {
			t.Errorf("%s%v: the number of times isn't bounded by 2^16", x.bus.Name, x.tuple)
		}
		if rv32im.IsLookup(x.bus) && x.ok != rv32im.Holds(x.bus, x.tuple) {
			t.Errorf("%s%v: the test expects %v", x.bus.Name, x.tuple, x.ok)
		}
	}
}

// addOne counts one message.
func (c *counter) addOne(bus air.Bus, n uint32, tuple []field.M31) bool {
	var keys [][]field.M31
	for i := range keyElements(bus) {
		keys = append(keys, tuple[i:i+1])
	}
	return c.add(bus.ID, []uint32{n}, n == 1, keys)
}

// total is the sum of all counts.
func (c *counter) total() (n uint64) {
	for k := range c.limbs {
		for _, v := range &c.limbs[k] {
			n += uint64(v)
		}
	}
	for _, v := range c.shifts {
		n += uint64(v)
	}
	for _, v := range c.code.words {
		n += uint64(v)
	}
	n += uint64(c.code.last)
	for _, v := range &c.pages {
		n += uint64(v[0]) + uint64(v[1])
	}
	for _, v := range c.hashes {
		n += uint64(v)
	}
	return n
}

// Words behind the file's aren't counted, but for the one at which the run ended.
func TestCodeCounter(t *testing.T) {
	code := codeOf(10)
	code.Insts = code.Insts[:4]
	c := newCodeCounter(code, []uint32{0, 2, 3, 7})
	for w := range field.M31(12) {
		if got := c.at(0x4000+w) != nil; got != (w < 4 || w == 7) {
			t.Errorf("word %d is counted: %v", w, got)
		}
	}
	*c.at(0x4007) += 2
	*c.at(0x4003) += 5
	d := c.empty()
	if *d.at(0x4007) != 0 || *d.at(0x4003) != 0 {
		t.Error("not empty")
	}
	*d.at(0x4007) += 1
	c.merge(&d)
	if *c.at(0x4007) != 3 || *c.at(0x4003) != 5 || *d.at(0x4003) != 0 {
		t.Error("merged wrong")
	}
	wantError(t, c.left(), "code word 3 is executed, but not decoded")
	*c.at(0x4003) = 0
	wantError(t, c.left(), "code word 7 is executed, but not decoded")
	*c.at(0x4007) = 0
	if err := c.left(); err != nil {
		t.Error(err)
	}
}

func wantError(t *testing.T, err error, what string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), what) {
		t.Errorf("%v, want %q", err, what)
	}
}

// looker is a chip that looks its cells up; Sends of other buses don't matter.
type looker struct{ layout air.Layout }

func (c *looker) Name() string         { return "looker" }
func (c *looker) Columns() *air.Layout { return &c.layout }

func (c *looker) Define(b *air.Builder) {
	live, x, y := b.Col(0), b.Col(1), b.Col(2)
	b.Receive(rv32im.Range16, live, x)
	b.Send(rv32im.Memory, live, x, x, x, x)
	b.Receive(rv32im.RangeSmall, live.Scale(2), b.Int(1<<16), y)
	b.Receive(rv32im.Range16, live.Mul(b.Public(0)), y.Add(b.Pre(0)))
}

func newLooker(t *testing.T) *air.AIR {
	c := &looker{}
	c.layout.Bit("live", "")
	c.layout.Felt("x", "")
	c.layout.Felt("y", "")
	c.layout.Pre("p", "")
	a, err := air.Compile(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// lookerTable has n rows, of which every third isn't live and out of range.
func lookerTable(n int) (main, pre [][]field.M31) {
	main, pre = make([][]field.M31, 3), make([][]field.M31, 1)
	for r := range n {
		live := field.M31(1)
		x, y := field.M31(r%1000), field.M31(2*r)
		if r%3 == 0 {
			live, x = 0, 1<<20
		}
		main[0], main[1], main[2] = append(main[0], live), append(main[1], x), append(main[2], y)
		pre[0] = append(pre[0], field.M31(r%2))
	}
	return main, pre
}

// countTable counts all rows of a table.
func countTable(c *counter, a *air.AIR, main, pre [][]field.M31, publics []field.M31) error {
	t := newTaker(newLookups(a, publics), vm.NewMachine())
	for lo, height := 0, len(main[0]); lo < height; lo += blockRows {
		r, err := t.count(c, &vm.Columns{Main: main, Pre: pre}, lo, min(lo+blockRows, height))
		if err != nil {
			return fmt.Errorf("row %d: %w", lo+r, err)
		}
	}
	return nil
}

func TestCountTable(t *testing.T) {
	a := newLooker(t)
	publics := []field.M31{5}
	for _, rows := range []int{1, 2, 3, 128, 511, 512, 513, 3000} {
		main, pre := lookerTable(rows)
		var want counter
		for r := range rows {
			if main[0][r] == 0 {
				continue
			}
			want.limbs[limbRange][main[1][r]]++
			want.limbs[limbFull][main[2][r]] += 2
			want.limbs[limbRange][main[2][r]+pre[0][r]] += 5
		}
		got := newCounter(newCodeCounter(codeOf(1), nil))
		if err := countTable(got, a, main, pre, publics); err != nil {
			t.Fatal(err)
		}
		if got.limbs != want.limbs {
			t.Fatalf("%d rows: other counts", rows)
		}
	}
}

func TestCountTableErrors(t *testing.T) {
	a := newLooker(t)
	for _, c := range []struct {
		name    string
		row     int
		change  func(main, pre [][]field.M31, r int)
		publics field.M31
		want    string
	}{
		{"no such entry", 700, func(main, _ [][]field.M31, r int) { main[1][r] = 1 << 16 }, 5,
			"row 700: no table serves message [65536]... of bus range16 (1 times)"},
		{"preprocessed", 1, func(main, pre [][]field.M31, r int) { main[2][r], pre[0][r] = 1<<16-1, 1 }, 5,
			"row 1: no table serves message [65536]... of bus range16 (5 times)"},
		{"offers instead of taking", 511, func(main, _ [][]field.M31, r int) { main[0][r] = field.M31(1).Neg() }, 5,
			"row 511: no table serves message"},
		{"takes too often", 512, func(main, _ [][]field.M31, r int) { main[0][r] = 1 << 20 }, 5,
			"row 512: no table serves message"},
	} {
		t.Run(c.name, func(t *testing.T) {
			main, pre := lookerTable(1024)
			main[0][c.row] = 1
			main[1][c.row] = 7
			c.change(main, pre, c.row)
			n := newCounter(newCodeCounter(codeOf(1), nil))
			wantError(t, countTable(n, a, main, pre, []field.M31{c.publics}), c.want)
		})
	}
}

// Counting stops at the rows that are filled, and leaves out the tables that have
// preprocessed columns: neither takes anything.
func TestZeroRowsTakeNothing(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	for chip, a := range m.AIRs {
		pre := [][]field.M31{nil}
		if p := m.Preprocessed(chip); p != nil {
			pre = nil
			for r := 0; r < len(p[0]); r += 1 + len(p[0])/100 {
				row := make([]field.M31, len(p))
				for k := range p {
					row[k] = p[k][r]
				}
				pre = append(pre, row)
			}
		}
		for _, p := range pre {
			if x := check.Messages(a, make([]field.M31, len(a.Main)), p, testPublics()); len(x) != 0 {
				t.Errorf("chip %s: a row of zeros sends %v", a.Name, x)
			}
		}
	}
}

// The counts are those of a walk over all messages of all rows.
func TestCountsOfGuest(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	p, _, tables := buildGuest(t, m, "misaligned", nil, 1<<40)
	publics := rv32im.Publics(&p.Header)
	for _, x := range tables.List {
		if m.FixedLogHeight(int(x.Chip)) >= 0 {
			continue
		}
		a := m.AIRs[x.Chip]
		// Tables serve messages of these buses, too; counted are those that are taken.
		main := slices.Clone(x.Main)
		want, got := newCounter(newCodeCounter(&p.Code, nil)), newCounter(newCodeCounter(&p.Code, nil))
		for _, msg := range a.Messages {
			if n := a.Nodes[msg.Mult]; keyElements(msg.Bus) > 0 && n.Op == air.OpMain {
				main[n.Index] = make([]field.M31, len(main[0]))
			}
		}
		row := make([]field.M31, len(main))
		for r := range main[0] {
			for k := range main {
				row[k] = main[k][r]
			}
			for _, msg := range check.Messages(a, row, nil, publics) {
				if keyElements(msg.Bus) > 0 && !want.addOne(msg.Bus, uint32(msg.Mult.Neg()), msg.Tuple) {
					t.Fatalf("table %s, row %d: %v isn't served", a.Name, r, msg)
				}
			}
		}
		if err := countTable(got, a, main, nil, publics); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("table %s: other counts", a.Name)
		}
	}
}

// What is looked up has to be in a table of the run.
func TestUnserved(t *testing.T) {
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		bus   air.Bus
		tuple []field.M31
		want  string
	}{
		{"hash", rv32im.Hash, make([]field.M31, rv32im.Hash.Arity), "1 compressions are looked up, but not in the tables"},
		{"code", rv32im.Program, []field.M31{0x4000 + 20, 0, 0, 0, 0, 0}, "code word 20 is executed, but not decoded"},
		{"region", rv32im.Region, []field.M31{rv32im.CanWrite, 0x77}, "page 0x77 is looked up, but not in the region table"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &builder{
				ctx: context.Background(), m: m, threads: 1, out: &Tables{},
				count: newCounter(newCodeCounter(codeOf(30), nil)), workers: make([]*worker, 1),
			}
			b.constants()
			if err := b.runTasks(); err != nil {
				t.Fatal(err)
			}
			if !b.count.addOne(c.bus, 1, c.tuple) {
				t.Fatal("not counted")
			}
			wantError(t, b.multiplicities(), c.want)
		})
	}
}
