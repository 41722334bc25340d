package vm

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

var opNames = map[air.Op]string{
	air.OpConst: "const", air.OpMain: "main", air.OpPre: "pre", air.OpPublic: "public", air.OpInter: "inter",
	air.OpInterNext: "next", air.OpAlpha: "alpha", air.OpBeta: "beta", air.OpShare: "share",
	air.OpAdd: "add", air.OpSub: "sub", air.OpMul: "mul",
}

// listing writes a DAG down for failures.
func listing(nodes []air.Node, roots []air.NodeID) string {
	var s strings.Builder
	for i, n := range nodes {
		fmt.Fprintf(&s, "%d: %s ", i, opNames[n.Op])
		switch {
		case n.Op == air.OpConst:
			fmt.Fprintln(&s, n.Value)
		case n.Leaf():
			fmt.Fprintln(&s, n.Index)
		default:
			fmt.Fprintln(&s, n.A, n.B)
		}
	}
	fmt.Fprintln(&s, "roots", roots)
	return s.String()
}

// TestOperands tries each operation on each pair of kinds of operands, as a root and as
// the operand of another operation.
func TestOperands(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := randomColumns(rng, numMain, numPre, numInter, 7)
	s := randomScalars(rng, numPublics, numBetas)
	kinds := []func(d *dag) air.NodeID{
		func(d *dag) air.NodeID {
			id := d.leaf(air.OpConst, 0)
			d.nodes[id].Value = 5
			return id
		},
		func(d *dag) air.NodeID { return d.leaf(air.OpMain, 1) },
		func(d *dag) air.NodeID { return d.leaf(air.OpPre, 1) },
		func(d *dag) air.NodeID { return d.leaf(air.OpPublic, 2) },
		func(d *dag) air.NodeID { return d.leaf(air.OpInter, 0) },
		func(d *dag) air.NodeID { return d.leaf(air.OpInter, numInter-1) },
		func(d *dag) air.NodeID { return d.leaf(air.OpInterNext, numInter-1) },
		func(d *dag) air.NodeID { return d.leaf(air.OpAlpha, 0) },
		func(d *dag) air.NodeID { return d.leaf(air.OpBeta, 2) },
		func(d *dag) air.NodeID { return d.leaf(air.OpShare, 0) },
		// a register over the base field, one over E, scalars made of scalars, a product
		func(d *dag) air.NodeID { return d.op(air.OpMul, d.leaf(air.OpMain, 0), d.leaf(air.OpMain, 2)) },
		func(d *dag) air.NodeID { return d.op(air.OpMul, d.leaf(air.OpInter, 1), d.leaf(air.OpMain, 2)) },
		func(d *dag) air.NodeID { return d.op(air.OpSub, d.leaf(air.OpPublic, 0), d.leaf(air.OpPublic, 1)) },
		func(d *dag) air.NodeID { return d.op(air.OpSub, d.leaf(air.OpPublic, 0), d.leaf(air.OpAlpha, 0)) },
		func(d *dag) air.NodeID { return d.op(air.OpMul, d.leaf(air.OpBeta, 1), d.leaf(air.OpShare, 0)) },
		func(d *dag) air.NodeID { return d.op(air.OpMul, d.leaf(air.OpBeta, 1), d.leaf(air.OpMain, 3)) },
	}
	for _, op := range []air.Op{air.OpAdd, air.OpSub, air.OpMul} {
		for _, x := range kinds {
			for _, y := range kinds {
				d := &dag{}
				a := x(d)
				b := y(d)
				r := d.op(op, a, b)
				checkProgram(t, d.nodes, []air.NodeID{r}, s, c, 0, 7)
				checkProgram(t, d.nodes, []air.NodeID{b, r, a, r}, s, c, 2, 5)
				other := d.op(air.OpMul, d.leaf(air.OpMain, 3), d.leaf(air.OpMain, 4))
				for _, again := range []air.NodeID{d.op(op, r, other), d.op(op, other, r), d.op(op, r, r), d.op(op, r, a), d.op(op, b, r)} {
					checkProgram(t, d.nodes, []air.NodeID{again}, s, c, 0, 7)
					checkProgram(t, d.nodes, []air.NodeID{again, r, a}, s, c, 0, 7)
				}
			}
		}
		for _, x := range kinds {
			d := &dag{}
			a := x(d)
			r := d.op(op, a, a)
			checkProgram(t, d.nodes, []air.NodeID{r, d.op(op, r, r)}, s, c, 0, 7)
		}
	}
	for _, x := range kinds {
		d := &dag{}
		a := x(d)
		checkProgram(t, d.nodes, []air.NodeID{a}, s, c, 1, 7)
		checkProgram(t, d.nodes, []air.NodeID{a, a}, s, c, 1, 7)
	}
}

