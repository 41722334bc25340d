package prover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// composed is a composition polynomial with all that it is made of.
type composed struct {
	*toyTables
	mainCols, preCols, interCols []columns

	mainCoeffs, preCoeffs, interCoeffs [][][]field.M31

	shares []vm.Scalars
	lambda field.E
	coeffs [][]field.M31
}

func (s *toyTables) compose(t testing.TB) *composed {
	t.Helper()
	c := &composed{toyTables: s, lambda: s.randomE()}
	for i := range s.e.layout.Tables {
		table := &s.e.layout.Tables[i]
		inter, sum, err := s.e.interact(table, s.main[i], s.pre[i], s.scalars)
		if err != nil {
			t.Fatal(err)
		}
		share := s.scalars
		share.Share = sum.MulBase(field.New(1 << table.LogHeight).Inv())
		c.shares = append(c.shares, share)
		for _, x := range []struct {
			values [][]field.M31
			coeffs *[][][]field.M31
			cols   *[]columns
		}{{s.main[i], &c.mainCoeffs, &c.mainCols}, {s.pre[i], &c.preCoeffs, &c.preCols}, {inter, &c.interCoeffs, &c.interCols}} {
			coeffs, cols := s.extended(t, x.values)
			*x.coeffs, *x.cols = append(*x.coeffs, coeffs), append(*x.cols, cols)
		}
	}
	var err error
	if c.coeffs, err = s.e.compose(c.preCols, c.mainCols, c.interCols, c.shares, c.lambda); err != nil {
		t.Fatal(err)
	}
	return c
}

// extensionAt evaluates six coordinate polynomials.
func extensionAt(coeffs [][]field.M31, z circle.PointE) (x field.E) {
	for k, c := range coeffs[:field.Degree] {
		x = x.Add(fft.EvalAt(c, z).Mul(field.Basis(k)))
	}
	return x
}

// direct is the random combination of all constraints at z by definition: each table's
// polynomials at the point lifted down to its height.
func (c *composed) direct(z circle.PointE) (total field.E) {
	power := field.One()
	for i := range c.e.layout.Tables {
		table := &c.e.layout.Tables[i]
		at := z.DoubleN(c.e.layout.LogHeight - table.LogHeight)
		next := at.AddBase(circle.Generator(table.LogHeight))
		v := air.Eval(table.AIR.Nodes, air.RingE{}, func(n air.Node) field.E {
			switch n.Op {
			case air.OpMain:
				return fft.EvalAt(c.mainCoeffs[i][n.Index], at)
			case air.OpPre:
				return fft.EvalAt(c.preCoeffs[i][n.Index], at)
			case air.OpPublic:
				return field.FromBase(c.scalars.Publics[n.Index])
			case air.OpInter:
				return extensionAt(c.interCoeffs[i][field.Degree*int(n.Index):], at)
			case air.OpInterNext:
				return extensionAt(c.interCoeffs[i][field.Degree*int(n.Index):], next)
			case air.OpAlpha:
				return c.scalars.Alpha
			case air.OpBeta:
				return c.scalars.Betas[n.Index]
			default:
				return c.shares[i].Share
			}
		}, nil)
		for _, k := range table.AIR.Constraints {
			total = total.Add(power.Mul(v[k.Node]))
			power = power.Mul(c.lambda)
		}
	}
	return total
}

// quotientAt is the composition polynomial at z, times the vanishing polynomial.
func (c *composed) quotientAt(z circle.PointE) field.E {
	v := circle.VanishingE(c.e.layout.LogHeight, z.X)
	lo, hi := extensionAt(c.coeffs, z), extensionAt(c.coeffs[field.Degree:], z)
	return lo.Add(hi.Mul(v)).Mul(v)
}

