package exec

import (
	"encoding/binary"

	"github.com/orrery/orrery/rv"
)

// pageWords is the number of words of a page.
const pageWords = rv.PageSize / 4

// source is memory before the run: the program's image and the input. If whole is
// set, the image is all of memory.
type source struct {
	program *rv.Program
	input   []byte
	whole   bool
}

// words calls set for the words of the page that may differ from zero, by their
// index in the page, and reports whether there are any.
func (s *source) words(page uint32, set func(i, w uint32)) bool {
	base := page << rv.PageBits
	if !s.whole && base >= rv.InputStart && base < rv.InputEnd {
		return s.inputWords(base-rv.InputStart, set)
	}
	const blocks = rv.PageSize / rv.BlockSize
	any := false
	for _, b := range s.program.Image.From(page * blocks) {
		if b.Index/blocks != page {
			break
		}
		any = true
		for i, w := range b.Words {
			set(b.Index%blocks*rv.BlockWords+uint32(i), w)
		}
	}
	return any
}

// inputWords is words for the page at an offset of the input region.
func (s *source) inputWords(offset uint32, set func(i, w uint32)) bool {
	if uint64(offset) >= rv.IOHeader+uint64(len(s.input)) {
		return false
	}
	for i := range uint32(pageWords) {
		set(i, s.inputWord(offset+4*i))
	}
	return true
}

// inputWord returns the word at an offset of the input region.
func (s *source) inputWord(offset uint32) uint32 {
	if offset < rv.IOHeader {
		if offset == 0 {
			return uint32(len(s.input))
		}
		return 0
	}
	at := int(offset - rv.IOHeader)
	if at >= len(s.input) {
		return 0
	}
	if rest := s.input[at:]; len(rest) >= 4 {
		return binary.LittleEndian.Uint32(rest)
	}
	var last [4]byte
	copy(last[:], s.input[at:])
	return binary.LittleEndian.Uint32(last[:])
}

// block returns the 64-byte block with that index.
func (s *source) block(index uint32) (words [rv.BlockWords]uint32) {
	addr := index * rv.BlockSize
	if s.whole || addr < rv.InputStart || addr >= rv.InputEnd {
		return s.program.Image.Words(index)
	}
	for i := range words {
		words[i] = s.inputWord(addr - rv.InputStart + 4*uint32(i))
	}
	return words
}
