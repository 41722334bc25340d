package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var (
	// ErrDamaged marks a file that isn't what was written.
	ErrDamaged = errors.New("damaged")
	// ErrLocked says that another process works in the directory.
	ErrLocked = errors.New("another process works in this directory")
)

// Names of the files of a directory.
const (
	lockName = "lock"
	runName  = "run.json"
	planName = "plan"
	tempName = ".new-" // with the name of a file behind it
)

// MaxContent bounds the content of a file, in bytes.
const MaxContent = 1 << 28

// maxRun bounds run.json, in bytes.
const maxRun = 1 << 16

// Journal is an open work directory. Segments may be read and written concurrently.
type Journal struct {
	dir  string
	lock *lock
}

// Open makes the directory if there is none, locks it, and checks that it belongs to the run
// that p describes, whose Version it sets. Errors: ErrLocked, *DifferenceError, ErrDamaged
// for run.json, and those of the file system.
func Open(dir string, p Params) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	l, err := acquire(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	j := &Journal{dir: dir, lock: l}
	p.Version = Version
	if err := j.bind(&p); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// OpenAny opens a directory that exists, whatever run it belongs to, and locks it.
func OpenAny(dir string) (*Journal, error) {
	if _, err := os.Stat(filepath.Join(dir, runName)); err != nil {
		return nil, fmt.Errorf("journal: no work directory: %w", err)
	}
	l, err := acquire(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", dir, err)
	}
	return &Journal{dir: dir, lock: l}, nil
}

// bind compares run.json with p, or writes it.
func (j *Journal) bind(p *Params) error {
	b, err := j.read(runName, maxRun)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if b, err = p.encode(); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		if err := j.write(runName, b); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		have, err := parseParams(b)
		if err != nil {
			return fmt.Errorf("journal: %s: %w; delete this file if the directory belongs to this run all the same (its segments are checked)", j.path(runName), err)
		}
		if err := difference(have, p); err != nil {
			return err
		}
	}
	return j.clean()
}

// clean removes what writes left behind that were cut short.
func (j *Journal) clean() error {
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempName) {
			if err := os.Remove(j.path(e.Name())); err != nil {
				return fmt.Errorf("journal: %w", err)
			}
		}
	}
	return nil
}

// Close gives the directory free.
func (j *Journal) Close() error { return j.lock.release() }

func (j *Journal) path(name string) string { return filepath.Join(j.dir, name) }

// Plan gives the plan. Errors: fs.ErrNotExist, ErrDamaged, and those of the file system.
func (j *Journal) Plan() ([]byte, error) { return j.content(planName) }

// PutPlan writes the plan.
func (j *Journal) PutPlan(content []byte) error { return j.put(planName, content) }

// SegmentName is the name of a segment's file; segments count from 1.
func SegmentName(number int) string { return fmt.Sprintf("segment-%06d.proof", number) }

// Segment gives a finished segment; segments count from 1. Errors are those of Plan.
func (j *Journal) Segment(number int) ([]byte, error) { return j.content(SegmentName(number)) }

// PutSegment writes a finished segment.
func (j *Journal) PutSegment(number int, content []byte) error {
	return j.put(SegmentName(number), content)
}

// SegmentFile gives the function that writes the file of a segment, for directories elsewhere.
func SegmentFile(number int, content []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		for _, b := range frame(SegmentName(number), content) {
			if _, err := w.Write(b); err != nil {
				return err
			}
		}
		return nil
	}
}

// SegmentSize is the length of a segment's content, as far as the file's size tells.
// Errors are those of Plan.
func (j *Journal) SegmentSize(number int) (int, error) {
	name := SegmentName(number)
	info, err := os.Stat(j.path(name))
	switch {
	case err != nil:
		return 0, fmt.Errorf("journal: %w", err)
	case !info.Mode().IsRegular() || info.Size() < int64(overhead) || info.Size() > MaxContent+int64(overhead):
		return 0, fmt.Errorf("journal: %s: %w: no work file", j.path(name), ErrDamaged)
	}
	return int(info.Size()) - overhead, nil
}

func (j *Journal) content(name string) ([]byte, error) {
	b, err := j.read(name, MaxContent+int64(overhead))
	if err != nil {
		return nil, err
	}
	content, err := unframe(name, b)
	if err != nil {
		return nil, fmt.Errorf("journal: %s: %w", j.path(name), err)
	}
	return content, nil
}

// read reads a file of at most limit bytes.
func (j *Journal) read(name string, limit int64) ([]byte, error) {
	f, err := os.Open(j.path(name))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("journal: %s: %w: no work file", j.path(name), ErrDamaged)
	}
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, fmt.Errorf("journal: %s: %w", j.path(name), err)
	}
	return b, nil
}

func (j *Journal) put(name string, content []byte) error {
	if len(content) > MaxContent {
		return fmt.Errorf("journal: %s: %d bytes, at most %d are possible", name, len(content), MaxContent)
	}
	return j.write(name, frame(name, content)...)
}

// write puts the pieces into a file, whole or not at all. After an error the file is what it
// was.
func (j *Journal) write(name string, pieces ...[]byte) (err error) {
	temp := j.path(tempName + name)
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temp)
			err = fmt.Errorf("journal: %w", err)
		}
	}()
	for _, p := range pieces {
		if _, err := f.Write(p); err != nil {
			return err
		}
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, j.path(name)); err != nil {
		return err
	}
	syncDir(j.dir)
	return nil
}

// syncDir makes a rename last. Not all systems can do that to a directory, and the files are
// whole either way, so errors don't matter.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
