package exec

import (
	"encoding/binary"
	"slices"

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
	// Once watch is set, a page is listed in touched when it comes into write.
	watch   bool
	touched []uint32
}

// readable returns the page if loads may touch it, else nil.
func (m *memory) readable(p uint32) *page {
	if m.read[p] != nil || !m.kind(p).Readable() {
		return m.read[p]
	}
	pg := new(page)
	if !m.source.words(p, func(i, w uint32) { pg[i] = w }) {
		pg = &zeroPage
	}
	m.read[p] = pg
	return pg
}

// writable returns the page if stores may touch it, else nil.
func (m *memory) writable(p uint32) *page {
	if m.write[p] != nil || !m.kind(p).Writable() {
		return m.write[p]
	}
	if pg := m.readable(p); pg == &zeroPage {
		m.read[p] = new(page)
	}
	m.write[p] = m.read[p]
	if m.watch {
		m.touched = append(m.touched, p)
	}
	return m.write[p]
}

// watchWrites returns the pages written since its last call, in increasing order,
// and from now on sends the first store to each page the slow way, by writable.
func (m *memory) watchWrites() []uint32 {
	if !m.watch {
		m.watch = true
		clear(m.write[:])
		return nil
	}
	touched := m.touched
	m.touched = nil
	for _, p := range touched {
		m.write[p] = nil
	}
	slices.Sort(touched)
	return touched
}

func (m *memory) kind(p uint32) rv.Kind {
	return m.source.program.Header.Regions.Kind(p << rv.PageBits)
}

// Load performs any load, also one that crosses a border; false if it faults.
func (m *memory) Load(op rv.Op, addr uint32) (uint32, bool) {
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

// Store performs any store, also one that crosses a border; false, and nothing
// is written, if it faults.
func (m *memory) Store(op rv.Op, addr, v uint32) bool {
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
