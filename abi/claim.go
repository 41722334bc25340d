package abi

import (
	"encoding/hex"
	"fmt"

	"github.com/orrery/orrery/hash"
)

// ExitKind is the way in which a run ended.
type ExitKind uint8

// The ways to end. The values are those of the machine's end bus.
const (
	Halt ExitKind = iota
	Trap
	OutOfGas
)

// String gives the kind as the command line prints it.
func (k ExitKind) String() string {
	switch k {
	case Halt:
		return "halt"
	case Trap:
		return "trap"
	case OutOfGas:
		return "out-of-gas"
	}
	return fmt.Sprintf("exit kind %d", uint8(k))
}

// Trap causes, numbered as in the RISC-V privileged specification, section 3.1.15.
const (
	CauseMisalignedJump = 0
	CauseFetch          = 1
	CauseIllegal        = 2
	CauseBreakpoint     = 3
	CauseLoad           = 5
	CauseStore          = 7
	CauseEcall          = 8
)

// CauseName names a trap cause.
func CauseName(cause uint32) string {
	switch cause {
	case CauseMisalignedJump:
		return "instruction address misaligned"
	case CauseFetch:
		return "instruction access fault"
	case CauseIllegal:
		return "illegal instruction"
	case CauseBreakpoint:
		return "breakpoint"
	case CauseLoad:
		return "load access fault"
	case CauseStore:
		return "store access fault"
	case CauseEcall:
		return "environment call"
	}
	return fmt.Sprintf("cause %d", cause)
}

// Exit is the exit status of a run. Code belongs to Halt; Cause and Value to Trap; PC to
// Trap and OutOfGas. Fields that don't belong to the kind are zero.
//
// Value is, by cause: 0 the target of the jump, 1 the pc, 2 the instruction word, 3 the
// pc, 5 and 7 the address of the first byte of the access, 8 zero.
type Exit struct {
	Kind  ExitKind
	Code  uint32
	Cause uint32
	PC    uint32
	Value uint32
}

// String describes the exit status in a line.
func (e Exit) String() string {
	switch e.Kind {
	case Halt:
		return fmt.Sprintf("halt with code %d", e.Code)
	case Trap:
		return fmt.Sprintf("trap at pc %#x: %s (cause %d), value %#x", e.PC, CauseName(e.Cause), e.Cause, e.Value)
	}
	return fmt.Sprintf("out of gas at pc %#x", e.PC)
}

// ID identifies a program: its header and its initial memory image.
type ID [32]byte

// String is the id in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads 64 hexadecimal digits.
func ParseID(s string) (ID, error) {
	var id ID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("abi: a program id has %d hexadecimal digits; %q does not", 2*len(id), s)
	}
	copy(id[:], b)
	return id, nil
}

// idDomain is the personalisation of the hash behind program ids.
var idDomain = hash.Personal([]byte("OrryProg"))

// ProgramID is the id of a program with this header, where image is the digest of the
// memory tree's first quarter over the initial image: Blake2s-256, personalised
// "OrryProg", of the encoded header followed by the encoded digest.
func ProgramID(h *Header, image hash.Digest) ID {
	b, _ := h.AppendBinary(nil)
	s := hash.NewBlake2s(idDomain)
	s.Write(image.Append(b, hash.Poseidon2))
	return ID(s.Sum().Append(nil, hash.Blake2s))
}

// Claim is what a proof says: the program with id ProgramID, started on the input whose
// memory tree has the digest InputDigest, with gas limit GasLimit, ended in Exit after
// GasUsed units of gas and left Output.
type Claim struct {
	ProgramID   ID
	InputDigest hash.Digest // of the memory tree's second quarter, nine field elements
	GasLimit    uint64
	GasUsed     uint64
	Exit        Exit
	Output      []byte
}
