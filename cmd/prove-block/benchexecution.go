package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// executionCases are runs of about 2^22 cycles, recordings of which take 120 MiB.
func executionCases(quick bool) []benchCase {
	if quick {
		return speedCases(true)
	}
	return []benchCase{
		{"sha256chain", "900 links", word(900)},
		{"quicksort", "32,000 words", pattern(128000)},
		{"keccak256", "26 KiB", pattern(26 << 10)},
		{"sieve", "720,000", word(720000)},
	}
}

// executionResult is how fast a guest runs.
type executionResult struct {
	Guest    string `json:"guest"`
	Input    string `json:"input"`
	Engine   string `json:"engine"`
	Cycles   uint64 `json:"cycles"`
	Rounds   int    `json:"rounds"`
	Plain    rate   `json:"plain_instructions_per_second"`
	Recorded rate   `json:"recorded_instructions_per_second"`
}

// rate is the best and the median of all rounds.
type rate struct {
	Best   float64 `json:"best"`
	Median float64 `json:"median"`
}

// noRecompiler is said with every result, so that nobody takes the interpreter's speed for
// that of the engine to come.
const noRecompiler = "Only the interpreter is measured: the recompiler isn't built yet."

// executionRounds is the least number of rounds.
const executionRounds = 5

// execution measures the interpreter, plain and with recording, on one thread.
func (c *benchCmd) execution(s *session, cases []benchCase) error {
	programs, err := c.programs(s, cases)
	if err != nil {
		return err
	}
	var steps []string
	for _, b := range cases {
		steps = append(steps, b.guest)
	}
	r := s.report
	p := s.newProgress(steps)
	err = func() error {
		for i, b := range cases {
			p.Phase(b.guest)
			line, err := c.execute(s, b, programs[i])
			if err != nil {
				return fmt.Errorf("%s: %w", b.guest, err)
			}
			r.Execution = append(r.Execution, line)
		}
		return nil
	}()
	p.close(err)
	if err != nil {
		r.Execution = nil
		return err
	}
	r.Host, r.Engine = newHostReport(), interpreter
	r.Notes = append(r.Notes, noRecompiler)
	r.host(s)
	s.text = executionMarkdown(r)
	return c.save(s, nil)
}

// execute runs a guest, plain and recorded in turn.
func (c *benchCmd) execute(s *session, b benchCase, program *rv.Program) (executionResult, error) {
	x := executionResult{Guest: b.guest, Input: b.about, Engine: interpreter, Rounds: max(c.Rounds, executionRounds)}
	var plain, recorded []float64
	for range x.Rounds {
		m, err := exec.New(program, b.input, exec.Options{GasLimit: gasOfBench})
		if err != nil {
			return x, err
		}
		start := time.Now()
		result, err := m.Run(s.ctx)
		if err != nil {
			return x, err
		}
		x.Cycles = result.Cycles
		plain = append(plain, perSecond(x.Cycles, time.Since(start).Seconds()))

		recorder, err := exec.NewRecorder(program, b.input, exec.Options{GasLimit: gasOfBench, MaxCycles: exec.MaxCycles})
		if err != nil {
			return x, err
		}
		start = time.Now()
		run, err := recorder.Run(s.ctx)
		if err != nil {
			return x, err
		}
		recorded = append(recorded, perSecond(run.Cycles, time.Since(start).Seconds()))
	}
	x.Plain, x.Recorded = newRate(plain), newRate(recorded)
	return x, nil
}

// gasOfBench is more gas than any case takes.
const gasOfBench = 1 << 40

func newRate(rounds []float64) rate {
	slices.Sort(rounds)
	return rate{rounds[len(rounds)-1], rounds[len(rounds)/2]}
}

func executionMarkdown(r *report) []byte {
	var m markdown
	m.WriteString("# Speed of execution\n\n")
	m.hostLine(r, benchExecution)
	m.WriteString("Million instructions a second on one thread, from loaded program to exit; recorded: with what a proof needs.\n\n")
	m.head("guest", "input", "engine", "-cycles", "-plain, median", "-plain, best", "-recorded, median", "-recorded, best")
	for _, x := range r.Execution {
		m.row("%s | %s | %s | %d | %.1f | %.1f | %.1f | %.1f",
			x.Guest, x.Input, x.Engine, x.Cycles, x.Plain.Median/1e6, x.Plain.Best/1e6, x.Recorded.Median/1e6, x.Recorded.Best/1e6)
	}
	return m.Bytes()
}
