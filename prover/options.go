package prover

import (
	"fmt"
	"runtime"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Options say how to prove. The zero value proves with profile fast and Blake2s on all
// cores, with the gas limit that stands for none, in segments of the default length.
type Options struct {
	Profile  soundness.Profile // 0 stands for soundness.Fast
	Hash     hash.ID           // 0 stands for hash.Blake2s
	GasLimit *uint64           // nil stands for DefaultGas
	// SegmentCycles is the most that a segment has; 0 stands for DefaultSegmentCycles.
	SegmentCycles uint64
	// MaxMemory bounds the memory of the process, in bytes: runs are cut into segments that
	// fit, and no more are proven at a time than do. 0 stands for DefaultMaxMemory. It is kept
	// within 15% if the collector leaves little garbage, with debug.SetGCPercent(20) or less.
	MaxMemory uint64
	// Work is a directory for finished segments (package journal), so that a later call with
	// the same options goes on where this one stopped; "" stands for none.
	Work    string
	Threads int // 0 stands for runtime.GOMAXPROCS(0)
	// Workers is the number of segments that are proven at a time, at most Threads, which
	// they share; 0 stands for half of the segments at most, and as many as MaxMemory lets be.
	Workers  int
	Observer Observer // may be nil
}

// DefaultGas is the gas limit of a run for which none is given.
const DefaultGas = 1 << 40

// defaults replaces zeros by what they stand for.
func (o Options) defaults() (Options, error) {
	if o.Profile == 0 {
		o.Profile = soundness.Fast
	}
	if o.Hash == 0 {
		o.Hash = hash.Blake2s
	}
	o.Threads = threadsOr(o.Threads)
	if o.GasLimit == nil {
		o.GasLimit = new(uint64(DefaultGas))
	}
	if o.SegmentCycles == 0 {
		o.SegmentCycles = DefaultSegmentCycles(o.Profile)
	}
	if o.SegmentCycles > MaxSegmentCycles {
		return o, fmt.Errorf("prover: segments of %d cycles, at most %d are possible", o.SegmentCycles, MaxSegmentCycles)
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = DefaultMaxMemory
	}
	return o, nil
}

// Result is a finished proof and what making it took.
type Result struct {
	Proof      []byte // nil from ProveTo and Join, which write it
	Bytes      int64  // length of the proof
	Claim      abi.Claim
	Profile    soundness.Profile
	Hash       hash.ID
	Cycles     uint64 // instructions executed
	Misaligned uint64 // misaligned loads and stores
	Segments   int
	Reused     int              // segments that were found in the work directory
	Workers    int              // segments that were proven at a time
	Memory     uint64           // that proving was planned to need, in bytes
	Rounds     soundness.Rounds // of the segment with the fewest bits
	Cells      uint64           // committed base field cells of all segments
	Layout     *verifier.Layout // of the segment with the most cells
	// Times of execution with recording, of building the tables, and of the verification at
	// the end, summed over the segments; of all, as the clock on the wall has it.
	Execute, Trace, Verify, Total time.Duration
	// Spans are the parts of the phases, summed over the segments, which may have been proven
	// at the same time.
	Spans []Span
}

// add counts a segment.
func (r *Result) add(p *SegmentProof) {
	if r.Rounds == nil || p.Rounds.Bits() < r.Rounds.Bits() {
		r.Rounds = p.Rounds
	}
	cells := p.Layout.Cells()
	r.Cells += cells
	if r.Layout == nil || cells > r.Layout.Cells() {
		r.Layout = p.Layout
	}
	r.spans(p.Spans)
}

// spans adds times.
func (r *Result) spans(list []Span) {
next:
	for _, s := range list {
		switch s.Phase {
		case PhasePlan, PhaseExecute:
			r.Execute += s.Duration
		case PhaseTrace:
			r.Trace += s.Duration
		case PhaseVerify:
			r.Verify += s.Duration
		}
		for i := range r.Spans {
			if r.Spans[i].Phase == s.Phase && r.Spans[i].Part == s.Part {
				r.Spans[i].Duration += s.Duration
				continue next
			}
		}
		r.Spans = append(r.Spans, s)
	}
}

// threadsOr gives a number of threads, all processors if none is said.
func threadsOr(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}
