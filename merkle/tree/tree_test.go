package tree_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/merkle/tree"
)

// group returns a table whose cells all differ.
func group(logHeight, width int) tree.Group {
	g := tree.Group{LogHeight: logHeight, Columns: make([][]field.M31, width)}
	for c := range g.Columns {
		g.Columns[c] = make([]field.M31, 1<<logHeight)
		for r := range g.Columns[c] {
			g.Columns[c][r] = field.New(uint64(logHeight<<28 + c<<20 + r))
		}
	}
	return g
}

func hashers(t testing.TB) []hash.Hasher {
	var out []hash.Hasher
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		h, err := hash.New(id)
		require.NoError(t, err)
		out = append(out, h)
	}
	return out
}

// TestThreads compares trees and openings for several numbers of threads.
func TestThreads(t *testing.T) {
	groups := []tree.Group{group(11, 3), group(10, 1), group(6, 5)}
	indices := []uint32{5, 2047, 1024, 5, 1500}
	for _, h := range hashers(t) {
		one, err := tree.Build(context.Background(), h, groups, 2, 1, nil)
		require.NoError(t, err)
		rows, proof, err := one.Open(indices, 1)
		require.NoError(t, err)
		for _, threads := range []int{0, 2, 3, 16} {
			many, err := tree.Build(context.Background(), h, groups, 2, threads, nil)
			require.NoError(t, err)
			require.Equal(t, one.Cap(), many.Cap())
			rows2, proof2, err := many.Open(indices, threads)
			require.NoError(t, err)
			require.Equal(t, rows, rows2)
			require.Equal(t, proof, proof2)
		}
		require.NoError(t, merkle.Verify(h, one.Cap(), one.CapLog(), one.Shape(), indices, rows, proof))
	}
}

func TestBuildErrors(t *testing.T) {
	h := hashers(t)[0]
	short := group(3, 2)
	short.Columns[1] = short.Columns[1][:7]
	for _, c := range []struct {
		name   string
		groups []tree.Group
		capLog int
		want   error
	}{
		{"none", nil, 0, merkle.ErrShape},
		{"equal heights", []tree.Group{group(3, 1), group(3, 1)}, 0, merkle.ErrShape},
		{"increasing heights", []tree.Group{group(3, 1), group(4, 1)}, 0, merkle.ErrShape},
		{"no columns", []tree.Group{group(3, 0)}, 0, merkle.ErrShape},
		{"cap too large", []tree.Group{group(3, 1), group(2, 1)}, 3, merkle.ErrShape},
		{"short column", []tree.Group{short}, 0, tree.ErrColumn},
	} {
		_, err := tree.Build(context.Background(), h, c.groups, c.capLog, 1, nil)
		require.ErrorIs(t, err, c.want, c.name)
	}

	tr, err := tree.Build(context.Background(), h, []tree.Group{group(3, 1)}, 0, 1, nil)
	require.NoError(t, err)
	for _, indices := range [][]uint32{nil, {}, {8}, {0, 1 << 31}} {
		_, _, err := tr.Open(indices, 1)
		require.ErrorIs(t, err, merkle.ErrIndex)
	}
}

func TestBuildCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := tree.Build(ctx, hashers(t)[0], []tree.Group{group(8, 1)}, 0, 2, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// BenchmarkBuild reports cells a second for a main trace of one height on one thread.
func BenchmarkBuild(b *testing.B) {
	const logHeight = 12
	for _, h := range hashers(b) {
		for _, width := range []int{16, 256} {
			groups := []tree.Group{group(logHeight, width)}
			b.Run(fmt.Sprintf("%v/width%d", h.ID(), width), func(b *testing.B) {
				for b.Loop() {
					if _, err := tree.Build(context.Background(), h, groups, 4, 1, nil); err != nil {
						b.Fatal(err)
					}
				}
				cells := float64(width << logHeight)
				b.ReportMetric(cells*float64(b.N)/b.Elapsed().Seconds(), "cells/s")
			})
		}
	}
}
