package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/soundness"
)

// report is the JSON object of all commands. Fields that don't apply are left out.
type report struct {
	ProgramID          string          `json:"program_id,omitempty"`
	InputDigest        string          `json:"input_digest,omitempty"`
	Exit               *exitReport     `json:"exit,omitempty"`
	GasUsed            *uint64         `json:"gas_used,omitempty"`
	GasLimit           *uint64         `json:"gas_limit,omitempty"`
	Cycles             *uint64         `json:"cycles,omitempty"`
	Output             *string         `json:"output,omitempty"`
	MisalignedAccesses *uint64         `json:"misaligned_accesses,omitempty"`
	Engine             string          `json:"engine,omitempty"`
	ExecuteSeconds     *float64        `json:"execute_seconds,omitempty"`
	TraceSeconds       *float64        `json:"trace_seconds,omitempty"`
	ProveSeconds       *float64        `json:"prove_seconds,omitempty"`
	CyclesPerSecond    *float64        `json:"cycles_per_second,omitempty"`
	PeakMemoryBytes    *uint64         `json:"peak_memory_bytes,omitempty"`
	Segments           *int            `json:"segments,omitempty"`
	ProofBytes         *int            `json:"proof_bytes,omitempty"`
	VerifySeconds      *float64        `json:"verify_seconds,omitempty"`
	Accepted           *bool           `json:"accepted,omitempty"`
	Error              string          `json:"error,omitempty"`
	Security           *securityReport `json:"security,omitempty"`
	Profile            string          `json:"profile,omitempty"`
	Hash               string          `json:"hash,omitempty"`
	Threads            *int            `json:"threads,omitempty"`
	Kernels            string          `json:"kernels,omitempty"`
	CellsPerCycle      *float64        `json:"cells_per_cycle,omitempty"`
	Version            string          `json:"version"`

	// Additions of single commands.
	Workers            *int             `json:"workers,omitempty"`              // prove: segments proven at a time
	PlannedMemoryBytes *uint64          `json:"planned_memory_bytes,omitempty"` // prove
	SegmentsReused     *int             `json:"segments_reused,omitempty"`      // prove --work
	JobBytes           *int64           `json:"job_bytes,omitempty"`            // cut
	KeyDigest          string           `json:"key_digest,omitempty"`           // key
	Segment            *int             `json:"segment,omitempty"`              // prove-segment, from 1
	Parameters         *parameterReport `json:"parameters,omitempty"`           // inspect
	Tables             []tableReport    `json:"tables,omitempty"`               // inspect
	SegmentList        []segmentReport  `json:"segment_list,omitempty"`         // inspect
	Parts              []partReport     `json:"parts,omitempty"`                // inspect
	Bench              []benchResult    `json:"bench,omitempty"`                // bench

	// bench --what speed and --what execution
	Host        *hostReport         `json:"host,omitempty"`
	Calibration []calibrationReport `json:"calibration,omitempty"`
	Speed       []speedResult       `json:"speed,omitempty"`
	Long        []longResult        `json:"long,omitempty"`
	Execution   *executionReport    `json:"execution,omitempty"`
	Notes       []string            `json:"notes,omitempty"`
}

// exitReport is an exit status; which fields it has depends on the kind.
type exitReport struct {
	Kind      string  `json:"kind"`
	Code      *uint32 `json:"code,omitempty"`
	Cause     *uint32 `json:"cause,omitempty"`
	CauseName string  `json:"cause_name,omitempty"`
	PC        *uint32 `json:"pc,omitempty"`
	Value     *uint32 `json:"value,omitempty"`
}

type securityReport struct {
	Bits      float64       `json:"bits"`
	Regime    string        `json:"regime"`
	LimitedBy string        `json:"limited_by"`
	Rounds    []roundReport `json:"rounds"`
}

type roundReport struct {
	Name string  `json:"name"`
	Bits float64 `json:"bits"`
}

// regime names the bounds by which security is counted.
const regime = "proven (Johnson bound)"

// write prints the report as one line of JSON.
func (r *report) write(w io.Writer) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func newExitReport(e abi.Exit) *exitReport {
	r := &exitReport{Kind: e.Kind.String()}
	switch e.Kind {
	case abi.Halt:
		r.Code = &e.Code
	case abi.Trap:
		r.Cause, r.CauseName, r.PC, r.Value = &e.Cause, abi.CauseName(e.Cause), &e.PC, &e.Value
	case abi.OutOfGas:
		r.PC = &e.PC
	}
	return r
}

func newSecurityReport(rounds soundness.Rounds) *securityReport {
	r := &securityReport{Bits: rounds.Bits(), Regime: regime, LimitedBy: rounds.LimitedBy()}
	for _, x := range rounds {
		r.Rounds = append(r.Rounds, roundReport(x))
	}
	return r
}

// digestHex is an input digest in hexadecimal.
func digestHex(d hash.Digest) string {
	return hex.EncodeToString(d.Append(nil, hash.Poseidon2))
}

