package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/prover/roofline"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
	"github.com/orrery/orrery/verifier/parallel"
)

// speedCases are runs of about 2^20 cycles. The first is proved in all kinds.
func speedCases(quick bool) []benchCase {
	if quick {
		return []benchCase{
			{"sha256chain", "1 link", word(1)},
			{"quicksort", "100 words", pattern(400)},
			{"keccak256", "136 bytes", pattern(136)},
			{"sieve", "1,000", word(1000)},
		}
	}
	return []benchCase{
		{"sha256chain", "223 links", word(223)},
		{"quicksort", "10,000 words", pattern(40000)},
		{"keccak256", "8 KiB", pattern(8 << 10)},
		{"sieve", "180,000", word(180000)},
	}
}

// growthCases are runs of one guest, each but the first with twice the cycles of the one before.
func growthCases(quick bool) []benchCase {
	const first = 16
	last := 22
	if quick {
		last = first + 1
	}
	var cases []benchCase
	for k := first; k <= last; k++ {
		// A link takes 4,693 cycles, 223 of them 2^20.
		links := uint32(223<<k) >> 20
		cases = append(cases, benchCase{"sha256chain", fmt.Sprintf("%d links", links), word(links)})
	}
	return cases
}

// speedRun is a way to prove a case.
type speedRun struct {
	benchCase
	program *rv.Program
	profile soundness.Profile
	hash    hash.ID
	threads int
}

func (r *speedRun) step() string {
	return fmt.Sprintf("%s, threads: %d", r.benchCase.step(r.profile, r.hash), r.threads)
}

// speedRuns are all cases in the profile fast with Blake2s, and with more the first one also in the
// other profiles, with Poseidon2, and on one thread.
func speedRuns(cases []benchCase, programs []*rv.Program, threads int, more bool) []speedRun {
	var runs []speedRun
	for i, b := range cases {
		runs = append(runs, speedRun{b, programs[i], soundness.Fast, hash.Blake2s, threads})
	}
	if !more {
		return runs
	}
	first := runs[0]
	add := func(profile soundness.Profile, id hash.ID, n int) {
		runs = append(runs, speedRun{first.benchCase, first.program, profile, id, n})
	}
	if threads > 1 {
		add(soundness.Fast, hash.Blake2s, 1)
	}
	add(soundness.Balanced, hash.Blake2s, threads)
	add(soundness.Compact, hash.Blake2s, threads)
	add(soundness.Fast, hash.Poseidon2, threads)
	return runs
}

// speedResult is what a proof took.
type speedResult struct {
	Guest           string             `json:"guest"`
	Input           string             `json:"input"`
	Profile         string             `json:"profile"`
	Hash            string             `json:"hash"`
	Threads         int                `json:"threads"`
	Kernels         string             `json:"kernels"`
	Cycles          uint64             `json:"cycles"`
	ProveSeconds    float64            `json:"prove_seconds"`
	CyclesPerSecond float64            `json:"cycles_per_second"`
	VerifySeconds   float64            `json:"verify_seconds"`
	PeakMemoryBytes uint64             `json:"peak_memory_bytes"`
	BytesPerCycle   float64            `json:"peak_bytes_per_cycle"`
	Cells           uint64             `json:"cells"`
	CellsPerCycle   float64            `json:"cells_per_cycle"`
	CellsPerSecond  float64            `json:"cells_per_second"`
	RooflineSeconds float64            `json:"roofline_seconds"`
	RooflineShare   float64            `json:"roofline_share"`
	UserSeconds     float64            `json:"user_seconds"`
	SystemSeconds   float64            `json:"system_seconds"`
	ProofBytes      int                `json:"proof_bytes"`
	SecurityBits    float64            `json:"security_bits"`
	Rounds          int                `json:"rounds"`
	Phases          []phaseReport      `json:"phases"`
	Work            map[string]float64 `json:"work"`
	Tables          []tableReport      `json:"tables"`
}

// phaseReport is the time of a part of a phase, and the time that its work would take at the
// kernels' own speed.
type phaseReport struct {
	Phase           string  `json:"phase"`
	Part            string  `json:"part,omitempty"`
	Seconds         float64 `json:"seconds"`
	Share           float64 `json:"share"` // of the whole proof
	RooflineSeconds float64 `json:"roofline_seconds"`
}

