package rv

import "sort"

// BlockSize is the grain of the memory image in bytes: 16 words.
const BlockSize = 64

// BlockWords is the number of words of a block.
const BlockWords = BlockSize / 4

// Block is an aligned piece of memory of BlockSize bytes at Index*BlockSize, as
// little-endian words.
type Block struct {
	Index uint32
	Words [BlockWords]uint32
}

// Image is the memory of a program before it runs: the blocks that aren't all
// zero, in increasing order of their index. It is read-only.
type Image []Block

// From returns the blocks with an index of at least index.
func (m Image) From(index uint32) Image {
	return m[sort.Search(len(m), func(i int) bool { return m[i].Index >= index }):]
}

// Words returns the words of the block with that index.
func (m Image) Words(index uint32) [BlockWords]uint32 {
	if rest := m.From(index); len(rest) > 0 && rest[0].Index == index {
		return rest[0].Words
	}
	return [BlockWords]uint32{}
}

// Word returns the word that holds address addr.
func (m Image) Word(addr uint32) uint32 {
	words := m.Words(addr / BlockSize)
	return words[addr/4%BlockWords]
}

// add appends data at address addr. Calls come in increasing order of address
// and don't overlap; the time is linear in len(data).
func (m Image) add(addr uint32, data []byte) Image {
	for len(data) > 0 {
		n := min(len(data), BlockSize-int(addr%BlockSize))
		var words [BlockWords]uint32
		var any byte
		for i, b := range data[:n] {
			at := addr%BlockSize + uint32(i)
			words[at/4] |= uint32(b) << (8 * (at % 4))
			any |= b
		}
		if any != 0 {
			m = m.merge(addr/BlockSize, &words)
		}
		addr += uint32(n)
		data = data[n:]
	}
	return m
}

func (m Image) merge(index uint32, words *[BlockWords]uint32) Image {
	n := len(m)
	if n == 0 || m[n-1].Index != index {
		return append(m, Block{index, *words})
	}
	for i, w := range words {
		m[n-1].Words[i] |= w
	}
	return m
}
