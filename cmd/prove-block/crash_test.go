package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// built gives a path by which this test binary is the command (see TestMain).
func built(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "prove-block")
	if err := os.Symlink(self, path); err != nil {
		t.Skip("the command is the test binary by another name, and no symbolic link can be made here: ", err)
	}
	return path
}

// TestCrashes kills a prover at random moments. Whatever it leaves behind, the next one goes
// on there, and the proof is the same in the end.
func TestCrashes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("on Windows a lock outlives a process that is killed")
	}
	kills := 30
	if testing.Short() {
		kills = 4
	}
	command, dir := built(t), t.TempDir()
	work := filepath.Join(dir, "work")
	line := func(out string, more ...string) *exec.Cmd {
		return exec.Command(command, append([]string{
			"prove", guests + "/exit42.elf", "--segment-cycles", "16", "--out", filepath.Join(dir, out), "--json", "--quiet",
		}, more...)...)
	}
	start := time.Now()
	require.NoError(t, line("whole").Run())
	whole := time.Since(start)
	want, err := os.ReadFile(filepath.Join(dir, "whole"))
	require.NoError(t, err)

	rng := rand.New(rand.NewPCG(6, 30))
	var out bytes.Buffer
	finished := func() (reused int) {
		got, err := os.ReadFile(filepath.Join(dir, "resumed"))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(got, want), "other bytes after a crash")
		var r report
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		if r.SegmentsReused != nil {
			reused = *r.SegmentsReused
		}
		return reused
	}
	killed, reused := 0, 0
	for tries := 0; killed < kills && tries < 10*kills; tries++ {
		out.Reset()
		cmd := line("resumed", "--work", work)
		cmd.Stdout = &out
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(rng.Float64()*float64(whole)/4), func() { cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err != nil {
			require.False(t, cmd.ProcessState.Exited(), "a resumed prover failed: %v %s", err, out.String())
			killed++
			continue
		}
		reused += finished()
		require.NoError(t, os.RemoveAll(work))
	}
	out.Reset()
	cmd := line("resumed", "--work", work)
	cmd.Stdout = &out
	require.NoError(t, cmd.Run(), out.String())
	reused += finished()
	t.Logf("%d kills, %d segments survived to the end of a run", killed, reused)
	assert.Equal(t, kills, killed)
	assert.Empty(t, leftovers(t, work))
}

// leftovers lists temporary files.
func leftovers(t *testing.T, dir string) (names []string) {
	t.Helper()
	for _, name := range list(t, dir) {
		if name[0] == '.' {
			names = append(names, name)
		}
	}
	return names
}

// TestMaxMemory: a process stays within the memory that it was given, and its need is what it
// was planned to be, within 15%.
func TestMaxMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: proofs of half a million cycles")
	}
	command, dir := built(t), t.TempDir()
	input := filepath.Join(dir, "input")
	require.NoError(t, os.WriteFile(input, []byte{120, 0, 0, 0}, 0o666))
	for _, c := range []struct {
		limit   uint64
		profile string
		threads string
	}{
		{300 << 20, "fast", "2"},
		{600 << 20, "fast", "2"},
		{700 << 20, "balanced", "2"},
		{2000 << 20, "compact", "1"},
	} {
		cmd := exec.Command(command, "prove", guests+"/sha256chain.elf", "--input", input, "--max-memory", strconv.FormatUint(c.limit, 10),
			"--profile", c.profile, "--threads", c.threads, "--json", "--quiet")
		cmd.Env = append(os.Environ(), "GOGC=") // as it is where nobody sets it
		out, err := cmd.Output()
		require.NoError(t, err)
		var r report
		require.NoError(t, json.Unmarshal(out, &r))
		peak, planned := float64(*r.PeakMemoryBytes), float64(*r.PlannedMemoryBytes)
		t.Logf("%s: limit %d MiB, planned %.0f MiB, peak %.0f MiB, %d segments, %d at a time", c.profile, c.limit>>20, planned/(1<<20), peak/(1<<20), *r.Segments, *r.Workers)
		assert.LessOrEqual(t, peak, 1.15*float64(c.limit))
		assert.InEpsilon(t, planned, peak, 0.15)
	}
}