// calibrationReport is the speed of the kernels.
type calibrationReport struct {
	Threads   int                `json:"threads"`
	Kernels   string             `json:"kernels"`
	Bandwidth float64            `json:"memory_bytes_per_second"`
	PerSecond map[string]float64 `json:"per_second"`
}

func newCalibrationReport(r *roofline.Rates) calibrationReport {
	c := calibrationReport{r.Threads, cpu.Selected(), r.Bandwidth, map[string]float64{}}
	for _, k := range roofline.Kernels() {
		c.PerSecond[k.String()] = r.PerSecond[k]
	}
	return c
}

// calibrations are the speeds of the kernels that were measured, by number of threads.
type calibrations struct {
	rounds int
	list   map[int][]*roofline.Rates
}

// measure adds a calibration.
func (c *calibrations) measure(ctx context.Context, threads int) (*roofline.Rates, error) {
	r, err := roofline.Calibrate(ctx, threads, c.rounds)
	if err == nil {
		c.list[threads] = append(c.list[threads], r)
	}
	return r, err
}

// reports are the means, for most threads first.
func (c *calibrations) reports() (out []calibrationReport) {
	for _, threads := range slices.Backward(slices.Sorted(maps.Keys(c.list))) {
		out = append(out, newCalibrationReport(roofline.Mean(c.list[threads]...)))
	}
	return out
}

// speed proves all cases and compares with the kernels' speed, which it measures before and after
// each proof: the host's speed changes.
func (c *benchCmd) speed(s *session, cases []benchCase) error {
	programs, err := c.programs(s, cases)
	if err != nil {
		return err
	}
	var longer []benchCase
	if !c.Growth {
		if longer, err = c.choose(longCases(c.Quick, c.Long)); err != nil {
			longer = nil // the guests chosen have no long runs
		}
	}
	longPrograms, err := c.programs(s, longer)
	if err != nil {
		return err
	}
	const segments = "several segments"
	runs := speedRuns(cases, programs, s.threads, !c.Growth)
	var steps []string
	for _, x := range runs {
		steps = append(steps, x.step())
	}
	if len(longer) > 0 {
		steps = append(steps, segments)
	}
	r := s.report
	p := s.newProgress(steps)
	rates := &calibrations{roofline.Rounds, map[int][]*roofline.Rates{}}
	if c.Quick {
		rates.rounds = 3
	}
	var lines []speedResult
	err = func() error {
		for _, x := range runs {
			p.Phase(x.step())
			line, err := x.median(s.ctx, c.Rounds, rates)
			if err != nil {
				return fmt.Errorf("%s: %w", x.step(), err)
			}
			lines = append(lines, line)
		}
		if len(longer) > 0 {
			p.Phase(segments)
			r.Long, err = c.long(s, longer, longPrograms, rates)
		}
		return err
	}()
	p.close(err)
	if err != nil {
		r.Long = nil
		return err
	}
	r.Speed, r.Calibration = lines, rates.reports()
	r.Host = newHostReport()
	r.host(s)
	if !resetPeak() {
		r.Notes = append(r.Notes, "This system doesn't tell the peak memory of single proofs: each line has that of all up to it.")
	}
	s.text = speedMarkdown(r)
	return c.save(s, map[string][]byte{"svg": speedPicture(r.Speed)})
}

// median proves a run several times and gives the round of median time.
func (r *speedRun) median(ctx context.Context, rounds int, rates *calibrations) (speedResult, error) {
	var all []speedResult
	for range rounds {
		x, err := r.prove(ctx, rates)
		if err != nil {
			return x, err
		}
		x.Rounds = rounds
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b speedResult) int { return cmp.Compare(a.ProveSeconds, b.ProveSeconds) })
	return all[(len(all)-1)/2], nil
}

