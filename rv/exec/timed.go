package exec

import "github.com/orrery/orrery/rv"

// cell is a word or a register with the timestamp of its last access.
type cell struct{ v, ts uint32 }

type timedPage [pageWords]cell

// timedMemory is memory with timestamps: every access, reads too, changes it.
// Like memory it holds only pages that were touched.
type timedMemory struct {
	source      source
	read, write [rv.NumPages]*timedPage
}

// readable returns the page if loads may touch it, else nil.
func (m *timedMemory) readable(p uint32) *timedPage {
	if m.read[p] == nil && m.kind(p).Readable() {
		m.add(p)
	}
	return m.read[p]
}

// writable returns the page if stores may touch it, else nil.
func (m *timedMemory) writable(p uint32) *timedPage {
	if m.write[p] == nil && m.kind(p).Writable() {
		m.add(p)
	}
	return m.write[p]
}

// add creates a readable page.
func (m *timedMemory) add(p uint32) {
	pg := new(timedPage)
	m.source.words(p, func(i, w uint32) { pg[i].v = w })
	m.read[p] = pg
	if m.kind(p).Writable() {
		m.write[p] = pg
	}
}

func (m *timedMemory) kind(p uint32) rv.Kind {
	return m.source.program.Header.Regions.Kind(p << rv.PageBits)
}

// word returns the word that holds addr; pages that nothing touched stay away.
func (m *timedMemory) word(addr uint32) uint32 {
	if pg := m.read[addr>>rv.PageBits]; pg != nil {
		return pg[addr/4%pageWords].v
	}
	words := m.source.block(addr / rv.BlockSize)
	return words[addr/4%rv.BlockWords]
}

// span returns the cells that an access touches: one or, across a word
// boundary, two; nil if it faults. page is readable or writable.
func (m *timedMemory) span(page func(uint32) *timedPage, addr, size uint32) (first, second *cell) {
	lo := page(addr >> rv.PageBits)
	if lo == nil {
		return nil, nil
	}
	first = &lo[addr/4%pageWords]
	if !crosses(addr, size) {
		return first, nil
	}
	next := addr&^3 + 4
	hi := page(next >> rv.PageBits)
	if hi == nil {
		return nil, nil
	}
	return first, &hi[next/4%pageWords]
}
