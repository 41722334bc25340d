package job

import (
	"context"
	"fmt"
	"io"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
)

// Cutter executes a run and makes the jobs of its segments. It is not safe for concurrent
// use. Its memory is that of the guest and of the tree over it, and the records of one
// segment.
type Cutter struct {
	profile  soundness.Profile
	hash     hash.ID
	program  *rv.Program
	recorder *exec.Recorder
	compress memtree.Compressor
	tree     *memtree.Tree // nil after Skip, until it is needed
	place    proof.Place
	limit    uint64
	used     uint64
}

// Before is the state in which a run of the program on the input begins.
func Before(program *rv.Program, input []byte, threads int) (proof.State, error) {
	tree := memtree.NewTree(trace.Compressor(threads))
	if err := tree.Set(trace.Initial(program, input)); err != nil {
		return proof.State{}, fmt.Errorf("job: %w", err)
	}
	return proof.State{PC: program.Header.Entry, Quarters: tree.Quarters()}, nil
}

// NewCutter begins with the first segment of a run, of which run says everything. The
// error wraps ErrPlan if the run isn't that of the program and the input.
func NewCutter(program *rv.Program, input []byte, run *proof.Run, profile soundness.Profile, id hash.ID, o Options) (*Cutter, error) {
	recorder, err := exec.NewRecorder(program, input, exec.Options{GasLimit: run.GasLimit, Buffers: o.Buffers})
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	c := &Cutter{
		profile: profile, hash: id, program: program, recorder: recorder, compress: trace.Compressor(o.Threads),
		limit: run.GasLimit, used: run.GasUsed,
	}
	if c.place, err = run.First(); err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	if c.tree = o.Tree; c.tree == nil {
		if err := c.plant(); err != nil {
			return nil, err
		}
	}
	if got := (proof.State{PC: recorder.PC(), Quarters: c.tree.Quarters()}); got != c.place.Before {
		return nil, fmt.Errorf("%w: program or input are others", ErrPlan)
	}
	return c, nil
}

// plant builds the tree over memory and registers as they are.
func (c *Cutter) plant() error {
	c.tree = memtree.NewTree(c.compress)
	registers := c.recorder.Registers()
	err := c.tree.Set(func(yield func(memtree.Block) bool) {
		for b := range c.recorder.Memory() {
			if !yield(memtree.Block(b)) {
				return
			}
		}
		for _, b := range trace.RegisterBlocks(&registers) {
			if b.Words != ([rv.BlockWords]uint32{}) && !yield(memtree.Block(b)) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("job: %w", err)
	}
	return nil
}

// Place is the place of the next segment. After Skip its state before isn't known.
func (c *Cutter) Place() proof.Place { return c.place }

// Skip goes past segments of so many cycles each without making jobs. The last segment
// can't be skipped.
func (c *Cutter) Skip(ctx context.Context, cycles []uint64) error {
	for _, n := range cycles {
		if c.place.Segments == 0 || c.place.Last() {
			return fmt.Errorf("%w: the last segment can't be skipped", ErrPlan)
		}
		before := c.recorder.Cycles()
		ended, err := c.recorder.Skip(ctx, n)
		if err != nil {
			return fmt.Errorf("job: %w", err)
		}
		if ended || c.recorder.Cycles() != before+n {
			return fmt.Errorf("%w: the run ends in segment %d", ErrPlan, c.place.Index)
		}
		c.tree = nil
		c.place = c.place.Next(proof.State{})
	}
	return nil
}

// Recorded is a segment that a Cutter has executed.
type Recorded struct {
	Place   proof.Place
	Segment trace.Segment // its program is the run's
	profile soundness.Profile
	hash    hash.ID
	gasLeft uint64 // before the segment
}

// Record executes the next segment, which has so many cycles. After the last one it returns
// io.EOF. The error wraps ErrPlan if the segment or the run end elsewhere.
func (c *Cutter) Record(ctx context.Context, cycles uint64) (*Recorded, error) {
	if c.place.Index == c.place.Segments {
		return nil, io.EOF
	}
	if cycles > MaxCycles {
		return nil, fmt.Errorf("%w: %d cycles, at most %d are possible", ErrTooLarge, cycles, MaxCycles)
	}
	if c.tree == nil {
		if err := c.plant(); err != nil {
			return nil, err
		}
		c.place.Before = proof.State{PC: c.recorder.PC(), Quarters: c.tree.Quarters()}
	}
	r := &Recorded{Place: c.place, profile: c.profile, hash: c.hash, gasLeft: c.limit - c.recorder.Cycles()}
	run, err := c.recorder.Segment(ctx, cycles)
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	last := c.place.Last()
	switch {
	case run.Cycles != cycles:
		return nil, fmt.Errorf("%w: segment %d has %d cycles, not %d", ErrPlan, c.place.Index, run.Cycles, cycles)
	case run.Ended != last:
		return nil, fmt.Errorf("%w: segment %d of %d, the run ends in it: %v", ErrPlan, c.place.Index, c.place.Segments, run.Ended)
	case last && (run.Exit != c.place.Exit || c.recorder.Cycles() != c.used):
		return nil, fmt.Errorf("%w: %v after %d cycles", ErrPlan, run.Exit, c.recorder.Cycles())
	}
	var drop [memtree.Quarters]bool
	if last {
		drop = memtree.LastDrop()
	}
	opening, err := c.tree.Open(trace.Leaves(run), drop)
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	r.Segment = trace.Segment{Program: c.program, Run: run, Opening: opening}
	c.place = c.place.Next(proof.State{PC: run.EndPC, Quarters: opening.New})
	return r, nil
}

// Recycle takes the records of a segment back, to use their memory again.
func (c *Cutter) Recycle(run *exec.Trace) { c.recorder.Recycle(run) }

// Job makes the segment's job. The error wraps ErrTooLarge if the segment touches more memory
// than a job can hold.
func (r *Recorded) Job() (*Job, error) {
	run := r.Segment.Run
	leaves := trace.Leaves(run)
	if len(leaves) > MaxBlocks {
		return nil, fmt.Errorf("%w: %d blocks, at most %d are possible", ErrTooLarge, len(leaves), MaxBlocks)
	}
	j := &Job{Profile: r.profile, Hash: r.hash, Place: r.Place, Cycles: run.Cycles, GasLeft: r.gasLeft}
	j.Blocks = make([]rv.Block, len(leaves))
	for i := range leaves {
		j.Blocks[i] = rv.Block{Index: leaves[i].Index, Words: leaves[i].Old}
	}
	j.Siblings = r.Segment.Opening.Siblings()
	return j, nil
}

// Next makes the job of the next segment. Errors are those of Record and Job.
func (c *Cutter) Next(ctx context.Context, cycles uint64) (*Job, error) {
	r, err := c.Record(ctx, cycles)
	if err != nil {
		return nil, err
	}
	defer c.Recycle(r.Segment.Run)
	return r.Job()
}
