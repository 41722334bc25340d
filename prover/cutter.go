package prover

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/trace"
)

// errCut says that a run doesn't go as its plan says. Both depend on the same things, so that
// can only come from a plan of another version.
var errCut = errors.New("prover: the run differs from its plan")

// cutter goes through a planned run and records it, segment by segment.
type cutter struct {
	plan     *Plan
	program  *rv.Program
	recorder *exec.Recorder
	threads  int
	tree     *memtree.Tree // of the memory before the next segment; nil: not made yet
	at       proof.Place   // of the next segment
	next     int           // its number, from 0
	recorded bool          // segment was called
	// spent takes recordings that are done with, so that their memory is used again.
	spent chan *exec.Trace
}

// newCutter begins at the run's start. tree is the memory there, or nil.
func newCutter(plan *Plan, program *rv.Program, input []byte, tree *memtree.Tree, threads int) (*cutter, error) {
	recorder, err := exec.NewRecorder(program, input, exec.Options{GasLimit: plan.Run.GasLimit})
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	at, err := plan.Run.First()
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	return &cutter{plan: plan, program: program, recorder: recorder, threads: threads, tree: tree, at: at, spent: make(chan *exec.Trace, 4)}, nil
}

// skip goes to the segment with the given number, which isn't behind. As long as nothing was
// recorded that costs no more than running the program and hashing its memory.
func (c *cutter) skip(ctx context.Context, number int) error {
	if !c.recorded && (c.tree == nil || number > 0) {
		cycles := c.plan.cycles(number)
		if _, err := c.recorder.Skip(ctx, cycles); err != nil {
			return fmt.Errorf("prover: %w", err)
		}
		if c.recorder.Cycles() != cycles {
			return fmt.Errorf("%w: it ends after %d cycles", errCut, c.recorder.Cycles())
		}
		c.tree, c.next = memtree.NewTree(trace.Compressor(c.threads)), number
		if err := c.tree.Set(c.memory); err != nil {
			return fmt.Errorf("prover: %w", err)
		}
		c.at.Index = uint32(number)
		c.at.Before = proof.State{PC: c.recorder.PC(), Quarters: c.tree.Quarters()}
	}
	for c.next < number {
		_, s, err := c.segment(ctx)
		if err != nil {
			return err
		}
		c.recorder.Recycle(s.Run)
	}
	return nil
}

// memory yields all memory, registers included.
func (c *cutter) memory(yield func(memtree.Block) bool) {
	for b := range c.recorder.Memory() {
		if !yield(memtree.Block{Index: b.Index, Words: b.Words}) {
			return
		}
	}
	values := c.recorder.Registers()
	for _, b := range trace.RegisterBlocks(&values) {
		if !yield(memtree.Block{Index: b.Index, Words: b.Words}) {
			return
		}
	}
}

// segment records the next segment and gives it with its place in the run.
func (c *cutter) segment(ctx context.Context) (proof.Place, *trace.Segment, error) {
	c.recycle()
	c.recorded = true
	none := proof.Place{}
	last := c.next == len(c.plan.Cuts)-1
	t, err := c.recorder.Segment(ctx, c.plan.Cuts[c.next])
	if err != nil {
		return none, nil, fmt.Errorf("prover: %w", err)
	}
	if t.Cycles != c.plan.Cuts[c.next] || t.Ended != last {
		return none, nil, fmt.Errorf("%w: segment %d has %d cycles", errCut, c.next+1, t.Cycles)
	}
	s, err := open(c.tree, c.program, t)
	if err != nil {
		return none, nil, err
	}
	at := c.at
	c.next++
	c.at = c.at.Next(proof.State{PC: t.EndPC, Quarters: s.Opening.New})
	return at, s, nil
}

// open opens the memory that a recorded segment touches, and takes the tree behind it.
func open(tree *memtree.Tree, program *rv.Program, t *exec.Trace) (*trace.Segment, error) {
	var drop [memtree.Quarters]bool
	if t.Ended {
		drop = memtree.LastDrop()
	}
	opening, err := tree.Open(trace.Leaves(t), drop)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	return &trace.Segment{Program: program, Run: t, Opening: opening}, nil
}

// recycle uses the memory of spent recordings again.
func (c *cutter) recycle() {
	for {
		select {
		case t := <-c.spent:
			c.recorder.Recycle(t)
		default:
			return
		}
	}
}

// spend gives a recording back, from any goroutine.
func (c *cutter) spend(t *exec.Trace) {
	select {
	case c.spent <- t:
	default: // enough memory waits already
	}
}
