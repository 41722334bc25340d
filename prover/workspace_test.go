package prover

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/soundness"
)

// onlyJob is the job of a run of one segment.
func onlyJob(t *testing.T, guest string, profile soundness.Profile) *job.Job {
	t.Helper()
	p := loadGuest(t, guest)
	plan, err := NewPlan(t.Context(), p, nil, Options{Profile: profile})
	require.NoError(t, err)
	require.Len(t, plan.Cuts, 1)
	cutter, err := job.NewCutter(p, nil, &plan.Run, profile, hash.Blake2s, job.Options{})
	require.NoError(t, err)
	j, err := cutter.Next(t.Context(), plan.Cuts[0])
	require.NoError(t, err)
	return j
}

// after is a context that is cancelled when a phase begins.
type after struct {
	phase  string
	cancel context.CancelFunc
}

func (a after) Observe(e Event) {
	if e.Kind == EventPhase && e.Phase == a.phase {
		a.cancel()
	}
}

// Proofs that share a workspace are the same as others, whatever was proved there before, or given up.
func TestWorkspace(t *testing.T) {
	shared := NewWorkspace()
	defer func() { require.NoError(t, shared.Close()) }()
	for _, c := range []struct {
		guest   string
		profile soundness.Profile
		cancel  string // phase in which a proof is given up first
	}{
		{"exit42", soundness.Fast, ""},
		{"alu", soundness.Fast, PhaseConstraints},
		{"exit42", soundness.Balanced, PhaseInteraction},
		{"alu", soundness.Fast, PhaseTest},
	} {
		j := onlyJob(t, c.guest, c.profile)
		if c.cancel != "" {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := ProveSegment(ctx, j, SegmentOptions{Workspace: shared, Observer: after{c.cancel, cancel}})
			require.ErrorIs(t, err, context.Canceled)
		}
		want, err := ProveSegment(t.Context(), j, SegmentOptions{})
		require.NoError(t, err)
		got, err := ProveSegment(t.Context(), j, SegmentOptions{Workspace: shared})
		require.NoError(t, err)
		require.Equal(t, want.Encoded, got.Encoded, "%s, %v", c.guest, c.profile)
		if c.profile == soundness.Balanced {
			shared.giveUp() // the next proof takes memory anew
			require.Zero(t, shared.mem.Stats().Mapped)
		}
	}
}

func TestWorkspaceBusy(t *testing.T) {
	w := NewWorkspace()
	defer w.Close()
	require.NoError(t, w.begin())
	_, err := ProveSegment(t.Context(), onlyJob(t, "exit42", soundness.Fast), SegmentOptions{Workspace: w})
	require.ErrorIs(t, err, ErrBusy)
	w.end()
	require.NoError(t, w.begin())
}

// What a proof has in use at the end is what it opens: everything else was given back.
func TestWorkspaceGivesBack(t *testing.T) {
	w := NewWorkspace()
	defer w.Close()
	if w.mem.OnHeap() {
		t.Skip("columns come from Go's heap on this system: there is no arena to look at")
	}
	r, err := ProveSegment(t.Context(), onlyJob(t, "alu", soundness.Fast), SegmentOptions{Workspace: w})
	require.NoError(t, err)
	var committed uint64 // bytes at blow-up 2, of columns that aren't on the heap
	add := func(width, log int) {
		if n := 2 << log; n >= 4096 {
			committed += uint64(width) * 4 * uint64(n)
		}
	}
	for _, table := range r.Layout.Tables {
		add(len(table.AIR.Main)+6*table.AIR.Interactions(), table.LogHeight)
	}
	add(12, r.Layout.LogHeight)
	s := w.mem.Stats()
	t.Logf("committed %d, in use %d, peak %d, mapped %d", committed, s.InUse, s.Peak, s.Mapped)
	require.GreaterOrEqual(t, s.InUse, committed)
	require.Less(t, float64(s.InUse), 1.3*float64(committed+96*uint64(2<<r.Layout.LogHeight)))
	require.Less(t, float64(s.Mapped), 1.1*float64(s.Peak)+4e6)
}
