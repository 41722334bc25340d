// Package job cuts runs into segments and makes each segment a Job: all that it takes to
// prove the segment, without the program's file or the input.
//
// A Cutter executes the run and yields its jobs one after the other. Job.Replay executes a
// segment again, from the job alone, and checks that the job is consistent; what it
// returns is what trace.BuildSegment takes and what the proof's statement says.
package job

import (
	"errors"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
)

var (
	// ErrJob marks jobs that are inconsistent: their segment doesn't run as they say, or
	// touches other memory.
	ErrJob = errors.New("job: inconsistent")
	// ErrEncoding marks bytes that are no canonical encoding of a job.
	ErrEncoding = errors.New("job: bad encoding")
	// ErrPlan says that a run doesn't go as a Cutter was told.
	ErrPlan = errors.New("job: the run doesn't follow the plan")
	// ErrTooLarge says that a segment touches more memory than a job can hold.
	ErrTooLarge = errors.New("job: the segment touches too much memory")
)

const (
	// MaxCycles bounds the cycles of a job.
	MaxCycles = trace.MaxCycles
	// MaxBlocks bounds the blocks of a job.
	MaxBlocks = 1 << 22
)

// Job is a segment to prove.
type Job struct {
	Profile soundness.Profile
	Hash    hash.ID
	Place   proof.Place
	// Cycles is the number of instructions that complete, at most MaxCycles.
	Cycles uint64
	// GasLeft is the run's gas limit less what the segments before used.
	GasLeft uint64
	// Blocks are the 64-byte blocks that the segment touches, as they are before it: data,
	// executed code, input, and the registers at the end. Indices increase.
	Blocks []rv.Block
	// Siblings are the digests beside the blocks in the memory tree, see
	// memtree.OpenSiblings.
	Siblings []hash.Digest
}

// indices lists the leaves that blocks are.
func indices(blocks []rv.Block) []uint32 {
	list := make([]uint32, len(blocks))
	for i := range blocks {
		list[i] = blocks[i].Index
	}
	return list
}
