package exec

import (
	"iter"

	"github.com/orrery/orrery/rv"
)

// block returns the 64-byte block with that index.
func (m *memory) block(index uint32) (words [rv.BlockWords]uint32) {
	addr := index * rv.BlockSize
	if pg := m.read[addr>>rv.PageBits]; pg != nil {
		copy(words[:], pg[addr/4%pageWords:])
		return words
	}
	return m.source.block(index)
}

// setBlock overwrites a block that stores may touch.
func (m *memory) setBlock(index uint32, words *[rv.BlockWords]uint32) {
	addr := index * rv.BlockSize
	copy(m.writable(addr >> rv.PageBits)[addr/4%pageWords:], words[:])
}

// Block returns the 64-byte block of memory with that index (address / 64), between
// segments.
func (r *Recorder) Block(index uint32) [rv.BlockWords]uint32 { return r.memory.block(index) }

// Memory yields the blocks of memory that aren't all zero, between segments, in
// increasing order of their index. It is not for recorders of a part.
func (r *Recorder) Memory() iter.Seq[rv.Block] {
	const perPage = rv.PageSize / rv.BlockSize
	return func(yield func(rv.Block) bool) {
		m := &r.machine.memory
		content, used := new(page), false
		for p := range uint32(rv.NumPages) {
			pg := m.read[p]
			if pg == &zeroPage {
				continue
			}
			if pg == nil {
				if used {
					*content, used = page{}, false
				}
				if !m.kind(p).Readable() || !m.source.words(p, func(i, w uint32) { content[i] = w }) {
					continue
				}
				pg, used = content, true
			}
			for k := range uint32(perPage) {
				b := rv.Block{Index: p*perPage + k}
				copy(b.Words[:], pg[k*rv.BlockWords:])
				if b.Words != ([rv.BlockWords]uint32{}) && !yield(b) {
					return
				}
			}
		}
	}
}

// peek is word for addresses that loads may touch; pages that nothing touched stay away.
func (m *memory) peek(addr uint32) uint32 {
	words := m.block(addr / rv.BlockSize)
	return words[addr/4%rv.BlockWords]
}
