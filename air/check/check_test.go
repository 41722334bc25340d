package check

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

var (
	pairs = air.Bus{ID: 3, Name: "pairs", Arity: 2}
	ones  = air.Bus{ID: 4, Name: "ones", Arity: 1}
)

// adder proves sum = a + b + offset + the public value, and sends (a, b) mult times.
type adder struct{ layout air.Layout }

func (c *adder) Name() string         { return "adder" }
func (c *adder) Columns() *air.Layout { return &c.layout }

func (c *adder) Define(b *air.Builder) {
	x, y, sum := b.Col(0), b.Col(1), b.Col(2)
	b.Equal("the sum is right", sum, b.Sum(x, y, b.Pre(0), b.Public(1)))
	b.Zero("nothing is left", b.Col(4))
	b.Send(pairs, b.Col(3), x, y)
	b.Receive(ones, b.One(), sum)
}

func newAdder(t *testing.T) *air.AIR {
	c := &adder{}
	for _, name := range []string{"a", "b", "sum", "mult", "rest"} {
		c.layout.Felt(name, "")
	}
	c.layout.Pre("offset", "")
	a, err := air.Compile(c, 2)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var publics = []field.M31{9, 100}

func TestRow(t *testing.T) {
	a := newAdder(t)
	main, pre := []field.M31{3, 4, 112, 2, 0}, []field.M31{5}
	if err := Row(a, main, pre, publics); err != nil {
		t.Error(err)
	}
	main[2] = 113
	err := Row(a, main, pre, publics)
	if !errors.Is(err, ErrConstraint) {
		t.Fatal(err)
	}
	want := `check: constraint violated: chip adder: "the sum is right" is 1; a = 3, b = 4, sum = 113, offset = 5`
	if err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	main[2], main[4] = 112, 6
	err = Row(a, main, pre, publics)
	if err == nil || !strings.HasSuffix(err.Error(), "is 6; rest = 6") {
		t.Error(err)
	}
}

func TestMessages(t *testing.T) {
	a := newAdder(t)
	got := Messages(a, []field.M31{3, 4, 112, 2, 0}, []field.M31{5}, publics)
	minusOne := field.M31(1).Neg()
	want := []Message{{pairs, 2, []field.M31{3, 4}}, {ones, minusOne, []field.M31{112}}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	got = Messages(a, []field.M31{3, 4, 112, 0, 0}, []field.M31{5}, publics)
	if fmt.Sprint(got) != fmt.Sprint(want[1:]) {
		t.Errorf("with multiplicity 0: %v", got)
	}
}

// table has rows (3, 4) and (10, 20), with multiplicities 2 and 1.
func table(t *testing.T) Table {
	return Table{
		AIR:  newAdder(t),
		Main: [][]field.M31{{3, 10}, {4, 20}, {112, 131}, {2, 1}, {0, 0}},
		Pre:  [][]field.M31{{5, 1}},
	}
}

// outside balances table.
func outside() []Message {
	minusOne := field.M31(1).Neg()
	return []Message{
		{pairs, minusOne, []field.M31{3, 4}}, {pairs, minusOne, []field.M31{10, 20}},
		{pairs, minusOne, []field.M31{3, 4}},
		{ones, 1, []field.M31{112}}, {ones, 1, []field.M31{131}},
	}
}

func TestTables(t *testing.T) {
	if err := Tables([]Table{table(t)}, publics, outside()); err != nil {
		t.Error(err)
	}
	// Two tables balance each other where the sums are the multiplicities' negatives.
	both := []Table{table(t), table(t)}
	if err := Tables(both, publics, append(outside(), outside()...)); err != nil {
		t.Error(err)
	}
	minusTwo := field.M31(2).Neg()
	both[1].Main[3] = []field.M31{minusTwo, 1}
	extra := []Message{
		{pairs, minusTwo, []field.M31{10, 20}},
		{ones, 2, []field.M31{112}}, {ones, 2, []field.M31{131}},
	}
	if err := Tables(both, publics, extra); err != nil {
		t.Error(err)
	}

	for _, c := range []struct {
		name   string
		change func(tables []Table, extra []Message)
		is     error
		want   []string
	}{
		{"constraint", func(x []Table, _ []Message) { x[1].Main[4][1] = 8 }, ErrConstraint,
			[]string{"table 1, row 1", "chip adder", "rest = 8"}},
		{"multiplicity", func(x []Table, _ []Message) { x[0].Main[3][0] = 3 }, ErrBalance,
			[]string{"1 tuples", "pairs[3 4], multiplicity 1", "adder row 0", "outside"}},
		{"tuple", func(_ []Table, extra []Message) { extra[1].Tuple[1] = 21 }, ErrBalance,
			[]string{"2 tuples", "pairs[10 20], multiplicity 1", "pairs[10 21], multiplicity 2147483646", "outside"}},
		{"bus", func(_ []Table, extra []Message) { extra[3].Bus = pairs }, ErrBalance,
			[]string{"ones[112]", "pairs[112]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, extra := []Table{table(t), table(t)}, append(outside(), outside()...)
			c.change(tables, extra)
			err := Tables(tables, publics, extra)
			if !errors.Is(err, c.is) {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q in it", err, want)
				}
			}
		})
	}
}

// Ten failures are enough.
func TestTablesStops(t *testing.T) {
	x := table(t)
	for i := range x.Main {
		x.Main[i] = make([]field.M31, 100)
	}
	x.Pre[0] = make([]field.M31, 100)
	for i := range x.Main[4] {
		x.Main[4][i] = 1
	}
	err := Tables([]Table{x}, []field.M31{0, 0}, nil)
	if n := strings.Count(err.Error(), "constraint violated"); n != 10 {
		t.Errorf("%d failures", n)
	}
	b := NewBalance()
	for i := range 100 {
		b.Add(Message{ones, 1, []field.M31{field.M31(i)}}, "test")
	}
	err = b.Err()
	if n := strings.Count(err.Error(), "\n"); n != 10 || !strings.Contains(err.Error(), "100 tuples") {
		t.Errorf("%d lines: %v", n, err)
	}
	if again := b.Err(); again.Error() != err.Error() {
		t.Error("the text depends on the order of a map")
	}
}

// Buses are told apart by their IDs, as in proofs.
func TestBalanceByID(t *testing.T) {
	b := NewBalance()
	b.Add(Message{ones, 1, []field.M31{5}}, "here")
	b.Add(Message{air.Bus{ID: 9, Name: "ones", Arity: 1}, field.M31(1).Neg(), []field.M31{5}}, "there")
	if err := b.Err(); !errors.Is(err, ErrBalance) || !strings.Contains(err.Error(), "2 tuples") {
		t.Error(err)
	}
	b = NewBalance()
	b.Add(Message{ones, 1, []field.M31{5}}, "here")
	b.Add(Message{air.Bus{ID: ones.ID, Name: "another name", Arity: 1}, field.M31(1).Neg(), []field.M31{5}}, "there")
	if err := b.Err(); err != nil {
		t.Error(err)
	}
}