// prove makes one proof and reports on it.
func (r *speedRun) prove(ctx context.Context, rates *calibrations) (speedResult, error) {
	none := speedResult{}
	if err := ctx.Err(); err != nil {
		return none, err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(r.threads))
	before, err := rates.measure(ctx, r.threads)
	if err != nil {
		return none, err
	}
	debug.FreeOSMemory() // as in a fresh process, nothing is mapped
	resetPeak()
	user, system := cpuTime()
	result, err := prover.Prove(ctx, r.program, r.input, prover.Options{
		Profile: r.profile, Hash: r.hash, Threads: r.threads,
		SegmentCycles: prover.MaxSegmentCycles, MaxMemory: 1 << 62, // one segment, of which the layout is
	})
	if err != nil {
		return none, err
	}
	userEnd, systemEnd := cpuTime()
	peak := peakMemory()
	after, err := rates.measure(ctx, r.threads)
	if err != nil {
		return none, err
	}
	key, err := verifier.NewKey(r.profile, r.hash)
	if err != nil {
		return none, err
	}
	params, rounds, err := key.Parameters(result.Layout)
	if err != nil {
		return none, err
	}
	if result.Cycles == 0 {
		return none, errors.New("no instruction was executed")
	}
	verify, err := medianVerification(func() (float64, error) {
		start := time.Now()
		_, _, err := parallel.VerifyReader(ctx, key, bytes.NewReader(result.Proof), verifier.Policy{}, r.threads)
		return time.Since(start).Seconds(), err
	})
	if err != nil {
		return none, err
	}
	cells, total, cycles := result.Layout.Cells(), result.Total.Seconds(), float64(result.Cycles)
	x := speedResult{
		Guest: r.guest, Input: r.about, Profile: r.profile.String(), Hash: r.hash.String(),
		Threads: r.threads, Kernels: cpu.Selected(),
		Cycles: result.Cycles, ProveSeconds: total, CyclesPerSecond: perSecond(result.Cycles, total),
		VerifySeconds:   verify,
		PeakMemoryBytes: peak, Cells: cells,
		CellsPerCycle: float64(cells) / cycles, CellsPerSecond: perSecond(cells, total),
		UserSeconds: userEnd - user, SystemSeconds: systemEnd - system,
		ProofBytes: len(result.Proof), SecurityBits: rounds.Bits(), Tables: tables(result.Layout),
	}
	x.BytesPerCycle = float64(x.PeakMemoryBytes) / cycles
	tries, err := triesOf(result.Proof)
	if err != nil {
		return none, err
	}
	tasks := roofline.Count(result.Layout, params, r.hash, tries)
	x.phases(result.Spans, tasks, roofline.Mean(before, after))
	x.work(tasks)
	return x, nil
}

// triesOf gives the tries of a proof of one segment.
func triesOf(encoded []byte) (tries roofline.Tries, err error) {
	in := bytes.NewReader(encoded)
	head, err := proof.ReadHead(in)
	if err != nil {
		return tries, err
	}
	err = walk(in, head, func(x *proof.Segment, _ int) error {
		tries = roofline.TriesOf(x)
		return nil
	})
	return tries, err
}

// phases joins times and work.
func (x *speedResult) phases(spans []prover.Span, tasks []roofline.Task, rates *roofline.Rates) {
	for _, s := range spans {
		p := phaseReport{Phase: s.Phase, Part: s.Part, Seconds: s.Duration.Seconds()}
		p.Share = p.Seconds / x.ProveSeconds
		for i := range tasks {
			if tasks[i].Phase == s.Phase && tasks[i].Part == s.Part {
				p.RooflineSeconds = rates.Seconds(&tasks[i])
			}
		}
		x.RooflineSeconds += p.RooflineSeconds
		x.Phases = append(x.Phases, p)
	}
	x.RooflineShare = x.RooflineSeconds / x.ProveSeconds
}

// work sums up the operations of all parts.
func (x *speedResult) work(tasks []roofline.Task) {
	x.Work = map[string]float64{}
	for _, t := range tasks {
		for _, k := range roofline.Kernels() {
			if t.Ops[k] > 0 {
				x.Work[k.String()] += float64(t.Ops[k])
			}
		}
		x.Work["bytes of memory traffic"] += float64(t.Bytes)
	}
}
