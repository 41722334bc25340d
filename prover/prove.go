package prover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/journal"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// Prove runs the program on the input, proves the run, segment by segment if it is long, and
// verifies the proof before it hands it out. The result depends on program, input and
// Options, but not on their Threads.
func Prove(ctx context.Context, program *rv.Program, input []byte, o Options) (*Result, error) {
	var b bytes.Buffer
	r, err := ProveTo(ctx, &b, program, input, o)
	if err != nil {
		return nil, err
	}
	r.Proof = b.Bytes()
	return r, nil
}

// ProveTo is Prove for a proof that is written to w: segment by segment as they are finished
// or, with a work directory, at the end. After an error, part of it may have been written. An
// error of w is an *OutputError.
func ProveTo(ctx context.Context, w io.Writer, program *rv.Program, input []byte, o Options) (*Result, error) {
	start := time.Now()
	r, err := newRun(ctx, program, input, o)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.makePlan(ctx); err != nil {
		return nil, err
	}
	if err := r.prove(ctx, w); err != nil {
		return nil, err
	}
	r.result.Total = time.Since(start)
	return r.result, nil
}

// NewPlan runs the program and says how Prove would cut the run.
func NewPlan(ctx context.Context, program *rv.Program, input []byte, o Options) (*Plan, error) {
	o.Work = ""
	r, err := newRun(ctx, program, input, o)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.makePlan(ctx); err != nil {
		return nil, err
	}
	r.plan.single = nil
	return r.plan, nil
}

// run is the state of one Prove.
type run struct {
	program *rv.Program // nil: there is nothing to execute
	input   []byte
	o       Options
	keys    func() (*verifier.Key, error)
	key     *verifier.Key // from keys, when there is a plan to make or to read
	tell    *teller
	tree    *memtree.Tree // of the memory at the start, until it is used
	before  proof.State   // at the start
	work    *journal.Journal
	plan    *Plan
	space   *Workspace // of the planner, then of the first worker; nil until there is a plan to make
	result  *Result
}

