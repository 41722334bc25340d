package prover

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/soundness"
)

// after is a context that is cancelled when a phase begins.
type after struct {
	phase  string
	cancel context.CancelFunc
}

func (a after) Phase(name string) {
	if name == a.phase {
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
		p := loadGuest(t, c.guest)
		if c.cancel != "" {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := Prove(ctx, p, nil, Options{Profile: c.profile, Workspace: shared, Observer: after{c.cancel, cancel}})
			require.ErrorIs(t, err, context.Canceled)
		}
		want, err := Prove(t.Context(), p, nil, Options{Profile: c.profile})
		require.NoError(t, err)
		got, err := Prove(t.Context(), p, nil, Options{Profile: c.profile, Workspace: shared})
		require.NoError(t, err)
		require.Equal(t, want.Proof, got.Proof, "%s, %v", c.guest, c.profile)
	}
}

func TestWorkspaceBusy(t *testing.T) {
	w := NewWorkspace()
	defer w.Close()
	require.NoError(t, w.begin())
	_, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, Options{Workspace: w})
	require.ErrorIs(t, err, ErrBusy)
	w.end()
	require.NoError(t, w.begin())
}

// What a proof has in use at the end is what it opens: everything else was given back.
func TestWorkspaceGivesBack(t *testing.T) {
	w := NewWorkspace()
	defer w.Close()
	if w.mem.OnHeap() {
		t.Skip("columns come from the heap on this system")
	}
	r, err := Prove(t.Context(), loadGuest(t, "alu"), nil, Options{Workspace: w})
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
