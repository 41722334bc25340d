package journal

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var params = Params{
	Proof: 2, Program: "ab", Input: "cd", GasLimit: 1 << 63, MemoryLimit: 1 << 28, Profile: "fast", Hash: "blake2s",
	SegmentCycles: 1 << 20, MaxMemory: 3 << 30,
}

func open(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Open(dir, params)
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

func TestFilesComeBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "work")
	j := open(t, dir)
	_, err := j.Plan()
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = j.Segment(1)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = j.SegmentSize(1)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, j.PutPlan([]byte("first")))
	require.NoError(t, j.PutPlan([]byte("plan")))
	require.NoError(t, j.PutSegment(1, []byte("one")))
	require.NoError(t, j.PutSegment(1234567, nil))
	require.NoError(t, j.Close())

	j = open(t, dir)
	plan, err := j.Plan()
	require.NoError(t, err)
	require.Equal(t, "plan", string(plan))
	one, err := j.Segment(1)
	require.NoError(t, err)
	require.Equal(t, "one", string(one))
	size, err := j.SegmentSize(1)
	require.NoError(t, err)
	require.Equal(t, 3, size)
	empty, err := j.Segment(1234567)
	require.NoError(t, err)
	require.Empty(t, empty)
	require.Equal(t, []string{"lock", "plan", "run.json", "segment-000001.proof", "segment-1234567.proof"}, names(t, dir))
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestDifferences(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, open(t, dir).Close())
	for name, change := range map[string]func(*Params){
		"proof_version":  func(p *Params) { p.Proof++ },
		"program_id":     func(p *Params) { p.Program = "x" },
		"input_digest":   func(p *Params) { p.Input = "x" },
		"gas_limit":      func(p *Params) { p.GasLimit-- },
		"memory_limit":   func(p *Params) { p.MemoryLimit, p.Program = 1, "x" },
		"profile":        func(p *Params) { p.Profile = "x" },
		"hash":           func(p *Params) { p.Hash = "x" },
		"segment_cycles": func(p *Params) { p.SegmentCycles = 1 },
		"max_memory":     func(p *Params) { p.MaxMemory = 1 },
	} {
		p := params
		change(&p)
		_, err := Open(dir, p)
		var d *DifferenceError
		require.ErrorAs(t, err, &d, name)
		require.Equal(t, name, d.Name)
		require.ErrorContains(t, err, name+" is "+d.Have+" there, not "+d.Want)
	}
	// The same again is no difference, and the failures have left the lock free.
	open(t, dir)
}

func TestOtherVersion(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, runName), []byte(`{"version": 7, "colour": "red"}`), 0o666))
	_, err := Open(dir, params)
	require.ErrorContains(t, err, "version is 7 there, not 1")
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	_, err := Open(dir, params)
	require.ErrorIs(t, err, ErrLocked)
	other := params
	other.Hash = "x"
	_, err = Open(dir, other)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, j.Close())
	open(t, dir)
}

// Every single bit of a file matters, and so do its length and its name.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, j.PutSegment(1, []byte("content")))
	require.NoError(t, j.PutSegment(2, []byte("intact")))
	path := filepath.Join(dir, SegmentName(1))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	check := func(b []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(path, b, 0o666))
		_, err := j.Segment(1)
		require.ErrorIs(t, err, ErrDamaged)
		require.ErrorContains(t, err, path)
	}
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 1 << (i % 8)
		check(b)
		check(good[:i])
	}
	check(append(bytes.Clone(good), 0))
	other, err := os.ReadFile(filepath.Join(dir, SegmentName(2)))
	require.NoError(t, err)
	check(other)

	b, err := j.Segment(2)
	require.NoError(t, err)
	require.Equal(t, "intact", string(b))
	require.NoError(t, j.PutSegment(1, []byte("again")))
	b, err = j.Segment(1)
	require.NoError(t, err)
	require.Equal(t, "again", string(b))
}

func TestStrangeFiles(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, os.Mkdir(filepath.Join(dir, SegmentName(1)), 0o777))
	_, err := j.Segment(1)
	require.ErrorIs(t, err, ErrDamaged)
	_, err = j.SegmentSize(1)
	require.ErrorIs(t, err, ErrDamaged)
	require.Error(t, j.PutSegment(1, nil))

	huge, err := os.Create(filepath.Join(dir, SegmentName(2)))
	require.NoError(t, err)
	defer huge.Close()
	if err := huge.Truncate(1 << 40); err != nil {
		t.Skip("no file of a terabyte can be made here without its blocks: ", err)
	}
	_, err = j.Segment(2)
	require.ErrorIs(t, err, ErrDamaged)
	_, err = j.SegmentSize(2)
	require.ErrorIs(t, err, ErrDamaged)
	require.Error(t, j.PutSegment(3, make([]byte, MaxContent+1)))
}

func TestDamagedRun(t *testing.T) {
	for _, text := range []string{"", "{", "[]", "null 1", `{"version":1,"colour":"red"}`, `{"version":"one"}`, `{"version":1} {}`, `{"gas_limit":5}`} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, runName), []byte(text), 0o666))
		_, err := Open(dir, params)
		require.ErrorIs(t, err, ErrDamaged, text)
		require.ErrorContains(t, err, "delete this file")
		kept, err := os.ReadFile(filepath.Join(dir, runName))
		require.NoError(t, err)
		require.Equal(t, text, string(kept))
	}
}

// A write that was cut short leaves nothing that counts, and the next process clears it away.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, j.PutSegment(1, []byte("one")))
	require.NoError(t, j.Close())
	require.NoError(t, os.WriteFile(filepath.Join(dir, tempName+SegmentName(2)), []byte("half"), 0o666))
	open(t, dir)
	require.Equal(t, []string{"lock", "run.json", "segment-000001.proof"}, names(t, dir))
}

func TestUnusableDirectories(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	_, err := Open(file, params)
	require.ErrorContains(t, err, file)
	_, err = Open(filepath.Join(file, "below"), params)
	require.ErrorContains(t, err, file)

	if os.Getuid() == 0 {
		t.Skip("the user is root, who may write to any directory: there is no unusable one")
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	_, err = Open(dir, params)
	require.ErrorIs(t, err, fs.ErrPermission)
}

// A write that fails leaves the old content and no temporary file.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir)
	require.NoError(t, j.PutSegment(1, []byte("one")))
	// A directory in the place of the temporary file can't be opened for writing.
	require.NoError(t, os.Mkdir(filepath.Join(dir, tempName+SegmentName(1)), 0o777))
	require.Error(t, j.PutSegment(1, []byte("two")))
	b, err := j.Segment(1)
	require.NoError(t, err)
	require.Equal(t, "one", string(b))
}

func FuzzUnframe(f *testing.F) {
	var whole []byte
	for _, p := range frame("plan", []byte("content")) {
		whole = append(whole, p...)
	}
	f.Add([]byte{})
	f.Add([]byte(magic))
	f.Add(whole)
	f.Fuzz(func(t *testing.T, b []byte) {
		content, err := unframe("plan", b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if again := bytes.Join(frame("plan", content), nil); !bytes.Equal(again, b) {
			t.Fatal("two files with one content")
		}
	})
}

func FuzzParams(f *testing.F) {
	for _, s := range []string{"", "{}", `{"version":1,"gas_limit":5}`, `{"version":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parseParams(b)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		if p.Version != Version { // of which nothing else is known
			return
		}
		encoded, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseParams(encoded)
		if err != nil || *again != *p {
			t.Fatalf("%+v becomes %+v, %v", p, again, err)
		}
	})
}
