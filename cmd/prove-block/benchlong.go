package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
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

// longCases are runs of several segments: 2^21 and 2^22 cycles and, with more, 2^25.
func longCases(quick, more bool) []benchCase {
	links := func(n uint32) benchCase { return benchCase{"sha256chain", fmt.Sprintf("%d links", n), word(n)} }
	switch {
	case quick:
		return []benchCase{links(3)}
	case more:
		return []benchCase{links(446), links(892), links(7150)}
	}
	return []benchCase{links(446), links(892)}
}

// longResult is what a proof of several segments took.
type longResult struct {
	Guest           string  `json:"guest"`
	Input           string  `json:"input"`
	Profile         string  `json:"profile"`
	Hash            string  `json:"hash"`
	Threads         int     `json:"threads"`
	Workers         int     `json:"workers"`
	Kernels         string  `json:"kernels"`
	Segments        int     `json:"segments"`
	Cycles          uint64  `json:"cycles"`
	ProveSeconds    float64 `json:"prove_seconds"`
	CyclesPerSecond float64 `json:"cycles_per_second"`
	UserSeconds     float64 `json:"user_seconds"`
	SystemSeconds   float64 `json:"system_seconds"`
	// Utilisation is the processor time divided by that of all threads.
	Utilisation         float64 `json:"utilisation"`
	CellsPerCycle       float64 `json:"cells_per_cycle"`
	RooflineSeconds     float64 `json:"roofline_seconds"`
	RooflineShare       float64 `json:"roofline_share"`
	PeakMemoryBytes     uint64  `json:"peak_memory_bytes"`
	ProofBytes          int64   `json:"proof_bytes"`
	VerifySeconds       float64 `json:"verify_seconds"`
	VerifyOneSeconds    float64 `json:"verify_one_thread_seconds"`
	VerifyPeakMemoryMiB float64 `json:"verify_peak_memory_mib"`
}

// quickSegment is the length of segments where inputs are small.
const quickSegment = 1 << 13

// long proves runs of several segments as prove does, and verifies the files.
func (c *benchCmd) long(s *session, cases []benchCase, programs []*rv.Program, rates *calibrations) ([]longResult, error) {
	var lines []longResult
	for i := range cases {
		line, err := c.longRun(s.ctx, &cases[i], programs[i], s.threads, rates)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", cases[i].guest, cases[i].about, err)
		}
		lines = append(lines, *line)
	}
	return lines, nil
}

func (c *benchCmd) longRun(ctx context.Context, b *benchCase, program *rv.Program, threads int, rates *calibrations) (line *longResult, err error) {
	file, err := os.CreateTemp("", "prove-block-bench")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	o := prover.Options{Threads: threads}
	if c.Quick {
		o.SegmentCycles = quickSegment
	}
	before, err := rates.measure(ctx, threads)
	if err != nil {
		return nil, err
	}
	debug.FreeOSMemory() // as in a fresh process, nothing is mapped
	resetPeak()
	user, system := cpuTime()
	w := bufio.NewWriter(file)
	r, err := prover.ProveTo(ctx, w, program, b.input, o)
	if err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	userEnd, systemEnd := cpuTime()
	total := r.Total.Seconds()
	x := &longResult{
		Guest: b.guest, Input: b.about, Profile: r.Profile.String(), Hash: r.Hash.String(),
		Threads: threads, Workers: r.Workers, Kernels: cpu.Selected(), Segments: r.Segments, Cycles: r.Cycles,
		ProveSeconds: total, CyclesPerSecond: perSecond(r.Cycles, total),
		UserSeconds: userEnd - user, SystemSeconds: systemEnd - system,
		CellsPerCycle: float64(r.Cells) / float64(max(r.Cycles, 1)), PeakMemoryBytes: peakMemory(), ProofBytes: r.Bytes,
	}
	x.Utilisation = (x.UserSeconds + x.SystemSeconds) / (total * float64(min(threads, runtime.NumCPU())))
	after, err := rates.measure(ctx, threads)
	if err != nil {
		return nil, err
	}
	if x.RooflineSeconds, err = rooflineOf(file, r.Profile, r.Hash, roofline.Mean(before, after)); err != nil {
		return nil, err
	}
	x.RooflineShare = x.RooflineSeconds / total
	debug.FreeOSMemory()
	resetPeak()
	if x.VerifySeconds, err = verifyFile(ctx, file, r.Profile, r.Hash, threads); err != nil {
		return nil, err
	}
	x.VerifyPeakMemoryMiB = float64(peakMemory()) / (1 << 20)
	if x.VerifyOneSeconds, err = verifyFile(ctx, file, r.Profile, r.Hash, 1); err != nil {
		return nil, err
	}
	return x, nil
}

// rooflineOf is the time that the work of all segments of a proof in a file would take at the
// kernels' own speed.
func rooflineOf(file *os.File, profile soundness.Profile, id hash.ID, rates *roofline.Rates) (seconds float64, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	key, err := verifier.NewKey(profile, id)
	if err != nil {
		return 0, err
	}
	in := bufio.NewReader(file)
	head, err := proof.ReadHead(in)
	if err != nil {
		return 0, err
	}
	err = walk(in, head, func(x *proof.Segment, _ int) error {
		layout, err := verifier.NewLayout(key.Machine, x.Instances)
		if err != nil {
			return err
		}
		params, _, err := key.Parameters(layout)
		if err != nil {
			return err
		}
		for _, t := range roofline.Count(layout, params, id, roofline.TriesOf(x)) {
			seconds += rates.Seconds(&t)
		}
		return nil
	})
	return seconds, err
}

// verifyFile verifies a proof in a file from its beginning and says how long it took.
func verifyFile(ctx context.Context, file *os.File, profile soundness.Profile, id hash.ID, threads int) (float64, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	start := time.Now()
	key, err := verifier.NewKey(profile, id)
	if err != nil {
		return 0, err
	}
	_, _, err = parallel.VerifyReader(ctx, key, bufio.NewReader(file), verifier.Policy{}, threads)
	return time.Since(start).Seconds(), err
}

// longs is the table of runs of several segments.
func (m *markdown) longs(lines []longResult) {
	if len(lines) == 0 {
		return
	}
	m.WriteString("\n## Runs of several segments\n\nUtilisation: processor time divided by that of all threads. Verification reads the proof from a file.\n\n")
	m.head("guest", "input", "-cycles", "-segments", "-at a time", "-threads", "-seconds", "-processor seconds", "-system", "-utilisation", "-cycles/s", "-cells a cycle", "-roofline", "-peak MiB", "-proof MB", "-verify s", "-on one thread", "-verifier's peak MiB")
	for _, x := range lines {
		m.row("%s | %s | %d | %d | %d | %d | %.2f | %.2f | %s | %s | %.0f | %.1f | %s | %.0f | %.1f | %.2f | %.2f | %.0f",
			x.Guest, x.Input, x.Cycles, x.Segments, x.Workers, x.Threads, x.ProveSeconds, x.UserSeconds+x.SystemSeconds,
			percent(x.SystemSeconds/max(x.UserSeconds+x.SystemSeconds, 1e-9)), percent(x.Utilisation), x.CyclesPerSecond, x.CellsPerCycle, percent(x.RooflineShare),
			float64(x.PeakMemoryBytes)/(1<<20), float64(x.ProofBytes)/1e6, x.VerifySeconds, x.VerifyOneSeconds, x.VerifyPeakMemoryMiB)
	}
}
