package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
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
	encoded, err := s.readFile("PROOF", c.Proof, maxProof)
	if err != nil {
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
	s.report.ProofBytes = new(len(encoded))
	policy := verifier.Policy{}
	if c.MinSecurity != nil {
		policy.MinSecurity = float64(*c.MinSecurity)
	}
	v, err := verifyProof(encoded, policy)
	if v.profile != 0 {
		s.report.Profile, s.report.Hash = v.profile.String(), v.hash
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
	r.Segments = new(1)
	r.Security = newSecurityReport(v.rounds)
	r.CellsPerCycle = perCycle(v.cells, v.claim.GasUsed)
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
	seconds float64
	claim   abi.Claim
	rounds  soundness.Rounds
	cells   uint64
}

// verifyProof verifies a proof under the key that it names.
func verifyProof(encoded []byte, policy verifier.Policy) (v verified, err error) {
	key, err := keyOf(encoded)
	if err != nil {
		return v, err
	}
	v.profile, v.hash = key.Profile, key.Hash.String()
	start := time.Now()
	v.claim, err = verifier.Verify(key, encoded, policy)
	v.seconds = time.Since(start).Seconds()
	if err != nil {
		return v, err
	}
	p, err := proof.Decode(encoded)
	if err != nil {
		return v, err
	}
	layout, err := verifier.NewLayout(key.Machine, p.Instances)
	if err != nil {
		return v, err
	}
	v.cells = prover.Cells(layout)
	_, v.rounds, err = key.Parameters(layout)
	return v, err
}

// keyOf makes the key for the profile and the hash that a proof names.
func keyOf(encoded []byte) (*verifier.Key, error) {
	number, id, err := proof.Kind(encoded)
	if err != nil {
		return nil, err
	}
	profile, err := soundness.ProfileByID(uint32(number))
	if err != nil {
		return nil, err
	}
	return verifier.NewKey(profile, id)
}
