package prover

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

const (
	// MaxSegmentCycles is the largest number of cycles of a segment.
	MaxSegmentCycles = trace.MaxCycles
	// MinSegmentCycles is where the planner stops to look for segments that fit the memory.
	MinSegmentCycles = 1 << 12
	// DefaultMaxMemory is the bound of the memory where none is given, in bytes.
	DefaultMaxMemory = 3 << 30
)

// DefaultSegmentCycles is the number of cycles of a segment where none is given. With these, a
// prover stays below DefaultMaxMemory (docs/decisions/cutting.md).
func DefaultSegmentCycles(p soundness.Profile) uint64 {
	if p == soundness.Compact {
		return 1 << 18
	}
	return 1 << 20
}

// ErrMemory says that a run can't be proven in the memory that may be used.
var ErrMemory = errors.New("prover: not enough memory")

// errTooManySegments says that a proof can't have as many segments as the run would need.
var errTooManySegments = errors.New("prover: more than 2^32 segments; take longer ones")

// Plan is how a run is cut into segments. It depends on the program, the input and Options,
// but not on their Threads.
type Plan struct {
	Run  proof.Run
	Cuts []uint64 // cycles of each segment
	// Segment is the memory that the proof of the largest segment needs, and Guest what
	// executing the run takes beside it, in bytes, by the model of SegmentMemory.
	Segment, Guest uint64
	// Misaligned is the number of misaligned loads and stores of the run.
	Misaligned uint64

	// single is the recording of a run of one segment.
	single *exec.Trace
}

// planner executes a run to find out where to cut it.
type planner struct {
	keys     func() (*verifier.Key, error)
	program  *rv.Program
	o        *Options
	recorder *exec.Recorder
	forecast *trace.Forecast
	tell     *teller
	plan     *Plan
	told     time.Time
}

// progressEvery is the time between two events of the planner.
const progressEvery = 100 * time.Millisecond

// newPlan runs the program to its end and cuts the run. before is the state in which the run
// begins. The recording of a run of one segment has memory of mem.
func newPlan(ctx context.Context, keys func() (*verifier.Key, error), program *rv.Program, input []byte, before *proof.State, o *Options, mem *arena.Arena, t *teller) (*Plan, error) {
	buffers := &exec.Buffers{New: func(n int) []exec.Record { return arena.ZeroSlice[exec.Record](mem, n) }}
	recorder, err := exec.NewRecorder(program, input, exec.Options{GasLimit: *o.GasLimit, Buffers: buffers})
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	p := &planner{
		keys: keys, program: program, o: o, recorder: recorder, forecast: trace.NewForecast(program, input, o.Threads), tell: t, plan: &Plan{},
	}
	run := &p.plan.Run
	run.Header, run.GasLimit = program.Header, *o.GasLimit
	run.Image, run.InputDigest = before.Quarters[0], before.Quarters[memtree.InputQuarter]
	last, err := p.cut(ctx)
	if err != nil {
		return nil, err
	}
	run.Exit = abi.Exit{Kind: abi.ExitKind(last.Exit.Kind), Code: last.Exit.Code, Cause: last.Exit.Cause, PC: last.Exit.PC, Value: last.Exit.Value}
	run.GasUsed = recorder.Cycles()
	run.Segments = uint32(len(p.plan.Cuts))
	if run.Output, err = output(recorder); err != nil {
		return nil, err
	}
	if run.Segments == 1 {
		p.plan.single = last
	}
	return p.plan, nil
}

// cut records segment after segment, each a second time if it turns out to be too large. It
// returns the last one.
func (p *planner) cut(ctx context.Context) (*exec.Trace, error) {
	size := p.o.SegmentCycles
	for {
		t, err := p.recorder.Segment(ctx, size)
		if err != nil {
			return nil, fmt.Errorf("prover: %w", err)
		}
		segment, guest, err := p.need(t)
		if err != nil {
			return nil, err
		}
		if need := fixedMemory + segment + guest; need > p.o.MaxMemory {
			if t.Cycles <= min(MinSegmentCycles, p.o.SegmentCycles) {
				return nil, fmt.Errorf("%w: %d cycles from cycle %d on need %d MiB, and %d MiB may be used", ErrMemory, t.Cycles, p.recorder.Cycles()-t.Cycles, need>>20, p.o.MaxMemory>>20)
			}
			size = t.Cycles / 2
			if err := p.recorder.Rewind(t); err != nil {
				return nil, fmt.Errorf("prover: %w", err)
			}
			p.recorder.Recycle(t)
			continue
		}
		if uint64(len(p.plan.Cuts)) == math.MaxUint32 {
			return nil, errTooManySegments
		}
		p.plan.Cuts = append(p.plan.Cuts, t.Cycles)
		p.plan.Segment, p.plan.Guest = max(p.plan.Segment, segment), max(p.plan.Guest, guest)
		p.plan.Misaligned += t.MisalignedAccesses
		p.forecast.Advance(t)
		if now := time.Now(); now.Sub(p.told) >= progressEvery {
			p.told = now
			p.tell.tell(Event{Kind: EventExecuted, Cycles: p.recorder.Cycles()})
		}
		if t.Ended {
			return t, nil
		}
		p.recorder.Recycle(t)
		// A segment that was halved lets the next ones begin small; they grow while two of
		// the kind would fit.
		if fixedMemory+2*segment+guest <= p.o.MaxMemory {
			size = min(2*size, p.o.SegmentCycles)
		}
	}
}

