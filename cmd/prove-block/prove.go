package main

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
)

// proveCmd proves a run.
type proveCmd struct {
	Program       fileName `arg:"" placeholder:"PROGRAM.elf" help:"Guest program, or - for stdin."`
	Input         fileName `placeholder:"FILE" help:"Input of the guest, or - for stdin; empty unless told."`
	Gas           gasUnits `default:"1099511627776" placeholder:"N" help:"Gas limit; 2^40 unless told."`
	Memory        byteSize `default:"256MiB" placeholder:"SIZE" help:"Heap and stack, a multiple of 64KiB; 256MiB unless told. Part of the program id."`
	Profile       string   `enum:"fast,balanced,compact" default:"fast" placeholder:"NAME" help:"fast, balanced or compact: larger ones take longer and make smaller proofs."`
	Hash          string   `enum:"blake2s,poseidon2" default:"blake2s" placeholder:"NAME" help:"blake2s or poseidon2 (for proofs that are verified inside a proof)."`
	SegmentCycles notBuilt `placeholder:"N" help:"Cycles of a segment (not built yet)."`
	MaxMemory     notBuilt `placeholder:"SIZE" help:"Bound of the prover's memory (not built yet)."`
	Work          notBuilt `placeholder:"DIR" help:"Directory for unfinished work (not built yet)."`
	Out           fileName `placeholder:"FILE" help:"File for the proof, or - for stdout. Without it the proof is made, checked and dropped."`
	ExpectSuccess bool     `help:"Exit with status 3 unless the guest halts with code 0. The proof is written all the same."`
}

// Run makes the proof, which the prover verifies, and writes it.
func (c *proveCmd) Run(s *session) error {
	profile, id, err := parseKind(c.Profile, c.Hash)
	if err != nil {
		return err
	}
	if err := s.takeOutput("--out", c.Out); err != nil {
		return err
	}
	if err := oneStdin(argument{"PROGRAM", c.Program}, argument{"--input", c.Input}); err != nil {
		return err
	}
	program, err := s.loadProgram("PROGRAM", c.Program, c.Memory)
	if err != nil {
		return err
	}
	input, err := s.readInput(c.Input)
	if err != nil {
		return err
	}
	if c.Out == "" {
		s.note("no --out: the proof won't be kept")
	}
	p := s.newProgress(prover.Phases())
	result, err := prover.Prove(s.ctx, program, input, prover.Options{
		Profile: profile, Hash: id, GasLimit: new(uint64(c.Gas)), Threads: s.threads, Observer: p,
	})
	p.close(err)
	if errors.Is(err, exec.ErrTooManyCycles) {
		return fmt.Errorf("%w; cutting a run into segments isn't built yet, so give a smaller input or a --gas limit", err)
	}
	if err != nil {
		return err
	}
	if err := s.putOutput(c.Out, result.Proof); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	r := s.report
	r.claim(&result.Claim)
	r.proved(result)
	r.Profile, r.Hash = profile.String(), id.String()
	r.host(s)
	s.text = r.human(&result.Claim.Exit, result.Claim.Output)
	if c.ExpectSuccess {
		return expectSuccess(result.Claim.Exit)
	}
	return nil
}

// proved fills in what making a proof took.
func (r *report) proved(p *prover.Result) {
	r.Cycles, r.MisalignedAccesses, r.Engine = new(p.Cycles), new(p.Misaligned), interpreter
	r.ExecuteSeconds, r.TraceSeconds = new(p.Execute.Seconds()), new(p.Trace.Seconds())
	r.ProveSeconds, r.VerifySeconds = new(p.Total.Seconds()), new(p.Verify.Seconds())
	r.CyclesPerSecond = new(perSecond(p.Cycles, p.Total.Seconds()))
	r.Segments, r.ProofBytes = new(1), new(len(p.Proof))
	r.Accepted = new(true)
	r.Security = newSecurityReport(p.Rounds)
	r.CellsPerCycle = perCycle(p.Layout.Cells(), p.Cycles)
}

// parseKind finds a profile and a hash by their names.
func parseKind(profile, name string) (soundness.Profile, hash.ID, error) {
	p, err := soundness.ParseProfile(profile)
	if err != nil {
		return 0, 0, err
	}
	id, err := hash.Parse(name)
	return p, id, err
}
