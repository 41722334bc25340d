package main

import (
	"io"

	"github.com/orrery/orrery/prover"
)

// joinCmd puts segments together.
type joinCmd struct {
	Dir fileName `arg:"" placeholder:"DIR" help:"Work directory with the proofs of all segments, made by prove-block cut or prove --work."`
	Out fileName `required:"" placeholder:"FILE" help:"File for the proof, or - for stdout."`
}

// Run verifies all segments and writes the proof. It needs neither program nor input.
func (c *joinCmd) Run(s *session) error {
	if err := s.takeOutput("--out", c.Out); err != nil {
		return err
	}
	p := s.newProgress([]string{prover.PhaseVerify})
	p.Phase(prover.PhaseVerify)
	var result *prover.Result
	err := s.writeOutput("--out", c.Out, func(w io.Writer) (err error) {
		result, err = prover.Join(s.ctx, w, string(c.Dir), prover.JoinOptions{Threads: s.threads, Observer: s.observers(p)})
		return err
	})
	p.close(err)
	if err != nil {
		return err
	}
	r := s.report
	r.claim(&result.Claim)
	r.Segments, r.ProofBytes = new(result.Segments), new(int(result.Bytes))
	r.VerifySeconds, r.Accepted = new(result.Verify.Seconds()), new(true)
	r.Security = newSecurityReport(result.Rounds)
	r.Profile, r.Hash = result.Profile.String(), result.Hash.String()
	r.CellsPerCycle = perCycle(result.Cells, result.Cycles)
	r.host(s)
	s.text = r.human(&result.Claim.Exit, result.Claim.Output)
	return nil
}
