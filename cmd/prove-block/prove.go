package main

import (
	"io"
	"runtime/debug"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv"
	rvengine "github.com/orrery/orrery/rv/engine"
	"github.com/orrery/orrery/soundness"
)

// runArgs name a run, for commands that prove one.
type runArgs struct {
	Program       fileName      `arg:"" placeholder:"PROGRAM.elf" help:"Guest program, or - for stdin."`
	Input         fileName      `placeholder:"FILE" help:"Input of the guest, or - for stdin; empty unless told."`
	Gas           gasUnits      `default:"1099511627776" placeholder:"N" help:"Gas limit; 2^40 unless told."`
	Memory        byteSize      `default:"256MiB" placeholder:"SIZE" help:"Heap and stack, a multiple of 64KiB; 256MiB unless told. Part of the program id."`
	Profile       string        `enum:"fast,balanced,compact" default:"fast" placeholder:"NAME" help:"fast, balanced or compact: larger ones take longer and make smaller proofs."`
	Hash          string        `enum:"blake2s,poseidon2" default:"blake2s" placeholder:"NAME" help:"blake2s or poseidon2 (for proofs that are verified inside a proof)."`
	SegmentCycles segmentCycles `placeholder:"N" help:"Most cycles of a segment: 1 to 16777216; 1048576 unless told (profile compact: 262144)."`
	MaxMemory     byteSize      `default:"3GiB" placeholder:"SIZE" help:"Bound of the prover's memory; 3GiB unless told. Segments are cut so that they fit."`
}

// load reads what the arguments name.
func (a *runArgs) load(s *session) (program *rv.Program, input []byte, o prover.Options, err error) {
	profile, id, err := parseKind(a.Profile, a.Hash)
	if err != nil {
		return nil, nil, o, err
	}
	if err := oneStdin(argument{"PROGRAM", a.Program}, argument{"--input", a.Input}); err != nil {
		return nil, nil, o, err
	}
	if program, err = s.loadProgram("PROGRAM", a.Program, a.Memory); err != nil {
		return nil, nil, o, err
	}
	if input, err = s.readInput(a.Input); err != nil {
		return nil, nil, o, err
	}
	// The collector works harder near the bound, but not at any price.
	debug.SetMemoryLimit(int64(min(uint64(a.MaxMemory)/16*17, 1<<62)))
	return program, input, prover.Options{
		Profile: profile, Hash: id, GasLimit: new(uint64(a.Gas)), Threads: s.threads,
		SegmentCycles: uint64(a.SegmentCycles), MaxMemory: uint64(a.MaxMemory),
	}, nil
}

// proveCmd proves a run.
type proveCmd struct {
	runArgs

	Work          fileName `placeholder:"DIR" help:"Directory for finished segments: after an interruption the same command goes on where it stopped."`
	Workers       workers  `placeholder:"N" help:"Segments to prove at a time, which share the threads; as many as --max-memory allows unless told."`
	Out           fileName `placeholder:"FILE" help:"File for the proof, or - for stdout. Without it the proof is made, checked and dropped."`
	ExpectSuccess bool     `help:"Exit with status 3 unless the guest halts with code 0. The proof is written all the same."`
}

// Run makes the proof, which the prover verifies, and writes it.
func (c *proveCmd) Run(s *session) error {
	if err := s.takeOutput("--out", c.Out); err != nil {
		return err
	}
	program, input, o, err := c.load(s)
	if err != nil {
		return err
	}
	switch {
	case c.Out == "" && c.Work == "":
		s.note("no --out: the proof won't be kept")
	case c.Out == "":
		s.note("no --out: only the segments in --work are kept")
	}
	p := s.newProgress(prover.Phases())
	o.Work, o.Workers, o.Observer = string(c.Work), int(c.Workers), s.observers(p)
	var result *prover.Result
	err = s.writeOutput("--out", c.Out, func(w io.Writer) (err error) {
		result, err = prover.ProveTo(s.ctx, w, program, input, o)
		return err
	})
	p.close(err)
	if err != nil {
		return err
	}
	r := s.report
	r.claim(&result.Claim)
	r.proved(result)
	r.Profile, r.Hash = o.Profile.String(), o.Hash.String()
	r.host(s)
	s.text = r.human(&result.Claim.Exit, result.Claim.Output)
	if c.ExpectSuccess {
		return expectSuccess(result.Claim.Exit)
	}
	return nil
}

// observers gives the observer of the command: the progress, notes about damaged files and,
// if asked for, the metrics.
func (s *session) observers(p *progress) prover.Observer {
	notes := prover.ObserverFunc(func(e prover.Event) {
		if e.Kind == prover.EventDamaged && s.opts.Progress != "json" { // which has it as a line
			s.note("%v; it is made again", e.Err)
		}
	})
	if s.metrics == nil {
		return prover.Observers(p, notes)
	}
	return prover.Observers(p, notes, s.metrics)
}

// proved fills in what making a proof took.
func (r *report) proved(p *prover.Result) {
	r.Cycles, r.MisalignedAccesses, r.Engine = new(p.Cycles), new(p.Misaligned), rvengine.Interpreter
	r.ExecuteSeconds, r.TraceSeconds = new(p.Execute.Seconds()), new(p.Trace.Seconds())
	r.ProveSeconds, r.VerifySeconds = new(p.Total.Seconds()), new(p.Verify.Seconds())
	r.CyclesPerSecond = new(perSecond(p.Cycles, p.Total.Seconds()))
	r.Segments, r.ProofBytes = new(p.Segments), new(int(p.Bytes))
	if p.Reused > 0 {
		r.SegmentsReused = new(p.Reused)
	}
	r.Workers, r.PlannedMemoryBytes = new(p.Workers), new(p.Memory)
	r.Accepted = new(true)
	r.Security = newSecurityReport(p.Rounds)
	r.CellsPerCycle = perCycle(p.Cells, p.Cycles)
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
