// Package soundness counts the provable security of a proof, round by round, and picks
// parameters that reach 128 bits in every round.
//
// Only proven bounds are used: proximity gaps up to the Johnson bound (Ben-Sasson, Carmon,
// Haböck, Kopparty, Saraf 2025, "BCHKS25"), DEEP-ALI and FRI as summarised by Haböck (ePrint
// 2022/1216), LogUp (Haböck, ePrint 2022/1530). The count is round by round: the bits of a
// proof are the minimum over its rounds, each with its own grinding added.
//
// The circle codes of the system are Reed-Solomon codes up to column multipliers over CM31
// (Haböck, Levit, Papini, ePrint 2024/278), so the bounds for Reed-Solomon codes carry over.
//
// Results are the same on every architecture: logarithms are taken in integers, and no
// product and sum can be fused into one rounding.
package soundness

import (
	"errors"
	"fmt"
)

// MinBits is what every round must reach.
const MinBits = 128

// MaxGrindBits is the most grinding that a round may add.
const MaxGrindBits = 20

// ErrShape reports a shape that no proof can have.
var ErrShape = errors.New("soundness: impossible shape")

// ErrParams reports parameters that don't fit the shape or the bounds.
var ErrParams = errors.New("soundness: impossible parameters")

// Shape is what a statement brings along: everything that the bounds depend on, except for
// the parameters that can be chosen.
type Shape struct {
	LogHeight    int    // log2 of the largest trace height, k = 2^LogHeight
	MinLogHeight int    // log2 of the smallest trace height; shorter columns are lifted
	Columns      int    // DEEP quotients batched into one function: one for each (column, opened pair)
	Constraints  int    // constraints combined by powers of one challenge, over all chips
	Degree       int    // largest degree of a constraint
	Points       int    // points at which one column is opened, conjugates included: 2 for each pair
	Fractions    uint64 // LogUp fractions, over all rows of all chips
	TupleLength  int    // longest message tuple, bus tag included
	Hash         Hash   // the hash of trees and transcript
}

// Params are the chosen parameters.
type Params struct {
	LogBlowup  int   // the rate is r = 2^-LogBlowup
	M          int   // multiplicity in the Johnson-bound analysis; a parameter of the count only
	Queries    int   // number of FRI queries
	BatchGrind int   // bits of grinding before the batching challenge
	QueryGrind int   // bits of grinding before the query indices
	FoldLogs   []int // log2 of the folding factors, in order
	LogLast    int   // log2 of the number of coefficients of the last layer, sent in the clear
	CapLog     int   // log2 of the number of nodes that stand for the root of a Merkle tree
}

// Hash is a hash function, as far as its collisions matter here.
type Hash uint8

const (
	Blake2s   Hash = 1 // Blake2s-256
	Poseidon2 Hash = 2 // Poseidon2 over M31, nine elements of digest and capacity
)

// CollisionBits is half of the digest's (and capacity's) length in bits, rounded down: what
// the birthday bound leaves. It is 0 for an unknown hash.
func (h Hash) CollisionBits() float64 {
	switch h {
	case Blake2s:
		return 128
	case Poseidon2:
		return 139
	}
	return 0
}

// Round is one round of the interactive proof with its provable bits.
type Round struct {
	Name string
	Bits float64
}

// Rounds is the full count of a proof.
type Rounds []Round

// Bits returns the smallest number of bits of any round, 0 for no rounds.
func (r Rounds) Bits() float64 {
	if i := r.worst(); i >= 0 {
		return r[i].Bits
	}
	return 0
}

// LimitedBy names the round with the fewest bits, the first of them if there are several.
func (r Rounds) LimitedBy() string {
	if i := r.worst(); i >= 0 {
		return r[i].Name
	}
	return ""
}

func (r Rounds) worst() int {
	w := -1
	for i := range r {
		if w < 0 || r[i].Bits < r[w].Bits {
			w = i
		}
	}
	return w
}

// InsufficientError says that no allowed parameters reach MinBits for a shape.
type InsufficientError struct {
	Profile Profile
	Round   string  // the round that misses the mark, for the best parameters found
	Bits    float64 // what it reaches, all allowed grinding included
}

func (e *InsufficientError) Error() string {
	return fmt.Sprintf("soundness: profile %s reaches only %.2f of %d bits in round %q", e.Profile, e.Bits, MinBits, e.Round)
}

func (s Shape) check(logBlowup int) error {
	// Domains of 2^30 points are the largest canonic cosets of the circle group of order 2^31.
	switch {
	case s.LogHeight < 3 || s.LogHeight+logBlowup > 30:
		return fmt.Errorf("%w: height 2^%d with blow-up 2^%d", ErrShape, s.LogHeight, logBlowup)
	case s.MinLogHeight < 1 || s.MinLogHeight > s.LogHeight:
		return fmt.Errorf("%w: smallest height 2^%d, largest 2^%d", ErrShape, s.MinLogHeight, s.LogHeight)
	case s.Columns < 1 || s.Columns > 1<<24:
		return fmt.Errorf("%w: %d quotients", ErrShape, s.Columns)
	case s.Constraints < 1 || s.Constraints > 1<<24:
		return fmt.Errorf("%w: %d constraints", ErrShape, s.Constraints)
	case s.Degree < 1 || s.Degree > 16:
		return fmt.Errorf("%w: degree %d", ErrShape, s.Degree)
	case s.Points < 2 || s.Points%2 != 0 || s.Points > 16:
		return fmt.Errorf("%w: %d points for a column", ErrShape, s.Points)
	case s.Fractions > 1<<40:
		return fmt.Errorf("%w: %d fractions", ErrShape, s.Fractions)
	case s.TupleLength < 1 || s.TupleLength > 1<<12:
		return fmt.Errorf("%w: tuples of %d elements", ErrShape, s.TupleLength)
	case s.Hash.CollisionBits() == 0:
		return fmt.Errorf("%w: unknown hash %d", ErrShape, s.Hash)
	}
	return nil
}

func (p Params) check(s Shape) error {
	switch {
	case p.LogBlowup < 1 || p.LogBlowup > 8:
		return fmt.Errorf("%w: blow-up 2^%d", ErrParams, p.LogBlowup)
	case p.M < 3 || p.M > 1<<10:
		// BCHKS25, theorem 4.2, is stated for m >= 3.
		return fmt.Errorf("%w: multiplicity %d", ErrParams, p.M)
	case p.Queries < 1 || p.Queries > 1<<12:
		return fmt.Errorf("%w: %d queries", ErrParams, p.Queries)
	case p.BatchGrind < 0 || p.BatchGrind > MaxGrindBits || p.QueryGrind < 0 || p.QueryGrind > MaxGrindBits:
		return fmt.Errorf("%w: grinding of %d and %d bits", ErrParams, p.BatchGrind, p.QueryGrind)
	case len(p.FoldLogs) == 0 || p.LogLast < 0:
		return fmt.Errorf("%w: no folding", ErrParams)
	case p.CapLog < 0:
		return fmt.Errorf("%w: cap of 2^%d", ErrParams, p.CapLog)
	}
	left := s.LogHeight
	for _, f := range p.FoldLogs {
		if f < 1 || f > 8 {
			return fmt.Errorf("%w: folding by 2^%d", ErrParams, f)
		}
		left -= f
	}
	if left != p.LogLast {
		return fmt.Errorf("%w: folding %v leads from 2^%d to 2^%d coefficients, not to 2^%d", ErrParams, p.FoldLogs, s.LogHeight, left, p.LogLast)
	}
	return nil
}
