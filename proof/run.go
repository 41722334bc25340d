package proof

import (
	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// Run is what a proof is about: a whole run, as all of its segments know it.
type Run struct {
	Header      abi.Header
	Image       hash.Digest // memory tree, first quarter, before
	InputDigest hash.Digest // memory tree, second quarter, before
	GasLimit    uint64
	GasUsed     uint64
	Exit        abi.Exit
	Output      memtree.OutputOpening // opens the third quarter after
	Segments    uint32                // their number, at least 1
}

// runDomain is the personalisation of a run's digest.
var runDomain = hash.Personal([]byte("OrryRun\x00"))

// Encode is the canonical encoding of a run.
func (r *Run) Encode() []byte {
	var e encoder
	e.run(r)
	return e.b
}

// Digest is the Blake2s digest of the run's encoding, which every segment's statement holds.
func (r *Run) Digest() hash.Digest {
	s := hash.NewBlake2s(runDomain)
	s.Write(r.Encode())
	return s.Sum()
}

// Claim is what the proof says, if it is accepted.
func (r *Run) Claim() (abi.Claim, error) {
	output, err := r.Output.Output()
	if err != nil {
		return abi.Claim{}, err
	}
	return abi.Claim{
		ProgramID:   abi.ProgramID(&r.Header, r.Image),
		InputDigest: r.InputDigest,
		GasLimit:    r.GasLimit,
		GasUsed:     r.GasUsed,
		Exit:        r.Exit,
		Output:      output,
	}, nil
}

// Before is the state in which the run begins: the entry, and memory that is zero but for
// the program's image and the input. Registers are the fourth quarter.
func (r *Run) Before() State {
	zero := memtree.Zero(memtree.QuarterLevel)
	return State{PC: r.Header.Entry, Quarters: [memtree.Quarters]hash.Digest{r.Image, r.InputDigest, zero, zero}}
}

// First is the place of the run's first segment. The error is that of an output opening
// that isn't canonical.
func (r *Run) First() (Place, error) {
	_, output, err := r.Output.Root()
	if err != nil {
		return Place{}, err
	}
	return Place{
		Run: r.Digest(), Header: r.Header, Segments: r.Segments, Before: r.Before(),
		Exit: r.Exit, Output: output,
	}, nil
}