// What no output depends on is neither computed nor needed.
func TestDeadNodes(t *testing.T) {
	d := &dag{}
	x := d.leaf(air.OpMain, 0)
	d.op(air.OpMul, d.leaf(air.OpMain, 77), d.leaf(air.OpInterNext, 5))
	d.op(air.OpMul, d.leaf(air.OpPublic, 77), d.leaf(air.OpBeta, 77))
	p := compile(d.nodes, []air.NodeID{d.op(air.OpAdd, x, x)}, 0)
	if len(p.code) != 2 || p.bases != 1 || p.exts != 0 || p.usesNext {
		t.Errorf("%+v", p)
	}
	c := &Columns{Main: [][]field.M31{{3, 4, 5}}}
	got := run(t, p, NewMachine(), Scalars{}, c, 0, 3, func(int) bool { return false })
	for r, want := range []field.M31{6, 8, 10} {
		if got[0][r] != field.FromBase(want) {
			t.Errorf("row %d: %v", r, got[0][r])
		}
	}
}

// A machine can be used for block after block; what the block before left doesn't count.
func TestMachineAgain(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	c := randomColumns(rng, numMain, numPre, numInter, 2*BlockRows)
	s := randomScalars(rng, numPublics, numBetas)
	d := &dag{src: rng}
	roots := d.grow(60)
	p := compile(d.nodes, roots, numInter)
	m := NewMachine()
	ext := func(i int) bool { return d.nodes[roots[i]].Ext }
	first := run(t, p, m, s, c, 0, 2*BlockRows, ext)
	for _, rows := range [][2]int{{100, 101}, {0, BlockRows}, {3, 2*BlockRows - 1}} {
		again := run(t, p, m, s, c, rows[0], rows[1], ext)
		for i := range again {
			for r, v := range again[i] {
				if v != first[i][rows[0]+r] {
					t.Fatalf("rows %v, output %d, row %d differ", rows, i, r)
				}
			}
		}
	}
	// A machine that has run a program with fewer registers grows.
	other := NewMachine()
	run(t, compile(d.nodes, roots[:1], numInter), other, s, c, 0, BlockRows, ext)
	for i, out := range run(t, p, other, s, c, 0, BlockRows, ext) {
		for r, v := range out {
			if v != first[i][r] {
				t.Fatalf("another machine: output %d, row %d differ", i, r)
			}
		}
	}
}

// Registers are given back: a long sum needs few.
func TestRegisters(t *testing.T) {
	d := &dag{}
	base := d.op(air.OpMul, d.leaf(air.OpMain, 0), d.leaf(air.OpMain, 1))
	ext := d.op(air.OpMul, d.leaf(air.OpInter, 0), d.leaf(air.OpMain, 1))
	for i := range 50 {
		base = d.op(air.OpAdd, d.op(air.OpMul, d.leaf(air.OpMain, i%numMain), base), d.leaf(air.OpPre, 0))
		ext = d.op(air.OpAdd, d.op(air.OpMul, d.leaf(air.OpInter, i%numInter), ext), d.leaf(air.OpInter, 0))
		ext = d.op(air.OpSub, ext, d.op(air.OpMul, d.leaf(air.OpBeta, i%numBetas), d.leaf(air.OpMain, 2)))
	}
	p := compile(d.nodes, []air.NodeID{base, ext}, numInter)
	if p.bases > 1 || p.exts > 2 {
		t.Errorf("%d registers over the base field, %d over E", p.bases, p.exts)
	}
}

