package main

import (
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/prover/journal"
)

// proveSegmentCmd proves one segment that another process has cut out of a run.
type proveSegmentCmd struct {
	Job       fileName `arg:"" placeholder:"JOB" help:"Job of prove-block cut, or - for stdin."`
	MaxMemory byteSize `default:"3GiB" placeholder:"SIZE" help:"Bound of the prover's memory; 3GiB unless told. A job that needs more is refused."`
	Out       fileName `placeholder:"FILE" help:"File for the proof of the segment, or - for stdout: segment-000001.proof and so on, for prove-block join. Without it the proof is made, checked and dropped."`
}

// Run makes the proof, which the prover verifies, and writes it.
func (c *proveSegmentCmd) Run(s *session) error {
	if err := s.takeOutput("--out", c.Out); err != nil {
		return err
	}
	encoded, err := s.readFile("JOB", c.Job, job.MaxSize)
	if err != nil {
		return err
	}
	j, err := job.Parse(encoded)
	if err != nil {
		return err
	}
	if c.Out == "" {
		s.note("no --out: the proof won't be kept")
	}
	p := s.newProgress(prover.SegmentPhases())
	out, err := prover.ProveSegment(s.ctx, j, prover.SegmentOptions{
		Threads: s.threads, MaxMemory: uint64(c.MaxMemory), Observer: s.observers(p),
	})
	p.close(err)
	if err != nil {
		return err
	}
	number := int(j.Place.Index) + 1
	if err := s.writeOutput("--out", c.Out, journal.SegmentFile(number, out.Encoded)); err != nil {
		return err
	}
	r := s.report
	r.Segment, r.Segments, r.Cycles = new(number), new(int(j.Place.Segments)), new(j.Cycles)
	r.ProveSeconds, r.CyclesPerSecond = new(out.Total.Seconds()), new(perSecond(j.Cycles, out.Total.Seconds()))
	r.ProofBytes, r.Accepted = new(len(out.Encoded)), new(true)
	r.Security = newSecurityReport(out.Rounds)
	r.Profile, r.Hash = j.Profile.String(), j.Hash.String()
	r.CellsPerCycle = perCycle(out.Layout.Cells(), j.Cycles)
	r.host(s)
	s.text = r.human(nil, nil)
	return nil
}
