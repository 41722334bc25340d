package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
)

const source = "../../air/rv32im"

func page(t *testing.T) []byte {
	t.Helper()
	m, err := rv32im.New()
	require.NoError(t, err)
	c, err := readComments(source)
	require.NoError(t, err)
	return document(m, c)
}

// docs/chips.md says what the machine is today.
func TestUpToDate(t *testing.T) {
	checkedIn, err := os.ReadFile("../../docs/chips.md")
	require.NoError(t, err)
	if !bytes.Equal(checkedIn, page(t)) {
		t.Error("docs/chips.md is stale; write it again: go generate ./internal/chipdoc")
	}
}

func TestDeterministic(t *testing.T) {
	require.Equal(t, page(t), page(t))
}

// Every chip and every bus of the machine has its comment in the page.
func TestComments(t *testing.T) {
	m, err := rv32im.New()
	require.NoError(t, err)
	c, err := readComments(source)
	require.NoError(t, err)
	for i, a := range m.AIRs {
		typ := typeName(m.Chips[i])
		require.NotEmpty(t, c.types[typ], "comment on the type of chip %s", a.Name)
		require.True(t, strings.HasPrefix(c.define[typ], "Define "), "comment on Define of chip %s", a.Name)
		for _, msg := range a.Messages {
			require.NotEmpty(t, c.buses[msg.Bus.ID], "comment on bus %s", msg.Bus.Name)
		}
	}
	_, err = readComments(t.TempDir())
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRun(t *testing.T) {
	out := t.TempDir() + "/chips.md"
	require.NoError(t, run(source, out))
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, page(t), written)
	require.Error(t, run(t.TempDir(), out))
	require.Error(t, run(source, t.TempDir()))
}

func TestText(t *testing.T) {
	require.Equal(t, `a\_b \| x &lt; 2 &amp; \*`, escape("a_b | x < 2 & *"))
	require.Equal(t, "One two.\n\n    x = y\n    z\n\nThree.", paragraphs("One\ntwo.\n\n\tx = y\n\tz\n\nThree.\n"))
}

// testChip has one message for each multiplicity.
type testChip struct {
	layout air.Layout
	mults  func(b *air.Builder) []air.Expr
}

func (testChip) Name() string            { return "test" }
func (c *testChip) Columns() *air.Layout { return &c.layout }
func (c *testChip) Define(b *air.Builder) {
	for _, m := range c.mults(b) {
		b.Send(air.Bus{ID: 1, Name: "bus", Arity: 1}, m, b.Col(0))
	}
}

func TestMultiplicities(t *testing.T) {
	c := &testChip{}
	x, y := c.layout.Felt("x", ""), c.layout.Bit("y", "")
	v := c.layout.Pre("v", "")
	c.mults = func(b *air.Builder) []air.Expr {
		x, y, v := b.Col(x), b.Col(y), b.Pre(v)
		long := b.Nil()
		for i := range int64(40) {
			long = long.Add(x.Scale(i + 3))
		}
		return []air.Expr{
			x, x.Neg(), b.Int(5), b.Int(-5), x.Neg().Neg(), y.Not().Neg(), x.Mul(y.Not()),
			x.Sub(y.Add(v)), x.Sub(y.Sub(v)), b.Public(1).Mul(x).Plus(-2), long.Neg(),
		}
	}
	a, err := air.Compile(c, 2)
	require.NoError(t, err)
	want := []struct {
		direction int
		text      string
	}{
		{1, "`x`"}, {-1, "`x`"}, {1, "5"}, {-1, "5"}, {1, "`x`"}, {-1, "`1 - y`"}, {1, "`x*(1 - y)`"},
		{1, "`x - (y + v)`"}, {1, "`x - (y - v)`"}, {1, "`x*public[1] + -2`"}, {-1, "an expression of degree 1"},
	}
	require.Len(t, a.Messages, len(want))
	for i, w := range want {
		require.Equal(t, w.direction, direction(a.Nodes, a.Messages[i].Mult), "multiplicity %d", i)
		require.Equal(t, w.text, magnitude(a, a.Messages[i].Mult))
	}
}

func TestFamilies(t *testing.T) {
	var l air.Layout
	l.Felt("a0", "a 0")
	l.Bit("b", "")
	for _, name := range []string{"c0_x", "d0", "c1_x", "d1", "c2_x", "d2", "c3_x"} {
		l.Felt(name, "of "+name)
	}
	var got []string
	for _, f := range families(l.Main) {
		names := make([]string, len(f))
		for i, c := range f {
			names[i] = c.Name
		}
		got = append(got, strings.Join(names, " "))
	}
	require.Equal(t, []string{"a0", "b", "c0_x c1_x c2_x c3_x", "d0", "d1", "d2"}, got)
}
