package prover

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
)

// errChain says that segments don't make up the run that was planned.
var errChain = errors.New("prover: segments don't fit each other")

// chain puts verified segments together to a proof. Together with their verification that is
// what a verifier checks of the proof.
type chain struct {
	w      io.Writer
	hash   hash.ID
	at     proof.Place // of the next segment
	left   uint64      // cycles of the segments to come
	length int64       // bytes written
}

// newChain writes the head.
func newChain(w io.Writer, head *proof.Head) (*chain, error) {
	at, err := head.Run.First()
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	c := &chain{w: w, hash: head.Hash, at: at, left: head.Run.GasUsed}
	return c, c.write(head.Append(nil))
}

func (c *chain) write(b []byte) error {
	n, err := c.w.Write(b)
	c.length += int64(n)
	if err != nil {
		return &OutputError{err}
	}
	return nil
}

// add writes the next segment. sum is segmentSum of what was verified: the segment must say
// the same at its place in the chain.
func (c *chain) add(encoded []byte, sum [sha256.Size]byte) error {
	return c.put(encoded, func(s *proof.Statement) bool { return segmentSum(s, encoded) == sum })
}

// addVerified is add for bytes that haven't left the memory since they were verified, with this
// statement.
func (c *chain) addVerified(encoded []byte, verified *proof.Statement) error {
	return c.put(encoded, func(s *proof.Statement) bool { return bytes.Equal(s.Encode(), verified.Encode()) })
}

// put writes the next segment if it is the one that was verified.
func (c *chain) put(encoded []byte, isVerified func(s *proof.Statement) bool) error {
	s, err := proof.ParseSegment(encoded, c.hash, &c.at)
	if err != nil {
		return fmt.Errorf("%w: segment %d: %w", errChain, c.at.Index+1, err)
	}
	if !isVerified(&s.Statement) || s.Cycles > c.left {
		return fmt.Errorf("%w: segment %d", errChain, c.at.Index+1)
	}
	c.left -= s.Cycles
	c.at = c.at.Next(s.After)
	if err := c.write(proof.AppendSegmentLength(nil, encoded)); err != nil {
		return err
	}
	return c.write(encoded)
}

// end checks that nothing is missing.
func (c *chain) end() error {
	if c.at.Index != c.at.Segments || c.left != 0 {
		return fmt.Errorf("%w: %d of %d segments, %d cycles missing", errChain, c.at.Index, c.at.Segments, c.left)
	}
	return nil
}

// OutputError says that a finished part of a proof couldn't be written.
type OutputError struct{ Err error }

func (e *OutputError) Error() string { return "prover: writing the proof: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *OutputError) Unwrap() error { return e.Err }
