//go:build amd64 || arm64 || riscv64

package arena

import (
	"syscall"
	"unsafe"
)

const (
	// most is the address space of an arena: more than a proof can need, little of what there is.
	most = 1 << 40
	// least is what is tried last.
	least = 1 << 32

	// adviceLarge and advicePopulate are MADV_HUGEPAGE and MADV_POPULATE_WRITE of madvise(2).
	adviceLarge    = 14
	advicePopulate = 23
)

// reserve gets address space; nil if there is none.
func reserve() []byte {
	for size := most; size >= least; size /= 4 {
		b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE,
			syscall.MAP_PRIVATE|syscall.MAP_ANONYMOUS|syscall.MAP_NORESERVE)
		if err == nil {
			return b
		}
	}
	return nil
}

// unreserve gives up what reserve got.
func unreserve(b []byte) error { return syscall.Munmap(b) }

// populate maps b with pages that may be written, zeros, and tells whether it could.
func populate(b []byte, large bool) bool {
	if large && advise(b, adviceLarge) != 0 {
		return false
	}
	return advise(b, advicePopulate) == 0
}

// advise is madvise(2). Told of the system call, the scheduler would hand the processor to another
// thread each time and take it back, which costs two switches.
func advise(b []byte, advice uintptr) syscall.Errno {
	_, _, err := syscall.RawSyscall(syscall.SYS_MADVISE, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), advice)
	return err
}
