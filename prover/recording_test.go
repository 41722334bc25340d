package prover

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/rv/exec"
)

// The recording of a run of one segment has memory of the workspace that proves it.
func TestRecordingMemory(t *testing.T) {
	r, err := newRun(t.Context(), loadGuest(t, "alu"), nil, Options{})
	require.NoError(t, err)
	defer r.close()
	require.NoError(t, r.makePlan(t.Context()))
	mem := r.space.memory()
	if mem.OnHeap() {
		t.Skip("columns come from Go's heap on this system: there is no arena to look at")
	}
	require.NotZero(t, mem.Stats().InUse)
	s, err := r.openWhole()
	require.NoError(t, err)
	s.Run.Records.Drop(func(r []exec.Record) { arena.FreeSlice(mem, r) })
	require.Zero(t, mem.Stats().InUse)
}

// That of a run of several isn't kept.
func TestRecordingMemoryOfSeveral(t *testing.T) {
	r, err := newRun(t.Context(), loadGuest(t, "alu"), nil, Options{SegmentCycles: 100})
	require.NoError(t, err)
	defer r.close()
	require.NoError(t, r.makePlan(t.Context()))
	require.Greater(t, len(r.plan.Cuts), 1)
	require.Zero(t, r.space.memory().Stats().InUse)
}

// A recording has memory only while fewer than so many others have it.
func TestRecordingsWait(t *testing.T) {
	r, err := newRun(t.Context(), loadGuest(t, "alu"), nil, Options{SegmentCycles: 100})
	require.NoError(t, err)
	defer r.close()
	require.NoError(t, r.makePlan(t.Context()))
	c, err := r.newCutter(1)
	require.NoError(t, err)
	first, err := c.record(t.Context(), 0)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.record(ctx, 1)
	require.ErrorIs(t, err, context.Canceled)
	c.spend(first.Segment.Run)
	_, err = c.record(t.Context(), 1)
	require.NoError(t, err)
	require.Zero(t, first.Segment.Run.Records.Len())
}
