//go:build linux && amd64 && !purego

package jit

import (
	"unsafe"

	"github.com/orrery/orrery/rv/jit/amd64"
)

// frame is the state of a machine as translated code has it. enter copies it to the
// stack, where RSP points to it as long as translated code runs, and back. The
// assembly knows its layout.
type frame struct {
	x          [32]uint32 // slots of the guest registers
	misaligned uint64     // misaligned accesses, counted before they are made
	back       uintptr    // where enter goes on
	epilogue   uintptr    // where a fault goes on
	fault      uintptr    // where the fault was, 0 for none
	pc         uint32     // guest pc at the exit
	kind       uint32     // of the exit
	gas        uint64
	memory     uintptr    // host address of guest address 0
	entry      uintptr    // where the prologue goes on
	host       [16]uint32 // the values of hostRegs on entry and exit
}

const (
	frameMisaligned = int32(unsafe.Offsetof(frame{}.misaligned))
	frameBack       = int32(unsafe.Offsetof(frame{}.back))
	framePC         = int32(unsafe.Offsetof(frame{}.pc))
	frameKind       = int32(unsafe.Offsetof(frame{}.kind))
	frameGas        = int32(unsafe.Offsetof(frame{}.gas))
	frameMemory     = int32(unsafe.Offsetof(frame{}.memory))
	frameHost       = int32(unsafe.Offsetof(frame{}.host))
	frameEntry      = int32(unsafe.Offsetof(frame{}.entry))
)

// Kinds of exits.
const (
	exitFree   = iota // at pc, for which nothing has been paid yet
	exitGas           // at the block at pc, which has been paid for
	exitStep          // as exitFree, and the instruction at pc is for a single step
	exitSlow          // in the block, paid for: a single step, from pc on as it was
	exitInside        // as exitSlow, registers being where they are inside the block
	numExits
)

// slot is where the frame holds guest register r.
func slot(r uint8) amd64.Mem { return amd64.At(amd64.RSP, 4*int32(r)) }

// enter runs translated code: f is copied to the stack, code is called, and f is
// copied back. code is the address of the prologue.
func enter(f *frame, code uintptr)

// onFault is the handler of SIGSEGV. It is called by the kernel only.
//
//lint:ignore U1000 faultHandler gives its address to the kernel
func onFault()
