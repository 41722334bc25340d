package air

import (
	"fmt"
	"testing"

	"github.com/orrery/orrery/field"
)

// lookups is a chip with n look-ups of sums of columns and constants.
func lookups(n int) func(b *Builder) {
	return func(b *Builder) {
		live := b.Col(3)
		for i := range n {
			x := b.Sum(b.Col(0).Scale(int64(i+2)), b.Col(1).Scale(int64(i*i)), b.Int(int64(i)))
			b.Receive(busOne, live, x)
		}
	}
}

// TestJoinedSum: whatever is joined, the columns add up to the messages, on random values
// with derived cells that follow from the others.
func TestJoinedSum(t *testing.T) {
	x := func(b *Builder, i int) Expr { return b.Col(Col(i % 3)).Scale(int64(i/3 + 1)).Plus(int64(i)) }
	mixed := func(b *Builder) {
		live := b.Col(3)
		b.Receive(busTwo, live, b.Col(0), b.Col(1))
		for i := range 5 {
			b.Receive(busOne, live, x(b, i))
			b.Receive(busTwo, live, b.Int(9), x(b, i+3))
			b.Receive(busTwo, live, b.Int(8), x(b, i+5))
			b.Receive(busTwo, live, x(b, i+1), b.Public(1))
			b.Send(busOne, live, x(b, i+7))
			b.Send(busOne, b.Col(1), x(b, i+2).Mul(b.Col(2)))
			b.Send(busOne, live.Mul(b.Col(0)), x(b, i))
			b.Send(busOne, b.Int(3), x(b, i+4))
			b.Send(busOne, live, b.Int(int64(i)))
		}
	}
	cases := map[string]func(*Builder){"mixed": mixed}
	for n := range 15 {
		cases[fmt.Sprint(n+1)] = lookups(n + 1)
	}
	for name, define := range cases {
		a := mustCompile(t, newTestChip(define))
		for seed := range uint64(3) {
			row := newRandomRow(a, seed)
			complete(a, row)
			v := Eval(a.Nodes, RingE{}, func(n Node) field.E { return row[leafKey{n.Op, n.Index}] }, nil)
			var sum field.E
			for _, q := range a.Quotients {
				sum = sum.Add(v[q.N].Mul(v[q.D].Inv()))
			}
			if sum != sumOfMessages(a, v, row) {
				t.Errorf("%s: the columns don't add up to the messages", name)
			}
			for _, k := range a.Constraints[a.Own:a.Base()] {
				if !v[k.Node].IsZero() {
					t.Errorf("%s: %q is not zero", name, k.Name)
				}
			}
		}
		for _, k := range a.Constraints {
			if a.Nodes[k.Node].Deg > MaxDegree {
				t.Errorf("%s: %q has degree %d", name, k.Name, a.Nodes[k.Node].Deg)
			}
		}
	}
}

// complete sets the derived cells of a row.
func complete(a *AIR, row map[leafKey]field.E) {
	own, pre, publics := make([]field.M31, len(a.Main)), make([]field.M31, len(a.Preprocessed)), make([]field.M31, a.Publics)
	for i := range own {
		own[i] = row[leafKey{OpMain, int32(i)}].C0.A
	}
	for i := range pre {
		pre[i] = row[leafKey{OpPre, int32(i)}].C0.A
	}
	for i := range publics {
		publics[i] = row[leafKey{OpPublic, int32(i)}].C0.A
	}
	for i, v := range a.Derive(own, pre, publics) {
		row[leafKey{OpMain, int32(i)}] = field.FromBase(v)
	}
}

// TestAttackDerivedCells: a derived cell of another value would move the roots of a joined
// denominator away from what is looked up. Each is pinned by a constraint over the base field,
// whatever the row, live or not.
func TestAttackDerivedCells(t *testing.T) {
	for n := 2; n <= 14; n++ {
		a := mustCompile(t, newTestChip(lookups(n)))
		row := newRandomRow(a, uint64(n))
		complete(a, row)
		value := func(n Node) field.E { return row[leafKey{n.Op, n.Index}] }
		for i := range a.Derived {
			key := leafKey{OpMain, int32(len(a.Main) + i)}
			right := row[key]
			row[key] = right.AddBase(1)
			v := Eval(a.Nodes, RingE{}, value, nil)
			if k := a.Constraints[a.Own+i]; v[k.Node].IsZero() {
				t.Errorf("%d look-ups: %q holds for a wrong value", n, k.Name)
			}
			row[key] = right
		}
	}
}

func TestJoinedCells(t *testing.T) {
	// Cells of 1 to 14 look-ups alone, four own columns not counted. A column holds six as two
	// threes with 2 derived columns each, and seven as a three and a four, which has 4.
	want := []int{6, 6, 7, 8, 9, 10, 12, 14, 16, 18, 19, 20, 22, 24}
	for n, w := range want {
		a := mustCompile(t, newTestChip(lookups(n+1)))
		if got := a.Cells() - len(a.Main); got != w {
			t.Errorf("%d look-ups: %d cells (%d derived, %d interaction columns), want %d", n+1, got, len(a.Derived), a.Interactions(), w)
		}
	}
}

// TestPlanIsBest compares the plan with all partitions of small sets.
func TestPlanIsBest(t *testing.T) {
	var best func(n, most int, f func(count, columns int))
	best = func(n, most int, f func(count, columns int)) {
		if n == 0 {
			f(0, 0)
		}
		for k := 1; k <= min(n, most); k++ {
			best(n-k, k, func(count, columns int) { f(count+1, columns+joinCost(k)) })
		}
	}
	for first := range 10 {
		for second := range 8 {
			for other := range 4 {
				var sets []sameLookups
				for _, n := range []int{first, second} {
					if n > 0 {
						sets = append(sets, sameLookups{messages: make([]int, n)})
					}
				}
				count, cols := other, 0
				for i, sizes := range plan(sets, other) {
					sum := 0
					for _, n := range sizes {
						sum += n
					}
					if sum != len(sets[i].messages) {
						t.Fatalf("%d and %d look-ups: %v", first, second, sizes)
					}
					count, cols = count+len(sizes), cols+columns(sizes)
				}
				got, least := 6*((count+1)/2)+cols, 1<<30
				best(first, maxJoin, func(n, c int) {
					best(second, maxJoin, func(m, d int) { least = min(least, 6*((other+n+m+1)/2)+c+d) })
				})
				if got != least {
					t.Errorf("%d and %d look-ups, %d others: %d cells, want %d", first, second, other, got, least)
				}
			}
		}
	}
}
