package trace

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
)

// keyElements is the number of elements of a message, from the first one on, that say which
// entry of the bus's table is taken; the others are a function of them. It is 0 for a bus
// whose multiplicities aren't counted.
func keyElements(bus air.Bus) int {
	switch bus.ID {
	case rv32im.Range16.ID, rv32im.Shift.ID, rv32im.Program.ID:
		return 1
	case rv32im.RangeSmall.ID, rv32im.Region.ID:
		return 2
	case rv32im.Bytes.ID:
		return 3
	case rv32im.Hash.ID:
		return hashKey
	}
	return 0
}

// lookups are the messages of a chip on the buses that are counted, as they follow from
// the compiled chip.
type lookups struct {
	messages []lookup
	mults    []source // the different multiplicities
	bound    *vm.Bound
	outputs  int           // of the program
	fixed    [][]field.M31 // of constants, blockRows of each
	derived  *vm.Bound     // values of the derived columns
	own      int           // columns before these
	sources  map[air.NodeID]source
}

// lookup is one message.
type lookup struct {
	bus  air.Bus
	mult int // number among the multiplicities
	keys []source
}

// source is where the values of a node are found: in a column, among the outputs of the
// program, or among the constants.
type source struct {
	kind  sourceKind
	index int
}

type sourceKind uint8

const (
	fromMain sourceKind = iota
	fromPre
	fromOutput
	fromFixed
)

// newLookups compiles the look-ups of a chip.
func newLookups(a *air.AIR, publics []field.M31) *lookups {
	l := &lookups{sources: make(map[air.NodeID]source), own: len(a.Main)}
	if len(a.Derived) > 0 {
		l.derived = vm.CompileDerived(a).Bind(vm.Scalars{Publics: publics})
	}
	mults := make(map[air.NodeID]int)
	var outputs []air.NodeID
	for _, m := range a.Messages {
		n := keyElements(m.Bus)
		if n == 0 {
			continue
		}
		if _, ok := mults[m.Mult]; !ok {
			mults[m.Mult] = len(l.mults)
			l.mults = append(l.mults, l.source(a, m.Mult, &outputs))
		}
		u := lookup{bus: m.Bus, mult: mults[m.Mult]}
		for _, id := range m.Tuple[:n] {
			u.keys = append(u.keys, l.source(a, id, &outputs))
		}
		l.messages = append(l.messages, u)
	}
	l.outputs = len(outputs)
	if l.outputs > 0 {
		// A message that is nothing but tuple is a list of nodes to evaluate.
		values := air.Message{Mult: outputs[0], Tuple: outputs[1:]}
		l.bound = vm.CompileMessages(a, []air.Message{values}).Bind(vm.Scalars{Publics: publics})
	}
	return l
}

// source finds a place for the node; new outputs are appended to the list.
func (l *lookups) source(a *air.AIR, id air.NodeID, outputs *[]air.NodeID) source {
	if s, ok := l.sources[id]; ok {
		return s
	}
	var s source
	switch n := a.Nodes[id]; n.Op {
	case air.OpMain:
		s = source{fromMain, int(n.Index)}
	case air.OpPre:
		s = source{fromPre, int(n.Index)}
	case air.OpConst:
		s = source{fromFixed, len(l.fixed)}
		column := make([]field.M31, blockRows)
		for i := range column {
			column[i] = n.Value
		}
		l.fixed = append(l.fixed, column)
	default:
		s = source{fromOutput, len(*outputs)}
		*outputs = append(*outputs, id)
	}
	l.sources[id] = s
	return s
}

// compileLookups compiles those of the chips that have tasks to come.
func (b *builder) compileLookups() {
	var list []int
	for _, s := range b.sheets {
		if b.lookups[s.chip] == nil && b.m.FixedLogHeight(s.chip) < 0 {
			b.lookups[s.chip] = new(lookups)
			list = append(list, s.chip)
		}
	}
	par.For(b.threads, len(list), func(i int) {
		b.lookups[list[i]] = newLookups(b.m.AIRs[list[i]], b.publics)
	})
}

