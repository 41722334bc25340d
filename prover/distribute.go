package prover

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/prover/journal"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Cut plans a run and hands the job of each segment to emit, in order. The plan is left in
// the work directory, which o.Work must name, for Join or another Prove: the proofs of the
// segments belong there. Of the result, what isn't about a proof is set.
func Cut(ctx context.Context, program *rv.Program, input []byte, o Options, emit func(*job.Job) error) (*Result, error) {
	if o.Work == "" {
		return nil, errors.New("prover: no work directory for the plan")
	}
	start := time.Now()
	r, err := newRun(ctx, program, input, o)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.makePlan(ctx); err != nil {
		return nil, err
	}
	r.plan.single = nil
	cutter, err := r.newCutter(1)
	if err != nil {
		return nil, err
	}
	for i, cycles := range r.plan.Cuts {
		r.tell.tell(Event{Kind: EventPhase, Phase: PhaseExecute, Segment: i + 1})
		j, err := cutter.Next(ctx, cycles)
		if err != nil {
			return nil, fmt.Errorf("prover: %w", err)
		}
		if err := emit(j); err != nil {
			return nil, err
		}
	}
	r.result.Total = time.Since(start)
	return r.result, nil
}

// JoinOptions say how to join segments.
type JoinOptions struct {
	Threads  int      // 0 stands for runtime.GOMAXPROCS(0)
	Observer Observer // may be nil
}

// MissingError says that a work directory lacks segments, or has some that are no good.
type MissingError struct {
	Number int // of the first such segment, from 1
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("prover: there is no good proof of segment %d in the work directory", e.Number)
}

// Join verifies the segments in a work directory and writes the proof that they make up to w.
// It needs neither the program nor the input. Errors: *MissingError, *OutputError, those of
// package journal.
func Join(ctx context.Context, w io.Writer, dir string, o JoinOptions) (*Result, error) {
	start := time.Now()
	work, err := journal.OpenAny(dir)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	r := &run{work: work, tell: &teller{observer: o.Observer}, result: &Result{}}
	defer r.close()
	r.o.Threads, r.o.MaxMemory = threadsOr(o.Threads), DefaultMaxMemory
	b, err := work.Plan()
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	var head *proof.Head
	if head, r.plan, err = parsePlan(b); err != nil {
		return nil, err
	}
	profile, err := soundness.ProfileByID(uint32(head.Profile))
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	if r.key, err = verifier.NewKey(profile, head.Hash); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	if err := r.planned(time.Since(start)); err != nil {
		return nil, err
	}
	r.plan.Segment = 0 // verifying takes little memory
	if err := r.prove(ctx, w); err != nil {
		return nil, err
	}
	r.result.Total = time.Since(start)
	return r.result, nil
}