// need tells how much memory the proof of a segment needs, and the guest's memory beside it.
func (p *planner) need(t *exec.Trace) (segment, guest uint64, err error) {
	rows := p.forecast.Of(t, t.Ended)
	key, err := p.keys()
	if err != nil {
		return 0, 0, fmt.Errorf("prover: %w", err)
	}
	layout, err := verifier.NewLayout(key.Machine, rows.Instances(key.Machine))
	if err != nil {
		return 0, 0, fmt.Errorf("prover: %w", err)
	}
	segment = SegmentMemory(layout, key.Profile.LogBlowup())
	if !t.Ended || len(p.plan.Cuts) > 0 {
		segment += t.Cycles * recordBytes // which it holds until its tables are made, and then gives to another
	}
	return segment, uint64(p.forecast.Pages(t))*pageMemory + recordingMemory(rows), nil
}

// output opens the output of a run that has ended.
func output(r *exec.Recorder) (memtree.OutputOpening, error) {
	tree := memtree.NewTree(memtree.CompressAll)
	const first = abi.OutputStart / memtree.BlockBytes
	err := tree.Set(func(yield func(memtree.Block) bool) {
		for i := range uint32((abi.OutputEnd - abi.OutputStart) / memtree.BlockBytes) {
			b := memtree.Block{Index: first + i, Words: r.Block(first + i)}
			if b.Words != ([memtree.BlockWords]uint32{}) && !yield(b) {
				return
			}
		}
	})
	if err != nil {
		return memtree.OutputOpening{}, fmt.Errorf("prover: %w", err)
	}
	return memtree.OpenOutput(r.Block, tree.Node), nil
}

// appendBinary appends the encoding of a plan, for a work directory: the head of the proof
// behind its length, both memory needs, the misaligned accesses, and the cuts.
func (p *Plan) appendBinary(b []byte, key *verifier.Key) []byte {
	head := proof.Head{Profile: uint8(key.Profile.ID()), Hash: key.Hash, Run: p.Run}
	h := head.Append(nil)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(h)))
	b = append(b, h...)
	for _, v := range [...]uint64{p.Segment, p.Guest, p.Misaligned} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	for _, c := range p.Cuts {
		b = binary.LittleEndian.AppendUint64(b, c)
	}
	return b
}

// errPlan marks bytes that are no plan.
var errPlan = errors.New("prover: no plan")

// parsePlan reads what appendBinary writes. The cuts add up to the cycles of the run.
func parsePlan(b []byte) (*proof.Head, *Plan, error) {
	if len(b) < 4 {
		return nil, nil, fmt.Errorf("%w: %d bytes", errPlan, len(b))
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	b = b[4:]
	if n > uint64(len(b)) {
		return nil, nil, fmt.Errorf("%w: a head of %d bytes in %d", errPlan, n, len(b))
	}
	r := bytes.NewReader(b[:n])
	head, err := proof.ReadHead(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errPlan, err)
	}
	b = b[n:]
	p := &Plan{Run: head.Run}
	if r.Len() > 0 || head.Run.Segments == 0 || uint64(len(b)) != 8*(3+uint64(head.Run.Segments)) {
		return nil, nil, fmt.Errorf("%w: %d bytes for %d segments", errPlan, len(b), head.Run.Segments)
	}
	next := func() uint64 {
		v := binary.LittleEndian.Uint64(b)
		b = b[8:]
		return v
	}
	p.Segment, p.Guest, p.Misaligned = next(), next(), next()
	total := uint64(0)
	for len(b) > 0 {
		c := next()
		if c > MaxSegmentCycles || c > head.Run.GasUsed-total {
			return nil, nil, fmt.Errorf("%w: a segment of %d cycles", errPlan, c)
		}
		total += c
		p.Cuts = append(p.Cuts, c)
	}
	if total != head.Run.GasUsed {
		return nil, nil, fmt.Errorf("%w: %d of %d cycles", errPlan, total, head.Run.GasUsed)
	}
	return head, p, nil
}
