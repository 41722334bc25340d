package prover

import (
	"context"
	"fmt"

	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/trace"
)

// cutter goes through a planned run and records segments.
type cutter struct {
	*job.Cutter
	cuts []uint64
	// spent takes recordings that are done with, from any goroutine, so that their memory is
	// used again. It has room for all that there are.
	spent chan *exec.Trace
	out   int // recordings that aren't back
	most  int // of them, the one that is being made included
}

// newCutter begins at the run's start. It takes over the tree of the memory there, if r has
// it still. At most so many recordings have memory at a time.
func (r *run) newCutter(most int) (*cutter, error) {
	c, err := job.NewCutter(r.program, r.input, &r.plan.Run, r.o.Profile, r.o.Hash, job.Options{Threads: r.o.Threads, Tree: r.tree})
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	r.tree = nil
	return &cutter{Cutter: c, cuts: r.plan.Cuts, spent: make(chan *exec.Trace, most), most: most}, nil
}

// record executes segment i, from 0, which isn't behind. What is skipped costs no more than
// running the program and hashing its memory. It waits until few enough recordings are out: a
// worker needs one only for the first tenth of a proof.
func (c *cutter) record(ctx context.Context, i int) (*job.Recorded, error) {
	for c.out >= c.most {
		select {
		case t := <-c.spent:
			c.Recycle(t)
			c.out--
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := c.Skip(ctx, c.cuts[c.Place().Index:i]); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	s, err := c.Record(ctx, c.cuts[i])
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	c.out++
	return s, nil
}

// spend gives a recording back.
func (c *cutter) spend(t *exec.Trace) { c.spent <- t }

// openWhole gives the segment of a run that has only one, as the planner has recorded it.
func (r *run) openWhole() (*trace.Segment, error) {
	opening, err := r.tree.Open(trace.Leaves(r.plan.single), memtree.LastDrop())
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	s := &trace.Segment{Program: r.program, Run: r.plan.single, Opening: opening}
	r.plan.single, r.tree = nil, nil
	return s, nil
}
