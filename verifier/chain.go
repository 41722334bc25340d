package verifier

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/proof"
)

var (
	errUsed       = errors.New("a segment is verified once")
	errUnfinished = errors.New("not all segments have been read and verified")
)

// Verify decodes and checks a proof and returns what it claims. Whether the claim is the
// one that the caller wants (program id, input digest, exit) is for the caller to decide.
// The error is an *Error.
func Verify(key *Key, encoded []byte, policy Policy) (abi.Claim, error) {
	c, err := NewChain(key, bytes.NewReader(encoded), policy)
	if err != nil {
		return abi.Claim{}, err
	}
	for {
		k, err := c.Next()
		if errors.Is(err, io.EOF) {
			return c.Claim()
		}
		if err != nil {
			return abi.Claim{}, err
		}
		if err := k.Verify(); err != nil {
			return abi.Claim{}, err
		}
	}
}

// Chain reads a proof segment by segment and checks that the segments make up the run that
// the proof's head describes: each begins in the state that the one before left, the clocks
// add up to the gas used, and the run ends in the last one and nowhere else. What a segment
// says about itself is for Check.Verify.
//
// A chain is not safe for concurrent use; its checks are.
type Chain struct {
	key    *Key
	policy Policy
	r      io.Reader
	head   *proof.Head
	claim  abi.Claim
	at     proof.Place // of the next segment
	cycles uint64      // of the segments before
	ended  bool
	err    error // the first one; there is no way on

	verified atomic.Uint32
}

// NewChain reads and checks the head of a proof. The chain reads in small pieces, so the
// reader should be buffered. The error is an *Error, or what the reader gave.
func NewChain(key *Key, r io.Reader, policy Policy) (*Chain, error) {
	head, err := proof.ReadHead(r)
	if err != nil {
		return nil, readError(err)
	}
	c := &Chain{key: key, policy: policy, r: r, head: head}
	if uint32(head.Profile) != key.Profile.ID() || head.Hash != key.Hash {
		return nil, reject(StageKey, fmt.Errorf("the proof is for profile %d and hash %v, the key for %v and %v", head.Profile, head.Hash, key.Profile, key.Hash))
	}
	run := &head.Run
	if c.claim, err = run.Claim(); err != nil {
		return nil, reject(StageStatement, err)
	}
	if err := CheckGas(run.GasLimit, run.GasUsed, run.Exit); err != nil {
		return nil, reject(StageStatement, err)
	}
	if _, err := exitMessage(&run.Header, 0, run.Exit); err != nil {
		return nil, reject(StageStatement, err)
	}
	if run.Segments == 0 {
		return nil, reject(StageChain, errors.New("a run without segments"))
	}
	if c.at, err = run.First(); err != nil {
		return nil, reject(StageStatement, err)
	}
	return c, nil
}

// readError is the refusal of bytes, or what the reader gave.
func readError(err error) error {
	if errors.Is(err, proof.ErrEncoding) {
		return reject(StageDecode, err)
	}
	return fmt.Errorf("verifier: %w", err)
}

// Segments is the number of segments that the head announces.
func (c *Chain) Segments() int { return int(c.at.Segments) }

// Next reads the next segment, of which it decodes the statement, and checks that it
// continues the run. The error is io.EOF when all segments have been read and nothing
// follows them; else an *Error, or what the reader gave.
func (c *Chain) Next() (*Check, error) {
	if c.err != nil {
		return nil, c.err
	}
	k, err := c.next()
	c.err = err
	return k, err
}

func (c *Chain) next() (*Check, error) {
	if c.at.Index == c.at.Segments {
		if err := proof.End(c.r); err != nil {
			return nil, readError(err)
		}
		if c.cycles != c.head.Run.GasUsed {
			return nil, reject(StageChain, fmt.Errorf("the segments have %d cycles, the run %d", c.cycles, c.head.Run.GasUsed))
		}
		c.ended = true
		return nil, io.EOF
	}
	index := c.at.Index
	encoded, err := proof.NextSegment(c.r)
	if err != nil {
		return nil, inSegment(index, readError(err))
	}
	s, err := proof.ParseStatement(encoded, &c.at)
	if err != nil {
		return nil, inSegment(index, readError(err))
	}
	if err := checkStatement(&s); err != nil {
		return nil, inSegment(index, reject(StageStatement, err))
	}
	// Compared with what is left, so that no sum overflows.
	if s.Cycles > c.head.Run.GasUsed-c.cycles {
		return nil, inSegment(index, reject(StageChain, fmt.Errorf("more cycles than the %d of the run", c.head.Run.GasUsed)))
	}
	k := &Check{
		Index: int(index), Cycles: s.Cycles, Instances: s.Instances, Bytes: len(encoded),
		chain: c, at: c.at, encoded: encoded,
	}
	c.cycles += s.Cycles
	c.at = c.at.Next(s.After)
	return k, nil
}

// inSegment says in which segment a proof fails, counted from 1.
func inSegment(index uint32, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return &Error{Stage: e.Stage, Err: fmt.Errorf("segment %d: %w", index+1, e.Err)}
	}
	return err
}

// Claim is what the proof says. The error is not nil before Next has given io.EOF and each
// of the checks has verified its segment.
func (c *Chain) Claim() (abi.Claim, error) {
	if !c.ended || c.verified.Load() != c.at.Segments {
		return abi.Claim{}, reject(StageChain, errUnfinished)
	}
	return c.claim, nil
}

// Check is a segment that continues its run and whose proof is still to be verified.
type Check struct {
	Index     int              // of the segment, from 0
	Cycles    uint64           // instructions that it says were completed
	Instances []proof.Instance // its tables
	Bytes     int              // of its encoding

	chain   *Chain
	at      proof.Place
	encoded []byte
	used    atomic.Bool
}

// Verify decodes and checks the segment's proof, once, and lets go of it. The checks of a
// chain are independent of each other. The error is an *Error.
func (k *Check) Verify() error { return k.VerifyWith(Means{}) }

// VerifyWith is Verify by way of VerifySegmentWith.
func (k *Check) VerifyWith(means Means) error {
	if k.used.Swap(true) {
		return inSegment(uint32(k.Index), reject(StageChain, errUsed))
	}
	s, err := proof.ParseSegment(k.encoded, k.chain.key.Hash, &k.at)
	k.encoded = nil
	if err != nil {
		return inSegment(uint32(k.Index), readError(err))
	}
	if err := VerifySegmentWith(k.chain.key, s, k.chain.policy, means); err != nil {
		return inSegment(uint32(k.Index), err)
	}
	k.chain.verified.Add(1)
	return nil
}
