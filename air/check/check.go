// Package check evaluates compiled chips on concrete rows, one at a time and without
// challenges: the row checker names the constraint that a wrong witness violates, and the
// bus balance names the tuples that don't cancel. It is slow and meant for tests and for
// explaining failures.
package check

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

// ErrConstraint says that a row violates a constraint.
var ErrConstraint = errors.New("check: constraint violated")

// ErrBalance says that messages don't cancel.
var ErrBalance = errors.New("check: bus out of balance")

// Table is a chip with the content of its columns.
type Table struct {
	AIR  *air.AIR
	Main [][]field.M31 // by column, then row
	Pre  [][]field.M31
}

// Height is the number of rows.
func (t Table) Height() int { return len(t.Main[0]) }

// Row gives the cells of row r.
func (t Table) Row(r int) (main, pre []field.M31) {
	main = make([]field.M31, len(t.Main))
	for i, c := range t.Main {
		main[i] = c[r]
	}
	pre = make([]field.M31, len(t.Pre))
	for i, c := range t.Pre {
		pre[i] = c[r]
	}
	return main, pre
}

// Message is a message of one row, with its values.
type Message struct {
	Bus   air.Bus
	Mult  field.M31
	Tuple []field.M31
}

// complete adds the derived cells to a row that has none.
func complete(a *air.AIR, main, pre, publics []field.M31) []field.M31 {
	if len(main) < a.Width() {
		return a.Derive(main, pre, publics)
	}
	return main
}

func eval(a *air.AIR, main, pre, publics []field.M31) []field.M31 {
	return air.Eval(a.Nodes, air.RingM31{}, func(n air.Node) field.M31 {
		switch n.Op {
		case air.OpMain:
			return main[n.Index]
		case air.OpPre:
			return pre[n.Index]
		case air.OpPublic:
			return publics[n.Index]
		}
		return 0 // leaves over E don't reach the nodes that are read here
	}, nil)
}

// Row checks the constraints over the base field on one row. A row without derived cells is
// given the right ones. The error names the constraint, its value, and the cells that occur in
// it.
func Row(a *air.AIR, main, pre, publics []field.M31) error {
	main = complete(a, main, pre, publics)
	v := eval(a, main, pre, publics)
	for _, k := range a.Constraints[:a.Base()] {
		if v[k.Node] != 0 {
			return fmt.Errorf("%w: chip %s: %q is %d; %s", ErrConstraint, a.Name, k.Name, v[k.Node], cells(a, k.Node, main, pre))
		}
	}
	return nil
}

// cells lists the cells below a node: main ones in the order of the columns, then
// preprocessed ones.
func cells(a *air.AIR, root air.NodeID, main, pre []field.M31) string {
	seen := make(map[air.NodeID]bool)
	var inMain, inPre []int
	var walk func(air.NodeID)
	walk = func(id air.NodeID) {
		if seen[id] {
			return
		}
		seen[id] = true
		switch n := a.Nodes[id]; {
		case n.Op == air.OpMain:
			inMain = append(inMain, int(n.Index))
		case n.Op == air.OpPre:
			inPre = append(inPre, int(n.Index))
		case !n.Leaf():
			walk(n.A)
			walk(n.B)
		}
	}
	walk(root)
	sort.Ints(inMain)
	sort.Ints(inPre)
	var list []string
	for _, c := range inMain {
		list = append(list, fmt.Sprintf("%s = %d", a.MainName(c), main[c]))
	}
	for _, c := range inPre {
		list = append(list, fmt.Sprintf("%s = %d", a.Preprocessed[c].Name, pre[c]))
	}
	return strings.Join(list, ", ")
}

// Messages lists the messages of one row whose multiplicity isn't zero.
func Messages(a *air.AIR, main, pre, publics []field.M31) []Message {
	v := eval(a, complete(a, main, pre, publics), pre, publics)
	var out []Message
	for _, m := range a.Messages {
		if v[m.Mult] == 0 {
			continue
		}
		tuple := make([]field.M31, len(m.Tuple))
		for i, t := range m.Tuple {
			tuple[i] = v[t]
		}
		out = append(out, Message{Bus: m.Bus, Mult: v[m.Mult], Tuple: tuple})
	}
	return out
}

// Tables checks every row of every table and the balance of all buses, with extra
// messages from outside the tables. It reports up to ten failures.
func Tables(tables []Table, publics []field.M31, extra []Message) error {
	var errs []error
	balance := NewBalance()
	for _, m := range extra {
		balance.Add(m, "outside")
	}
	for i, t := range tables {
		for r := range t.Height() {
			main, pre := t.Row(r)
			if err := Row(t.AIR, main, pre, publics); err != nil {
				errs = append(errs, fmt.Errorf("table %d, row %d: %w", i, r, err))
				if len(errs) >= 10 {
					return errors.Join(errs...)
				}
			}
			for _, m := range Messages(t.AIR, main, pre, publics) {
				balance.Add(m, fmt.Sprintf("%s row %d", t.AIR.Name, r))
			}
		}
	}
	if err := balance.Err(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Balance sums multiplicities by bus and tuple. Buses are told apart by their IDs, as in
// proofs.
type Balance struct{ sums map[string]*sum }

// sum is what is left of the messages with one tuple.
type sum struct {
	tuple   string
	mult    field.M31
	origins string
}

// NewBalance is an empty balance.
func NewBalance() *Balance { return &Balance{sums: make(map[string]*sum)} }

// Add counts a message; origin is kept for the error text.
func (s *Balance) Add(m Message, origin string) {
	key := fmt.Sprint(m.Bus.ID, m.Tuple)
	x := s.sums[key]
	if x == nil {
		x = &sum{tuple: fmt.Sprintf("%s%v", m.Bus.Name, m.Tuple)}
		s.sums[key] = x
	}
	x.mult = x.mult.Add(m.Mult)
	if x.mult == 0 {
		delete(s.sums, key)
		return
	}
	if len(x.origins) < 200 {
		x.origins += " [" + origin + "]"
	}
}

// Err names up to ten tuples that don't cancel, in a fixed order.
func (s *Balance) Err() error {
	if len(s.sums) == 0 {
		return nil
	}
	keys := make([]string, 0, len(s.sums))
	for k := range s.sums {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var text strings.Builder
	for _, k := range keys[:min(len(keys), 10)] {
		x := s.sums[k]
		fmt.Fprintf(&text, "\n  %s, multiplicity %d, from%s", x.tuple, x.mult, x.origins)
	}
	return fmt.Errorf("%w: %d tuples:%s", ErrBalance, len(keys), text.String())
}
