package prover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/journal"
	"github.com/orrery/orrery/rv/exec"
)

// feed makes the tasks of one round, in the order of the segments.
type feed struct {
	*pipeline
	tasks  chan<- task
	window chan<- struct{} // room for segments that aren't handed on yet
	cutter *cutter
	// at is the place of the next segment if known says so. It isn't behind a segment that
	// an earlier round has proven.
	at     proof.Place
	known  bool
	todo   int // segments to prove, as it seems at the start
	handed int // of them, how many workers have got
}

func (f *feed) run(ctx context.Context) (err error) {
	if f.at, err = f.plan.Run.First(); err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	f.known = true
	for i := range f.done {
		if !f.done[i] && !f.finished(i) {
			f.todo++
		}
	}
	for i := range f.done {
		if f.done[i] {
			f.known = false
			continue
		}
		select {
		case f.window <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		t, err := f.old(ctx, i)
		if err == nil && t == nil {
			t, err = f.record(ctx, i)
		}
		if err != nil {
			return err
		}
		select {
		case f.tasks <- *t:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// finished reports whether the work directory seems to have a segment.
func (f *feed) finished(i int) bool {
	if f.work == nil || f.damaged[i] != nil {
		return false
	}
	_, err := f.work.SegmentSize(i + 1)
	return err == nil
}

// old takes a segment from the work directory; nil if it isn't there or is no good.
func (f *feed) old(ctx context.Context, i int) (*task, error) {
	if f.work == nil || f.damaged[i] != nil {
		return nil, nil
	}
	encoded, err := f.work.Segment(i + 1)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, journal.ErrDamaged):
		f.tell.tell(Event{Kind: EventDamaged, Segment: i + 1, Err: err})
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("prover: %w", err)
	}
	if !f.known { // the place can only be learnt from the run
		return f.record(ctx, i)
	}
	s, err := proof.ParseSegment(encoded, f.key.Hash, &f.at)
	if err != nil {
		f.tell.tell(Event{Kind: EventDamaged, Segment: i + 1, Err: err})
		return nil, nil
	}
	t := &task{number: i, threads: 1, place: f.at, proven: encoded}
	f.at = f.at.Next(s.After)
	return t, nil
}

// record executes a segment.
func (f *feed) record(ctx context.Context, i int) (*task, error) {
	if f.program == nil {
		return nil, &MissingError{i + 1}
	}
	f.tell.tell(Event{Kind: EventPhase, Phase: PhaseExecute, Segment: i + 1})
	start := time.Now()
	t := &task{number: i, threads: f.threadsFor(f.handed), spend: func() {}}
	f.handed++
	if f.plan.single != nil {
		s, err := f.openWhole()
		if err != nil {
			return nil, err
		}
		t.place, t.recorded = f.at, s
		mem, records := f.space.memory(), &s.Run.Records
		t.spend = func() {
			records.Drop(func(r []exec.Record) { arena.FreeSlice(mem, r) })
		}
	} else {
		if f.cutter == nil {
			c, err := f.newCutter(f.workers)
			if err != nil {
				return nil, err
			}
			f.cutter = c
		}
		s, err := f.cutter.record(ctx, i)
		if err != nil {
			return nil, err
		}
		t.place, t.recorded = s.Place, &s.Segment
		cutter, trace := f.cutter, s.Segment.Run
		t.spend = func() { cutter.spend(trace) }
		f.at, f.known = cutter.Place(), true
	}
	t.took = time.Since(start)
	return t, nil
}

// threadsFor is the number of threads for the segment that is proven as the k-th. The last
// segments get those of workers that have none.
func (f *feed) threadsFor(k int) int {
	busy := f.workers
	if rest := f.todo % busy; rest != 0 && k >= f.todo-rest {
		busy, k = rest, k-(f.todo-rest)
	}
	n := f.o.Threads / busy
	if k%busy < f.o.Threads%busy {
		n++
	}
	return max(1, n)
}
