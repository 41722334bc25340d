package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watcher cancels when a text goes by.
type watcher struct {
	bytes.Buffer
	text   string
	cancel context.CancelFunc
}

func (w *watcher) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(w.text)) {
		w.cancel()
	}
	return w.Buffer.Write(b)
}

// interrupted runs a command line that is interrupted when the phase begins.
func interrupted(t *testing.T, phase string, args ...string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	errs := &watcher{text: `"phase":"` + phase + `"`, cancel: cancel}
	status := run(ctx, append(args, "--progress", "json"), strings.NewReader(""), &out, errs)
	assert.Equal(t, statusFailed, status, "phase %s: %s", phase, errs.String())
	assert.Contains(t, errs.String(), "prove-block: interrupted\n")
	assert.NotContains(t, errs.String(), `"phase":"done"`)
	return out.String(), errs.String()
}

func TestRunIsInterrupted(t *testing.T) {
	stdout, _ := interrupted(t, "execute", "run", guests+"/loop.elf")
	assert.Empty(t, stdout)
	stdout, _ = interrupted(t, "execute", "run", guests+"/loop.elf", "--json")
	assert.JSONEq(t, `{"error":"interrupted","version":"`+version+`"}`, stdout)
}

func TestSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signals that one process sends another")
	}
	// The test binary is the command if that is its name (see TestMain).
	self, err := os.Executable()
	require.NoError(t, err)
	path := t.TempDir() + "/prove-block"
	require.NoError(t, os.Symlink(self, path))
	cmd := exec.Command(path, "run", guests+"/loop.elf", "--progress", "json")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(stderr)
	require.True(t, lines.Scan(), "no progress")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.True(t, lines.Scan(), "no message")
	assert.Equal(t, "prove-block: interrupted", lines.Text())
	assert.Error(t, cmd.Wait())
	assert.Equal(t, statusFailed, cmd.ProcessState.ExitCode())
}
