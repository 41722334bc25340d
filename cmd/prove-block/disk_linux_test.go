package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mounted gives a directory on a file system of its own, where the system allows that.
func mounted(t *testing.T, flags uintptr, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		t.Skip("a full or read-only disk needs a file system of its own, which only root may mount: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestFullDisk: a work directory on a full disk is a clear error; what is finished is kept,
// and good for going on elsewhere.
func TestFullDisk(t *testing.T) {
	disk := mounted(t, 0, "size=4m") // two segments and a half
	prove := func(work string) (int, string, string) {
		return command(t, "", "prove", guests+"/exit42.elf", "--segment-cycles", "40", "--work", work, "--json", "--quiet")
	}
	status, stdout, stderr := prove(filepath.Join(disk, "work"))
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, stderr, "no space left on device")
	assert.Contains(t, stdout, `"error":`)
	assert.Empty(t, leftovers(t, filepath.Join(disk, "work")))

	elsewhere := filepath.Join(t.TempDir(), "work")
	require.NoError(t, os.CopyFS(elsewhere, os.DirFS(filepath.Join(disk, "work"))))
	status, stdout, stderr = prove(elsewhere)
	require.Equal(t, statusDone, status, stderr)
	var r report
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	require.NotNil(t, r.SegmentsReused)
	assert.Equal(t, 2, *r.SegmentsReused)
}

// TestReadOnlyDisk: so is one on a disk that can't be written to, whoever asks.
func TestReadOnlyDisk(t *testing.T) {
	disk := mounted(t, syscall.MS_RDONLY, "")
	status, _, stderr := command(t, "", "prove", guests+"/exit42.elf", "--work", disk)
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, stderr, "read-only file system")
}
