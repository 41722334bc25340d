package prover

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Observer is told what happens while a run is proven. Calls come one at a time, but from
// several goroutines. They should return soon, since the work waits for them.
type Observer interface {
	Observe(Event)
}

// EventKind says what an event is about.
type EventKind string

// The kinds of events. A run that is planned is cut into segments; each of them is either
// reused or started and, later, finished. Several segments may be under way at once.
const (
	// EventPhase: a phase begins: of the segment with the number Segment, or of the whole run
	// if that is 0.
	EventPhase EventKind = "phase"
	// EventExecuted: the planner has executed Cycles up to now.
	EventExecuted EventKind = "executed"
	// EventPlanned: the run has Segments with Cycles in all; finding that out took Duration.
	EventPlanned EventKind = "planned"
	// EventStarted: the proof of Segment, which has Cycles, begins.
	EventStarted EventKind = "started"
	// EventFinished: the proof of Segment, which has Cycles, has passed its verification. It
	// has Bytes and took Duration.
	EventFinished EventKind = "finished"
	// EventReused: the proof of Segment, which has Cycles and Bytes, was found in the work
	// directory and has passed its verification.
	EventReused EventKind = "reused"
	// EventDamaged: what the work directory has for Segment (0: for the plan) is no use, for
	// the reason Err. It is made again.
	EventDamaged EventKind = "damaged"
)

// Event is something that happened. What doesn't apply to its kind is zero.
type Event struct {
	Kind     EventKind
	Phase    string // one of Phases
	Segment  int    // number, from 1
	Segments int    // how many there are, 0 while that isn't known
	Cycles   uint64
	Bytes    int
	Duration time.Duration
	Err      error
}

// ObserverFunc is a function as an Observer.
type ObserverFunc func(Event)

// Observe calls the function.
func (f ObserverFunc) Observe(e Event) { f(e) }

// Observers makes one Observer of several. Those that are nil are left out.
func Observers(list ...Observer) Observer {
	return ObserverFunc(func(e Event) {
		for _, o := range list {
			if o != nil {
				o.Observe(e)
			}
		}
	})
}

// LogObserver writes events to a logger: phases and steps of the planner at level debug,
// damaged files as warnings, the rest at level info.
func LogObserver(l *slog.Logger) Observer {
	return ObserverFunc(func(e Event) {
		level := slog.LevelInfo
		switch e.Kind {
		case EventPhase, EventExecuted:
			level = slog.LevelDebug
		case EventDamaged:
			level = slog.LevelWarn
		}
		var attrs []slog.Attr
		if e.Phase != "" {
			attrs = append(attrs, slog.String("phase", e.Phase))
		}
		if e.Segment != 0 {
			attrs = append(attrs, slog.Int("segment", e.Segment))
		}
		if e.Segments != 0 {
			attrs = append(attrs, slog.Int("segments", e.Segments))
		}
		if e.Cycles != 0 {
			attrs = append(attrs, slog.Uint64("cycles", e.Cycles))
		}
		if e.Bytes != 0 {
			attrs = append(attrs, slog.Int("bytes", e.Bytes))
		}
		if e.Duration != 0 {
			attrs = append(attrs, slog.Duration("duration", e.Duration))
		}
		if e.Err != nil {
			attrs = append(attrs, slog.Any("error", e.Err))
		}
		l.LogAttrs(context.Background(), level, string(e.Kind), attrs...)
	})
}

// teller hands events of several goroutines to an observer, one at a time.
type teller struct {
	mu       sync.Mutex
	observer Observer // nil: nobody listens
	segments int
}

// tell passes an event on. It fills in the number of segments.
func (t *teller) tell(e Event) {
	if t == nil || t.observer == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Kind == EventPlanned {
		t.segments = e.Segments
	}
	e.Segments = t.segments
	t.observer.Observe(e)
}

// phaser is told of phases that begin.
type phaser interface{ Phase(name string) }

// nobody is for those who don't watch.
type nobody struct{}

func (nobody) Phase(string) {}

// segmentPhases tells the phases of one segment.
type segmentPhases struct {
	*teller
	segment int
}

// Phase tells of a phase that begins.
func (s segmentPhases) Phase(name string) {
	s.tell(Event{Kind: EventPhase, Phase: name, Segment: s.segment})
}
