package hash

import (
	"encoding/binary"

	"github.com/orrery/orrery/field"
)

// blake2sBlock is the length of a block in words.
const blake2sBlock = 16

// Personal is the personalisation string of BLAKE2s. Each use of the hash has its own,
// and so its own initial chaining value: no input of one use can stand for another's.
type Personal [8]byte

// The personalisations of the Merkle hashes.
var (
	personalLeaf    = Personal([]byte("OrryLeaf"))
	personalNode    = Personal([]byte("OrryNode"))
	personalNodeRow = Personal([]byte("OrryNRow"))
)

// Initial chaining values of the Merkle hashes.
var (
	initLeaf    = Blake2sInit(personalLeaf)
	initNode    = Blake2sInit(personalNode)
	initNodeRow = Blake2sInit(personalNodeRow)
)

// Blake2sMerkleInits returns the chaining values before the first block of what Leaf, Node
// and NodeRow of the Hasher hash.
func Blake2sMerkleInits() (leaf, node, nodeRow [8]uint32) {
	return initLeaf, initNode, initNodeRow
}

// Blake2sInit returns the chaining value before the first block of unkeyed, sequential
// BLAKE2s with a digest of 32 bytes, no salt and the given personalisation (the parameter
// block of the BLAKE2 paper, section 2.8: bytes 32, 0, 1, 1 first, personalisation last).
func Blake2sInit(p Personal) [8]uint32 {
	h := blake2sIV
	h[0] ^= 0x01010020
	h[6] ^= binary.LittleEndian.Uint32(p[:4])
	h[7] ^= binary.LittleEndian.Uint32(p[4:])
	return h
}

// Blake2sState is a message in the course of being hashed. NewBlake2s makes one.
type Blake2sState struct {
	h   [8]uint32
	buf [4 * blake2sBlock]byte
	n   int    // bytes in buf; a full buffer waits, for it may be the last block
	t   uint64 // bytes compressed
}

// NewBlake2s starts BLAKE2s-256 with the given personalisation; the zero Personal is
// BLAKE2s-256 as in RFC 7693.
func NewBlake2s(p Personal) Blake2sState {
	return Blake2sState{h: Blake2sInit(p)}
}

// Write appends b to the message.
func (s *Blake2sState) Write(b []byte) {
	for len(b) > 0 {
		if s.n == len(s.buf) {
			s.compress(false)
			s.n = 0
		}
		k := copy(s.buf[s.n:], b)
		s.n += k
		b = b[k:]
	}
}

// WriteWord appends the four bytes of w, little endian, to the message.
func (s *Blake2sState) WriteWord(w uint32) {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], w)
	s.Write(b[:])
}

// WriteUint64 appends the eight bytes of w, little endian, to the message.
func (s *Blake2sState) WriteUint64(w uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], w)
	s.Write(b[:])
}

// Sum returns the digest of the message so far and leaves the state as it is.
func (s *Blake2sState) Sum() Digest {
	last := *s
	clear(last.buf[last.n:])
	last.compress(true)
	return blake2sDigest(&last.h)
}

// compress takes the first n bytes of the buffer, padded to a block, into h.
func (s *Blake2sState) compress(last bool) {
	var m [blake2sBlock]uint32
	for i := range m {
		m[i] = binary.LittleEndian.Uint32(s.buf[4*i:])
	}
	s.t += uint64(s.n)
	Blake2sCompress(&s.h, &m, s.t, last)
}

func blake2sDigest(h *[8]uint32) Digest {
	return Digest{h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]}
}

// blake2sHasher is the Hasher of Blake2s. Rows are hashed as the little-endian bytes of
// their elements; BLAKE2s binds the length of the message.
type blake2sHasher struct{}

func (blake2sHasher) ID() ID           { return Blake2s }
func (blake2sHasher) DigestWords() int { return Blake2sWords }

func (blake2sHasher) Leaf(row []field.M31) Digest {
	h := initLeaf
	blake2sRow(&h, 0, row)
	return blake2sDigest(&h)
}

// Node is a single compression: the children fill the block.
func (blake2sHasher) Node(l, r Digest) Digest {
	h := initNode
	m := blake2sPair(&l, &r)
	Blake2sCompress(&h, &m, 64, true)
	return blake2sDigest(&h)
}

func (blake2sHasher) NodeRow(l, r Digest, row []field.M31) Digest {
	h := initNodeRow
	m := blake2sPair(&l, &r)
	Blake2sCompress(&h, &m, 64, len(row) == 0)
	if len(row) > 0 {
		blake2sRow(&h, 64, row)
	}
	return blake2sDigest(&h)
}

// blake2sPair is the block of two digests.
func blake2sPair(l, r *Digest) (m [blake2sBlock]uint32) {
	copy(m[:8], l[:8])
	copy(m[8:], r[:8])
	return m
}

// blake2sRow takes the elements of row into h as the end of a message of which t bytes,
// whole blocks, are compressed already.
func blake2sRow(h *[8]uint32, t uint64, row []field.M31) {
	var m [blake2sBlock]uint32
	for len(row) > blake2sBlock {
		for i, x := range row[:blake2sBlock] {
			m[i] = uint32(x)
		}
		t += 4 * blake2sBlock
		Blake2sCompress(h, &m, t, false)
		row = row[blake2sBlock:]
	}
	m = [blake2sBlock]uint32{}
	for i, x := range row {
		m[i] = uint32(x)
	}
	Blake2sCompress(h, &m, t+4*uint64(len(row)), true)
}
