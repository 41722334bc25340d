package trace

import (
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Leaves gives the leaves of the memory tree that a segment touches, those with the
// registers at the end.
func Leaves(run *exec.Trace) []memtree.Touched {
	return append(touchedLeaves(run.Blocks), touchedLeaves(registerLeaves(run, &run.RegisterTs))...)
}

// RegisterBlocks gives the leaves that hold the register slots.
func RegisterBlocks(values *[exec.NumSlots]uint32) (b [(exec.NumSlots + rv.BlockWords - 1) / rv.BlockWords]rv.Block) {
	for i := range b {
		b[i].Index = registerBlock + uint32(i)
		copy(b[i].Words[:], values[i*rv.BlockWords:])
	}
	return b
}

// registerLeaves gives the leaves of the registers, with timestamps.
func registerLeaves(run *exec.Trace, ts *[exec.NumSlots]uint32) []exec.Block {
	before, after, stamps := RegisterBlocks(&run.Start.Registers), RegisterBlocks(&run.Registers), RegisterBlocks(ts)
	blocks := make([]exec.Block, len(before))
	for i := range blocks {
		blocks[i] = exec.Block{Index: before[i].Index, Initial: before[i].Words, Final: after[i].Words, Ts: stamps[i].Words}
	}
	return blocks
}
