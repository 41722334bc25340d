package proof

import (
	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// State is the machine between two segments. Registers are words of the fourth quarter.
// The clock starts anew in each segment.
type State struct {
	PC       uint32 // bytes
	Quarters [memtree.Quarters]hash.Digest
}

// End is the state that a run's last segment is said to leave: what the claim names of it,
// the output's quarter, and nothing else.
func (s State) End(output hash.Digest) State {
	s.PC = 0
	s.Quarters[memtree.OutputQuarter] = output
	return s
}

// Statement is what the proof of a segment is about, before anything is committed.
type Statement struct {
	Run    hash.Digest // of the run, Blake2s
	Header abi.Header
	Index  uint32 // of the segment, from 0
	// Before and After are the states around the segment. After the last one it is
	// Before.End of the output quarter's digest.
	Before, After State
	Cycles        uint64   // instructions completed in this segment
	Last          bool     // the run ends in this segment
	Exit          abi.Exit // zero unless Last
	// Opened has bit q set if quarter q of the memory tree is opened. A quarter that
	// isn't opened is untouched.
	Opened    uint8
	Instances []Instance
}

// Encode is the canonical encoding of a statement, which the transcript absorbs.
func (s *Statement) Encode() []byte {
	var e encoder
	e.statement(s)
	return e.b
}

// Place is a segment's place in its run: what gives the part of its statement that isn't
// encoded with its proof.
type Place struct {
	Run      hash.Digest // of the run, Blake2s
	Header   abi.Header
	Index    uint32 // of the segment, from 0
	Segments uint32 // in the run
	Before   State
	Exit     abi.Exit    // of the run
	Output   hash.Digest // of the output's quarter at the end of the run
}

// Last says whether the run ends in this segment.
func (p *Place) Last() bool { return p.Index+1 == p.Segments }

// Next is the place behind this one, where this segment leaves the machine in a state.
func (p *Place) Next(after State) Place {
	next := *p
	next.Index++
	next.Before = after
	return next
}

// Statement begins the statement of the segment at this place. What is missing: cycles,
// opened quarters and instances; and, but in the last segment, the state after, which is
// set to the state before.
func (p *Place) Statement() Statement {
	s := Statement{Run: p.Run, Header: p.Header, Index: p.Index, Before: p.Before, After: p.Before, Last: p.Last()}
	if s.Last {
		s.After = p.Before.End(p.Output)
		s.Exit = p.Exit
	}
	return s
}
