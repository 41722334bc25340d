//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock is a file that exists while the lock is held. A process that crashes leaves it
// behind, so the error of acquire says what to do.
type lock struct {
	f    *os.File
	path string
}

// acquire takes the lock. The error is ErrLocked if somebody else has it.
func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%w, or one has crashed: delete %s if none does", ErrLocked, path)
	}
	if err != nil {
		return nil, err
	}
	return &lock{f, path}, nil
}

// release gives the lock back.
func (l *lock) release() error { return errors.Join(l.f.Close(), os.Remove(l.path)) }