// claim fills in what a proof claims. In version 1 of the ABI every instruction costs one
// unit of gas, so the gas used is the number of cycles too.
func (r *report) claim(c *abi.Claim) {
	r.ProgramID = c.ProgramID.String()
	r.InputDigest = digestHex(c.InputDigest)
	r.Exit = newExitReport(c.Exit)
	r.GasUsed, r.GasLimit, r.Cycles = new(c.GasUsed), new(c.GasLimit), new(c.GasUsed)
	r.Output = new(hex.EncodeToString(c.Output))
}

// host fills in what the command ran with.
func (r *report) host(s *session) {
	r.Threads = new(s.threads)
	r.Kernels = cpu.Selected()
	if peak := peakMemory(); peak > 0 {
		r.PeakMemoryBytes = new(peak)
	}
}

// table builds text in aligned columns.
type table struct {
	buf bytes.Buffer
	w   *tabwriter.Writer
}

func newTable() *table {
	t := &table{}
	t.w = tabwriter.NewWriter(&t.buf, 0, 0, 2, ' ', 0)
	return t
}

// row adds a row of cells.
func (t *table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t.w, "\t")
		}
		fmt.Fprint(t.w, c)
	}
	fmt.Fprintln(t.w)
}

// bytes ends the table.
func (t *table) bytes() []byte {
	t.w.Flush() // a bytes.Buffer takes everything
	return t.buf.Bytes()
}

// human is the report as text for people, without the tables of single commands.
func (r *report) human(exit *abi.Exit, output []byte) []byte {
	t := newTable()
	if r.Accepted != nil {
		t.row("accepted", *r.Accepted)
	}
	if r.ProgramID != "" {
		t.row("program id", r.ProgramID)
	}
	if r.InputDigest != "" {
		t.row("input digest", r.InputDigest)
	}
	if exit != nil {
		t.row("exit", exit)
	}
	if r.GasUsed != nil {
		t.row("gas", fmt.Sprintf("%d used, limit %d", *r.GasUsed, *r.GasLimit))
	}
	if r.Cycles != nil {
		t.row("cycles", *r.Cycles)
	}
	if r.Output != nil {
		t.row("output", preview(output))
	}
	if r.MisalignedAccesses != nil {
		t.row("misaligned accesses", *r.MisalignedAccesses)
	}
	for _, x := range []struct {
		name    string
		seconds *float64
	}{
		{"execution", r.ExecuteSeconds},
		{"trace", r.TraceSeconds},
		{"proving, all in all", r.ProveSeconds},
		{"verification", r.VerifySeconds},
	} {
		if x.seconds != nil {
			t.row(x.name, fmt.Sprintf("%.3f s", *x.seconds))
		}
	}
	if r.CyclesPerSecond != nil {
		t.row("speed", fmt.Sprintf("%.0f cycles/s", *r.CyclesPerSecond))
	}
	if r.PeakMemoryBytes != nil {
		t.row("peak memory", mebibytes(*r.PeakMemoryBytes))
	}
	if r.Segments != nil && *r.Segments != 1 {
		t.row("segments", *r.Segments)
	}
	if r.SegmentsReused != nil {
		t.row("segments of earlier calls", *r.SegmentsReused)
	}
	if r.Segment != nil {
		t.row("segment", *r.Segment)
	}
	if r.JobBytes != nil {
		t.row("jobs", fmt.Sprintf("%d bytes", *r.JobBytes))
	}
	if r.ProofBytes != nil {
		t.row("proof", fmt.Sprintf("%d bytes", *r.ProofBytes))
	}
	if r.Profile != "" {
		t.row("profile", r.Profile+", "+r.Hash)
	}
	if r.Security != nil {
		t.row("security", fmt.Sprintf("%.2f bits, %s, limited by %s", r.Security.Bits, r.Security.Regime, r.Security.LimitedBy))
	}
	if r.CellsPerCycle != nil {
		t.row("cells per cycle", fmt.Sprintf("%.1f", *r.CellsPerCycle))
	}
	return t.bytes()
}

func mebibytes(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// previewBytes is how much of an output people get to see.
const previewBytes = 64

// preview describes a guest's output in a line. What the guest wrote is quoted, so that it
// can't play with the terminal.
func preview(output []byte) string {
	s := strconv.Itoa(len(output)) + " bytes"
	if len(output) == 0 {
		return s
	}
	head, more := output, ""
	if len(head) > previewBytes {
		head, more = head[:previewBytes], "..."
	}
	if printable(head) {
		return s + ", " + strconv.Quote(string(head)) + more
	}
	return s + ", hex " + hex.EncodeToString(head) + more
}

func printable(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for _, r := range string(b) {
		if !strconv.IsPrint(r) && r != '\n' && r != '\t' {
			return false
		}
	}
	return true
}

// perSecond is a rate, 0 where no time was measured.
func perSecond(n uint64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}

// perCycle is a share of the cycles; a run without any has none.
func perCycle(n, cycles uint64) *float64 {
	if cycles == 0 {
		return nil
	}
	return new(float64(n) / float64(cycles))
}
