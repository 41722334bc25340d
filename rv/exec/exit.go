package exec

// ExitKind says in which way a run ended.
type ExitKind uint8

// The ways in which a run ends.
const (
	Halt ExitKind = iota
	Trap
	OutOfGas
)

// String returns "halt", "trap" or "out-of-gas".
func (k ExitKind) String() string {
	switch k {
	case Halt:
		return "halt"
	case Trap:
		return "trap"
	case OutOfGas:
		return "out-of-gas"
	}
	return "unknown"
}

// Exit is the exit status of a run. Fields that the kind doesn't have are zero.
type Exit struct {
	Kind ExitKind
	// Code is the exit code (Halt).
	Code uint32
	// Cause and Value describe a trap: the cause's number as in the RISC-V
	// privileged specification, and what is given with each cause below.
	Cause, Value uint32
	// PC is the address of the instruction that trapped or that couldn't be
	// paid for (Trap, OutOfGas).
	PC uint32
}

// Trap causes.
const (
	CauseMisalignedFetch = 0 // value: target of the jump
	CauseFetchFault      = 1 // value: pc
	CauseIllegal         = 2 // value: instruction word
	CauseBreakpoint      = 3 // value: pc
	CauseLoadFault       = 5 // value: address of the first byte
	CauseStoreFault      = 7 // value: address of the first byte
	CauseUnknownCall     = 8 // value: 0
)

// CauseName returns the name of a trap cause, "unknown cause" for numbers that
// no trap of this machine has.
func CauseName(cause uint32) string {
	switch cause {
	case CauseMisalignedFetch:
		return "instruction address misaligned"
	case CauseFetchFault:
		return "instruction access fault"
	case CauseIllegal:
		return "illegal instruction"
	case CauseBreakpoint:
		return "breakpoint"
	case CauseLoadFault:
		return "load access fault"
	case CauseStoreFault:
		return "store access fault"
	case CauseUnknownCall:
		return "unknown environment call"
	}
	return "unknown cause"
}

// Environment calls, by the value of a7.
const (
	CallExit = 93
	// CallAccelerator is the first number of the accelerators. None exists in
	// version 1 of the ABI, so all of them trap.
	CallAccelerator = 0x5A00
)
