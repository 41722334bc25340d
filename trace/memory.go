package trace

import (
	"fmt"
	"slices"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// registerBlock is the index of the first 64-byte block of the registers.
const registerBlock = rv32im.RegisterBase / rv.BlockWords

// finalBlocks gives the touched memory, registers included, with the timestamps that stand
// on the memory bus in the end. last is the row of the instruction that trapped; its reads
// count, although the run ended before it.
func (b *builder) finalBlocks(last *Row) []exec.Block {
	blocks := slices.Clone(b.run.Blocks)
	for i := range blocks {
		for k := range blocks[i].Ts {
			if blocks[i].Ts[k] == 0 {
				blocks[i].Ts[k] = b.rows.initialTs(blocks[i].Index*rv.BlockWords + uint32(k))
			}
		}
	}
	values, stamps := b.run.Registers, b.run.RegisterTs
	if last != nil && b.run.Trap != nil {
		rs1, rs2, reads1, reads2 := last.sources()
		if reads1 {
			stamps[rs1] = 4*last.Clk + rv32im.SlotRs1
		}
		if reads2 {
			stamps[rs2] = 4*last.Clk + rv32im.SlotRs2
		}
	}
	for i := uint32(0); i*rv.BlockWords < rv32im.Registers; i++ {
		block := exec.Block{Index: registerBlock + i}
		for k := range block.Ts {
			if r := int(i)*rv.BlockWords + k; r < rv32im.Registers {
				block.Final[k], block.Ts[k] = values[r], stamps[r]
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// memory opens the touched leaves in the memory tree and adds the rows of pages, nodes and
// compressions. Of the memory after the run only the output is written to the tree.
func (b *builder) memory(input []byte, blocks []exec.Block) error {
	image := make([]memtree.Block, len(b.program.Image))
	for i, x := range b.program.Image {
		image[i] = memtree.Block{Index: x.Index, Words: x.Words}
	}
	tree := memtree.NewTree(Compressor(b.threads))
	if err := tree.Set(image); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	if err := tree.Set(slices.Collect(memtree.InputBlocks(input))); err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	before := tree.Quarters()
	b.out.Image, b.out.InputDigest = before[0], before[1]
	touched := touchedLeaves(blocks)
	opening, err := tree.Open(touched, [memtree.Quarters]bool{true, true, false, true})
	if err != nil {
		return fmt.Errorf("trace: %w", err)
	}
	for q, t := range opening.Touched {
		if t {
			b.out.Opened |= 1 << q
		}
	}
	b.out.Output = memtree.OpenOutput(func(index uint32) [rv.BlockWords]uint32 {
		i, ok := slices.BinarySearchFunc(blocks, index, func(x exec.Block, i uint32) int {
			return int(int64(x.Index) - int64(i))
		})
		if !ok {
			return [rv.BlockWords]uint32{}
		}
		return blocks[i].Final
	}, tree.Node)

	page := b.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	b.fill(rv32im.ChipPage, len(blocks), func(w columns, r, i int) { fillPage(page, w, r, &blocks[i], &opening.Leaves[i]) })
	node := b.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	b.fill(rv32im.ChipNode, len(opening.Nodes), func(w columns, r, i int) { fillTreeNode(node, w, r, &opening.Nodes[i]) })
	poseidon := b.m.Chips[rv32im.ChipPoseidon2].(*rv32im.Poseidon2)
	list := compressions(touched, opening)
	b.fill(rv32im.ChipPoseidon2, len(list), func(w columns, r, i int) { fillPoseidon2(poseidon, w, r, &list[i]) })
	return nil
}
