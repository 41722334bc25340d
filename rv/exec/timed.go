package exec

import (
	"slices"

	"github.com/orrery/orrery/rv"
)

const (
	// timedBits is log2 of the size of a timedPage's memory in bytes. It is below
	// that of a region's page: a segment pays for each page that it touches.
	timedBits   = 12
	timedWords  = 1 << timedBits / 4
	timedBlocks = 1 << timedBits / rv.BlockSize
	timedPages  = 1 << (32 - timedBits)

	// leafBits is log2 of the memory that a leaf of timedTables is for, in bytes.
	leafBits = (32 + timedBits) / 2
	leaves   = 1 << (32 - leafBits)
	leafMask = 1<<(leafBits-timedBits) - 1

	// MaxTouched bounds the memory that data accesses of a segment touch, in pages
	// of 4 KiB: a longer segment ends before the instruction that would touch one
	// more. A recorder takes 8 KiB for each.
	MaxTouched = 1 << 15
)

// cell is a word or a register with the timestamp of its last access.
type cell struct{ v, ts uint32 }

type timedPage [timedWords]cell

// timedTable finds a page in two look-ups. In one piece it would be 8 MiB of pointers, which
// the collector would go through each time.
type timedTable [leaves]*timedLeaf

type timedLeaf [leafMask + 1]*timedPage

// timedTables find a page and its permissions in one look-up, as those of memory do.
type timedTables struct {
	read, write timedTable
	none        timedLeaf // stands where no page is
}

func newTimedTables() *timedTables {
	t := new(timedTables)
	for i := range leaves {
		t.read[i], t.write[i] = &t.none, &t.none
	}
	return t
}

// page is page p, nil if it isn't there.
func (t *timedTable) page(p uint32) *timedPage { return t[p/(leafMask+1)][p&leafMask] }

// set enters page p. none is the leaf that isn't to be changed.
func (t *timedTable) set(p uint32, pg *timedPage, none *timedLeaf) {
	leaf := &t[p/(leafMask+1)]
	if *leaf == none {
		*leaf = new(timedLeaf)
	}
	(*leaf)[p&leafMask] = pg
}

// drop takes page p out.
func (t *timedTable) drop(p uint32) {
	if leaf := t[p/(leafMask+1)]; leaf[p&leafMask] != nil {
		leaf[p&leafMask] = nil
	}
}

// timedMemory is the memory that a segment touches, with timestamps: every access,
// reads too, changes it.
type timedMemory struct {
	tables *timedTables
	source source
	// base is memory at the start of the segment; if nil, source is.
	base    *memory
	touched []uint32 // numbers of the pages in tables
	most    int      // bound on their number
	full    bool     // an access failed because of it
	spare   []*timedPage
}

// readable returns the page if loads may touch it, else nil.
func (m *timedMemory) readable(p uint32) *timedPage {
	if m.tables.read.page(p) == nil && m.kind(p).Readable() {
		m.add(p)
	}
	return m.tables.read.page(p)
}

// writable returns the page if stores may touch it, else nil.
func (m *timedMemory) writable(p uint32) *timedPage {
	if m.tables.write.page(p) == nil && m.kind(p).Writable() {
		m.add(p)
	}
	return m.tables.write.page(p)
}

// add creates a readable page.
func (m *timedMemory) add(p uint32) {
	if len(m.touched) == m.most {
		m.full = true
		return
	}
	var pg *timedPage
	if n := len(m.spare); n > 0 {
		pg = m.spare[n-1]
		m.spare = m.spare[:n-1]
	} else {
		pg = new(timedPage)
	}
	m.fill(pg, p)
	m.touched = append(m.touched, p)
	m.tables.read.set(p, pg, &m.tables.none)
	if m.kind(p).Writable() {
		m.tables.write.set(p, pg, &m.tables.none)
	}
}

// fill sets pg to page p at the start of the segment.
func (m *timedMemory) fill(pg *timedPage, p uint32) {
	if m.base != nil {
		const parts = rv.PageSize >> timedBits
		words := m.base.readable(p / parts)[p%parts*timedWords:][:timedWords]
		for i, w := range words {
			pg[i] = cell{v: w}
		}
		return
	}
	clear(pg[:])
	for _, b := range m.source.program.Image.From(p * timedBlocks) {
		if b.Index/timedBlocks != p {
			break
		}
		for i, w := range b.Words {
			pg[b.Index%timedBlocks*rv.BlockWords+uint32(i)].v = w
		}
	}
}

// clear goes back to the start of a segment.
func (m *timedMemory) clear() {
	for _, p := range m.touched {
		m.spare = append(m.spare, m.tables.read.page(p))
		m.tables.read.drop(p)
		m.tables.write.drop(p)
	}
	m.touched = m.touched[:0]
	m.full = false
}

// block returns a block at the start of the segment.
func (m *timedMemory) block(index uint32) [rv.BlockWords]uint32 {
	if m.base != nil {
		return m.base.block(index)
	}
	return m.source.block(index)
}

func (m *timedMemory) kind(p uint32) rv.Kind {
	return m.source.program.Header.Regions.Kind(p << timedBits)
}

// blocks returns the blocks that data accesses touched, in increasing order, behind
// those in list.
func (m *timedMemory) blocks(list []Block) []Block {
	slices.Sort(m.touched)
	for _, p := range m.touched {
		pg := m.tables.read.page(p)
		for k := range uint32(timedBlocks) {
			cells := pg[k*rv.BlockWords:][:rv.BlockWords]
			var any uint32
			for i := range cells {
				any |= cells[i].ts
			}
			if any == 0 {
				continue
			}
			b := Block{Index: p*timedBlocks + k}
			for i, c := range cells {
				b.Final[i], b.Ts[i] = c.v, c.ts
			}
			b.Initial = m.block(b.Index)
			list = append(list, b)
		}
	}
	return list
}

// span returns the cells that an access touches: one or, across a word
// boundary, two; nil if it faults. page is readable or writable.
func (m *timedMemory) span(page func(uint32) *timedPage, addr, size uint32) (first, second *cell) {
	lo := page(addr >> timedBits)
	if lo == nil {
		return nil, nil
	}
	first = &lo[addr/4%timedWords]
	if !crosses(addr, size) {
		return first, nil
	}
	next := addr&^3 + 4
	hi := page(next >> timedBits)
	if hi == nil {
		return nil, nil
	}
	return first, &hi[next/4%timedWords]
}
