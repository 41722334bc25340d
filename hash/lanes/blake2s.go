package lanes

import (
	"math"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

//go:generate go run -C ../../_asm ./blake2s -out ../hash/lanes/blake2s_amd64.s

// blake2sBlock is the length of a block in words.
const blake2sBlock = 16

// blake2sLanes is the work of hashing up to chunk messages: the chaining values of each
// group, word by word, and a block of one group that doesn't lie in columns.
type blake2sLanes struct {
	k     cpu.Kernels
	h     [chunk / Width][8][Width]uint32
	block [blake2sBlock][Width]field.M31
}

// blake2sWords are the words of the blocks of one group or more: element Width*g+j of
// the i-th slice is word i of the block of lane j of group g. They have the type of what
// lies in columns, but may be any 32 bits.
type blake2sWords = [blake2sBlock][]field.M31

// zeros pads the last block of every message.
var zeros [chunk]field.M31

// blake2s sets out[i] to the hash, from the chaining value init on, of children[2i] and
// children[2i+1] if there are children, and of row lo+i of the columns. Without children
// or a column, the message is the empty one.
func blake2s(k cpu.Kernels, init [8]uint32, children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
	s := blake2sLanes{k: k}
	var start [8][Width]uint32
	for i := range start {
		for j := range start[i] {
			start[i][j] = init[i]
		}
	}
	for len(out) > 0 {
		n := min(chunk, len(out))
		for g := range (n + Width - 1) / Width {
			s.h[g] = start
		}
		var t uint64
		if children != nil {
			t = 4 * blake2sBlock
			s.pairs(children[:2*n], t, len(columns) == 0)
			children = children[2*n:]
		}
		if children == nil || len(columns) > 0 {
			full := n / Width * Width
			s.rows(0, columns, lo, full, t)
			s.rows(full/Width, columns, lo+full, n-full, t)
		}
		s.digests(out[:n])
		lo += n
		out = out[n:]
	}
}

// pairs takes a block of two digests into the chaining value of each message.
func (s *blake2sLanes) pairs(children []hash.Digest, t uint64, last bool) {
	for g := 0; len(children) > 0; g++ {
		n := min(2*Width, len(children))
		pairs := children[:n]
		if n < 2*Width {
			var padded [2 * Width]hash.Digest
			copy(padded[:], pairs)
			pairs = padded[:]
		}
		blake2sPairs(s.k, &s.block, (*[2 * Width]hash.Digest)(pairs))
		var words blake2sWords
		for i := range words {
			words[i] = s.block[i][:]
		}
		s.compress(g, 1, &words, t, last)
		children = children[n:]
	}
}

// rows takes rows lo to lo+n of the columns into the chaining values from group g on, as
// the end of messages of which t bytes are compressed already. n is a multiple of the
// Width or less than it.
func (s *blake2sLanes) rows(g int, columns [][]field.M31, lo, n int, t uint64) {
	if n == 0 {
		return
	}
	for {
		block := columns[:min(blake2sBlock, len(columns))]
		columns = columns[len(block):]
		var words blake2sWords
		for i, c := range block {
			words[i] = c[lo : lo+n]
			if n < Width {
				copy(s.block[i][:], words[i])
				words[i] = s.block[i][:]
			}
		}
		for i := len(block); i < blake2sBlock; i++ {
			words[i] = zeros[:]
		}
		t += uint64(4 * len(block))
		last := len(columns) == 0
		s.compress(g, max(1, n/Width), &words, t, last)
		if last {
			return
		}
	}
}

// compress takes a block into the chaining values of the given number of groups from
// group g on.
func (s *blake2sLanes) compress(g, groups int, words *blake2sWords, t uint64, last bool) {
	h := s.h[g : g+groups]
	blake2sCompress(s.k, h, words, uint32(t), uint32(t>>32), blake2sFinal(last))
}

// blake2sFinal is the finalisation flag of BLAKE2s (RFC 7693, section 3.2), as a mask.
func blake2sFinal(last bool) uint32 {
	if last {
		return math.MaxUint32
	}
	return 0
}

// digests sets out to the chaining values.
func (s *blake2sLanes) digests(out []hash.Digest) {
	g := 0
	for ; len(out) >= Width; g++ {
		blake2sDigests(s.k, (*[Width]hash.Digest)(out), &s.h[g])
		out = out[Width:]
	}
	if len(out) > 0 {
		var padded [Width]hash.Digest
		blake2sDigests(s.k, &padded, &s.h[g])
		copy(out, padded[:])
	}
}
