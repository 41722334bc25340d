// Package merkle verifies openings of mixed-height Merkle trees.
//
// A tree commits to tables of different heights, powers of two, with the row of one table
// of each height. The leaves are the hashes of the rows of the tallest table; a node is
// the hash of its two children and, where the level has as many nodes as a shorter table
// has rows, of that table's row of the same index too. The commitment is the cap: all
// nodes of one level, no higher than the shortest table.
//
// Queries are indices into the tallest table; query i opens row i >> k of a table that is
// 2^k times shorter. One proof opens all queries and holds nothing twice: each opened row
// stands once, and only those nodes are given that cannot be computed from the others.
package merkle

import (
	"errors"
	"fmt"
	"slices"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// Limits of a shape, so that no product of its numbers overflows.
const (
	MaxLogHeight = 31
	MaxWidth     = 1 << 24
	MaxIndices   = 1 << 20
)

var (
	// ErrShape is returned for a shape or a cap's size that no tree has.
	ErrShape = errors.New("merkle: impossible shape")
	// ErrIndex is returned for an empty list of indices, a list too long, or an index
	// that isn't below the largest height.
	ErrIndex = errors.New("merkle: bad query indices")
	// ErrCap is returned for a cap that doesn't have the size agreed.
	ErrCap = errors.New("merkle: cap has the wrong size")
	// ErrRows is returned when a table's opened rows are too few or too many.
	ErrRows = errors.New("merkle: wrong number of opened elements")
	// ErrMissingNodes is returned when a proof has fewer nodes than it must.
	ErrMissingNodes = errors.New("merkle: nodes missing")
	// ErrSurplusNodes is returned when a proof has more nodes than it must.
	ErrSurplusNodes = errors.New("merkle: surplus nodes")
	// ErrNonCanonical is returned for a digest or a row with a word out of range.
	ErrNonCanonical = errors.New("merkle: not canonical")
	// ErrMismatch is returned when rows and nodes don't hash to the cap.
	ErrMismatch = errors.New("merkle: opening doesn't match the cap")
)

// Layer is a table: 2^LogHeight rows of Width elements.
type Layer struct {
	LogHeight int
	Width     int
}

// Shape lists the tables of a tree by strictly decreasing height.
type Shape []Layer

// Rows holds opened rows. Rows[l] are those of layer l of the shape: the distinct rows
// that the queries open, by increasing index, one after the other.
type Rows [][]field.M31

// Proof holds the nodes that the opened rows don't give: level by level from the leaves
// up, by increasing index within a level.
type Proof struct {
	Nodes []hash.Digest
}

// Check reports whether a tree of this shape can have a cap of 2^capLog nodes: the list
// isn't empty, heights decrease, widths are positive, and the cap lies no lower than the
// level of the shortest table.
func (s Shape) Check(capLog int) error {
	if len(s) == 0 {
		return fmt.Errorf("%w: no layers", ErrShape)
	}
	above := MaxLogHeight + 1
	for i, l := range s {
		if l.LogHeight < 0 || l.LogHeight >= above {
			return fmt.Errorf("%w: layer %d has height 2^%d", ErrShape, i, l.LogHeight)
		}
		if l.Width < 1 || l.Width > MaxWidth {
			return fmt.Errorf("%w: layer %d has width %d", ErrShape, i, l.Width)
		}
		above = l.LogHeight
	}
	if capLog < 0 || capLog > above {
		return fmt.Errorf("%w: cap of 2^%d nodes, shortest layer of 2^%d rows", ErrShape, capLog, above)
	}
	return nil
}

// CapLog returns the height of the largest cap up to 2^want nodes that the shape allows.
func (s Shape) CapLog(want int) int {
	for _, l := range s {
		want = min(want, l.LogHeight)
	}
	return max(want, 0)
}

// Distinct returns the different values of i >> shift for the indices i, increasing. They
// are the rows that the queries open in a layer 2^shift times shorter than the tallest.
func Distinct(indices []uint32, shift int) []uint32 {
	out := make([]uint32, len(indices))
	for i, x := range indices {
		out[i] = x >> shift
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Row returns the row of layer l that query index opens, from opened rows that mean nothing
// unless Verify accepts them; ok is false if the query isn't among the indices that were
// opened. distinct is Distinct(indices, shift) for that layer.
func (r Rows) Row(s Shape, l int, distinct []uint32, index uint32) (row []field.M31, ok bool) {
	if l < 0 || l >= len(s) || l >= len(r) {
		return nil, false
	}
	k, ok := slices.BinarySearch(distinct, index>>(s[0].LogHeight-s[l].LogHeight))
	w := s[l].Width
	if !ok || (k+1)*w > len(r[l]) {
		return nil, false
	}
	return r[l][k*w : (k+1)*w], true
}
