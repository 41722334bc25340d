package fri

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/transcript"
)

// Errors of the verification. All of them mean that the proof is rejected, except ErrParams,
// which is a mistake of the caller.
var (
	ErrParams  = errors.New("fri: impossible parameters")
	ErrShape   = errors.New("fri: proof has the wrong shape")
	ErrGrind   = errors.New("fri: grinding nonce isn't good enough")
	ErrOpening = errors.New("fri: opening doesn't match its commitment")
	ErrFold    = errors.New("fri: folded value differs from the next layer")
)

// Limits of Params.
const (
	MaxLogDomain = transcript.MaxLogIndex // log2 of the number of points
	MaxFoldLog   = 5                      // log2 of a folding factor
	MaxLogLast   = 12                     // log2 of the last layer's length
	MaxQueries   = 1 << 12
)

// Params is the shape of one instance. The function lies in the FFT space of
// 2^(LogDomain-LogBlowup) coefficients and is given on the canonic coset of 2^LogDomain points.
type Params struct {
	LogDomain int   // log2 of the number of points, n
	LogBlowup int   // log2 of n over the dimension
	FoldLogs  []int // log2 of the folding factor of each layer; the first includes the circle fold
	LogLast   int   // log2 of the number of coefficients of the last layer
	Queries   int   // number of indices drawn
	GrindBits int   // leading zero bits that the grinding before the queries asks for
	CapLog    int   // log2 of the number of nodes in the cap of each tree
}

// Check returns ErrParams unless the parameters fit together: the folding factors lead from
// the dimension to 2^LogLast exactly.
func (p Params) Check() error {
	switch {
	case p.LogDomain < 2 || p.LogDomain > MaxLogDomain:
		return fmt.Errorf("%w: domain of 2^%d points", ErrParams, p.LogDomain)
	case p.LogBlowup < 1 || p.LogBlowup >= p.LogDomain:
		return fmt.Errorf("%w: blow-up 2^%d", ErrParams, p.LogBlowup)
	case p.LogLast < 0 || p.LogLast > MaxLogLast:
		return fmt.Errorf("%w: last layer of 2^%d coefficients", ErrParams, p.LogLast)
	case p.Queries < 1 || p.Queries > MaxQueries:
		return fmt.Errorf("%w: %d queries", ErrParams, p.Queries)
	case p.GrindBits < 0 || p.GrindBits > transcript.MaxGrindBits:
		return fmt.Errorf("%w: %d bits of grinding", ErrParams, p.GrindBits)
	case len(p.FoldLogs) == 0:
		return fmt.Errorf("%w: no folding", ErrParams)
	}
	left := p.LogDomain - p.LogBlowup
	leaves := p.LogDomain
	for _, k := range p.FoldLogs {
		if k < 1 || k > MaxFoldLog {
			return fmt.Errorf("%w: folding by 2^%d", ErrParams, k)
		}
		left -= k
		leaves -= k
	}
	if left != p.LogLast {
		return fmt.Errorf("%w: folding %v leads from 2^%d to 2^%d coefficients, not to 2^%d",
			ErrParams, p.FoldLogs, p.LogDomain-p.LogBlowup, left, p.LogLast)
	}
	if p.CapLog < 0 || p.CapLog > leaves {
		return fmt.Errorf("%w: cap of 2^%d nodes over 2^%d leaves", ErrParams, p.CapLog, leaves)
	}
	return nil
}

// Layers is the number of committed layers.
func (p Params) Layers() int { return len(p.FoldLogs) }

// LogLeaves is log2 of the number of leaves of the tree of a layer, which is also log2 of the
// number of values that the layer folds to.
func (p Params) LogLeaves(layer int) int {
	log := p.LogDomain
	for _, k := range p.FoldLogs[:layer+1] {
		log -= k
	}
	return log
}

// Width is the number of elements of M31 in a leaf of a layer.
func (p Params) Width(layer int) int { return field.Degree << p.FoldLogs[layer] }

// Leaf returns the leaf of layer 0 that holds the value at storage index s. Leaf t of a layer
// folds to the value at index t of the next one, which lies in leaf t >> k there.
func (p Params) Leaf(s uint32) uint32 {
	leaf, _ := p.leafOf(s)
	return leaf
}

// leafOf returns the leaf of layer 0 that holds the value at storage index s, and its place
// there: leaf t holds the 2^(k-1) values from 2^(k-1) t on and after them those of the
// conjugate points.
func (p Params) leafOf(s uint32) (leaf uint32, place int) {
	k := p.FoldLogs[0] - 1
	conj := s >> (p.LogDomain - 1)
	s &= 1<<(p.LogDomain-1) - 1
	return s >> k, int(s&(1<<k-1) | conj<<k)
}

// words is what the transcript absorbs of the parameters.
func (p Params) words() []field.M31 {
	w := []field.M31{
		field.M31(p.LogDomain), field.M31(p.LogBlowup), field.M31(p.LogLast),
		field.M31(p.Queries), field.M31(p.GrindBits), field.M31(p.CapLog),
	}
	for _, k := range p.FoldLogs {
		w = append(w, field.M31(k))
	}
	return w
}
