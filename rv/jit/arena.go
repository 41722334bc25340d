//go:build linux && amd64 && !purego

package jit

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"unsafe"
)

// ErrTooLarge is the error for code that the recompiler has no room for.
var ErrTooLarge = errors.New("jit: no room for the translated code")

// arenaSize is the room for translated code of a process: addresses, not memory.
const arenaSize = 1 << 36

const hostPage = 4096

// Code of this size is asked to lie in large pages of the host.
const largeCode = 4 << 20

// madvHugepage is MADV_HUGEPAGE of Linux.
const madvHugepage = 14

// arena hands out pieces of one range of addresses, so that whether an address lies
// in translated code takes one comparison.
type arena struct {
	mu     sync.Mutex
	memory []byte
	free   []span // sorted, never adjacent
}

type span struct{ start, end int }

var codeArena arena

// reserve takes the range of addresses.
func (a *arena) reserve() error {
	b, err := syscall.Mmap(-1, 0, arenaSize, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return fmt.Errorf("jit: reserving addresses for code: %w", err)
	}
	a.memory, a.free = b, []span{{0, arenaSize}}
	return nil
}

// address is the address of an offset.
func (a *arena) address(at int) uintptr { return uintptr(unsafe.Pointer(&a.memory[at])) }

// alloc returns a piece of size bytes (rounded up to pages), writable and zero.
func (a *arena) alloc(size int) (span, error) {
	size = (size + hostPage - 1) &^ (hostPage - 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.free {
		f := &a.free[i]
		if f.end-f.start < size {
			continue
		}
		s := span{f.start, f.start + size}
		if err := a.protect(s, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return span{}, err
		}
		if size >= largeCode {
			// Advice only: in large pages, long code is written and run faster.
			_ = syscall.Madvise(a.memory[s.start:s.end], madvHugepage)
		}
		if f.start = s.end; f.start == f.end {
			a.free = slices.Delete(a.free, i, i+1)
		}
		return s, nil
	}
	return span{}, ErrTooLarge
}

// seal makes the first size bytes of a piece executable, and frees what lies behind.
func (a *arena) seal(s span, size int) (span, error) {
	end := s.start + (size+hostPage-1)&^(hostPage-1)
	if err := a.protect(span{s.start, end}, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		return s, err
	}
	if end == s.end {
		return s, nil
	}
	return span{s.start, end}, a.release(span{end, s.end})
}

// release takes a piece back.
func (a *arena) release(s span) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.protect(s, syscall.PROT_NONE); err != nil {
		return err
	}
	if err := syscall.Madvise(a.memory[s.start:s.end], syscall.MADV_DONTNEED); err != nil {
		return fmt.Errorf("jit: freeing code: %w", err)
	}
	i, _ := slices.BinarySearchFunc(a.free, s.start, func(f span, at int) int { return f.start - at })
	a.free = slices.Insert(a.free, i, s)
	if i+1 < len(a.free) && a.free[i+1].start == s.end {
		a.free[i].end = a.free[i+1].end
		a.free = slices.Delete(a.free, i+1, i+2)
	}
	if i > 0 && a.free[i-1].end == s.start {
		a.free[i-1].end = a.free[i].end
		a.free = slices.Delete(a.free, i, i+1)
	}
	return nil
}

func (a *arena) protect(s span, prot int) error {
	if err := syscall.Mprotect(a.memory[s.start:s.end], prot); err != nil {
		return fmt.Errorf("jit: permissions of code: %w", err)
	}
	return nil
}
