package trace

import (
	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Rows is a number of rows for each chip.
type Rows [rv32im.NumChips]int

// Forecast tells how many rows the tables of a recorded segment need, without building them
// and without hashing. It goes through a run segment by segment, because what a compression
// costs depends on which memory is zero. It never tells too few rows.
type Forecast struct {
	program *rv.Program
	threads int
	kinds   []kind
	// live has a bit for each node of the memory tree that may differ from zero, by
	// 2^level + index.
	live  bitmap
	pages int // of 64 KiB that may differ from zero
}

// NewForecast is the state before the first segment of a run. What it tells doesn't depend on the
// number of threads.
func NewForecast(program *rv.Program, input []byte, threads int) *Forecast {
	f := &Forecast{
		program: program,
		threads: threads,
		kinds:   make([]kind, len(program.Code.Insts)),
	}
	for i := range f.kinds {
		f.kinds[i] = kindOf(&program.Code.Insts[i])
	}
	for i := range program.Image {
		f.mark(program.Image[i].Index)
	}
	if len(input) > 0 { // else its length, and so all, is zero
		first := uint32(abi.InputStart / memtree.BlockBytes)
		for i := range uint32((abi.IOHeader + len(input) + memtree.BlockBytes - 1) / memtree.BlockBytes) {
			f.mark(first + i)
		}
	}
	return f
}

// Of counts the rows of a segment. The last segment of a run writes back its output only.
func (f *Forecast) Of(run *exec.Trace, last bool) *Rows {
	rows := new(Rows)
	f.instructions(rows, run)
	if last && run.Exit.Kind != exec.Halt {
		rows[rv32im.ChipTrapOp]++ // or another of the chips that end runs: it's one row
	}
	rows[rv32im.ChipDecode] = len(run.ExecutedCode)
	f.memory(rows, run.Blocks, last)
	return rows
}

// tally counts the rows of some records.
type tally struct {
	chips     [256]int // an index of a byte needs no check
	refreshes int
}

// instructions counts the rows of instructions, and of refreshes.
func (f *Forecast) instructions(rows *Rows, run *exec.Trace) {
	var chunks [][]exec.Record
	var first []int
	for i, chunk := range run.Records.Chunks() {
		chunks, first = append(chunks, chunk), append(first, i)
	}
	tallies := make([]tally, len(chunks))
	par.For(f.threads, len(chunks), func(i int) { f.count(&tallies[i], run, chunks[i], first[i]) })
	refreshes := 0
	for i := range tallies {
		for chip := range rows {
			rows[chip] += tallies[i].chips[chip]
		}
		refreshes += tallies[i].refreshes
	}
	base := f.program.Code.Start
	for i := range run.Second {
		x := &run.Second[i]
		if now := inMemory.at(4 * (x.Index + 1)); (now-x.Ts-1)>>rv32im.GapBits != 0 {
			rec := run.Records.At(int(x.Index))
			if k := &f.kinds[(rec.PC-base)/4]; x.Ts != 0 || isDecoded(f.program, run, (rec.A+k.inst.Imm)/4+1) {
				refreshes++
			}
		}
	}
	rows[rv32im.ChipRefresh] = refreshes
}

// count counts the rows of records, given the number of the first one.
func (f *Forecast) count(t *tally, run *exec.Trace, records []exec.Record, first int) {
	base := f.program.Code.Start
	now := 4 * uint32(first)
	for i := range records {
		now += 4
		rec := &records[i]
		k := &f.kinds[(rec.PC-base)/4]
		t.chips[k.chipOf(rec)]++
		if k.isLong(rec, now) {
			t.refreshes += f.refreshes(run, k, rec, now)
		}
	}
}

// refreshes counts the accesses of a record that lie far behind the one before. The first
// access to a word needs none, but for code words, which the decoder has read.
func (f *Forecast) refreshes(run *exec.Trace, k *kind, rec *exec.Record, now uint32) int {
	n := 0
	for _, x := range [3]struct {
		use, ts, now uint32
		memory       bool
	}{
		{k.useA, rec.TsA, k.timeA.at(now), false},
		{k.useB, rec.TsB, k.timeB.at(now), k.timeB == inMemory},
		{k.d, rec.TsD, k.timeD.at(now), k.timeD == inMemory},
	} {
		long := (x.now-x.ts-1)&x.use>>rv32im.GapBits != 0
		if long && (x.ts != 0 || x.memory && isDecoded(f.program, run, (rec.A+k.inst.Imm)/4)) {
			n++
		}
	}
	return n
}

// memory counts the rows of the memory tree, and of the pages of the region table.
func (f *Forecast) memory(rows *Rows, blocks []exec.Block, last bool) {
	type node struct {
		index   uint32
		changed bool
	}
	var level []node
	page := ^uint32(0)
	add := func(index uint32, changed bool) {
		level = append(level, node{index, changed})
		if f.isLive(memtree.LeafLevel, index) {
			rows[rv32im.ChipPoseidon2]++
		}
		if changed {
			rows[rv32im.ChipPoseidon2]++
		}
	}
	for i := range blocks {
		b := &blocks[i]
		if p := b.Index * memtree.BlockBytes >> abi.PageBits; p != page && b.Index < registerBlock {
			page = p
			rows[rv32im.ChipRegion]++
		}
		dropped := last && b.Index>>(memtree.LeafLevel-memtree.QuarterLevel) != memtree.OutputQuarter
		add(b.Index, !dropped && b.Initial != b.Final)
	}
	if n := len(blocks); n == 0 || blocks[n-1].Index < registerBlock {
		for i := range uint32(registerBlocks) {
			add(registerBlock+i, !last)
		}
	}
	rows[rv32im.ChipPage] = len(level)
	for l := memtree.LeafLevel - 1; l >= memtree.QuarterLevel; l-- {
		parents := level[:0]
		for _, x := range level {
			p := node{x.index / 2, x.changed}
			if n := len(parents); n > 0 && parents[n-1].index == p.index {
				parents[n-1].changed = parents[n-1].changed || p.changed
				continue
			}
			parents = append(parents, p)
		}
		level = parents
		rows[rv32im.ChipNode] += len(level)
		for _, x := range level {
			if f.isLive(l, x.index) {
				rows[rv32im.ChipPoseidon2]++
			}
			if x.changed {
				rows[rv32im.ChipPoseidon2]++
			}
		}
	}
}

// registerBlocks is the number of blocks with registers.
const registerBlocks = (rv32im.Registers + rv.BlockWords - 1) / rv.BlockWords

// Advance goes past a segment.
func (f *Forecast) Advance(run *exec.Trace) {
	for i := range run.Blocks {
		if b := &run.Blocks[i]; b.Initial != b.Final {
			f.mark(b.Index)
		}
	}
	for i := range uint32(registerBlocks) {
		f.mark(registerBlock + i)
	}
}

// pageLevel is the level of the node that covers 64 KiB.
const pageLevel = memtree.LeafLevel - abi.PageBits + 6

// Pages is the number of 64 KiB pages that may differ from zero at the end of a segment.
func (f *Forecast) Pages(run *exec.Trace) int {
	n, last := f.pages, ^uint32(0)
	for i := range run.Blocks {
		p := run.Blocks[i].Index >> (memtree.LeafLevel - pageLevel)
		if p != last && !f.isLive(pageLevel, p) {
			n++
		}
		last = p
	}
	return n
}

// mark notes that a block may differ from zero.
func (f *Forecast) mark(index uint32) {
	if !f.isLive(pageLevel, index>>(memtree.LeafLevel-pageLevel)) {
		f.pages++
	}
	for n := 1<<memtree.LeafLevel + index; !f.live.has(n); n /= 2 {
		f.live.set(n)
	}
}

func (f *Forecast) isLive(level int, index uint32) bool {
	return f.live.has(1<<level + index)
}

const (
	mapWords = 512
	mapBits  = 64 * mapWords
)

// bitmap has a bit for each node of the memory tree, in blocks that are made when a bit is set.
type bitmap [2 << memtree.LeafLevel / mapBits]*[mapWords]uint64

func (b *bitmap) has(n uint32) bool {
	words := b[n/mapBits]
	return words != nil && words[n/64%mapWords]>>(n%64)&1 == 1
}

func (b *bitmap) set(n uint32) {
	words := b[n/mapBits]
	if words == nil {
		words = new([mapWords]uint64)
		b[n/mapBits] = words
	}
	words[n/64%mapWords] |= 1 << (n % 64)
}

// Instances gives the tables that hold the rows, as Build makes them.
func (r *Rows) Instances(m *rv32im.Machine) []proof.Instance {
	var list []proof.Instance
	for chip, n := range r {
		if fixed := m.FixedLogHeight(chip); fixed >= 0 {
			list = append(list, proof.Instance{Chip: uint8(chip), LogHeight: uint8(fixed)})
			continue
		}
		for _, log := range heights(n, rv32im.MaxCopies) {
			list = append(list, proof.Instance{Chip: uint8(chip), LogHeight: uint8(log)})
		}
	}
	return list
}
