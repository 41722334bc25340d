//go:build linux && amd64 && !purego

package jit

import (
	"fmt"
	"sync"
	"syscall"
	"unsafe"
)

// sigaction is struct sigaction of the Linux kernel on x86-64.
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// The handler of a signal is the process's, and so are these. They are written before
// it is installed and never again; onFault reads them.
var (
	//lint:ignore U1000 read by the assembly
	goHandler uintptr // the handler of SIGSEGV of Go's runtime
	//lint:ignore U1000 read by the assembly
	arenaStart uintptr
	//lint:ignore U1000 read by the assembly
	arenaLength uintptr
)

// faultHandler returns the address of onFault.
func faultHandler() uintptr

// install takes over SIGSEGV, once in a process: it keeps the flags, the mask and
// the return function that Go's runtime has chosen, and puts onFault in front of its
// handler.
var install = sync.OnceValue(func() error {
	if err := codeArena.reserve(); err != nil {
		return err
	}
	var action sigaction
	if err := sigactionCall(nil, &action); err != nil {
		return err
	}
	goHandler = action.handler
	arenaStart, arenaLength = codeArena.address(0), arenaSize
	action.handler = faultHandler()
	return sigactionCall(&action, nil)
})

func sigactionCall(set, old *sigaction) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGSEGV),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), unsafe.Sizeof(sigaction{}.mask), 0, 0)
	if errno != 0 {
		return fmt.Errorf("jit: handler of SIGSEGV: %w", errno)
	}
	return nil
}
