package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/prover"
)

// exit42Proof is a proof for the guest exit42, made once for all tests.
var exit42Proof = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "prove-block")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "proof")
	var errs strings.Builder
	if run(context.Background(), []string{"prove", guests + "/exit42.elf", "--out", path, "--json"}, nil, &strings.Builder{}, &errs) != statusDone {
		return nil, errors.New(errs.String())
	}
	return os.ReadFile(path)
})

func TestProveIsInterrupted(t *testing.T) {
	for _, phase := range prover.Phases()[:len(prover.Phases())-1] { // behind the last there is a proof
		dir := t.TempDir()
		stdout, _ := interrupted(t, phase, "prove", guests+"/exit42.elf", "--out", filepath.Join(dir, "proof"), "--json")
		assert.JSONEq(t, `{"error":"interrupted","version":"`+version+`"}`, stdout)
		assert.Empty(t, list(t, dir), "phase %s: files are left over", phase)
	}
}

func TestProvePhases(t *testing.T) {
	status, _, stderr := command(t, "", "prove", guests+"/exit42.elf", "--quiet", "--progress", "json")
	require.Zero(t, status, stderr)
	var phases []string
	for _, u := range lines(t, stderr) {
		if u.Phase != "" {
			phases = append(phases, u.Phase)
			assert.Equal(t, min(len(phases), len(prover.Phases())), u.Step)
		}
	}
	assert.Equal(t, append(slices.Clone(prover.Phases()), "done"), phases)
}

// TestDamagedProofs flips bits all over a proof. None may be accepted, and nothing may panic.
func TestDamagedProofs(t *testing.T) {
	encoded, err := exit42Proof()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "proof")
	check := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(path, b, 0o666))
		status, stdout, stderr := command(t, "", "verify", path, "--program", guests+"/exit42.elf", "--json")
		assert.Equal(t, statusFailed, status, name)
		assert.NotEmpty(t, stderr, name)
		var r report
		require.NoError(t, json.Unmarshal([]byte(stdout), &r), name)
		require.NotNil(t, r.Accepted, name)
		assert.False(t, *r.Accepted, name)
		assert.NotEmpty(t, r.Error, name)
		assert.Empty(t, r.ProgramID, "%s: a rejected proof claims something", name)
		status, _, _ = command(t, "", "inspect", path)
		assert.Contains(t, []int{statusDone, statusFailed}, status, name)
	}
	check("empty", nil)
	check("cut", encoded[:len(encoded)-1])
	check("longer", append(slices.Clone(encoded), 0))
	offsets := []int{0, 8, 12, 13}
	for i := range 20 {
		offsets = append(offsets, 14+i*13)
		offsets = append(offsets, 512+(len(encoded)-513)*i/19)
	}
	for _, at := range offsets {
		b := slices.Clone(encoded)
		b[at] ^= 1
		check(fmt.Sprint("byte ", at), b)
	}
}

func TestParts(t *testing.T) {
	encoded, err := exit42Proof()
	require.NoError(t, err)
	list, err := partsOf(encoded)
	require.NoError(t, err)
	total := 0
	seen := map[string]bool{}
	for _, x := range list {
		assert.Positive(t, x.Bytes)
		assert.Contains(t, partNames, x.Part)
		total += x.Bytes
		seen[x.Part] = true
	}
	assert.Equal(t, len(encoded), total, "the parts don't add up to the proof")
	assert.Len(t, seen, len(partNames))
}