func (c *composed) randomPoint(t testing.TB) circle.PointE {
	z, err := circle.FromParam(c.randomE())
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func instance(chip, log uint8) proof.Instance { return proof.Instance{Chip: chip, LogHeight: log} }

// TestComposition compares the composition polynomial with its definition at random
// points: one table, several heights, every blow-up.
func TestComposition(t *testing.T) {
	for _, logBlowup := range []int{1, 2, 4} {
		for name, instances := range map[string][]proof.Instance{
			"one table":           {instance(1, 7)},
			"one fraction":        {instance(2, 8)},
			"no fraction":         {instance(3, 7)},
			"equal heights":       {instance(0, 7), instance(1, 7), instance(3, 7)},
			"two heights":         {instance(0, 8), instance(0, 7), instance(2, 8)},
			"gap between heights": {instance(0, 7), instance(1, 10)},
			"the lowest is alone": {instance(1, 9), instance(2, 9), instance(3, 7)},
			"all":                 {instance(0, 9), instance(0, 8), instance(0, 7), instance(1, 8), instance(2, 7), instance(3, 9)},
		} {
			t.Run(fmt.Sprint(name, " blow-up ", 1<<logBlowup), func(t *testing.T) {
				s := newToyTables(t, logBlowup, 2, 5, instances...)
				c := s.compose(t)
				for k, col := range c.coeffs {
					if len(col) != 1<<s.e.layout.LogHeight {
						t.Fatalf("column %d has %d coefficients", k, len(col))
					}
				}
				for range 3 {
					if z := c.randomPoint(t); c.quotientAt(z) != c.direct(z) {
						t.Fatal("the composition differs from its definition")
					}
				}
			})
		}
	}
}

// A witness that violates one constraint on one row has no quotient of this degree.
func TestCompositionOfWrongWitness(t *testing.T) {
	for _, cell := range []struct{ table, column, row int }{{0, 2, 0}, {0, 3, 100}, {1, 4, 127}, {1, 5, 64}} {
		s := newToyTables(t, 1, 2, 6, instance(0, 8), instance(1, 7))
		col := s.main[cell.table][cell.column]
		col[cell.row] = col[cell.row].Add(7)
		c := s.compose(t)
		if z := c.randomPoint(t); c.quotientAt(z) == c.direct(z) {
			t.Errorf("cell %v: the division comes out even", cell)
		}
	}
	// So has a running sum with a wrong share.
	s := newToyTables(t, 1, 2, 6, instance(0, 8), instance(1, 7))
	c := s.compose(t)
	c.shares[1].Share = c.shares[1].Share.AddBase(1)
	var err error
	if c.coeffs, err = s.e.compose(c.preCols, c.mainCols, c.interCols, c.shares, c.lambda); err != nil {
		t.Fatal(err)
	}
	if z := c.randomPoint(t); c.quotientAt(z) == c.direct(z) {
		t.Error("the division comes out even with a wrong share")
	}
}

// The blow-up and the number of threads don't change the composition.
func TestCompositionIsUnique(t *testing.T) {
	var first [][]field.M31
	for _, c := range []struct{ logBlowup, threads int }{{1, 1}, {1, 3}, {2, 2}, {4, 5}} {
		got := newToyTables(t, c.logBlowup, c.threads, 7, instance(0, 9), instance(1, 8), instance(2, 7)).compose(t).coeffs
		if first == nil {
			first = got
		}
		for k := range got {
			if !slices.Equal(got[k], first[k]) {
				t.Fatalf("blow-up %d, %d threads: column %d differs", 1<<c.logBlowup, c.threads, k)
			}
		}
	}
}

func TestCompositionCancelled(t *testing.T) {
	c := newToyTables(t, 1, 2, 8, instance(0, 7)).compose(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c.e.ctx = ctx
	if _, err := c.e.compose(c.preCols, c.mainCols, c.interCols, c.shares, c.lambda); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDivide(t *testing.T) {
	for _, logBlowup := range []int{1, 2, 4} {
		for log := 2; log <= 12; log++ {
			s := newToyTables(t, 1, 1, uint64(log), instance(3, 7))
			e := &engine{layout: &verifier.Layout{LogHeight: log}, params: soundness.Params{LogBlowup: logBlowup}}
			domain := circle.ConstraintDomain(log, logBlowup)
			acc, want := vec.MakePlanes(domain.Size()), vec.MakePlanes(domain.Size())
			for i := range domain.Size() {
				x := s.randomE()
				vec.Set(&want, i, x)
				vec.Set(&acc, i, x.MulBase(circle.Vanishing(log, domain.At(i).X)))
			}
			e.divide(acc)
			for k := range acc {
				if !slices.Equal(acc[k], want[k]) {
					t.Fatalf("log %d, blow-up %d: plane %d differs", log, 1<<logBlowup, k)
				}
			}
		}
	}
}

func TestLift(t *testing.T) {
	for _, logBlowup := range []int{1, 2, 4} {
		for log := 3; log <= 9; log++ {
			s := newToyTables(t, 1, 1, uint64(log), instance(3, 7))
			small, large := circle.ConstraintDomain(log-1, logBlowup), circle.ConstraintDomain(log, logBlowup)
			values := make(map[circle.Point]field.E)
			acc := vec.MakePlanes(small.Size())
			for i := range small.Size() {
				x := s.randomE()
				values[small.At(i)] = x
				vec.Set(&acc, i, x)
			}
			lifted := s.e.lift(acc, log)
			for i := range large.Size() {
				want, ok := values[large.At(i).Double()]
				if !ok || vec.At(&lifted, i) != want {
					t.Fatalf("log %d, blow-up %d, point %d", log, 1<<logBlowup, i)
				}
			}
		}
	}
	zero := (&engine{threads: 2}).lift(vec.Planes{}, 4)
	for k := range zero {
		if len(zero[k]) != 32 || slices.Max(zero[k]) != 0 {
			t.Error("no zeros from nothing")
		}
	}
}

// The next row is one step of the domain away.
func TestNextRows(t *testing.T) {
	for _, log := range []int{1, 2, 3, 7, 10, 11, 13} {
		next := (&engine{threads: 3}).nextRows(log)
		for i, want := range circle.ConstraintDomain(log, 1).NextByStep() {
			if got := int(next[i>>log][i&(1<<log-1)]) + i>>log<<log; got != int(want) {
				t.Errorf("log %d: after %d comes %d, not %d", log, i, got, want)
			}
		}
	}
}

// The constraint domain is a part of the committed domain.
func TestHalf(t *testing.T) {
	for _, logBlowup := range []int{1, 2, 4} {
		for log := 2; log <= 7; log++ {
			committed, constraint := circle.Canonic(log+logBlowup), circle.ConstraintDomain(log, logBlowup)
			col := make([]field.M31, committed.Size())
			for i := range col {
				col[i] = field.M31(i)
			}
			for which := range 2 {
				for i, at := range half([][]field.M31{col}, 1<<log, which)[0] {
					if committed.At(int(at)) != constraint.At(which<<log+i) {
						t.Fatalf("log %d, blow-up %d, half %d, point %d", log, 1<<logBlowup, which, i)
					}
				}
			}
		}
	}
}
