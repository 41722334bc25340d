package exec

import (
	"iter"

	"github.com/orrery/orrery/rv"
)

// Clocks and timestamps of a recorded segment. Instruction i (from 0) has clock
// clk = i+1. It accesses registers, in this order, at 4*clk (rs1), 4*clk+1 (rs2) and
// 4*clk+2 (rd), and words of memory, no one twice, at clk+1. Memory and registers start
// with timestamp 0, which so means "not accessed before". Timestamps of different words
// have nothing to do with each other.
//
// The prover's decoder reads each executed code word at timestamp 1, before all
// instructions. Which words those are is known at the end only, so the recorder
// leaves it out: the previous timestamp of the first data access to a code word is
// recorded as 0, and whoever builds the trace puts 1 where Trace.ExecutedCode has
// the word.
const (
	slotRs1 = iota
	slotRs2
	slotRd
)

// memoryTime is the timestamp of accesses to memory by the instruction whose first access to
// a register happens at now.
func memoryTime(now uint32) uint32 { return now/4 + 1 }

// MaxCycles is the largest number of cycles of a segment: the clock of the
// instruction behind them stays below 2^26.
const MaxCycles = 1<<26 - 2

// Record is a completed instruction as the trace needs it. What an instruction
// doesn't access is zero. rs1 and rs2 are in the order of rv.Code.
type Record struct {
	PC uint32
	// A and TsA: value of rs1 and timestamp of the access before. ECALL reads
	// x17 here.
	A uint32
	// B: value of rs2 (register-register operations, branches but those for which
	// rv.Inst.ComparesWithZero holds, stores; x10 for ECALL), or the memory word that
	// holds the first byte of a load.
	// TsB: timestamp of the access before.
	B uint32
	// Old: what the register slot of rd (32 for x0, and for FENCE, which counts as
	// a write of 0 to x0) held before the write, or
	// the memory word that holds the first byte of a store.
	// TsD: timestamp of the access before.
	Old uint32

	TsA, TsB, TsD uint32
}

// Second is the second memory word of an access that crosses a word boundary,
// at the aligned address + 4, accessed at the same time as the first.
type Second struct {
	// Index is the number of the record.
	Index uint32
	// Word is the word before the access, Ts the timestamp of the access before.
	Word, Ts uint32
}

// chunkRecords is the number of records that are stored together.
const chunkRecords = 1 << 16

type chunk [chunkRecords]Record

// Records is a list of records in the order of execution.
type Records struct {
	chunks []*chunk
	n      int
}

// Len returns the number of records.
func (r *Records) Len() int { return r.n }

// At returns record i, which is not to be changed.
func (r *Records) At(i int) *Record { return &r.chunks[i/chunkRecords][i%chunkRecords] }

// Chunks yields the records piece by piece: the number of the first record of
// the piece, and the piece, which is not to be changed.
func (r *Records) Chunks() iter.Seq2[int, []Record] {
	return func(yield func(int, []Record) bool) {
		for i, c := range r.chunks {
			first := i * chunkRecords
			if first >= r.n || !yield(first, c[:min(chunkRecords, r.n-first)]) {
				return
			}
		}
	}
}

// Drop hands the memory of the records, piece by piece, to whoever made it (Buffers.New). There are none
// afterwards.
func (r *Records) Drop(free func([]Record)) {
	for _, c := range r.chunks {
		free(c[:])
	}
	*r = Records{}
}

// Block is a 64-byte block of memory that data accesses or executed
// instructions touched.
type Block struct {
	// Index is the address divided by 64.
	Index uint32
	// Initial and Final are the words before and after the segment.
	Initial, Final [rv.BlockWords]uint32
	// Ts holds the timestamp of the last data access to each word, 0 for none.
	Ts [rv.BlockWords]uint32
}

// NumSlots is the number of register slots: x0 to x31, and slot 32, which takes
// the writes to x0 and is never read.
const NumSlots = 33

// State is where a segment starts.
type State struct {
	PC        uint32
	Registers [NumSlots]uint32
}

// Trace is a recorded segment of a run, which may be the whole run. Numbers of
// cycles, clocks and timestamps count from its start.
type Trace struct {
	Start   State
	Records Records
	// Second lists the second words of accesses that cross a word boundary, in
	// the order of execution.
	Second []Second
	// Registers and RegisterTs are the register slots behind the last record:
	// values and timestamps of the last accesses. The reads of an instruction
	// that trapped (see Trap) are not in them.
	Registers, RegisterTs [NumSlots]uint32
	// Blocks holds the touched memory in increasing order of the index.
	Blocks []Block
	// ExecutedCode lists, in increasing order, the code words (counted from the
	// start of the code) that were decoded: those of all records, and the one at
	// which the run ended in a trap or out of gas, unless its fetch failed.
	ExecutedCode []uint32

	// Ended says that the run ended in this segment. If not, Exit is zero and
	// Output nil.
	Ended bool
	// Result counts the cycles and misaligned accesses of this segment.
	Result
	// EndPC is the pc of the next instruction, or at which the run ended: of the
	// closing ecall (which is the last record), of the trap, or of the
	// instruction without gas.
	EndPC uint32
	// Trap holds what the instruction that trapped read, with the clock
	// Records.Len()+1; it is nil for other exits. Only PC, A, TsA, B and TsB
	// are set, by the same rules as in Records (but branches that trap read x0 as any
	// register), and A to TsB only where the
	// instruction came to read its operands (causes 0, 3, 5, 7, 8). The memory
	// word of a load isn't among them.
	Trap *Record
}
