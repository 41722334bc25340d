package memtree

import (
	"errors"
	"fmt"
	"iter"

	"github.com/orrery/orrery/hash"
)

// ErrBlocks marks blocks that are out of order or outside the quarter in question.
var ErrBlocks = errors.New("memtree: bad block index")

// Hash is the digest of quarter q (0 to 3) with the given content. Blocks come in
// increasing order of their index; memory that none covers is zero. The time is linear in
// the number of blocks and the space doesn't depend on it.
func Hash(q uint32, blocks iter.Seq[Block]) (hash.Digest, error) {
	var s stream
	next := q * quarterLeaves
	end := next + (quarterLeaves - 1) // inclusive: the last quarter ends at 2^26
	for b := range blocks {
		if b.Index < next || b.Index > end {
			return hash.Digest{}, fmt.Errorf("%w: %#x in quarter %d, at least %#x expected", ErrBlocks, b.Index, q, next)
		}
		s.push(b.Index, Leaf(&b.Words))
		next = b.Index + 1
	}
	if !s.any {
		return Zero(QuarterLevel), nil
	}
	s.climb(QuarterLevel, nil)
	return s.digest, nil
}

// stream is a tree that is filled from left to right: the rightmost complete subtree, and
// the complete subtrees to the left of its ancestors.
type stream struct {
	any     bool
	level   int
	index   uint32
	digest  hash.Digest
	left    [LeafLevel + 1]hash.Digest // at each level, the left sibling where waiting
	waiting [LeafLevel + 1]bool
}

// push appends a leaf.
func (s *stream) push(index uint32, d hash.Digest) {
	if s.any {
		// The lowest common ancestor's left child is complete now; it waits.
		s.climb(0, &index)
		s.left[s.level], s.waiting[s.level] = s.digest, true
	}
	s.any, s.level, s.index, s.digest = true, LeafLevel, index, d
}

// climb completes ancestors up to the level, or up to the left sibling of an ancestor of
// the leaf next.
func (s *stream) climb(level int, next *uint32) {
	for s.level > level {
		switch {
		case s.index&1 == 1:
			left := Zero(s.level)
			if s.waiting[s.level] {
				left, s.waiting[s.level] = s.left[s.level], false
			}
			s.digest = Node(left, s.digest)
		case next != nil && *next>>(LeafLevel-s.level) == s.index+1:
			return
		default:
			s.digest = Node(s.digest, Zero(s.level))
		}
		s.level--
		s.index >>= 1
	}
}