// taker counts the look-ups of a chip's rows, and fills its derived columns, on one thread.
type taker struct {
	*lookups
	machine *vm.Machine
	out     [][]field.M31 // outputs of the program
	taken   [][]uint32    // by multiplicity: how often each row takes
	any     []bool        // whether any row does
	once    []bool        // whether each row takes once
	keys    [hashKey][]field.M31
}

// newTaker makes the taker of a chip, to run on a machine that others may use between its calls.
func newTaker(l *lookups, machine *vm.Machine) *taker {
	t := &taker{lookups: l, machine: machine, taken: make([][]uint32, len(l.mults)), any: make([]bool, len(l.mults)), once: make([]bool, len(l.mults)), out: make([][]field.M31, l.outputs)}
	for i := range t.taken {
		t.taken[i] = make([]uint32, blockRows)
	}
	for i := range t.out {
		t.out[i] = make([]field.M31, blockRows)
	}
	return t
}

// derive fills the derived columns of n rows, at most blockRows.
func (t *taker) derive(cols columns, n int) {
	if t.derived != nil {
		t.machine.Run(t.derived, &vm.Columns{Main: cols}, 0, n, func(i int, v vm.Output) { copy(cols[t.own+i], v.Base) })
	}
}

var errUnserved = errors.New("no table serves")

// count counts the look-ups of rows lo to hi, at most blockRows. If there is an error, row
// lo+r is the one with a look-up that no table has.
func (t *taker) count(c *counter, cols *vm.Columns, lo, hi int) (r int, err error) {
	if t.outputs > 0 {
		t.machine.Run(t.bound, cols, lo, hi, func(i int, v vm.Output) { copy(t.out[i], v.Base) })
	}
	n := hi - lo
	values := func(s source) []field.M31 {
		switch s.kind {
		case fromMain:
			return cols.Main[s.index][lo:hi]
		case fromPre:
			return cols.Pre[s.index][lo:hi]
		case fromOutput:
			return t.out[s.index][:n]
		default:
			return t.fixed[s.index][:n]
		}
	}
	for i, s := range t.mults {
		t.any[i], t.once[i] = takes(t.taken[i][:n], values(s))
	}
	for i := range t.messages {
		m := &t.messages[i]
		if !t.any[m.mult] {
			continue
		}
		for k, s := range m.keys {
			t.keys[k] = values(s)
		}
		if taken, keys := t.taken[m.mult][:n], t.keys[:len(m.keys)]; !c.add(m.bus.ID, taken, t.once[m.mult], keys) {
			return c.unserved(m.bus, taken, keys)
		}
	}
	return 0, nil
}

// takes sets taken to how often each row takes, given the multiplicities, and reports
// whether any does, and whether each does once. Look-ups receive, so the multiplicity is minus their
// number.
func takes(taken []uint32, mult []field.M31) (any, once bool) {
	all, others := uint32(0), uint32(0)
	for r, m := range mult[:len(taken)] {
		n := uint32(m.Neg())
		taken[r] = n
		all |= n
		others |= n ^ 1
	}
	return all != 0, others == 0
}

// unserved finds the row and describes what it takes. The counts are of no use any more.
func (c *counter) unserved(bus air.Bus, taken []uint32, keys [][]field.M31) (r int, err error) {
	one := make([][]field.M31, len(keys))
	row := make([]field.M31, len(keys))
	for r = range taken {
		for k := range keys {
			one[k], row[k] = keys[k][r:r+1], keys[k][r]
		}
		if !c.add(bus.ID, taken[r:r+1], false, one) {
			break
		}
	}
	return r, fmt.Errorf("%w message %v... of bus %s (%d times)", errUnserved, row, bus.Name, taken[r])
}
