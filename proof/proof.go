package proof

import (
	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/merkle"
)

// Version is the version of machine, protocol and encoding together.
const Version = 1

// Trees is the number of Merkle trees that columns are committed in.
const Trees = 4

// The trees, in the order in which they are committed.
const (
	Preprocessed = iota // part of the verifying key
	Main
	Interaction
	Composition
)

// Instance is a table in a proof: the number of its chip in the machine's list, and the
// logarithm of its height.
type Instance struct {
	Chip      uint8
	LogHeight uint8
}

// Opening opens the queried rows of one tree.
type Opening struct {
	Rows  merkle.Rows
	Nodes []hash.Digest
}

// Statement is what the proof is about, before anything is committed.
type Statement struct {
	Header      abi.Header
	Image       hash.Digest // memory tree, first quarter, before
	InputDigest hash.Digest // memory tree, second quarter, before
	GasLimit    uint64
	GasUsed     uint64
	Exit        abi.Exit
	Output      memtree.OutputOpening // opens the third quarter after
	// Opened has bit q set if quarter q of the memory tree is opened. A quarter that
	// isn't opened is untouched.
	Opened    uint8
	Instances []Instance
}

// Proof is a proof for one run.
type Proof struct {
	Profile uint8
	Hash    hash.ID
	Statement
	Caps       [Trees][]hash.Digest // Caps[Preprocessed] is empty: the key has it
	Sums       []field.E            // LogUp sum of each instance
	Values     []field.E            // columns at the out-of-domain point
	BatchNonce uint64
	FRI        fri.Proof
	Openings   [Trees]Opening
}

// Claim is what the proof says, if it is accepted.
func (s *Statement) Claim() (abi.Claim, error) {
	output, err := s.Output.Output()
	if err != nil {
		return abi.Claim{}, err
	}
	return abi.Claim{
		ProgramID:   abi.ProgramID(&s.Header, s.Image),
		InputDigest: s.InputDigest,
		GasLimit:    s.GasLimit,
		GasUsed:     s.GasUsed,
		Exit:        s.Exit,
		Output:      output,
	}, nil
}
