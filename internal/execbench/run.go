package execbench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options of a measurement.
type Options struct {
	// Guests is the directory with the guests of the repository.
	Guests string
	// Programs to measure; all of them when it is empty.
	Programs []Program
	Rounds   int
	// Quick divides all counts by quickDivisor.
	Quick bool
	// Limit of a single run; 0 stands for five minutes.
	Limit time.Duration
	// Phase is told what is measured next; it may be nil.
	Phase func(name string)
}

const (
	quickDivisor = 50
	defaultLimit = 5 * time.Minute
	// checkDivisor of the counts of the first run, whose checksums all engines must agree
	// on, and which warms the host up.
	checkDivisor = 400
)

// Report is what was measured.
type Report struct {
	Rounds  int      `json:"rounds"`
	Engines []Engine `json:"engines"`
	Absent  []Absent `json:"absent,omitempty"`
	Results []Result `json:"results"`
	// Means over the programs, an engine each.
	Means    []Mean    `json:"means"`
	Compiles []Compile `json:"compile,omitempty"`
	// Gas is what exact gas costs the recompiler.
	Gas  *Gas        `json:"gas,omitempty"`
	Long *Throughput `json:"compile_long,omitempty"`
}

// Engine is an engine that was measured.
type Engine struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// Absent is an engine that can't be had here.
type Absent struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Result is a program on an engine.
type Result struct {
	Program string `json:"program"`
	Engine  string `json:"engine"`
	// Count of the run; the seconds below are for the program's full count.
	Count    uint32 `json:"count"`
	Checksum uint32 `json:"checksum"`
	// Median and Best of the rounds, seconds of processor time.
	Median float64 `json:"seconds"`
	Best   float64 `json:"best_seconds"`
	// InstructionsPerSecond counts instructions of RV32IM that this engine executed.
	InstructionsPerSecond float64 `json:"instructions_per_second,omitempty"`
	// Slowdown is the time divided by that of native code.
	Slowdown float64 `json:"slowdown,omitempty"`
}

// measurement is a program on an engine, while it is measured.
type measurement struct {
	program Program
	engine  *engine
	ready   *prepared
	count   uint32
	seconds []float64
	last    outcome
}

// Run measures all engines that it finds.
func Run(ctx context.Context, o Options) (*Report, error) {
	out, err := os.MkdirTemp("", "execbench")
	if err != nil {
		return nil, fmt.Errorf("execbench: %w", err)
	}
	defer os.RemoveAll(out)
	dir, err := filepath.Abs(o.Guests)
	if err != nil {
		return nil, fmt.Errorf("execbench: %w", err)
	}
	o.phase("build")
	r := &Report{}
	var engines []engine
	for _, k := range kits() {
		e, err := buildKit(ctx, dir, out, k)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			r.Absent = append(r.Absent, Absent{k.engine, err.Error()})
			continue
		}
		engines = append(engines, e)
	}
	ours, absent := guestEngines(dir)
	r.Absent = append(r.Absent, absent...)
	if err := r.measure(ctx, o, slices.Concat(engines, ours, []engine{wazeroEngine(dir)})); err != nil {
		return nil, err
	}
	o.phase("compile")
	r.Long, err = compileLong(ctx, dir, Programs(), max(o.Rounds, 3))
	return r, err
}

func (o *Options) phase(name string) {
	if o.Phase != nil {
		o.Phase(name)
	}
}

// measure runs all programs on all engines and fills the report in.
func (r *Report) measure(ctx context.Context, o Options, engines []engine) (err error) {
	if len(o.Programs) == 0 {
		o.Programs = Programs()
	}
	if o.Limit == 0 {
		o.Limit = defaultLimit
	}
	r.Rounds = max(o.Rounds, 1)
	for _, e := range engines {
		r.Engines = append(r.Engines, Engine{e.name, e.about})
	}
	var list []*measurement
	defer func() {
		if errors.Is(err, errHangs) {
			return // it may still run
		}
		for _, m := range list {
			err = errors.Join(err, m.ready.close())
		}
	}()
	o.phase("check")
	for _, p := range o.Programs {
		var first *measurement
		for i := range engines {
			m := &measurement{program: p, engine: &engines[i], count: max(1, p.Count/engines[i].divisor)}
			if o.Quick {
				m.count = max(1, p.Count/quickDivisor)
			}
			if _, err = guarded(ctx, o.Limit, func(ctx context.Context) (_ outcome, err error) {
				m.ready, err = engines[i].prepare(ctx, p.Name)
				return outcome{}, err
			}); err != nil {
				return m.fail(err)
			}
			list = append(list, m)
			if err = m.run(ctx, o.Limit, max(1, p.Count/checkDivisor)); err != nil {
				return err
			}
			if first == nil {
				first = m
			}
			if m.last.checksum != first.last.checksum {
				return fmt.Errorf("execbench: %s: the checksum is %08x with engine %s and %08x with engine %s",
					p.Name, first.last.checksum, first.engine.name, m.last.checksum, m.engine.name)
			}
		}
	}
	for round := range r.Rounds {
		o.phase(fmt.Sprintf("round %d", round+1))
		for _, m := range list {
			if err = m.run(ctx, o.Limit, m.count); err != nil {
				return err
			}
			m.seconds = append(m.seconds, m.last.seconds)
		}
	}
	r.results(list)
	return r.compare(list)
}

// run runs the program once.
func (m *measurement) run(ctx context.Context, limit time.Duration, count uint32) error {
	o, err := guarded(ctx, limit, func(ctx context.Context) (outcome, error) { return m.ready.run(ctx, count) })
	if err != nil {
		return m.fail(err)
	}
	m.last = o
	return nil
}

func (m *measurement) fail(err error) error {
	return fmt.Errorf("execbench: %s, engine %s: %w", m.program.Name, m.engine.name, err)
}

// compare fails when runs of the same program and count gave different checksums.
func (r *Report) compare(list []*measurement) error {
	for i, m := range list {
		for _, n := range list[:i] {
			if m.program.Name == n.program.Name && m.count == n.count && m.last.checksum != n.last.checksum {
				return fmt.Errorf("execbench: %s: the checksum is %08x with engine %s and %08x with engine %s",
					m.program.Name, n.last.checksum, n.engine.name, m.last.checksum, m.engine.name)
			}
		}
	}
	return nil
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}
