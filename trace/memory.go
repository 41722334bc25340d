package trace

import (
	"cmp"
	"slices"

	"github.com/orrery/orrery/air/rv32im"
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
	stamps := b.run.RegisterTs
	if last != nil && b.run.Trap != nil {
		rs1, rs2, reads1, reads2 := last.sources()
		if reads1 {
			stamps[rs1] = 4*last.Clk + rv32im.SlotRs1
		}
		if reads2 {
			stamps[rs2] = 4*last.Clk + rv32im.SlotRs2
		}
	}
	return append(blocks, registerLeaves(b.run, &stamps)...)
}

// memory adds the rows of nodes and compressions.
func (b *builder) memory(blocks []exec.Block) {
	opening := b.opening
	b.out.Opened = opening.Opened()
	touched := touchedLeaves(blocks)

	node := b.m.Chips[rv32im.ChipNode].(*rv32im.TreeNode)
	b.fill(rv32im.ChipNode, len(opening.Nodes), func(w columns, r, i int) { fillTreeNode(node, w, r, &opening.Nodes[i]) })
	poseidon := b.m.Chips[rv32im.ChipPoseidon2].(*rv32im.Poseidon2)
	list := compressions(touched, opening)
	b.fillBlocks(rv32im.ChipPoseidon2, len(list), func(w columns, lo, hi int) { fillPoseidon2(poseidon, w, list[lo:hi]) })
}

// pages adds the rows of pages, given the words that start late.
func (b *builder) pages(blocks []exec.Block, late []refresh) {
	page := b.m.Chips[rv32im.ChipPage].(*rv32im.Page)
	starts := startsOf(blocks, late)
	b.fill(rv32im.ChipPage, len(blocks), func(w columns, r, i int) {
		fillPage(page, w, r, &blocks[i], &starts[i], &b.opening.Leaves[i])
	})
}

// startsOf gives the timestamps that the words of the blocks have on the memory bus to begin
// with.
func startsOf(blocks []exec.Block, late []refresh) [][rv.BlockWords]uint32 {
	starts := make([][rv.BlockWords]uint32, len(blocks))
	for _, x := range late {
		i, _ := slices.BinarySearchFunc(blocks, x.address/rv.BlockWords, func(b exec.Block, index uint32) int { return cmp.Compare(b.Index, index) })
		starts[i][x.address%rv.BlockWords] = x.newTs
	}
	return starts
}
