package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// benchCmd measures.
type benchCmd struct {
	What   benchSubject `default:"size" placeholder:"NAME" help:"size: bytes of proofs by part, in every profile and with every hash; speed: time of proofs by phase, beside the time that the same work takes at the kernels' own speed; execution: programs on all engines that are found here, beside native code."`
	Guests fileName     `default:"testdata/guests" placeholder:"DIR" help:"Directory with the guests of the repository; testdata/guests unless told."`
	Only   []string     `placeholder:"GUEST" help:"Leave out all other guests; names with commas between them."`
	Quick  bool         `help:"speed and execution: small inputs, which say little of speed."`
	Growth bool         `help:"speed: instead of different guests and profiles one guest, with 2^16 to 2^22 cycles."`
	Long   bool         `help:"speed: beside the rest a run of 2^25 cycles, in 33 segments."`
	Rounds int          `default:"1" placeholder:"N" help:"speed: prove everything N times and keep the round of median time; execution: N rounds, at least 5 unless --quick. 1 unless told."`
	Out    fileName     `placeholder:"DIR" help:"Existing directory for the results as JSON, as a table (Markdown) and, for speed and execution, as a picture (SVG)."`
}

// benchSubject is what bench measures.
type benchSubject string

// The subjects.
const (
	benchSize      = "size"
	benchSpeed     = "speed"
	benchExecution = "execution"
)

// UnmarshalText takes the subjects that there are.
func (b *benchSubject) UnmarshalText(text []byte) error {
	*b = benchSubject(text)
	return choice(string(text), []string{benchSize, benchSpeed, benchExecution}, nil)
}

// maxRounds keeps a slip of the keyboard from taking a year.
const maxRounds = 1000

// Validate checks the numbers; package kong calls it.
func (c *benchCmd) Validate() error {
	if c.Rounds < 1 || c.Rounds > maxRounds {
		return fmt.Errorf("--rounds: %d is not between 1 and %d", c.Rounds, maxRounds)
	}
	return nil
}

// benchCase is a run whose proofs are measured.
type benchCase struct {
	guest string // name of the ELF file without its ending
	about string // the input, for people
	input []byte
}

// benchCases are runs of a few dozen to 2^17 cycles. With blow-up 16 the proof of the longest
// takes less than two gigabytes.
func benchCases() []benchCase {
	return []benchCase{
		{"exit42", "none", nil},
		{"alu", "none", nil},
		{"muldiv", "none", nil},
		{"keccak256", "136 bytes", pattern(136)},
		{"quicksort", "1,000 words", pattern(4000)},
		{"sieve", "10,000", word(10000)},
		{"sha256chain", "1 link", word(1)},
		{"sha256chain", "6 links", word(6)},
		{"sha256chain", "27 links", word(27)},
	}
}

func word(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

// pattern is n bytes without visible order, the same each time: the high bytes of a
// multiplicative sequence.
func pattern(n int) []byte {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x *= 2654435769
		b[i] = byte(x >> 24)
		x++
	}
	return b
}

// benchResult is a line of the table.
type benchResult struct {
	Guest         string       `json:"guest"`
	Input         string       `json:"input"`
	Profile       string       `json:"profile"`
	Hash          string       `json:"hash"`
	Cycles        uint64       `json:"cycles"`
	ProofBytes    int          `json:"proof_bytes"`
	VerifySeconds float64      `json:"verify_seconds"`
	ProveSeconds  float64      `json:"prove_seconds"`
	CellsPerCycle float64      `json:"cells_per_cycle"`
	SecurityBits  float64      `json:"security_bits"`
	Queries       int          `json:"queries"`
	Parts         []partReport `json:"parts"`
}

