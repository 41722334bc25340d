package prover

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/proof"
)

// TestInteractionColumns checks all constraints of a table on every row of the trace
// domain, the last row with the first one behind it, and the sum of the fractions.
func TestInteractionColumns(t *testing.T) {
	for _, threads := range []int{1, 3} {
		for chip, a := range toyMachine(t).AIRs {
			for _, log := range []int{7, 8, 10} {
				t.Run(fmt.Sprint(a.Name, " ", log, " threads ", threads), func(t *testing.T) {
					s := newToyTables(t, 1, threads, uint64(log), proof.Instance{Chip: uint8(chip), LogHeight: uint8(log)})
					cols, sum, err := s.e.interact(&s.e.layout.Tables[0], s.main[0], s.pre[0], s.scalars)
					if err != nil {
						t.Fatal(err)
					}
					if len(cols) != field.Degree*a.Interactions() {
						t.Fatalf("%d columns for %d interactions", len(cols), a.Interactions())
					}
					s.checkRows(t, a, cols, sum, log)
				})
			}
		}
	}
}

// checkRows evaluates all constraints on all rows.
func (s *toyTables) checkRows(t *testing.T, a *air.AIR, cols [][]field.M31, sum field.E, log int) {
	t.Helper()
	height := 1 << log
	inter := func(i, r int) field.E {
		var c [field.Degree]field.M31
		for k := range c {
			c[k] = cols[field.Degree*i+k][r]
		}
		return field.FromCoords(c)
	}
	share := sum.MulBase(field.New(uint64(height)).Inv())
	var total field.E
	var v []field.E
	visited := make([]bool, height)
	r := 0 // storage index; the walk along the trace domain visits all rows
	for range height {
		if visited[r] {
			t.Fatalf("row %d comes twice", r)
		}
		visited[r] = true
		next := circle.NextIndex(r, log)
		v = air.Eval(a.Nodes, air.RingE{}, func(n air.Node) field.E {
			switch n.Op {
			case air.OpMain:
				return field.FromBase(s.main[0][n.Index][r])
			case air.OpPre:
				return field.FromBase(s.pre[0][n.Index][r])
			case air.OpPublic:
				return field.FromBase(s.scalars.Publics[n.Index])
			case air.OpInter:
				return inter(int(n.Index), r)
			case air.OpInterNext:
				return inter(int(n.Index), next)
			case air.OpAlpha:
				return s.scalars.Alpha
			case air.OpBeta:
				return s.scalars.Betas[n.Index]
			default:
				return share
			}
		}, v)
		for _, k := range a.Constraints {
			if !v[k.Node].IsZero() {
				t.Fatalf("row %d: %q is %v", r, k.Name, v[k.Node])
			}
		}
		for _, m := range a.Messages {
			d := s.scalars.Alpha.SubBase(field.M31(m.Bus.ID))
			for k, x := range m.Tuple {
				d = d.Sub(s.scalars.Betas[k+1].Mul(v[x]))
			}
			total = total.Add(v[m.Mult].Mul(d.Inv()))
		}
		r = next
	}
	if total != sum {
		t.Errorf("the fractions add up to %v, not %v", total, sum)
	}
}

// The columns don't depend on the number of threads.
func TestInteractionThreads(t *testing.T) {
	var first [][]field.M31
	for _, threads := range []int{1, 2, 5} {
		s := newToyTables(t, 1, threads, 3, proof.Instance{Chip: 1, LogHeight: 11})
		cols, _, err := s.e.interact(&s.e.layout.Tables[0], s.main[0], s.pre[0], s.scalars)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = cols
		}
		for k := range cols {
			if !slices.Equal(cols[k], first[k]) {
				t.Fatalf("%d threads: column %d differs", threads, k)
			}
		}
	}
}

func TestInteractionErrors(t *testing.T) {
	s := newToyTables(t, 1, 2, 4, proof.Instance{Chip: 0, LogHeight: 8})
	table := &s.e.layout.Tables[0]
	// alpha is the fingerprint of the second message of a row.
	scalars := s.scalars
	scalars.Alpha = s.scalars.Betas[1].MulBase(s.main[0][2][99]).AddBase(field.M31(toySingle.ID))
	if _, _, err := s.e.interact(table, s.main[0], s.pre[0], scalars); !errors.Is(err, errDenominator) {
		t.Errorf("denominator zero: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s.e.ctx = ctx
	if _, _, err := s.e.interact(table, s.main[0], s.pre[0], s.scalars); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
