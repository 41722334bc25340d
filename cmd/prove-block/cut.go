package main

import (
	"fmt"
	"path/filepath"

	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/prover/job"
	rvengine "github.com/orrery/orrery/rv/engine"
)

// cutCmd cuts a run into jobs.
type cutCmd struct {
	runArgs

	Out fileName `required:"" placeholder:"DIR" help:"Work directory for the plan and the jobs, segment-000001.job and so on."`
}

// Run writes the jobs. The directory is one that prove --work could have made: proofs of
// segments belong into it, and join or prove --work make the whole proof of them.
func (c *cutCmd) Run(s *session) error {
	program, input, o, err := c.load(s)
	if err != nil {
		return err
	}
	p := s.newProgress([]string{prover.PhasePlan, prover.PhaseExecute})
	o.Work, o.Observer = string(c.Out), s.observers(p)
	var size int64
	result, err := prover.Cut(s.ctx, program, input, o, func(j *job.Job) error {
		b, err := j.AppendBinary(nil)
		if err != nil {
			return err
		}
		size += int64(len(b))
		return writeFile(filepath.Join(string(c.Out), fmt.Sprintf("segment-%06d.job", j.Place.Index+1)), b)
	})
	p.close(err)
	if err != nil {
		return err
	}
	r := s.report
	r.claim(&result.Claim)
	r.MisalignedAccesses, r.Engine = new(result.Misaligned), rvengine.Interpreter
	r.ExecuteSeconds = new(result.Execute.Seconds())
	r.Segments, r.JobBytes = new(result.Segments), new(size)
	r.Profile, r.Hash = o.Profile.String(), o.Hash.String()
	r.host(s)
	s.text = r.human(&result.Claim.Exit, result.Claim.Output)
	return nil
}
