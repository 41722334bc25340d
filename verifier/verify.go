package verifier

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/transcript"
)

// Stage names the part of the verification that refused a proof.
type Stage string

// The stages, in order.
const (
	StageDecode      Stage = "decode"      // the bytes are no canonical proof
	StageKey         Stage = "key"         // the proof is for another profile or hash
	StageStatement   Stage = "statement"   // the claim, or a segment's statement, contradicts itself
	StageChain       Stage = "chain"       // the segments don't make up the run
	StageShape       Stage = "shape"       // impossible tables, or lengths that don't fit them
	StageSecurity    Stage = "security"    // fewer bits than the policy asks for
	StageBuses       Stage = "buses"       // the LogUp sums don't cancel
	StageConstraints Stage = "constraints" // the out-of-domain check fails
	StageGrinding    Stage = "grinding"    // a nonce isn't good enough
	StageOpenings    Stage = "openings"    // opened rows don't match their commitment
	StageFRI         Stage = "fri"         // the low-degree test fails
)

// Error is the refusal of a proof.
type Error struct {
	Stage Stage
	Err   error
}

// Error gives the stage and the cause.
func (e *Error) Error() string { return fmt.Sprintf("verifier: rejected (%s): %v", e.Stage, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func reject(s Stage, err error) error { return &Error{Stage: s, Err: err} }

var (
	errBuses       = errors.New("the buses don't balance")
	errConstraints = errors.New("the constraints don't hold at the out-of-domain point")
	errBatchNonce  = errors.New("the batching nonce isn't good enough")
	errLength      = errors.New("wrong length")
	errDenominator = errors.New("a look-up denominator is zero")
	errNotMade     = errors.New("a check was not made")
	errHasher      = errors.New("the caller's hash function is another one")
)

// Policy is what the caller demands of a proof.
type Policy struct {
	// MinSecurity is the least number of provable bits; 0 stands for soundness.MinBits.
	MinSecurity float64
}

// Parameters are the FRI parameters and security of a layout under a key.
func (k *Key) Parameters(l *Layout) (soundness.Params, soundness.Rounds, error) {
	shape := l.Soundness(soundness.Hash(k.Hash))
	p, err := soundness.Choose(k.Profile, shape)
	if err != nil {
		return soundness.Params{}, nil, err
	}
	rounds, err := soundness.Report(p, shape)
	return p, rounds, err
}

// FRI puts the chosen parameters into the form of the low-degree test.
func FRI(l *Layout, p soundness.Params) fri.Params {
	return fri.Params{
		LogDomain: l.LogHeight + p.LogBlowup,
		LogBlowup: p.LogBlowup,
		FoldLogs:  p.FoldLogs,
		LogLast:   p.LogLast,
		Queries:   p.Queries,
		GrindBits: p.QueryGrind,
		CapLog:    p.CapLog,
	}
}

// CapLog is the height of the cap of a tree of columns: the one that the parameters ask
// for, as far as the shape allows it; the preprocessed tree has a single root.
func CapLog(tree int, s merkle.Shape, p soundness.Params) int {
	if tree == proof.Preprocessed {
		return 0
	}
	return s.CapLog(p.CapLog)
}

// NewTranscript starts the transcript of a segment's proof: protocol, key and statement.
func NewTranscript(k *Key, s *proof.Statement) *transcript.Transcript {
	tr := transcript.New(k.Hash, "orrery segment proof 2")
	tr.Bytes("key", k.digest.Append(nil, hash.Blake2s))
	tr.Bytes("statement", s.Encode())
	return tr
}

// Labels of the transcript, in the order of the protocol.
const (
	LabelMain        = "main columns"
	LabelAlpha       = "logup alpha"
	LabelBeta        = "logup beta"
	LabelInteraction = "interaction columns"
	LabelSums        = "logup sums"
	LabelLambda      = "constraint combination"
	LabelComposition = "composition columns"
	LabelPoint       = "out-of-domain point"
	LabelValues      = "out-of-domain values"
	LabelBatchGrind  = "batching grind"
	LabelBatch       = "batching"
)

// Each calls f once for each i in [0, n), in whatever order and as many at a time as it
// likes, and returns when all calls have returned.
type Each func(n int, f func(i int))

// Means are what a caller lends to a verification, to make it faster. Results don't depend on
// them.
type Means struct {
	// Each makes the checks that don't depend on one another, which are nearly all of the work; nil
	// makes them one after the other.
	Each Each
	// Hasher is the key's hash function; nil is that of package hash. The caller answers for its
	// results: whoever gives another function accepts proofs that nobody made.
	Hasher hash.Hasher
}

// hasher is the hash function of a key, which must be the one that m has, if any.
func (m *Means) hasher(key *Key) (hash.Hasher, error) {
	if m.Hasher == nil {
		return hash.New(key.Hash)
	}
	if id := m.Hasher.ID(); id != key.Hash {
		return nil, fmt.Errorf("%w: %v for a key with %v", errHasher, id, key.Hash)
	}
	return m.Hasher, nil
}

// inTurn is the Each of a single thread.
func inTurn(n int, f func(i int)) {
	for i := range n {
		f(i)
	}
}

// VerifySegment checks the proof of one segment against its statement. What the statement
// says of its neighbours is for the caller to check; Chain does.
// The error is an *Error.
func VerifySegment(key *Key, p *proof.Segment, policy Policy) error {
	return VerifySegmentWith(key, p, policy, Means{})
}

// VerifySegmentWith is VerifySegment with the same result, by the means given.
func VerifySegmentWith(key *Key, p *proof.Segment, policy Policy, means Means) error {
	hasher, err := means.hasher(key)
	if err != nil {
		return reject(StageKey, err)
	}
	messages, err := PublicMessages(&p.Statement)
	if err != nil {
		return reject(StageStatement, err)
	}

	// Shape and security, from the heights alone.
	layout, err := NewLayout(key.Machine, p.Instances)
	if err != nil {
		return reject(StageShape, err)
	}
	params, rounds, err := key.Parameters(layout)
	if err != nil {
		return reject(StageSecurity, err)
	}
	least := policy.MinSecurity
	if least == 0 {
		least = soundness.MinBits
	}
	if bits := rounds.Bits(); !(bits >= least) { // a NaN asks for what no proof has
		return reject(StageSecurity, fmt.Errorf("%.2f provable bits, limited by %s; the policy asks for %.2f", bits, rounds.LimitedBy(), least))
	}
	shapes, err := checkLengths(key, layout, params, p)
	if err != nil {
		return reject(StageShape, err)
	}

	// Commitments and challenges.
	tr := NewTranscript(key, &p.Statement)
	tr.Digests(LabelMain, p.Caps[proof.Main])
	alpha := tr.DrawE(LabelAlpha)
	betas := fri.Powers(tr.DrawE(LabelBeta), layout.MaxArity)
	tr.Digests(LabelInteraction, p.Caps[proof.Interaction])
	tr.Ext(LabelSums, p.Sums)

	total, err := publicSum(messages, alpha, betas)
	if err != nil {
		return reject(StageBuses, err)
	}
	for _, s := range p.Sums {
		total = total.Add(s)
	}
	if !total.IsZero() {
		return reject(StageBuses, errBuses)
	}

	lambda := tr.DrawE(LabelLambda)
	tr.Digests(LabelComposition, p.Caps[proof.Composition])
	z, err := circle.FromParam(tr.DrawE(LabelPoint))
	if err != nil {
		return reject(StageConstraints, err)
	}
	publics := rv32im.Publics(&p.Header)
	if constraintsAt(layout, publics, p.Values, p.Sums, alpha, betas, lambda) != compositionAt(layout, p.Values, z) {
		return reject(StageConstraints, errConstraints)
	}
	tr.Ext(LabelValues, p.Values)
	if !tr.CheckGrind(LabelBatchGrind, p.BatchNonce, params.BatchGrind) {
		return reject(StageGrinding, errBatchNonce)
	}
	weights := fri.Powers(tr.DrawE(LabelBatch), layout.Values)

	// The low-degree test draws the queries. What is left depends on nothing but them.
	friParams := FRI(layout, params)
	challenges, err := fri.Replay(tr, friParams, &p.FRI)
	if err != nil {
		return reject(StageFRI, err)
	}
	checks := make([]func() error, 0, proof.Trees+1)
	for tree := range p.Openings {
		checks = append(checks, func() error {
			cap := p.Caps[tree]
			if tree == proof.Preprocessed {
				cap = key.Preprocessed
			}
			indices := treeIndices(challenges.Indices, friParams.LogDomain, shapes[tree])
			o := &p.Openings[tree]
			if err := merkle.Verify(hasher, cap, CapLog(tree, shapes[tree], params), shapes[tree], indices, o.Rows, merkle.Proof{Nodes: o.Nodes}); err != nil {
				return reject(StageOpenings, fmt.Errorf("tree %d: %w", tree, err))
			}
			return nil
		})
	}
	checks = append(checks, func() error {
		values, err := deepValues(layout, params, p, shapes, weights, z, challenges.Indices)
		if err != nil {
			return reject(StageOpenings, err)
		}
		if err := fri.Check(hasher, friParams, challenges, &p.FRI, values); err != nil {
			return reject(StageFRI, err)
		}
		return nil
	})
	each := means.Each
	if each == nil {
		each = inTurn
	}
	return all(checks, each)
}

// all makes the checks and returns the error of the first one, in order, that has one. A check
// that wasn't made has one.
func all(checks []func() error, each Each) error {
	errs := make([]error, len(checks))
	for i := range errs {
		errs[i] = reject(StageChain, errNotMade)
	}
	each(len(checks), func(i int) { errs[i] = checks[i]() })
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkLengths checks everything whose length the layout gives. The trees' openings are
// checked by package merkle.
func checkLengths(key *Key, l *Layout, params soundness.Params, p *proof.Segment) (shapes [proof.Trees]merkle.Shape, err error) {
	if len(p.Sums) != len(l.Tables) {
		return shapes, fmt.Errorf("%w: %d sums for %d tables", errLength, len(p.Sums), len(l.Tables))
	}
	for i, t := range l.Tables {
		if t.AIR.Interactions() == 0 && !p.Sums[i].IsZero() {
			return shapes, fmt.Errorf("%w: table %d has no messages, but a sum", errLength, i)
		}
	}
	if len(p.Values) != l.Values {
		return shapes, fmt.Errorf("%w: %d out-of-domain values instead of %d", errLength, len(p.Values), l.Values)
	}
	for tree := range shapes {
		shapes[tree] = l.Shape(tree, params.LogBlowup)
		if n := 1 << CapLog(tree, shapes[tree], params); tree != proof.Preprocessed && len(p.Caps[tree]) != n {
			return shapes, fmt.Errorf("%w: cap of %d nodes instead of %d", errLength, len(p.Caps[tree]), n)
		}
	}
	return shapes, nil
}

// treeIndices takes queries on the largest domain down to a tree's tallest layer.
func treeIndices(queries []uint32, logDomain int, s merkle.Shape) []uint32 {
	out := make([]uint32, len(queries))
	for i, q := range queries {
		out[i] = q >> (logDomain - s[0].LogHeight)
	}
	return out
}
