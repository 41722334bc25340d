package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
	"github.com/orrery/orrery/verifier/parallel"
)

// verifyCmd verifies a proof.
type verifyCmd struct {
	Proof         fileName      `arg:"" placeholder:"PROOF" help:"Proof, or - for stdin."`
	Program       fileName      `xor:"program" required:"" placeholder:"PROGRAM.elf" help:"The program that must have run."`
	ProgramID     string        `name:"program-id" xor:"program" required:"" placeholder:"HEX" help:"The id of the program that must have run."`
	Memory        *byteSize     `placeholder:"SIZE" help:"Heap and stack of --program; 256MiB unless told."`
	Input         fileName      `placeholder:"FILE" help:"The input that the program must have had; any unless told."`
	MinSecurity   *securityBits `placeholder:"BITS" help:"Least number of provable bits; 128 unless told."`
	ExpectSuccess bool          `help:"Exit with status 3 unless the guest halted with code 0."`
}

// errRejected begins the errors of proofs that are good for nothing or for something else.
var errRejected = errors.New("rejected")

// Run verifies the proof and compares its claim with what the command line says.
func (c *verifyCmd) Run(s *session) error {
	if err := oneStdin(argument{"PROOF", c.Proof}, argument{"--program", c.Program}, argument{"--input", c.Input}); err != nil {
		return err
	}
	want, err := c.programID(s)
	if err != nil {
		return err
	}
	var input []byte
	if c.Input != "" {
		if input, err = s.readInput(c.Input); err != nil {
			return err
		}
	}
	policy := verifier.Policy{}
	if c.MinSecurity != nil {
		policy.MinSecurity = float64(*c.MinSecurity)
	}
	v, err := s.verifyFile(c.Proof, policy)
	var unread *unreadError
	if errors.As(err, &unread) {
		return err
	}
	if v.profile != 0 {
		s.report.Profile, s.report.Hash = v.profile.String(), v.hash
	}
	if v.bytes > 0 {
		s.report.ProofBytes = new(v.bytes)
	}
	if v.seconds > 0 {
		s.report.VerifySeconds = new(v.seconds)
	}
	if err == nil && v.claim.ProgramID != want {
		err = fmt.Errorf("%w: the proof is for the program with id %v, not %v", errRejected, v.claim.ProgramID, want)
	}
	if err == nil && c.Input != "" {
		err = s.compareInput(input, &v.claim)
	}
	s.report.host(s)
	if err != nil {
		if s.ctx.Err() == nil {
			s.report.Accepted = new(false)
		}
		return err
	}
	r := s.report
	r.Accepted = new(true)
	r.claim(&v.claim)
	r.Segments = new(v.info.Segments)
	r.Security = newSecurityReport(v.info.Rounds)
	r.CellsPerCycle = perCycle(v.info.Cells, v.claim.GasUsed)
	s.text = r.human(&v.claim.Exit, v.claim.Output)
	if c.ExpectSuccess {
		return expectSuccess(v.claim.Exit)
	}
	return nil
}

// programID is the id that the proof must name.
func (c *verifyCmd) programID(s *session) (abi.ID, error) {
	if c.Program == "" {
		id, err := abi.ParseID(c.ProgramID)
		if err != nil {
			return id, usagef("--program-id: %w", err)
		}
		if c.Memory != nil {
			return id, usagef("--memory goes with --program; a program id includes the memory limit")
		}
		return id, nil
	}
	memory := byteSize(abi.DefaultMemory)
	if c.Memory != nil {
		memory = *c.Memory
	}
	program, err := s.loadProgram("--program", c.Program, memory)
	if err != nil {
		return abi.ID{}, err
	}
	return s.programID(program)
}

func (s *session) compareInput(input []byte, claim *abi.Claim) error {
	digest, err := s.inputDigest(input)
	if err != nil {
		return err
	}
	if digest != claim.InputDigest {
		return fmt.Errorf("%w: the proof is for the input with digest %s, not %s", errRejected, digestHex(claim.InputDigest), digestHex(digest))
	}
	return nil
}

// verified is what there is to say about a proof; claim and below are valid only if it was
// accepted.
type verified struct {
	profile soundness.Profile // 0 if the proof's first bytes couldn't be read
	hash    string
	seconds float64 // reading included
	claim   abi.Claim
	info    parallel.Info
	bytes   int // of the proof, 0 if it isn't known
}

// unreadError says that a proof couldn't be read, so that nothing is known about it.
type unreadError struct{ err error }

func (e *unreadError) Error() string { return "PROOF: " + e.err.Error() }
func (e *unreadError) Unwrap() error { return e.err }

// counter counts what is read through it and remembers what kept it from reading on.
type counter struct {
	r   io.Reader
	n   int
	err error
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// verifyFile verifies a proof while it is read.
func (s *session) verifyFile(name fileName, policy verifier.Policy) (verified, error) {
	in, size := s.stdin, 0
	if name != dash {
		f, err := os.Open(string(name))
		if err != nil {
			return verified{}, &unreadError{err}
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = int(info.Size())
		}
		in = f
	}
	type result struct {
		verified
		err error
	}
	// Reading from a terminal or a pipe may block for ever; an interrupt leaves it behind.
	done := make(chan result, 1)
	go func() {
		r := &counter{r: in}
		v, err := verifyReader(s.ctx, bufio.NewReaderSize(r, 1<<20), policy, s.threads)
		if r.err != nil {
			err = &unreadError{r.err}
		}
		if v.bytes = size; err == nil {
			v.bytes = r.n // read to the end
		}
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.verified, r.err
	case <-s.ctx.Done():
		return verified{}, context.Cause(s.ctx)
	}
}

// verifyReader verifies a proof under the key that it names.
func verifyReader(ctx context.Context, r *bufio.Reader, policy verifier.Policy, threads int) (v verified, err error) {
	start := time.Now()
	// What Peek can't read is missing for Kind.
	kind, _ := r.Peek(proof.KindSize)
	key, err := keyOf(kind)
	if err != nil {
		return v, err
	}
	v.profile, v.hash = key.Profile, key.Hash.String()
	v.claim, v.info, err = parallel.VerifyReader(ctx, key, r, policy, threads)
	v.seconds = time.Since(start).Seconds()
	return v, err
}

// keyOf makes the key for the profile and the hash that the first bytes of a proof name.
func keyOf(kind []byte) (*verifier.Key, error) {
	number, id, err := proof.Kind(kind)
	if err != nil {
		return nil, err
	}
	profile, err := soundness.ProfileByID(uint32(number))
	if err != nil {
		return nil, err
	}
	return verifier.NewKey(profile, id)
}
