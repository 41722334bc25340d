package trace

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
)

const (
	// blockRows is the number of rows that are written at a time, at most those of a program's block.
	blockRows = min(512, vm.BlockRows)
	// blockCells bounds the cells of a block of a wide table.
	blockCells = 1 << 15
	// skew is added to the distance of columns in a block: at a power of two they would
	// contend for the same lines of the cache.
	skew = 16
)

// rowsOf is the number of rows of a block with so many columns: that of the lanes of the vector
// kernels several times, where there is room.
func rowsOf(columns int) int { return min(blockRows, max(blockCells/max(columns, 1)&^15, 1)) }

// task writes rows of tables and counts their look-ups.
type task func(w *worker) error

// worker is the state of a thread. Rows are written into a block that stays in the cache,
// which is copied to the table column by column: writing one row to dozens of columns far
// apart costs more than computing it. The look-ups of the block are counted while it is
// there.
type worker struct {
	m         *rv32im.Machine
	rows      *rows
	lookups   *[rv32im.NumChips]*lookups
	count     *counter
	machine   *vm.Machine // of the takers
	takers    [rv32im.NumChips]*taker
	fillers   [rv32im.NumChips]func(w columns, rows []Row)
	blocks    [rv32im.NumChips][]Row // by chip: rows that are going to be written
	cells     []field.M31
	cols      columns
	refreshes []refresh
}

// runTasks makes the cells of the new tables and fills them.
func (b *builder) runTasks() error {
	b.compileLookups()
	b.allocate()
	var next atomic.Int32
	var mu sync.Mutex
	var failure error
	par.Workers(b.threads, len(b.tasks), func() func(int) {
		id := next.Add(1) - 1
		if b.workers[id] == nil {
			b.workers[id] = b.newWorker(id == 0)
		}
		w := b.workers[id]
		return func(i int) {
			err := b.ctx.Err()
			if err == nil {
				err = b.tasks[i](w)
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				if failure == nil {
					failure = err
				}
			}
		}
	})
	b.tasks = nil
	return failure
}

// newWorker makes the state of a thread. The first one counts for all of the run.
func (b *builder) newWorker(first bool) *worker {
	w := &worker{m: b.m, rows: b.rows, lookups: &b.lookups, count: b.count, machine: vm.NewMachine()}
	if !first {
		w.count = b.count.empty()
	}
	for chip := range w.fillers {
		w.fillers[chip] = b.filler(chip)
	}
	return w
}

// write has n rows, at most rowsOf of the chip's columns, written by fill, copies them to
// the sheet from row at on, and counts what they look up.
func (w *worker) write(s *sheet, at, n int, fill func(columns)) error {
	w.cols = w.cols[:0]
	width := len(s.tables[0].Main)
	stride := rowsOf(width) + skew
	if len(w.cells) < width*stride {
		w.cells = make([]field.M31, width*stride)
	}
	for c := range width {
		w.cols = append(w.cols, w.cells[c*stride:][:n])
	}
	fill(w.cols)
	if w.takers[s.chip] == nil {
		w.takers[s.chip] = newTaker(w.lookups[s.chip], w.machine)
	}
	w.takers[s.chip].derive(w.cols, n)
	s.store(w.cols, at, n)
	if r, err := w.takers[s.chip].count(w.count, &vm.Columns{Main: w.cols}, 0, n); err != nil {
		return fmt.Errorf("trace: table %s, row %d: %w", w.m.AIRs[s.chip].Name, at+r, err)
	}
	return nil
}
