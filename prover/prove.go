package prover

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// Options say how to prove. The zero value proves with profile fast and Blake2s on all
// cores, with the gas limit that stands for none.
type Options struct {
	Profile  soundness.Profile // 0 stands for soundness.Fast
	Hash     hash.ID           // 0 stands for hash.Blake2s
	GasLimit *uint64           // nil stands for DefaultGas
	// MaxCycles bounds the run; 0 stands for the most that one segment can hold. A longer
	// run is an error.
	MaxCycles uint64
	Threads   int        // 0 stands for runtime.GOMAXPROCS(0)
	Workspace *Workspace // for several proofs, one after the other; nil stands for one that is given up
	Observer  Observer   // may be nil
}

// DefaultGas is the gas limit of a run for which none is given.
const DefaultGas = 1 << 40

// Result is a finished proof and what making it took.
type Result struct {
	Proof      []byte
	Claim      abi.Claim
	Cycles     uint64 // instructions executed
	Misaligned uint64 // misaligned loads and stores
	Rounds     soundness.Rounds
	Layout     *verifier.Layout
	// Times of execution with recording, of building the tables, of all, and of the
	// verification at the end.
	Execute, Trace, Total, Verify time.Duration
	// Spans cut Total into the parts of the phases, but for what is too short to count.
	Spans []Span
}

// Cells is the number of committed base field cells: main, interaction and composition
// columns of all tables at their full heights.
func Cells(l *verifier.Layout) uint64 {
	cells := uint64(verifier.CompositionWidth) << l.LogHeight
	for _, t := range l.Tables {
		cells += uint64(t.AIR.Cells()) << t.LogHeight
	}
	return cells
}

// Prove runs the program on the input, proves the run, and verifies the proof before it
// hands it out. The result depends on program, input, profile, hash and gas limit alone.
func Prove(ctx context.Context, program *rv.Program, input []byte, o Options) (*Result, error) {
	start := time.Now()
	c := newClock(o.Observer)
	if o.Profile == 0 {
		o.Profile = soundness.Fast
	}
	if o.Hash == 0 {
		o.Hash = hash.Blake2s
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	gas := uint64(DefaultGas)
	if o.GasLimit != nil {
		gas = *o.GasLimit
	}
	if o.MaxCycles == 0 || o.MaxCycles > trace.MaxCycles {
		o.MaxCycles = trace.MaxCycles
	}
	if o.Workspace == nil {
		o.Workspace = NewWorkspace()
		defer o.Workspace.Close() // nothing that it gives back is in use
	}
	if err := o.Workspace.begin(); err != nil {
		return nil, err
	}
	defer o.Workspace.end()
	key, err := verifier.NewKey(o.Profile, o.Hash)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}

	c.Phase(PhaseExecute)
	recorder, err := exec.NewRecorder(program, input, exec.Options{GasLimit: gas, MaxCycles: o.MaxCycles})
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	run, err := recorder.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	r := &Result{Cycles: run.Cycles, Misaligned: run.MisalignedAccesses, Execute: time.Since(start)}

	c.Phase(PhaseTrace)
	tables, err := trace.Build(ctx, key.Machine, program, input, run, o.Threads, o.Workspace.mem)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	run = nil
	r.Trace = time.Since(start) - r.Execute
	w := witness(program, tables, gas, r.Cycles)
	w.Workspace = o.Workspace

	p, err := proveWitness(ctx, key, w, o.Threads, c)
	if err != nil {
		return nil, err
	}
	r.Proof = p.Encode()

	c.Phase(PhaseVerify)
	begin := time.Now()
	if r.Claim, err = verifier.Verify(key, r.Proof, verifier.Policy{}); err != nil {
		return nil, fmt.Errorf("prover: the proof fails its own verification: %w", err)
	}
	r.Verify = time.Since(begin)
	if r.Layout, err = verifier.NewLayout(key.Machine, p.Instances); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	if _, r.Rounds, err = key.Parameters(r.Layout); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	r.Spans = c.measured()
	r.Total = time.Since(start)
	return r, nil
}

// witness joins the tables with the statement that they prove.
func witness(program *rv.Program, t *trace.Tables, gas, used uint64) *Witness {
	w := &Witness{}
	s := &w.Statement
	s.Header = program.Header
	s.Image, s.InputDigest = t.Image, t.InputDigest
	s.GasLimit, s.GasUsed = gas, used
	s.Exit = t.Exit
	s.Output, s.Opened = t.Output, t.Opened
	for _, table := range t.List {
		s.Instances = append(s.Instances, table.Instance)
		w.Main = append(w.Main, table.Main)
	}
	return w
}
