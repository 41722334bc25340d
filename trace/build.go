package trace

import (
	"context"
	"fmt"
	"slices"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// MaxCycles bounds the cycles of one segment.
const MaxCycles = 1 << 24

// Table is the content of one instance: the main columns, with trace values.
type Table struct {
	proof.Instance
	Main [][]field.M31
}

// Segment is what tables are built from.
type Segment struct {
	// Program has at least the code and memory that the segment touches.
	Program *rv.Program
	Run     *exec.Trace
	// Opening opens Leaves(Run), with memtree.LastDrop if the run ends here.
	Opening *memtree.Opening
}

// Tables is a segment as the prover commits to it.
type Tables struct {
	List   []Table
	Exit   abi.Exit
	Opened uint8 // bit q says that quarter q of the memory tree is opened
	// What the statement says of memory, for whole runs only.
	Image       hash.Digest // first quarter of the memory tree, before
	InputDigest hash.Digest // second quarter, before
	Output      memtree.OutputOpening
}

// builder is the state of one Build.
type builder struct {
	ctx     context.Context
	m       *rv32im.Machine
	program *rv.Program
	run     *exec.Trace
	opening *memtree.Opening
	rows    *rows
	publics []field.M31
	threads int
	mem     *arena.Arena
	out     *Tables
	count   *counter
	lookups [rv32im.NumChips]*lookups
	workers []*worker // one for each thread, made when they start
	sheets  []*sheet  // whose tables are in out already, but without rows
	tasks   []task    // that fill them
}

// BuildSegment turns a recorded segment into tables, whose columns have memory of mem, nil for
// the heap. The result doesn't depend on the number of threads.
func BuildSegment(ctx context.Context, m *rv32im.Machine, s *Segment, threads int, mem *arena.Arena) (*Tables, error) {
	threads = max(threads, 1)
	program, run := s.Program, s.Run
	b := &builder{
		ctx: ctx, m: m, program: program, run: run, opening: s.Opening, rows: newRows(program, run),
		publics: rv32im.Publics(&program.Header), threads: threads, mem: mem, out: &Tables{},
		count: newCounter(newCodeCounter(&program.Code, run.ExecutedCode)), workers: make([]*worker, threads),
	}
	if run.Records.Len() > MaxCycles {
		return nil, fmt.Errorf("trace: %d cycles, one segment holds %d", run.Records.Len(), MaxCycles)
	}
	b.out.Exit = run.Exit
	parts := b.instructions()
	last, refreshes := b.lastRow()
	blocks := b.finalBlocks(last)
	b.memory(blocks)
	b.code()
	b.regions(blocks, last)
	if err := b.runTasks(); err != nil {
		return nil, err
	}
	b.pages(blocks, b.refreshes(parts, refreshes))
	b.constants()
	if err := b.runTasks(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(b.out.List, func(x, y Table) int {
		if x.Chip != y.Chip {
			return int(x.Chip) - int(y.Chip)
		}
		return int(y.LogHeight) - int(x.LogHeight)
	})
	if err := b.multiplicities(); err != nil {
		return nil, err
	}
	return b.out, ctx.Err()
}

// constants adds the tables with preprocessed columns; serve writes them.
func (b *builder) constants() {
	for _, chip := range []int{rv32im.ChipConstants, rv32im.ChipTable} {
		b.newSheet(chip, 1<<b.m.FixedLogHeight(chip))
	}
}

// code adds the rows of the decoder.
func (b *builder) code() {
	c := b.m.Chips[rv32im.ChipDecode].(*rv32im.Decode)
	words := b.run.ExecutedCode
	b.fill(rv32im.ChipDecode, len(words), func(w columns, r, i int) {
		pc := b.program.Code.Start + 4*words[i]
		fillDecode(c, w, r, pc, b.program.Image.Word(pc), b.publics)
	})
}

// regions adds the rows of the 64 KiB pages that data accesses touch, the one that
// couldn't be touched included.
func (b *builder) regions(blocks []exec.Block, trap *Row) {
	c := b.m.Chips[rv32im.ChipRegion].(*rv32im.RegionPage)
	var pages []uint32
	add := func(address uint32) { pages = append(pages, address>>abi.PageBits) }
	for i := range blocks {
		if blocks[i].Index < registerBlock {
			add(blocks[i].Index * rv.BlockSize)
		}
	}
	if trap != nil && b.run.Trap != nil && (trap.Inst.Op.IsLoad() || trap.Inst.Op.IsStore()) {
		at := trap.A + trap.Inst.Imm
		add(at)
		add(at + trap.Inst.Op.AccessSize() - 1)
	}
	slices.Sort(pages)
	pages = slices.Compact(pages)
	b.fill(rv32im.ChipRegion, len(pages), func(w columns, r, i int) { fillRegionPage(c, w, r, pages[i], b.publics) })
}
