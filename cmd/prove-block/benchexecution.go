package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orrery/orrery/internal/execbench"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// recordingCases are runs of about 2^22 cycles, recordings of which take 120 MiB.
func recordingCases(quick bool) []benchCase {
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

// executionReport is the speed of execution, and that of the recording for proofs.
type executionReport struct {
	*execbench.Report
	Recording []recordingResult `json:"recording,omitempty"`
}

// recordingResult is how fast a guest runs while all that a proof needs is recorded.
type recordingResult struct {
	Guest    string `json:"guest"`
	Input    string `json:"input"`
	Cycles   uint64 `json:"cycles"`
	Rounds   int    `json:"rounds"`
	Recorded rate   `json:"recorded_instructions_per_second"`
}

// rate is the best and the median of all rounds.
type rate struct {
	Best   float64 `json:"best"`
	Median float64 `json:"median"`
}

// executionRounds is the least number of rounds, unless they are quick.
const executionRounds = 5

// executionPrograms are what execution measures: programs on all engines, and guests whose runs
// are recorded. With --only those of these names, of which there must be one each.
func (c *benchCmd) executionPrograms() (programs []execbench.Program, recorded []benchCase, err error) {
	programs, recorded = execbench.Programs(), recordingCases(c.Quick)
	if len(c.Only) == 0 {
		return programs, recorded, nil
	}
	for _, name := range c.Only {
		if !slices.ContainsFunc(programs, func(p execbench.Program) bool { return p.Name == name }) &&
			!slices.ContainsFunc(recorded, func(b benchCase) bool { return b.guest == name }) {
			return nil, nil, usagef("--only: no guest %q is measured", name)
		}
	}
	programs = slices.DeleteFunc(programs, func(p execbench.Program) bool { return !slices.Contains(c.Only, p.Name) })
	recorded = slices.DeleteFunc(recorded, func(b benchCase) bool { return !slices.Contains(c.Only, b.guest) })
	return programs, recorded, nil
}

// execution measures all engines that it finds, and the recording.
func (c *benchCmd) execution(s *session) error {
	programs, recorded, err := c.executionPrograms()
	if err != nil {
		return err
	}
	guests, err := c.programs(s, recorded)
	if err != nil {
		return err
	}
	rounds := max(c.Rounds, executionRounds)
	if c.Quick {
		rounds = c.Rounds
	}
	steps := []string{"build", "check"}
	for round := range rounds {
		steps = append(steps, fmt.Sprintf("round %d", round+1))
	}
	steps = append(steps, "compile")
	for _, b := range recorded {
		steps = append(steps, b.recordStep())
	}
	x := &executionReport{Report: &execbench.Report{}}
	p := s.newProgress(steps)
	err = func() error {
		if len(programs) > 0 {
			x.Report, err = execbench.Run(s.ctx, execbench.Options{
				Guests: string(c.Guests), Programs: programs, Rounds: rounds, Quick: c.Quick, Phase: p.Phase,
			})
			if err != nil {
				return err
			}
		}
		for i, b := range recorded {
			p.Phase(b.recordStep())
			line, err := record(s, b, guests[i], rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", b.guest, err)
			}
			x.Recording = append(x.Recording, line)
		}
		return nil
	}()
	p.close(err)
	if err != nil {
		return err
	}
	r := s.report
	r.Execution, r.Host = x, newHostReport()
	for _, a := range x.Absent {
		r.Notes = append(r.Notes, fmt.Sprintf("Not measured: %s (%s).", a.Name, strings.TrimPrefix(a.Reason, "execbench: ")))
	}
	r.host(s)
	s.text = executionMarkdown(r)
	return c.save(s, map[string][]byte{"svg": executionPicture(x.Report)})
}

func (b *benchCase) recordStep() string { return "record " + b.guest }

// record runs a guest with recording.
func record(s *session, b benchCase, program *rv.Program, rounds int) (recordingResult, error) {
	x := recordingResult{Guest: b.guest, Input: b.about, Rounds: rounds}
	var rates []float64
	for range rounds {
		recorder, err := exec.NewRecorder(program, b.input, exec.Options{GasLimit: gasOfBench, MaxCycles: exec.MaxCycles})
		if err != nil {
			return x, err
		}
		start := time.Now()
		run, err := recorder.Run(s.ctx)
		if err != nil {
			return x, err
		}
		x.Cycles = run.Cycles
		rates = append(rates, perSecond(run.Cycles, time.Since(start).Seconds()))
	}
	x.Recorded = newRate(rates)
	return x, nil
}

// gasOfBench is more gas than any case takes.
const gasOfBench = 1 << 40

func newRate(rounds []float64) rate {
	slices.Sort(rounds)
	return rate{rounds[len(rounds)-1], rounds[len(rounds)/2]}
}
