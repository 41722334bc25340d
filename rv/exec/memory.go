package exec

import (
	"encoding/binary"

	"github.com/orrery/orrery/rv"
)

type page [pageWords]uint32

// zeroPage stands for all pages that were read and never written. It is in no
// write table, so nothing changes it.
var zeroPage page

// memory is the guest's memory. Pages appear when they are first touched, so
// what it takes is bounded by what the guest touches, at most the program's
// memory, the input and 1 MiB.
type memory struct {
	source source
	// read[p] is nil for pages that loads may not touch or haven't touched,
	// write[p] the same for stores: one look-up finds page and permission.
	read, write [rv.NumPages]*page
}

// readable returns the page if loads may touch it, else nil.
func (m *memory) readable(p uint32) *page {
	if m.read[p] != nil || !m.kind(p).Readable() {
		return m.read[p]
	}
	pg := new(page)
	if !m.source.words(p, func(i, w uint32) { pg[i] = w }) {
		m.read[p] = &zeroPage
		return &zeroPage
	}
	m.read[p] = pg
	if m.kind(p).Writable() {
		m.write[p] = pg
	}
	return pg
}

// writable returns the page if stores may touch it, else nil.
func (m *memory) writable(p uint32) *page {
	if m.write[p] != nil || !m.kind(p).Writable() {
		return m.write[p]
	}
	pg := new(page)
	m.source.words(p, func(i, w uint32) { pg[i] = w })
	m.read[p], m.write[p] = pg, pg
	return pg
}

func (m *memory) kind(p uint32) rv.Kind {
	return m.source.program.Header.Regions.Kind(p << rv.PageBits)
}

// load performs any load, also one that crosses a border; false if it faults.
func (m *memory) load(op rv.Op, addr uint32) (uint32, bool) {
	lo := m.readable(addr >> rv.PageBits)
	if lo == nil {
		return 0, false
	}
	var second uint32
	if crosses(addr, op.AccessSize()) {
		next := addr&^3 + 4
		hi := m.readable(next >> rv.PageBits)
		if hi == nil {
			return 0, false
		}
		second = hi[next/4%pageWords]
	}
	return extract(op, addr, lo[addr/4%pageWords], second), true
}

// store performs any store, also one that crosses a border; false, and nothing
// is written, if it faults.
func (m *memory) store(op rv.Op, addr, v uint32) bool {
	size := op.AccessSize()
	lo := m.writable(addr >> rv.PageBits)
	if lo == nil {
		return false
	}
	first := &lo[addr/4%pageWords]
	if !crosses(addr, size) {
		*first, _ = insert(addr, size, *first, 0, v)
		return true
	}
	next := addr&^3 + 4
	hi := m.writable(next >> rv.PageBits)
	if hi == nil {
		return false
	}
	second := &hi[next/4%pageWords]
	*first, *second = insert(addr, size, *first, *second, v)
	return true
}

// word returns the word that holds addr, 0 where nothing is mapped.
func (m *memory) word(addr uint32) uint32 {
	if pg := m.readable(addr >> rv.PageBits); pg != nil {
		return pg[addr/4%pageWords]
	}
	return 0
}

// output returns what the output region says, given a function that returns
// the word at an address.
func output(word func(addr uint32) uint32) []byte {
	n := min(word(rv.OutputStart), rv.MaxOutput)
	out := make([]byte, 0, n+3)
	for i := uint32(0); i < n; i += 4 {
		out = binary.LittleEndian.AppendUint32(out, word(rv.OutputStart+rv.IOHeader+i))
	}
	return out[:n:n]
}
