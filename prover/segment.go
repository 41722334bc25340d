package prover

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
	"github.com/orrery/orrery/verifier/parallel"
)

// SegmentProof is a proof of one segment that has passed its verification.
type SegmentProof struct {
	Statement proof.Statement
	Encoded   []byte // as it stands in a proof, behind its length
	Layout    *verifier.Layout
	Rounds    soundness.Rounds
	Spans     []Span
	Total     time.Duration
}

// SegmentOptions say how to prove a job.
type SegmentOptions struct {
	Threads int // 0 stands for runtime.GOMAXPROCS(0)
	// MaxMemory bounds the memory of the process, in bytes: a job that needs more is refused
	// with ErrMemory, by the model of SegmentMemory. 0 stands for DefaultMaxMemory.
	MaxMemory uint64
	Workspace *Workspace // for several proofs, one after the other; nil stands for one that is given up
	Observer  Observer   // may be nil
}

// ProveSegment proves a segment from its job alone, which may come from anybody: a job that
// isn't consistent is an error of package job. The result is verified. It depends on the job
// only, and has the bytes that Prove gives the segment.
func ProveSegment(ctx context.Context, j *job.Job, o SegmentOptions) (*SegmentProof, error) {
	start := time.Now()
	key, err := verifier.NewKey(j.Profile, j.Hash)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	number, threads := int(j.Place.Index)+1, threadsOr(o.Threads)
	t := &teller{observer: o.Observer}
	t.tell(Event{Kind: EventStarted, Segment: number, Cycles: j.Cycles})
	c := newClock(segmentPhases{t, number})
	c.Phase(PhaseExecute)
	r, err := j.Replay(ctx, job.Options{Threads: threads})
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	ws := o.Workspace
	if ws == nil {
		ws = NewWorkspace()
		defer ws.Close() // nothing that it gives back is in use
	}
	if err := ws.begin(); err != nil {
		return nil, err
	}
	defer ws.end()
	w := &Witness{Statement: j.Place.Statement(), Workspace: ws, last: o.Workspace == nil}
	c.Phase(PhaseTrace)
	if err := w.build(ctx, key, &r.Segment, threads); err != nil {
		return nil, err
	}
	r = nil
	if err := w.fits(key, o.MaxMemory); err != nil {
		return nil, err
	}
	out, err := proveTables(ctx, key, w, threads, c)
	if err != nil {
		return nil, err
	}
	out.Total = time.Since(start)
	t.tell(Event{Kind: EventFinished, Segment: number, Cycles: j.Cycles, Bytes: len(out.Encoded), Duration: out.Total})
	return out, nil
}

// sum tells segments apart: by what they prove, and by all their bytes.
func (p *SegmentProof) sum() [sha256.Size]byte { return segmentSum(&p.Statement, p.Encoded) }

func segmentSum(s *proof.Statement, encoded []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	h.Write(s.Encode())
	h.Write(encoded)
	h.Sum(sum[:0])
	return sum
}

// proveTables proves a segment and verifies the proof.
func proveTables(ctx context.Context, key *verifier.Key, w *Witness, threads int, c *clock) (*SegmentProof, error) {
	start := time.Now()
	p, err := proveWitness(ctx, key, w, threads, c)
	if err != nil {
		return nil, err
	}
	c.Phase(PhaseVerify)
	out := &SegmentProof{Encoded: p.Append(nil, key.Hash)}
	if err := out.verify(key, p, threads); err != nil {
		return nil, fmt.Errorf("prover: the proof fails its own verification: %w", err)
	}
	out.Spans = c.measured()
	out.Total = time.Since(start)
	if w.last && threads > 1 {
		w.Workspace.giveUp()
	}
	return out, nil
}

// build makes the tables of a recorded segment and completes the statement, which has what
// the segment's place in the run gives.
func (w *Witness) build(ctx context.Context, key *verifier.Key, recorded *trace.Segment, threads int) error {
	tables, err := trace.BuildSegment(ctx, key.Machine, recorded, threads, w.Workspace.memory())
	if err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	s := &w.Statement
	s.Cycles, s.Opened = recorded.Run.Cycles, tables.Opened
	s.After = proof.State{Quarters: recorded.Opening.New}
	if !s.Last {
		s.After.PC = recorded.Run.EndPC
	}
	for _, table := range tables.List {
		s.Instances = append(s.Instances, table.Instance)
		w.Main = append(w.Main, table.Main)
	}
	return nil
}

// fits checks that the proof doesn't need more memory than allowed.
func (w *Witness) fits(key *verifier.Key, most uint64) error {
	if most == 0 {
		most = DefaultMaxMemory
	}
	layout, err := verifier.NewLayout(key.Machine, w.Statement.Instances)
	if err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	if need := fixedMemory + SegmentMemory(layout, key.Profile.LogBlowup()); need > most {
		return fmt.Errorf("%w: the segment needs %d MiB, and %d MiB may be used", ErrMemory, need>>20, most>>20)
	}
	return nil
}

// verify checks a proof and takes down what there is to say about it.
func (p *SegmentProof) verify(key *verifier.Key, s *proof.Segment, threads int) (err error) {
	if err := parallel.Segment(key, s, verifier.Policy{}, threads); err != nil {
		return err
	}
	p.Statement = s.Statement
	if p.Layout, err = verifier.NewLayout(key.Machine, s.Instances); err != nil {
		return err
	}
	_, p.Rounds, err = key.Parameters(p.Layout)
	return err
}
