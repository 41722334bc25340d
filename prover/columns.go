package prover

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// engine is the part of the state that all steps share.
type engine struct {
	ctx     context.Context
	layout  *verifier.Layout
	params  soundness.Params
	hasher  hash.Hasher
	threads int
	clock   *clock
	mem     *arena.Arena // of all columns
	spare   *machines
	*domains
}

func newEngine(ctx context.Context, l *verifier.Layout, p soundness.Params, h hash.Hasher, threads int) *engine {
	return &engine{
		ctx: ctx, layout: l, params: p, hasher: h, threads: threads, clock: newClock(nil),
		spare: &machines{}, domains: newDomains(l.LogHeight, p.LogBlowup, threads),
	}
}

// blocksInRow is the number of blocks of rows that a goroutine takes at a time, at most.
const blocksInRow = 8

// machines are registers that nobody uses at the time.
type machines struct {
	mu   sync.Mutex
	list []*vm.Machine
}

// get gives a machine.
func (s *machines) get() *vm.Machine {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.list); n > 0 {
		m := s.list[n-1]
		s.list = s.list[:n-1]
		return m
	}
	return vm.NewMachine()
}

// run calls start once for each goroutine, with a machine for programs, and what that gave for all
// of n blocks of rows. A goroutine takes several blocks in a row, as long as there are enough of them, so
// that columns are read on where they have just been read.
func (e *engine) run(n int, start func(m *vm.Machine) func(block int)) {
	var used []*vm.Machine
	var mu sync.Mutex
	par.Blocks(e.threads, n, blocksInRow, func() func(lo, hi int) {
		m := e.spare.get()
		mu.Lock()
		used = append(used, m)
		mu.Unlock()
		f := start(m)
		return func(lo, hi int) {
			for block := lo; block < hi; block++ {
				f(block)
			}
		}
	})
	e.spare.mu.Lock()
	defer e.spare.mu.Unlock()
	e.spare.list = append(e.spare.list, used...)
}

// domains are the twiddles of a proof.
type domains struct {
	logHeight, logBlowup int

	trace  *fft.Twiddles // canonic cosets up to the largest trace height
	domain *fft.Twiddles // canonic cosets up to the largest committed height
	quot   *fft.Twiddles // constraint domains
	part   *fft.Twiddles // as many points of the committed domain as the trace has rows
}

func newDomains(logHeight, logBlowup, threads int) *domains {
	d := &domains{logHeight: logHeight, logBlowup: logBlowup}
	all := []struct {
		dst    **fft.Twiddles
		domain circle.Domain
	}{
		{&d.domain, circle.Canonic(logHeight + logBlowup)},
		{&d.quot, circle.ConstraintDomain(logHeight, logBlowup)},
		{&d.trace, circle.Canonic(logHeight)},
		{&d.part, circle.ConstraintDomain(logHeight-1, logBlowup+1)},
	}
	par.For(threads, len(all), func(i int) { *all[i].dst = fft.NewTwiddles(all[i].domain) })
	return d
}

// alone is the engine for work that one of several goroutines does.
func (e *engine) alone() *engine {
	one := *e
	one.threads, one.clock = 1, newClock(nil)
	return &one
}

// columns are committed polynomials of one table and tree, by their values on the committed
// domain.
type columns struct {
	lde [][]field.M31
}

// columnJob is the extension of one column.
type columnJob struct {
	from []field.M31
	to   *[]field.M31
}

// extendTables interpolates the columns of tables, given by their trace values, and evaluates them
// on the committed domain. Each column is done while it is in the cache. The values stay as
// they are if they are to be kept; otherwise their memory is given back.
func (e *engine) extendTables(tables [][][]field.M31, keep bool) ([]columns, error) {
	e.clock.part(PartTransform)
	out := make([]columns, len(tables))
	var jobs []columnJob
	for i, cols := range tables {
		out[i].lde = make([][]field.M31, len(cols))
		for k, c := range cols {
			jobs = append(jobs, columnJob{c, &out[i].lde[k]})
		}
	}
	e.extendAll(jobs, func(to, values []field.M31) {
		scratch := values
		if keep {
			scratch = e.mem.Column(len(values))
		}
		fft.ExtendValues(to, values, scratch, e.trace, e.domain)
		e.mem.Free(scratch)
	})
	return out, e.ctx.Err()
}

// extend evaluates coefficients on the committed domain, and gives their memory back.
func (e *engine) extend(coeffs [][]field.M31) (columns, error) {
	e.clock.part(PartTransform)
	c := columns{make([][]field.M31, len(coeffs))}
	var jobs []columnJob
	for k, from := range coeffs {
		jobs = append(jobs, columnJob{from, &c.lde[k]})
	}
	e.extendAll(jobs, func(to, coeffs []field.M31) {
		fft.Extend(to, coeffs, e.domain)
		e.mem.Free(coeffs)
	})
	return c, e.ctx.Err()
}

// extendAll does jobs, the longest first, so that all threads end at about the same time, by the
// given function.
func (e *engine) extendAll(jobs []columnJob, f func(to, from []field.M31)) {
	slices.SortStableFunc(jobs, func(a, b columnJob) int { return len(b.from) - len(a.from) })
	par.For(e.threads, len(jobs), func(i int) {
		if e.ctx.Err() != nil {
			return
		}
		from := jobs[i].from
		to := e.mem.Column(len(from) << e.params.LogBlowup)
		f(to, from)
		*jobs[i].to = to
	})
}

// collect makes memory of the heap that was given up available at once, if columns lie there. The
// collector would wait until the heap has doubled; it takes a millisecond or two, because
// columns hold no pointers.
func (e *engine) collect() {
	if e.mem.OnHeap() {
		runtime.GC()
	}
}

// commit builds a tree over the tables' columns, in the order of the layout.
func (e *engine) commit(which int, tables []columns) (*tree.Tree, error) {
	var groups []tree.Group
	for _, g := range e.layout.Groups[which] {
		group := tree.Group{LogHeight: g.LogHeight + e.params.LogBlowup}
		for _, t := range g.Tables {
			group.Columns = append(group.Columns, tables[t].lde...)
		}
		groups = append(groups, group)
	}
	return e.build(which, groups)
}

func (e *engine) build(which int, groups []tree.Group) (*tree.Tree, error) {
	e.clock.part(PartHash)
	shape := e.layout.Shape(which, e.params.LogBlowup)
	return tree.Build(e.ctx, e.hasher, groups, verifier.CapLog(which, shape, e.params), e.threads, e.mem)
}

// commitComposition builds the tree over the composition columns.
func (e *engine) commitComposition(c columns) (*tree.Tree, error) {
	return e.build(proof.Composition, []tree.Group{{LogHeight: e.layout.LogHeight + e.params.LogBlowup, Columns: c.lde}})
}
