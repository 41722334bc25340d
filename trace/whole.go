package trace

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Initial gives the memory before a run, the blocks that are all zero left out.
func Initial(program *rv.Program, input []byte) func(yield func(memtree.Block) bool) {
	return func(yield func(memtree.Block) bool) {
		for _, x := range program.Image {
			if !yield(memtree.Block{Index: x.Index, Words: x.Words}) {
				return
			}
		}
		for x := range memtree.InputBlocks(input) {
			if !yield(x) {
				return
			}
		}
	}
}

// Build turns a whole run, recorded in one segment, into tables, as BuildSegment does.
func Build(ctx context.Context, m *rv32im.Machine, program *rv.Program, input []byte, run *exec.Trace, threads int, mem *arena.Arena) (*Tables, error) {
	tree := memtree.NewTree(Compressor(threads))
	if err := tree.Set(Initial(program, input)); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	opening, err := tree.Open(Leaves(run), memtree.LastDrop())
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	tables, err := BuildSegment(ctx, m, &Segment{program, run, opening}, threads, mem)
	if err != nil {
		return nil, err
	}
	tables.Image, tables.InputDigest = opening.Old[0], opening.Old[memtree.InputQuarter]
	tables.Output = memtree.OpenOutput(func(index uint32) [rv.BlockWords]uint32 {
		i, ok := slices.BinarySearchFunc(run.Blocks, index, func(x exec.Block, i uint32) int {
			return int(int64(x.Index) - int64(i))
		})
		if !ok {
			return [rv.BlockWords]uint32{}
		}
		return run.Blocks[i].Final
	}, tree.Node)
	return tables, nil
}
