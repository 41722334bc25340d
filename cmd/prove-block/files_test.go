package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// list gives the names of the files in a directory.
func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, content := range []string{"first", "", "a longer one"} {
		require.NoError(t, checkWritable(path))
		require.NoError(t, writeFile(path, []byte(content)))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got))
	}
	assert.Equal(t, []string{"a"}, list(t, dir), "temporary files are left over")
}

func TestWriteFileMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file modes that could be kept")
	}
	dir := t.TempDir()
	plain, ours := filepath.Join(dir, "plain"), filepath.Join(dir, "ours")
	require.NoError(t, os.WriteFile(plain, nil, 0o666))
	require.NoError(t, writeFile(ours, nil))
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info.Mode()
	}
	assert.Equal(t, mode(plain), mode(ours), "a new file has the mode that the umask leaves")
	require.NoError(t, os.Chmod(ours, 0o600))
	require.NoError(t, writeFile(ours, []byte("x")))
	assert.Equal(t, fs.FileMode(0o600), mode(ours), "an old file keeps its mode")
}

func TestWriteFileThroughLink(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	real, link := filepath.Join(other, "real"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(real, []byte("old"), 0o666))
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic link can be made here, and so none be followed: ", err)
	}
	require.NoError(t, writeFile(link, []byte("new")))
	got, err := os.ReadFile(real)
	require.NoError(t, err)
	assert.Equal(t, "new", string(got))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&fs.ModeSymlink, "the link was replaced")
}

func TestWriteFileFails(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "d"), 0o777))
	for _, path := range []string{filepath.Join(dir, "d"), filepath.Join(dir, "missing", "a"), filepath.Join(dir, "d") + "/"} {
		assert.Error(t, checkWritable(path), path)
		assert.Error(t, writeFile(path, []byte("x")), path)
	}
	assert.Equal(t, []string{"d"}, list(t, dir))
}

func TestWriteFileToDevice(t *testing.T) {
	info, err := os.Stat(os.DevNull)
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("this system has no device file, that could be replaced by mistake")
	}
	require.NoError(t, writeFile(os.DevNull, []byte("x")))
	after, err := os.Stat(os.DevNull)
	require.NoError(t, err)
	assert.Equal(t, info.Mode(), after.Mode(), "the device was replaced by a file")
}

// endless never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestReadLimits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	require.NoError(t, os.WriteFile(path, []byte("12345"), 0o666))
	s := &session{ctx: t.Context(), stdin: endless{}}
	got, err := s.readFile("PROOF", fileName(path), 5)
	require.NoError(t, err)
	assert.Equal(t, "12345", string(got))
	_, err = s.readFile("PROOF", fileName(path), 4)
	assert.ErrorIs(t, err, errTooLarge)
	_, err = s.readFile("PROOF", dash, 1<<20)
	assert.ErrorIs(t, err, errTooLarge)
}

func TestReadSparseFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	if err := f.Truncate(1 << 40); err != nil {
		t.Skip("no file of a terabyte can be made here without its blocks: ", err)
	}
	s := &session{ctx: t.Context()}
	_, err = s.readFile("PROOF", fileName(path), maxProof)
	assert.ErrorIs(t, err, errTooLarge)
}

func TestReadIsInterrupted(t *testing.T) {
	r, w := io.Pipe() // nobody writes
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &session{ctx: ctx, stdin: r}
	_, err := s.readFile("PROOF", dash, 10)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestReadFails(t *testing.T) {
	broken := errors.New("broken")
	s := &session{ctx: t.Context(), stdin: io.MultiReader(strings.NewReader("x"), failing{broken})}
	_, err := s.readFile("--input", dash, 10)
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "--input")
}

// failing is a reader and a writer that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
