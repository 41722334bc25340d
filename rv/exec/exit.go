package exec

import "github.com/orrery/orrery/abi"

// The exit status of a run is that of package abi, which the verifier shares.
type (
	ExitKind = abi.ExitKind
	Exit     = abi.Exit
)

// The ways in which a run ends.
const (
	Halt     = abi.Halt
	Trap     = abi.Trap
	OutOfGas = abi.OutOfGas
)

// Trap causes.
const (
	CauseMisalignedFetch = abi.CauseMisalignedJump // value: target of the jump
	CauseFetchFault      = abi.CauseFetch          // value: pc
	CauseIllegal         = abi.CauseIllegal        // value: instruction word
	CauseBreakpoint      = abi.CauseBreakpoint     // value: pc
	CauseLoadFault       = abi.CauseLoad           // value: address of the first byte
	CauseStoreFault      = abi.CauseStore          // value: address of the first byte
	CauseUnknownCall     = abi.CauseEcall          // value: 0
)

// Environment calls, by the value of a7.
const (
	CallExit = 93
	// CallAccelerator is the first number of the accelerators. None exists in
	// version 1 of the ABI, so all of them trap.
	CallAccelerator = 0x5A00
)