// TestMachineChips compares the three programs of each chip of the machine with air.Eval
// on random rows.
func TestMachineChips(t *testing.T) {
	machine, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	const rows = BlockRows + 9
	for _, a := range machine.AIRs {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(11, uint64(len(a.Nodes))))
			c := randomColumns(rng, a.Width(), len(a.Preprocessed), a.Interactions(), rows)
			s := randomScalars(rng, a.Publics, a.MaxArity())
			constraints, fractions, messages := CompileConstraints(a), CompileFractions(a), CompileMessages(a, a.Messages)
			k := run(t, constraints, NewMachine(), s, c, 0, rows, func(i int) bool { return i >= a.Base() })
			f := run(t, fractions, NewMachine(), s, c, 0, rows, func(i int) bool {
				return i%2 == 0 || a.Nodes[a.Quotients[i/2].N].Ext
			})
			// Neither interaction columns nor challenges are there for messages.
			bare := &Columns{Main: c.Main, Pre: c.Pre}
			m := run(t, messages, NewMachine(), Scalars{Publics: s.Publics}, bare, 0, rows, func(int) bool { return false })
			if len(k) != len(a.Constraints) || len(f) != 2*len(a.Quotients) {
				t.Fatalf("%d constraints, %d fractions", len(k), len(f))
			}
			var v []field.E
			for r := 0; r < rows; r += 1 + rng.IntN(7) {
				v = reference(a.Nodes, s, c, r, v)
				for i, x := range a.Constraints {
					if k[i][r] != v[x.Node] {
						t.Fatalf("row %d: constraint %q differs", r, x.Name)
					}
				}
				for i, q := range a.Quotients {
					if f[2*i][r] != v[q.D] || f[2*i+1][r] != v[q.N] {
						t.Fatalf("row %d: fraction %d differs", r, i)
					}
				}
				at := 0
				for i, x := range a.Messages {
					for _, id := range append([]air.NodeID{x.Mult}, x.Tuple...) {
						if m[at][r] != v[id] {
							t.Fatalf("row %d: message %d differs", r, i)
						}
						at++
					}
				}
			}
		})
	}
}

func benchmark(b *testing.B, chip air.Chip, compile func(*air.AIR) *Program) {
	a, err := air.Compile(chip, rv32im.NumPublics)
	if err != nil {
		b.Fatal(err)
	}
	const rows = 1 << 13
	rng := rand.New(rand.NewPCG(1, 2))
	c := randomColumns(rng, a.Width(), len(a.Preprocessed), a.Interactions(), rows)
	p := compile(a)
	bound := p.Bind(randomScalars(rng, a.Publics, a.MaxArity()))
	m := NewMachine()
	b.ResetTimer()
	for range b.N {
		for lo := 0; lo < rows; lo += BlockRows {
			m.Run(bound, c, lo, lo+BlockRows, func(int, Output) {})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
	b.ReportMetric(float64(p.exts), "registers-E")
	b.ReportMetric(float64(p.bases), "registers-M31")
}

func BenchmarkAddConstraints(b *testing.B) { benchmark(b, rv32im.NewAdd(false), CompileConstraints) }
func BenchmarkAddFractions(b *testing.B)   { benchmark(b, rv32im.NewAdd(false), CompileFractions) }
func BenchmarkPoseidon2Constraints(b *testing.B) {
	benchmark(b, rv32im.NewPoseidon2(), CompileConstraints)
}
func BenchmarkPoseidon2Fractions(b *testing.B) {
	benchmark(b, rv32im.NewPoseidon2(), CompileFractions)
}
