package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"github.com/orrery/orrery/prover"
)

// Limits of what is read, in bytes. Programs and inputs are bounded by the guest's address
// space, proofs by the decoder.
const (
	maxProgram = 1 << 30
	maxProof   = 1 << 28
)

// dash stands for stdin or stdout.
const dash = "-"

// argument is a file by the name that the command line has for it.
type argument struct {
	what string
	path fileName
}

// oneStdin refuses two files that are both to come from stdin.
func oneStdin(args ...argument) error {
	taken := ""
	for _, a := range args {
		if a.path != dash {
			continue
		}
		if taken != "" {
			return usagef("%s and %s can't both be stdin", taken, a.what)
		}
		taken = a.what
	}
	return nil
}

// readFile reads a file of at most limit bytes; what names the argument in errors.
func (s *session) readFile(what string, name fileName, limit int64) ([]byte, error) {
	path := string(name)
	type result struct {
		b   []byte
		err error
	}
	// Reading from a terminal or a pipe may block for ever; an interrupt leaves it behind.
	done := make(chan result, 1)
	go func() {
		var r result
		if path == dash {
			r.b, r.err = readAll("stdin", s.stdin, limit)
		} else {
			r.b, r.err = readPath(path, limit)
		}
		done <- r
	}()
	select {
	case r := <-done:
		if r.err != nil {
			return nil, fmt.Errorf("%s: %w", what, r.err)
		}
		return r.b, nil
	case <-s.ctx.Done():
		return nil, context.Cause(s.ctx)
	}
}

func readPath(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() && info.Size() > limit {
		return nil, tooLarge(path, limit)
	}
	return readAll(path, f, limit)
}

func readAll(name string, r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > limit {
		return nil, tooLarge(name, limit)
	}
	return b, nil
}

// errTooLarge marks files above a limit.
var errTooLarge = errors.New("file too large")

func tooLarge(name string, limit int64) error {
	return fmt.Errorf("%s: %w: at most %d bytes are possible", name, errTooLarge, limit)
}

// takeOutput checks early, before hours of work, that a file can be written, and reserves
// stdout where that is meant. An empty path means no file.
func (s *session) takeOutput(flag string, path fileName) error {
	if path != dash {
		if path == "" {
			return nil
		}
		return checkWritable(string(path))
	}
	if s.opts.JSON {
		return usagef("%s - and --json can't both write to stdout", flag)
	}
	if f, ok := s.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return usagef("%s -: stdout is a terminal, and a proof is no text", flag)
	}
	s.stdoutTaken = true
	return nil
}

// writeOutput has the file written that takeOutput has checked: whole, or not at all.
func (s *session) writeOutput(flag string, path fileName, write func(io.Writer) error) error {
	var inner, err error
	switch path {
	case "":
		inner = write(io.Discard)
	case dash:
		inner = write(s.stdout)
	default:
		err = writeFileBy(string(path), func(w io.Writer) error {
			inner = write(w)
			return inner
		})
	}
	var out *prover.OutputError
	switch {
	case errors.As(inner, &out):
		return fmt.Errorf("%s: %w", flag, out.Err)
	case inner != nil:
		return inner
	case err != nil:
		return fmt.Errorf("%s: %w", flag, err)
	}
	return nil
}

// target is the file that a write to path ends up in: symbolic links are followed. special
// says that it exists and is no regular file (a device, a pipe), so that it must be
// written to and not replaced. mode is what a new file gets.
func target(path string) (real string, mode fs.FileMode, special bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, 0o666, false, nil
	case err != nil:
		return "", 0, false, err
	case info.IsDir():
		return "", 0, false, fmt.Errorf("%s: is a directory", path)
	case !info.Mode().IsRegular():
		return path, 0, true, nil
	}
	real, err = filepath.EvalSymlinks(path)
	return real, info.Mode().Perm(), false, err
}

// checkWritable tells whether writeFile can work.
func checkWritable(path string) error {
	real, mode, special, err := target(path)
	if err != nil || special {
		return err
	}
	f, err := createTemp(real, mode)
	if err != nil {
		return err
	}
	err = f.Close()
	return errors.Join(err, os.Remove(f.Name()))
}

// createTemp makes a new file beside path. Unlike os.CreateTemp it leaves the mode to the
// umask, as for any other file that a command writes.
func createTemp(path string, mode fs.FileMode) (*os.File, error) {
	dir, base := filepath.Split(path)
	return os.OpenFile(filepath.Join(dir, "."+base+".tmp-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// writeFile puts b into a file as writeFileBy does.
func writeFile(path string, b []byte) error {
	return writeFileBy(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// writeFileBy lets write write a file so that it has either its old content or all of the new
// one, whatever happens: a temporary file in the same directory is written, synced and
// renamed. After an error it is gone.
func writeFileBy(path string, write func(io.Writer) error) (err error) {
	real, mode, special, err := target(path)
	if err != nil {
		return err
	}
	if special {
		f, err := os.OpenFile(real, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := createTemp(real, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), real); err != nil {
		return err
	}
	syncDir(filepath.Dir(real))
	return nil
}

// syncDir makes a rename last. Not all systems can do that to a directory, and the file is
// whole either way, so errors don't matter.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