// newRun hashes the memory at the start and opens the work directory.
func newRun(ctx context.Context, program *rv.Program, input []byte, o Options) (*run, error) {
	o, err := o.defaults()
	if err != nil {
		return nil, err
	}
	r := &run{program: program, input: input, o: o, tell: &teller{observer: o.Observer}, result: &Result{}}
	// The key takes as long as the execution of half a million cycles.
	r.keys = aside(o.Threads > 1, func() (*verifier.Key, error) { return verifier.NewKey(o.Profile, o.Hash) })
	r.tell.tell(Event{Kind: EventPhase, Phase: PhasePlan})
	start := time.Now()
	r.tree = memtree.NewTree(trace.Compressor(o.Threads))
	err = r.tree.Set(func(yield func(memtree.Block) bool) {
		for b := range trace.Initial(program, input) {
			if ctx.Err() != nil || !yield(b) {
				return
			}
		}
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	r.before = proof.State{PC: program.Header.Entry, Quarters: r.tree.Quarters()}
	r.result.spans([]Span{{Phase: PhasePlan, Duration: time.Since(start)}})
	if o.Work == "" {
		return r, nil
	}
	if r.work, err = journal.Open(o.Work, r.params()); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	return r, nil
}

// params is what a work directory is bound to.
func (r *run) params() journal.Params {
	h := &r.program.Header
	return journal.Params{
		Proof:         proof.Version,
		Program:       abi.ProgramID(h, r.before.Quarters[0]).String(),
		Input:         hex.EncodeToString(r.before.Quarters[memtree.InputQuarter].Append(nil, hash.Poseidon2)),
		GasLimit:      *r.o.GasLimit,
		MemoryLimit:   uint64(h.MemoryLimit),
		Profile:       r.o.Profile.String(),
		Hash:          r.o.Hash.String(),
		SegmentCycles: r.o.SegmentCycles,
		MaxMemory:     r.o.MaxMemory,
	}
}

func (r *run) close() {
	if r.space != nil {
		r.space.Close() // nothing that it gives back is in use
	}
	if r.work != nil {
		r.work.Close() // which only gives the lock back
	}
}

// makePlan takes the plan of the work directory, or makes one.
func (r *run) makePlan(ctx context.Context) error {
	start := time.Now()
	if r.work != nil {
		if err := r.needKey(); err != nil {
			return err
		}
		if err := r.oldPlan(); err != nil {
			return err
		}
	}
	if r.plan == nil {
		r.space = NewWorkspace()
		plan, err := newPlan(ctx, r.keys, r.program, r.input, &r.before, &r.o, r.space.memory(), r.tell)
		if err != nil {
			return err
		}
		r.plan = plan
		if err := r.needKey(); err != nil {
			return err
		}
		if plan.single == nil {
			r.space.mem.Reset()
		}
		if r.work != nil {
			if err := r.work.PutPlan(r.plan.appendBinary(nil, r.key)); err != nil {
				return fmt.Errorf("prover: %w", err)
			}
		}
	}
	return r.planned(time.Since(start))
}

// needKey waits for the key.
func (r *run) needKey() (err error) {
	if r.key, err = r.keys(); err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	return nil
}

// aside begins to call f on another goroutine, if it may, and gives a function that gives what f does.
func aside[T any](may bool, f func() (T, error)) func() (T, error) {
	get := sync.OnceValues(f)
	if may {
		go get()
	}
	return get
}

// planned takes down what the plan says. Making or reading it took the time.
func (r *run) planned(took time.Duration) (err error) {
	whole := &r.plan.Run
	if r.result.Claim, err = whole.Claim(); err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	r.result.Cycles, r.result.Misaligned, r.result.Segments = whole.GasUsed, r.plan.Misaligned, len(r.plan.Cuts)
	r.result.Profile, r.result.Hash = r.key.Profile, r.key.Hash
	r.result.spans([]Span{{Phase: PhasePlan, Duration: took}})
	r.tell.tell(Event{Kind: EventPlanned, Segments: len(r.plan.Cuts), Cycles: whole.GasUsed, Duration: took})
	return nil
}

// oldPlan takes the plan of the work directory, if it has one that isn't damaged.
func (r *run) oldPlan() error {
	b, err := r.work.Plan()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var head *proof.Head
	var plan *Plan
	if err == nil {
		head, plan, err = parsePlan(b)
	}
	if err == nil {
		w := &head.Run
		if head.Profile != uint8(r.key.Profile.ID()) || head.Hash != r.key.Hash || w.Before() != r.before ||
			abi.ProgramID(&w.Header, w.Image) != abi.ProgramID(&r.program.Header, r.before.Quarters[0]) || w.GasLimit != *r.o.GasLimit {
			err = fmt.Errorf("%w of this run", errPlan)
		}
	}
	switch {
	case err == nil:
		r.plan = plan
	case errors.Is(err, journal.ErrDamaged), errors.Is(err, errPlan):
		r.tell.tell(Event{Kind: EventDamaged, Err: err})
	default:
		return fmt.Errorf("prover: %w", err)
	}
	return nil
}

// head is what the proof begins with.
func (r *run) head() *proof.Head {
	return &proof.Head{Profile: uint8(r.key.Profile.ID()), Hash: r.key.Hash, Run: r.plan.Run}
}

// prove proves what isn't proven yet and writes the proof.
func (r *run) prove(ctx context.Context, w io.Writer) error {
	if r.work != nil {
		p := newPipeline(r, nil)
		if err := p.drive(ctx); err != nil {
			return err
		}
		return r.assemble(ctx, w, p.sums)
	}
	c, err := newChain(w, r.head())
	if err != nil {
		return err
	}
	if err := newPipeline(r, c).drive(ctx); err != nil {
		return err
	}
	r.result.Bytes = c.length
	return c.end()
}

// assemble writes the proof out of the verified segments of the work directory.
func (r *run) assemble(ctx context.Context, w io.Writer, sums [][sha256.Size]byte) error {
	c, err := newChain(w, r.head())
	if err != nil {
		return err
	}
	for i, sum := range sums {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("prover: %w", err)
		}
		b, err := r.work.Segment(i + 1)
		if err != nil {
			return fmt.Errorf("prover: %w", err)
		}
		if err := c.add(b, sum); err != nil {
			return err
		}
	}
	r.result.Bytes = c.length
	return c.end()
}