// Run measures.
func (c *benchCmd) Run(s *session) error {
	if c.Out != "" {
		if err := checkDir(string(c.Out), string(c.What)+".json"); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	switch c.What {
	case benchSpeed:
		cases := speedCases(c.Quick)
		if c.Growth {
			cases = growthCases(c.Quick)
		}
		cases, err := c.choose(cases)
		if err != nil {
			return err
		}
		return c.speed(s, cases)
	case benchExecution:
		return c.execution(s)
	}
	cases, err := c.choose(benchCases())
	if err != nil {
		return err
	}
	return c.sizes(s, cases)
}

// choose leaves the guests of --only, each of which there must be.
func (c *benchCmd) choose(cases []benchCase) ([]benchCase, error) {
	if len(c.Only) == 0 {
		return cases, nil
	}
	for _, name := range c.Only {
		if !slices.ContainsFunc(cases, func(b benchCase) bool { return b.guest == name }) {
			return nil, usagef("--only: no guest %q is measured", name)
		}
	}
	return slices.DeleteFunc(cases, func(b benchCase) bool { return !slices.Contains(c.Only, b.guest) }), nil
}

// programs loads the guests of the cases.
func (c *benchCmd) programs(s *session, cases []benchCase) ([]*rv.Program, error) {
	list := make([]*rv.Program, len(cases))
	for i, b := range cases {
		var err error
		if list[i], err = s.loadProgram("--guests", fileName(filepath.Join(string(c.Guests), b.guest+".elf")), abi.DefaultMemory); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// save writes the report and its text to the directory asked for, and whatever else there is,
// by ending.
func (c *benchCmd) save(s *session, more map[string][]byte) error {
	if c.Out == "" {
		return nil
	}
	var object bytes.Buffer
	e := json.NewEncoder(&object)
	e.SetIndent("", "  ")
	if err := e.Encode(s.report); err != nil {
		return err
	}
	files := map[string][]byte{"json": object.Bytes(), "md": s.text}
	maps.Copy(files, more)
	for _, ending := range slices.Sorted(maps.Keys(files)) {
		if err := writeFile(filepath.Join(string(c.Out), string(c.What)+"."+ending), files[ending]); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return nil
}

// sizes proves all cases, and writes or prints the tables.
func (c *benchCmd) sizes(s *session, cases []benchCase) error {
	programs, err := c.programs(s, cases)
	if err != nil {
		return err
	}
	var steps []string
	for _, b := range cases {
		for _, profile := range soundness.Profiles() {
			for _, id := range hashes {
				steps = append(steps, b.step(profile, id))
			}
		}
	}
	r := s.report
	p := s.newProgress(steps)
	err = func() error {
		for i, b := range cases {
			for _, profile := range soundness.Profiles() {
				for _, id := range hashes {
					p.Phase(b.step(profile, id))
					line, err := s.measure(b, programs[i], profile, id)
					if err != nil {
						return fmt.Errorf("%s: %w", b.step(profile, id), err)
					}
					r.Bench = append(r.Bench, line)
				}
			}
		}
		return nil
	}()
	p.close(err)
	if err != nil {
		r.Bench = nil // half a table looks like a whole one
		return err
	}
	r.host(s)
	s.text = benchMarkdown(s, r.Bench)
	return c.save(s, nil)
}

// checkDir tells whether path is a directory that a file of the given name can be written to.
func checkDir(path, name string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	return checkWritable(filepath.Join(path, name))
}

// hashes are the hash functions that are measured.
var hashes = []hash.ID{hash.Blake2s, hash.Poseidon2}

func (b *benchCase) step(profile soundness.Profile, id hash.ID) string {
	return fmt.Sprintf("%s (%s), %v, %v", b.guest, b.about, profile, id)
}

// verifications is how often the time of a verification is taken; the median counts.
const verifications = 5

func medianVerification(verify func() (seconds float64, err error)) (float64, error) {
	times := make([]float64, verifications)
	for i := range times {
		var err error
		if times[i], err = verify(); err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return times[verifications/2], nil
}

func (s *session) measure(b benchCase, program *rv.Program, profile soundness.Profile, id hash.ID) (benchResult, error) {
	none := benchResult{}
	result, err := prover.Prove(s.ctx, program, b.input, prover.Options{Profile: profile, Hash: id, Threads: s.threads, SegmentCycles: prover.MaxSegmentCycles, MaxMemory: 1 << 62})
	if err != nil {
		return none, err
	}
	parts, err := partsOf(result.Proof)
	if err != nil {
		return none, err
	}
	key, err := verifier.NewKey(profile, id)
	if err != nil {
		return none, err
	}
	params, rounds, err := key.Parameters(result.Layout)
	if err != nil {
		return none, err
	}
	verify, err := medianVerification(func() (float64, error) {
		v, err := verifyReader(s.ctx, bufio.NewReader(bytes.NewReader(result.Proof)), verifier.Policy{}, 1)
		return v.seconds, err
	})
	if err != nil {
		return none, err
	}
	return benchResult{
		Guest: b.guest, Input: b.about, Profile: profile.String(), Hash: id.String(),
		Cycles: result.Cycles, ProofBytes: len(result.Proof),
		VerifySeconds: verify, ProveSeconds: result.Total.Seconds(),
		CellsPerCycle: float64(result.Layout.Cells()) / float64(max(result.Cycles, 1)),
		SecurityBits:  rounds.Bits(), Queries: params.Queries,
		Parts: parts,
	}, nil
}

// benchMarkdown is the table for people.
func benchMarkdown(s *session, lines []benchResult) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Proof sizes\n\nBy `prove-block bench --what size`, version %s (proof version %d), %s/%s, kernels %s, %d threads. "+
		"Sizes don't depend on the host; verification is the median of %d, on one thread.\n\n",
		version, proof.Version, runtime.GOOS, runtime.GOARCH, cpu.Selected(), s.threads, verifications)
	fmt.Fprint(&b, "| guest | input | cycles | profile | hash | bits | queries | cells a cycle | verify (ms) | proof (bytes) |")
	for _, name := range partNames {
		fmt.Fprintf(&b, " %s |", name)
	}
	fmt.Fprintf(&b, "\n|%s%s\n", strings.Repeat(" --- |", 5), strings.Repeat(" ---: |", 5+len(partNames)))
	for _, x := range lines {
		fmt.Fprintf(&b, "| %s | %s | %d | %s | %s | %.2f | %d | %.1f | %.1f | %d |",
			x.Guest, x.Input, x.Cycles, x.Profile, x.Hash, x.SecurityBits, x.Queries, x.CellsPerCycle, 1000*x.VerifySeconds, x.ProofBytes)
		for _, name := range partNames {
			n := 0
			for _, part := range x.Parts {
				if part.Part == name {
					n += part.Bytes
				}
			}
			fmt.Fprintf(&b, " %d |", n)
		}
		fmt.Fprintln(&b)
	}
	return b.Bytes()
}
