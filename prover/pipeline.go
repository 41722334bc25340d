package prover

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/trace"
)

// pipeline proves the segments of a planned run: a feeder goes through the run and records
// segment after segment, workers prove them, and a collector hands on what they have proven,
// in order. As few segments are in memory as keep all workers busy.
type pipeline struct {
	*run
	workers int
	chain   *chain // takes finished segments; nil: the work directory does
	// sums holds segmentSum of each segment that is proven and verified, if there is a work directory;
	// done says which are.
	sums [][sha256.Size]byte
	done []bool
	// damaged says why segments of the work directory aren't used.
	damaged []error
}

// task is a segment for a worker: one that was recorded, or a finished one to verify.
type task struct {
	number   int // from 0
	threads  int
	place    proof.Place
	recorded *trace.Segment
	took     time.Duration // for recording it
	spend    func()        // takes the recording back
	proven   []byte
}

// outcome is what became of a task.
type outcome struct {
	number  int
	proof   *SegmentProof // nil if the segment is damaged
	damaged error
	encoded []byte // nil if it is in the work directory
	sum     [sha256.Size]byte
	reused  bool
	err     error
}

// waitingSegments is how many segments for each worker may be finished before one in front of them,
// so that they wait in memory.
const waitingSegments = 4

func newPipeline(r *run, c *chain) *pipeline {
	n, workers := len(r.plan.Cuts), r.workersFor()
	r.result.Workers, r.result.Memory = workers, r.plan.Memory(workers)
	return &pipeline{
		run: r, workers: workers, chain: c,
		sums: make([][sha256.Size]byte, n), done: make([]bool, n), damaged: make([]error, n),
	}
}

// workersFor is how many segments are proven at a time: as many as there are threads, since
// threads within a proof wait for each other, as far as the memory lets them, but not so many that
// each proves one only: mapping the memory of a proof takes as much time as is gained.
func (r *run) workersFor() int {
	p, n := r.plan, len(r.plan.Cuts)
	most := min(r.o.Threads, (n+1)/2)
	switch {
	case r.o.Workers > 0:
		most = min(r.o.Threads, n, r.o.Workers)
	case p.Segment > 0:
		for most > 1 && p.Memory(most) > r.o.MaxMemory {
			most--
		}
	}
	return max(1, most)
}

// drive proves all segments that aren't proven yet. Finished ones that turn out to be no good
// are proven in another round.
func (p *pipeline) drive(ctx context.Context) error {
	for again := false; ; again = true {
		if err := p.round(ctx); err != nil {
			return err
		}
		missing := false
		for i, done := range slices.Backward(p.done) {
			if done {
				continue
			}
			missing = true
			// Where a segment begins was read from the one before. If that is no good, this one
			// gets another chance, but not for ever.
			if i > 0 && !p.done[i-1] && !again {
				p.damaged[i] = nil
				continue
			}
			p.tell.tell(Event{Kind: EventDamaged, Segment: i + 1, Err: p.damaged[i]})
		}
		if !missing {
			return nil
		}
	}
}

// round feeds all segments that aren't proven yet to the workers.
func (p *pipeline) round(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	tasks, outcomes := make(chan task), make(chan outcome)
	window := make(chan struct{}, waitingSegments*p.workers)
	var feeder, workers sync.WaitGroup
	feeder.Go(func() {
		defer close(tasks)
		f := &feed{pipeline: p, tasks: tasks, window: window}
		if err := f.run(ctx); err != nil {
			cancel(err)
		}
	})
	for k := range p.workers {
		workers.Go(func() {
			ws := p.space
			if k > 0 || ws == nil {
				ws = NewWorkspace()
				defer ws.Close() // nothing that it gives back is in use
			}
			for t := range tasks {
				outcomes <- p.perform(ctx, ws, &t)
			}
		})
	}
	go func() {
		workers.Wait()
		close(outcomes)
	}()
	ready := make(map[int]outcome)
	next := 0
	for o := range outcomes {
		if o.err != nil {
			cancel(o.err)
			continue
		}
		if p.chain == nil {
			p.collect(&o)
			<-window
			continue
		}
		ready[o.number] = o
		for o, ok := ready[next]; ok && ctx.Err() == nil; o, ok = ready[next] {
			delete(ready, next)
			next++
			p.collect(&o)
			if err := p.chain.addVerified(o.encoded, &o.proof.Statement); err != nil {
				cancel(err)
			}
			<-window
		}
	}
	feeder.Wait()
	if err := parent.Err(); err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	return context.Cause(ctx) // nil if nothing went wrong
}

// collect takes down what a worker found.
func (p *pipeline) collect(o *outcome) {
	if o.proof == nil {
		p.damaged[o.number] = fmt.Errorf("prover: segment %d in the work directory: %w", o.number+1, o.damaged)
		return
	}
	p.done[o.number], p.sums[o.number] = true, o.sum
	p.result.add(o.proof)
	if o.reused {
		p.result.Reused++
	}
}
