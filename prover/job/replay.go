package job

import (
	"context"
	"fmt"

	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/trace"
)

// Options say with what to replay a job or cut a run. The zero value is good.
type Options struct {
	Threads int           // for hashing; below 1 stands for 1
	Buffers *exec.Buffers // used again, if given
	// Tree is the memory at the start of a run, if it is at hand; NewCutter takes it over.
	Tree *memtree.Tree
}

// Replayed is a segment that ran as its job says.
type Replayed struct {
	// Segment is what the tables are built from. Its program is a view of the job's blocks.
	Segment trace.Segment
	// Statement lacks the instances.
	Statement proof.Statement
}

// Replay executes the segment with the job's memory alone. It checks that exactly its
// cycles are executed, that the run ends as the job says, in the last segment and only
// there, that the segment touches the job's blocks, all of them and no other, and that
// blocks and siblings give the memory before. The error wraps ErrJob if not. It takes
// memory for the records of the cycles, and in proportion to the job for everything else.
func (j *Job) Replay(ctx context.Context, o Options) (*Replayed, error) {
	if j.Cycles == 0 && !j.Place.Last() {
		return nil, fmt.Errorf("%w: no cycles", ErrJob)
	}
	memory, start, err := j.start()
	if err != nil {
		return nil, err
	}
	program := rv.NewPart(j.Place.Header, memory)
	recorder := exec.NewPartRecorder(program, start, j.Place.Last(), exec.Options{GasLimit: j.GasLeft, Buffers: o.Buffers})
	run, err := recorder.Segment(ctx, j.Cycles)
	recorder.Release()
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	leaves := trace.Leaves(run)
	if err := j.check(run, leaves); err != nil {
		return nil, err
	}
	var drop [memtree.Quarters]bool
	if j.Place.Last() {
		drop = memtree.LastDrop()
	}
	opening, err := memtree.OpenSiblings(leaves, j.Siblings, j.Place.Before.Quarters, drop, trace.Compressor(o.Threads))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJob, err)
	}
	s := j.Place.Statement()
	s.Cycles, s.Opened = j.Cycles, opening.Opened()
	if !s.Last {
		s.After = proof.State{PC: run.EndPC, Quarters: opening.New}
	} else if opening.New[memtree.OutputQuarter] != s.After.Quarters[memtree.OutputQuarter] {
		return nil, fmt.Errorf("%w: the output is another one", ErrJob)
	}
	return &Replayed{trace.Segment{Program: program, Run: run, Opening: opening}, s}, nil
}

// start takes the registers off the blocks.
func (j *Job) start() (memory []rv.Block, s exec.State, err error) {
	s.PC = j.Place.Before.PC
	want := trace.RegisterBlocks(&s.Registers)
	n := len(j.Blocks) - len(want)
	if n < 0 {
		return nil, s, fmt.Errorf("%w: %d blocks, not even registers", ErrJob, len(j.Blocks))
	}
	for i := range j.Blocks[1:] {
		if j.Blocks[i].Index >= j.Blocks[i+1].Index {
			return nil, s, fmt.Errorf("%w: block %#x behind block %#x", ErrJob, j.Blocks[i+1].Index, j.Blocks[i].Index)
		}
	}
	for i, b := range j.Blocks[n:] {
		if b.Index != want[i].Index {
			return nil, s, fmt.Errorf("%w: block %#x in place of registers", ErrJob, b.Index)
		}
		for k, w := range b.Words {
			if slot := i*rv.BlockWords + k; slot < len(s.Registers) {
				s.Registers[slot] = w
			} else if w != 0 {
				return nil, s, fmt.Errorf("%w: content behind the registers", ErrJob)
			}
		}
	}
	if s.Registers[0] != 0 { // which the chips rely on
		return nil, s, fmt.Errorf("%w: x0 holds %d", ErrJob, s.Registers[0])
	}
	return j.Blocks[:n], s, nil
}

// check compares a recording with the job.
func (j *Job) check(run *exec.Trace, leaves []memtree.Touched) error {
	if run.Cycles != j.Cycles {
		return fmt.Errorf("%w: %d cycles instead of %d", ErrJob, run.Cycles, j.Cycles)
	}
	if run.Ended != j.Place.Last() {
		return fmt.Errorf("%w: segment %d of %d, the run ends in it: %v", ErrJob, j.Place.Index, j.Place.Segments, run.Ended)
	}
	if run.Ended && run.Exit != j.Place.Exit {
		return fmt.Errorf("%w: the run ends in another way (%v) than it should (%v)", ErrJob, run.Exit, j.Place.Exit)
	}
	if len(leaves) != len(j.Blocks) {
		return fmt.Errorf("%w: %d blocks are touched, the job has %d", ErrJob, len(leaves), len(j.Blocks))
	}
	for i := range leaves {
		if leaves[i].Index != j.Blocks[i].Index {
			return fmt.Errorf("%w: touched block %d is %#x, in the job %#x", ErrJob, i, leaves[i].Index, j.Blocks[i].Index)
		}
	}
	return nil
}
