package prover

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// A machine of small chips, for testing the steps of the prover one by one.

var (
	toyPairs  = air.Bus{ID: 1, Name: "pairs", Arity: 2}
	toySingle = air.Bus{ID: 2, Name: "single", Arity: 1}
)

// toyChip is a chip made of a layout and a function.
type toyChip struct {
	name   string
	layout air.Layout
	define func(b *air.Builder)
}

func (c *toyChip) Name() string          { return c.name }
func (c *toyChip) Columns() *air.Layout  { return &c.layout }
func (c *toyChip) Define(b *air.Builder) { c.define(b) }

// toyRow is a row that satisfies all toy chips: x, y, x*y, a bit, x*y*bit + the public
// value, and the preprocessed p with p*y.
type toyRow struct{ main, pre []field.M31 }

var toyPublics = []field.M31{17, 4}

func newToyRow(rng *rand.Rand) toyRow {
	x, y, p := field.New(rng.Uint64()), field.New(rng.Uint64()), field.New(rng.Uint64())
	bit := field.M31(rng.IntN(2))
	return toyRow{
		main: []field.M31{x, y, x.Mul(y), bit, x.Mul(y).Mul(bit).Add(toyPublics[1]), p.Mul(y)},
		pre:  []field.M31{p},
	}
}

// newToy has constraints of degree 1 to 3; messages adds its messages.
func newToy(name string, messages func(b *air.Builder)) *toyChip {
	c := &toyChip{name: name}
	for _, col := range []string{"x", "y", "xy"} {
		c.layout.Felt(col, "")
	}
	c.layout.Bit("bit", "")
	c.layout.Felt("cubic", "")
	c.layout.Felt("py", "")
	c.layout.Pre("p", "")
	c.define = func(b *air.Builder) {
		x, y, bit := b.Col(0), b.Col(1), b.Col(3)
		b.Equal("product", b.Col(2), x.Mul(y))
		b.Equal("cubic", b.Col(4), x.Mul(y).Mul(bit).Add(b.Public(1)))
		b.Equal("fixed", b.Col(5), b.Pre(0).Mul(y))
		messages(b)
	}
	return c
}

// toyMachine has chips with a pair of fractions, an odd number of them with denominators
// of degree 2, one fraction, and none.
func toyMachine(t testing.TB) *rv32im.Machine {
	m := &rv32im.Machine{}
	for _, c := range []*toyChip{
		newToy("two", func(b *air.Builder) {
			b.Send(toyPairs, b.Col(3), b.Col(0), b.Col(1))
			b.Receive(toySingle, b.One(), b.Col(2))
		}),
		newToy("five", func(b *air.Builder) {
			b.Send(toyPairs, b.Col(0), b.Col(1).Mul(b.Col(2)), b.Pre(0))
			b.Send(toySingle, b.Col(0).Mul(b.Col(1)), b.Col(2).Plus(3))
			b.Receive(toyPairs, b.Col(1).Mul(b.Col(1)).Mul(b.Col(3)), b.Col(0), b.Public(0))
			b.Receive(toySingle, b.Pre(0), b.Int(12))
			b.Send(toySingle, b.Col(4), b.Col(5))
		}),
		newToy("one", func(b *air.Builder) { b.Send(toySingle, b.Col(3), b.Int(5)) }),
		newToy("none", func(*air.Builder) {}),
	} {
		a, err := air.Compile(c, len(toyPublics))
		if err != nil {
			t.Fatal(err)
		}
		m.AIRs = append(m.AIRs, a)
	}
	return m
}

// toyTables are all columns of a proof, as trace values, of tables with the given
// heights, without interaction columns.
type toyTables struct {
	e         *engine
	main, pre [][][]field.M31
	scalars   vm.Scalars
	rng       *rand.Rand
}

func newToyTables(t testing.TB, logBlowup, threads int, seed uint64, instances ...proof.Instance) *toyTables {
	t.Helper()
	layout, err := verifier.NewLayout(toyMachine(t), instances)
	if err != nil {
		t.Fatal(err)
	}
	s := &toyTables{
		e:   newEngine(context.Background(), layout, soundness.Params{LogBlowup: logBlowup}, nil, threads),
		rng: rand.New(rand.NewPCG(seed, 1)),
	}
	for _, table := range layout.Tables {
		height := 1 << table.LogHeight
		main, pre := make([][]field.M31, len(table.AIR.Main)), make([][]field.M31, len(table.AIR.Preprocessed))
		for range height {
			row := newToyRow(s.rng)
			for k, v := range row.main {
				main[k] = append(main[k], v)
			}
			for k, v := range row.pre {
				pre[k] = append(pre[k], v)
			}
		}
		s.main, s.pre = append(s.main, main), append(s.pre, pre)
	}
	s.scalars = vm.Scalars{Publics: toyPublics, Alpha: s.randomE(), Betas: []field.E{field.One()}}
	for beta := s.randomE(); len(s.scalars.Betas) < layout.MaxArity; {
		s.scalars.Betas = append(s.scalars.Betas, s.scalars.Betas[len(s.scalars.Betas)-1].Mul(beta))
	}
	return s
}

func (s *toyTables) randomE() field.E {
	var c [field.Degree]field.M31
	for k := range c {
		c[k] = field.New(s.rng.Uint64())
	}
	return field.FromCoords(c)
}

// extended gives the coefficients of columns, and the columns extended.
func (s *toyTables) extended(t testing.TB, cols [][]field.M31) (coeffs [][]field.M31, extended columns) {
	t.Helper()
	for _, c := range cols {
		coeffs = append(coeffs, slices.Clone(c))
	}
	fft.InverseAll(s.e.threads, coeffs, s.e.trace)
	all, err := s.e.extendTables([][][]field.M31{cols}, true)
	if err != nil {
		t.Fatal(err)
	}
	return coeffs, all[0]
}
