package proof

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
)

// Version is the version of machine, protocol and encoding together.
const Version = 2

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

// Segment is the proof of one segment of a run.
type Segment struct {
	Statement
	Caps       [Trees][]hash.Digest // Caps[Preprocessed] is empty: the key has it
	Sums       []field.E            // LogUp sum of each instance
	Values     []field.E            // columns at the out-of-domain point
	BatchNonce uint64
	FRI        fri.Proof
	Openings   [Trees]Opening
}

// Head is what a proof begins with: what its segments share.
type Head struct {
	Profile uint8
	Hash    hash.ID
	Run     Run
}

// Proof is a proof for a run, all of it in memory. Segments are Run.Segments in number and
// follow each other.
type Proof struct {
	Head
	Segments []*Segment
}
