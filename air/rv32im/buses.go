package rv32im

import "github.com/orrery/orrery/air"

// The buses of the machine. A tuple never contains its multiplicity.
var (
	// State carries (pc/4, clk): the instruction to execute next and its clock.
	State = air.Bus{ID: 1, Name: "state", Arity: 2}
	// Program carries (pc/4, op, x0, x1, x2, x3): a decoded instruction; ops.go gives
	// the meaning of x0 to x3 for each op.
	Program = air.Bus{ID: 2, Name: "program", Arity: 6}
	// Memory carries (address/4, low limb, high limb, timestamp) of a word. Register r is
	// the word at RegisterBase + r.
	Memory = air.Bus{ID: 3, Name: "memory", Arity: 4}
	// Range16 carries (v) with v < 2^16.
	Range16 = air.Bus{ID: 4, Name: "range16", Arity: 1}
	// RangeSmall carries (2^t, v) with v < 2^t, t from 0 to 16. Those with t = 16, which
	// shifts by a register that holds 0 or 16 need, come from the table of Range16, the
	// others have their own.
	RangeSmall = air.Bus{ID: 5, Name: "range-small", Arity: 2}
	// Bytes carries (op, a, b, a op b) for bytes a and b; op is ByteAnd, ByteOr or ByteXor.
	Bytes = air.Bus{ID: 6, Name: "bytes", Arity: 4}
	// Region carries (permission, page) for a 64 KiB page (address >> 16) that has the
	// permission; see CanRead to CannotWrite.
	Region = air.Bus{ID: 9, Name: "region", Arity: 2}
	// Hash carries the 24 input elements and the 9 output elements of a Poseidon2
	// compression.
	Hash = air.Bus{ID: 10, Name: "hash", Arity: 33}
	// Node carries (level, index, drop, 9 elements of the digest before, 9 of the digest
	// after) of a node of the memory tree. drop = 1 says that the digest after is not
	// wanted and stays what it was.
	Node = air.Bus{ID: 11, Name: "node", Arity: 21}
	// End carries (kind, cause, pc/4, v0, v1, clk): how the run ended; see EndHalt to
	// EndOutOfGas.
	End = air.Bus{ID: 12, Name: "end", Arity: 6}
	// Shift carries (s, 2^(s mod 16), 2^(16 - s mod 16), s >= 16) for a shift amount s < 32.
	Shift = air.Bus{ID: 13, Name: "shift", Arity: 4}
)

// First elements of a Bytes message.
const (
	ByteAnd = iota
	ByteOr
	ByteXor
)

// First elements of a Region message.
const (
	CanRead = iota
	CanWrite
	CannotRead
	CannotWrite
)

// First elements of an End message. The elements that aren't named are zero.
//
//	EndHalt:     (EndHalt, 0, 0, low limb, high limb of the code, clk + 1)
//	EndTrap:     (EndTrap, cause, pc/4, v0, v1, clk), where v0, v1 are, by cause,
//	             0: target/4 rounded down, 0 (the target is 2 modulo 4)
//	             2: limbs of the word; 3, 8: 0, 0; 5, 7: limbs of the address
//	EndOutOfGas: (EndOutOfGas, 0, pc/4, 0, 0, clk)
const (
	EndHalt = iota
	EndTrap
	EndOutOfGas
)

const (
	// RegisterBase is the word address of register 0, in the fourth quarter of the
	// address space, which guests can't reach.
	RegisterBase = 0x3000_0000
	// JunkRegister is the slot that takes writes to x0; no instruction reads it.
	JunkRegister = 32
	// Registers is the number of register slots.
	Registers = 33
)

// Order of the accesses of a cycle to registers: access s of the instruction with clock clk
// has timestamp 4*clk + s. Clocks start at 1.
const (
	SlotRs1 = iota
	SlotRs2
	SlotRd
)

// MemoryTime is added to the clock of an instruction to give the timestamp of its access to
// a memory word. It accesses no word twice, so that one timestamp a cycle is enough, and
// those of different words are never compared. Timestamp 1, before all of these, is the
// decoder's read of a code word, for which its initial content has timestamp 0; that of
// other words has any that is near enough to the first access.
const MemoryTime = 1

const (
	// GapBits is the width of the range check on the distance of two accesses; longer
	// gaps are bridged by rows of the refresh chip.
	GapBits = 16
	// MaxClockLog bounds the clock of a segment: clk <= 2^MaxClockLog, so that timestamps,
	// of which those of registers are the largest, stay below 2^28 + 4 and differences of
	// two of them never wrap in the field.
	MaxClockLog = 26
)
