//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock is held until it is released or the process ends, however it ends.
type lock struct{ f *os.File }

// acquire takes the lock. The error is ErrLocked if somebody else has it.
func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &lock{f}, nil
}

// release gives the lock back. The file stays: removing it would let two processes lock two
// files of the same name.
func (l *lock) release() error { return l.f.Close() }
