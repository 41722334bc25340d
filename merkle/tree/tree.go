// Package tree builds mixed-height Merkle trees and opens them, for the prover. The
// format of what it opens is that of package merkle.
package tree

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/merkle"
)

// ErrColumn is returned for a column that doesn't have the height of its group.
var ErrColumn = errors.New("tree: column has the wrong height")

const (
	// dropped is the number of levels at the bottom, leaves first, that a tree doesn't
	// keep: opening computes them anew from the columns, 2^dropped rows for a
	// query. A kept level would take 36 bytes a leaf.
	dropped = 3
	// block is the number of nodes of the lowest kept level that are computed at a time,
	// so that the levels below them stay in the cache.
	block = 64
	// fewBlocks is the number of blocks for each thread below which levels have fewer threads:
	// in lanes they are a few microseconds of work.
	fewBlocks = 8
)

// Group is a table of 2^LogHeight rows, given by its columns.
type Group struct {
	LogHeight int
	Columns   [][]field.M31
}

// Tree is a tree with all its nodes from the cap down to a few levels above the leaves.
// It keeps the columns that it was built from, which must not change while it is in use.
type Tree struct {
	h      hash.Hasher
	shape  merkle.Shape
	groups []Group
	capLog int
	top    int             // log of the number of leaves
	kept   int             // log of the size of the lowest level kept
	levels [][]hash.Digest // levels[k-capLog] has 2^k nodes, for capLog <= k <= kept
}

// Build hashes the groups, which have strictly decreasing heights and one column each at
// least, to a tree with a cap of 2^capLog nodes. The result doesn't depend on the number
// of threads. A cancelled context ends it with that context's error.
// The nodes have memory of mem, nil for the heap, but for the cap, which outlives it.
func Build(ctx context.Context, h hash.Hasher, groups []Group, capLog, threads int, mem *arena.Arena) (*Tree, error) {
	shape := make(merkle.Shape, len(groups))
	for i, g := range groups {
		shape[i] = merkle.Layer{LogHeight: g.LogHeight, Width: len(g.Columns)}
	}
	if err := shape.Check(capLog); err != nil {
		return nil, fmt.Errorf("tree: %w", err)
	}
	for i, g := range groups {
		for j, c := range g.Columns {
			if len(c) != 1<<g.LogHeight {
				return nil, fmt.Errorf("%w: group %d, column %d: %d rows, not 2^%d", ErrColumn, i, j, len(c), g.LogHeight)
			}
		}
	}
	t := &Tree{h: h, shape: shape, groups: groups, capLog: capLog, top: shape[0].LogHeight}
	t.kept = max(capLog, t.top-dropped)
	t.levels = make([][]hash.Digest, t.kept-capLog+1)
	for k := t.kept; k >= capLog; k-- {
		if err := t.build(ctx, k, threads, mem); err != nil {
			return nil, fmt.Errorf("tree: %w", err)
		}
	}
	return t, nil
}

// build computes level k, and below it the levels that aren't kept.
func (t *Tree) build(ctx context.Context, k, threads int, mem *arena.Arena) error {
	if k == t.capLog {
		mem = nil
	}
	out := arena.Slice[hash.Digest](mem, 1<<k)
	t.levels[k-t.capLog] = out
	blocks := (len(out) + block - 1) / block
	par.Chunks(min(threads, blocks/fewBlocks), blocks, func(lo, hi int) {
		var s scratch
		for b := lo; b < hi && ctx.Err() == nil; b++ {
			start := b * block
			end := min(start+block, len(out))
			t.compute(k, start, out[start:end], &s)
		}
	})
	return ctx.Err()
}

// scratch holds nodes of the levels that aren't kept, for one goroutine.
type scratch [dropped][]hash.Digest

// compute sets out to the nodes of level k from index lo on.
func (t *Tree) compute(k, lo int, out []hash.Digest, s *scratch) {
	if k == t.top {
		lanes.Leaves(t.h, t.groups[0].Columns, lo, out)
		return
	}
	var children []hash.Digest
	if k < t.kept {
		children = t.levels[k+1-t.capLog][2*lo : 2*(lo+len(out))]
	} else {
		own := &s[k-t.kept]
		if len(*own) < 2*len(out) {
			*own = make([]hash.Digest, 2*len(out))
		}
		children = (*own)[:2*len(out)]
		t.compute(k+1, 2*lo, children, s)
	}
	if g := t.group(k); g != nil {
		lanes.NodeRows(t.h, children, g.Columns, lo, out)
		return
	}
	lanes.Nodes(t.h, children, out)
}

// group is the group of height 2^k, or nil.
func (t *Tree) group(k int) *Group {
	for i := range t.groups {
		if t.groups[i].LogHeight == k {
			return &t.groups[i]
		}
	}
	return nil
}

// Shape returns the heights and widths of the groups.
func (t *Tree) Shape() merkle.Shape {
	return t.shape
}

// CapLog is the log of the number of nodes in the cap.
func (t *Tree) CapLog() int {
	return t.capLog
}

// Cap returns the commitment, 2^CapLog() nodes. It belongs to the tree.
func (t *Tree) Cap() []hash.Digest {
	return t.levels[0]
}
