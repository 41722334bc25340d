package roofline

import (
	"context"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// counting is a hasher without kernels that counts what it would compress.
type counting struct {
	hash.Hasher
	id hash.ID
	n  *uint64
}

func (c counting) ID() hash.ID { return 0 }

func (c counting) Leaf(row []field.M31) hash.Digest {
	*c.n += leaf(c.id, len(row))
	return hash.Digest{}
}

func (c counting) Node(l, r hash.Digest) hash.Digest {
	*c.n++
	return hash.Digest{}
}

func (c counting) NodeRow(l, r hash.Digest, row []field.M31) hash.Digest {
	*c.n += nodeRow(c.id, len(row))
	return hash.Digest{}
}

func TestCompressions(t *testing.T) {
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		for _, c := range []struct {
			shape  merkle.Shape
			capLog int
		}{
			{merkle.Shape{{LogHeight: 0, Width: 1}}, 0},
			{merkle.Shape{{LogHeight: 5, Width: 3}}, 0},
			{merkle.Shape{{LogHeight: 7, Width: 16}, {LogHeight: 5, Width: 17}, {LogHeight: 2, Width: 33}}, 1},
			{merkle.Shape{{LogHeight: 9, Width: 100}, {LogHeight: 8, Width: 15}}, 8},
		} {
			var n uint64
			var groups []tree.Group
			for _, l := range c.shape {
				g := tree.Group{LogHeight: l.LogHeight}
				for range l.Width {
					g.Columns = append(g.Columns, make([]field.M31, 1<<l.LogHeight))
				}
				groups = append(groups, g)
			}
			_, err := tree.Build(t.Context(), counting{id: id, n: &n}, groups, c.capLog, 1, nil)
			require.NoError(t, err)
			assert.Equal(t, n, compressions(id, c.shape, c.capLog), "%v %v", id, c.shape)
		}
	}
}

// TestMessages compares the compressions of a message with the messages' lengths.
func TestMessages(t *testing.T) {
	for w, want := range map[int]uint64{0: 1, 1: 1, 16: 1, 17: 2, 32: 2, 33: 3} {
		assert.Equal(t, want, leaf(hash.Blake2s, w), w)
		assert.Equal(t, want+1, nodeRow(hash.Blake2s, max(w, 1)), w)
	}
	for w, want := range map[int]uint64{0: 1, 1: 1, 15: 1, 16: 2, 30: 2, 31: 3} {
		assert.Equal(t, want, leaf(hash.Poseidon2, w), w)
	}
	assert.Equal(t, uint64(2), nodeRow(hash.Poseidon2, 12)) // 18 words of digests
	assert.Equal(t, uint64(3), nodeRow(hash.Poseidon2, 13))
}

func TestTransforms(t *testing.T) {
	var task Task
	task.interpolate(1, 3) // three layers of four butterflies
	assert.Equal(t, uint64(12), task.Ops[Butterfly])
	assert.Equal(t, uint64(64), task.Bytes)
	task = Task{}
	task.extend(5, 3, 2)
	assert.Equal(t, uint64(5*4*12), task.Ops[Butterfly])
	assert.Equal(t, uint64(5*4*(8+32)), task.Bytes)
}

func TestSeconds(t *testing.T) {
	r := Rates{Bandwidth: 100}
	r.PerSecond[Mul], r.PerSecond[Add] = 10, 20
	assert.Equal(t, 3.0, r.Seconds(&Task{Ops: Ops{Mul: 20, Add: 20, Dot: 7}, Bytes: 200}))
	assert.Equal(t, 4.0, r.Seconds(&Task{Ops: Ops{Mul: 20, Add: 20}, Bytes: 400}))
	assert.Equal(t, 0.0, (&Rates{}).Seconds(&Task{Ops: Ops{Mul: 1}, Bytes: 1}))
}

// exit42 proves a small run.
func exit42(t *testing.T) *prover.Result {
	elf, err := os.ReadFile("../../testdata/guests/exit42.elf")
	require.NoError(t, err)
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: rv.DefaultMemory})
	require.NoError(t, err)
	r, err := prover.Prove(t.Context(), p, nil, prover.Options{Threads: 2})
	require.NoError(t, err)
	return r
}

// TestCount: each task is a span of a proof, and has work; a larger blow-up makes more of it.
func TestCount(t *testing.T) {
	r := exit42(t)
	fast := parameters(t, soundness.Fast, r.Layout)
	tasks := Count(r.Layout, fast, hash.Blake2s, Tries{1, 5 << 20})
	for _, task := range tasks {
		assert.True(t, slices.ContainsFunc(r.Spans, func(s prover.Span) bool {
			return s.Phase == task.Phase && s.Part == task.Part
		}), "no span %s, %s", task.Phase, task.Part)
		assert.False(t, task.Ops == Ops{} && task.Bytes == 0, "no work in %s, %s", task.Phase, task.Part)
		assert.Zero(t, task.Ops[Poseidon2])
	}
	var butterflies, compressed [2]uint64
	for i, profile := range []soundness.Profile{soundness.Fast, soundness.Balanced} {
		for _, task := range Count(r.Layout, parameters(t, profile, r.Layout), hash.Poseidon2, Tries{1, 1 << 20}) {
			butterflies[i] += task.Ops[Butterfly]
			compressed[i] += task.Ops[Poseidon2]
			assert.Zero(t, task.Ops[Blake2s])
		}
	}
	assert.Less(t, butterflies[0], butterflies[1])
	assert.Less(t, compressed[0], compressed[1])
}

func parameters(t *testing.T, profile soundness.Profile, l *verifier.Layout) soundness.Params {
	key, err := verifier.NewKey(profile, hash.Blake2s)
	require.NoError(t, err)
	p, _, err := key.Parameters(l)
	require.NoError(t, err)
	return p
}

func TestCalibrate(t *testing.T) {
	r, err := Calibrate(t.Context(), 2, 3)
	require.NoError(t, err)
	for _, k := range Kernels() {
		assert.Greater(t, r.PerSecond[k], 1000.0, k)
		assert.False(t, math.IsInf(r.PerSecond[k], 0), k)
	}
	assert.Greater(t, r.Bandwidth, 1e6)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Calibrate(ctx, 1, 3)
	assert.True(t, errors.Is(err, context.Canceled), err)
}

func TestMean(t *testing.T) {
	a, b := &Rates{Threads: 2, Bandwidth: 10}, &Rates{Threads: 2, Bandwidth: 20}
	a.PerSecond[Add], b.PerSecond[Add] = 1, 2
	m := Mean(a, b)
	assert.Equal(t, 2, m.Threads)
	assert.InDelta(t, 15, m.Bandwidth, 1e-9)
	assert.InDelta(t, 1.5, m.PerSecond[Add], 1e-9)
	assert.Zero(t, m.PerSecond[Mul])
}
