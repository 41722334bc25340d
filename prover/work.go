package prover

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orrery/orrery/proof"
)

// perform does what a task asks for, in the worker's workspace.
func (p *pipeline) perform(ctx context.Context, ws *Workspace, t *task) outcome {
	if t.proven != nil {
		return p.check(t)
	}
	o := outcome{number: t.number}
	p.tell.tell(Event{Kind: EventStarted, Segment: t.number + 1, Cycles: t.recorded.Run.Cycles})
	c := newClock(segmentPhases{p.tell, t.number + 1})
	start := time.Now()
	if o.err = ws.begin(); o.err != nil {
		return o
	}
	defer ws.end()
	w := &Witness{Statement: t.place.Statement(), Workspace: ws, last: t.number+1 == len(p.plan.Cuts)}
	c.Phase(PhaseTrace)
	if o.err = w.build(ctx, p.key, t.recorded, t.threads); o.err != nil {
		return o
	}
	t.spend()
	t.recorded, t.spend = nil, nil
	out, err := proveTables(ctx, p.key, w, t.threads, c)
	if err != nil {
		o.err = err
		return o
	}
	out.Total = time.Since(start)
	out.Spans = append([]Span{{Phase: PhaseExecute, Duration: t.took}}, out.Spans...)
	if p.work != nil {
		o.sum = out.sum()
		if err := p.work.PutSegment(t.number+1, out.Encoded); err != nil {
			o.err = fmt.Errorf("prover: %w", err)
			return o
		}
	}
	p.tell.tell(Event{Kind: EventFinished, Segment: t.number + 1, Cycles: out.Statement.Cycles, Bytes: len(out.Encoded), Duration: out.Total})
	if p.chain != nil {
		o.encoded = out.Encoded
	}
	out.Encoded = nil
	o.proof = out
	return o
}

// check verifies a finished segment.
func (p *pipeline) check(t *task) outcome {
	o := outcome{number: t.number, reused: true}
	start := time.Now()
	out := &SegmentProof{Encoded: t.proven}
	s, err := proof.ParseSegment(t.proven, p.key.Hash, &t.place)
	if err == nil && s.Cycles != p.plan.Cuts[t.number] {
		err = errors.New("another number of cycles")
	}
	if err == nil {
		err = out.verify(p.key, s, t.threads)
	}
	if err != nil {
		o.damaged = err
		return o
	}
	out.Spans = []Span{{Phase: PhaseVerify, Duration: time.Since(start)}}
	o.sum = out.sum()
	p.tell.tell(Event{Kind: EventReused, Segment: t.number + 1, Cycles: s.Cycles, Bytes: len(t.proven)})
	out.Encoded = nil
	o.proof = out
	return o
}
