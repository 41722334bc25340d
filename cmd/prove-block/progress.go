package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/orrery/orrery/prover"
)

// progress shows how far a command is. It is a prover.Observer.
type progress struct {
	steps []string
	line  bool         // one line for each event
	show  func(update) // nil: nothing is shown
	clear func()
	start time.Time
	stop  chan struct{}
	ended sync.WaitGroup

	mu      sync.Mutex
	last    update
	begun   bool      // last is set
	planned time.Time // when the cycles to prove were known
	proven  uint64    // cycles of segments that this process has proven
}

// update is a line of --progress json.
type update struct {
	// Phase is the phase that begins, or "done" at the end; Event is what else has happened,
	// by its prover.EventKind. A line has one of the two.
	Phase string `json:"phase,omitempty"`
	Event string `json:"event,omitempty"`
	// Step counts the phases from 1; it is 0 for one that isn't on the list.
	Step    int `json:"step,omitempty"`
	Steps   int `json:"steps,omitempty"`
	Segment int `json:"segment,omitempty"` // that the event is about, from 1
	// The run as a whole: before it is planned, what has been executed.
	Segments     int    `json:"segments,omitempty"`
	SegmentsDone int    `json:"segments_done,omitempty"`
	Cycles       uint64 `json:"cycles,omitempty"`
	CyclesDone   uint64 `json:"cycles_done,omitempty"`
	// What this process proves in a second, and how long the rest takes at that rate. They
	// are 0 before it has proven a segment.
	CyclesPerSecond float64 `json:"cycles_per_second,omitempty"`
	SecondsLeft     float64 `json:"seconds_left,omitempty"`
	ElapsedSeconds  float64 `json:"elapsed_seconds"`
	Warning         string  `json:"warning,omitempty"`
}

// phaseDone ends the lines of a command that has succeeded.
const phaseDone = "done"

// newProgress begins to show progress on stderr in the way asked for.
func (s *session) newProgress(steps []string) *progress {
	p := &progress{steps: steps, start: time.Now(), stop: make(chan struct{})}
	switch f, ok := s.stderr.(*os.File); {
	case s.opts.Progress == "json":
		p.line = true
		p.show = func(u update) { showJSON(s.stderr, u) }
	case s.opts.Progress == "auto" && !s.opts.Quiet && ok && term.IsTerminal(int(f.Fd())):
		width := func() int {
			w, _, err := term.GetSize(int(f.Fd()))
			if err != nil || w <= 0 { // some terminals don't know
				return 80
			}
			return w
		}
		p.show = func(u update) { fmt.Fprint(f, "\r"+bar(u, width()-1)+"\x1b[K") }
		p.clear = func() { fmt.Fprint(f, "\r\x1b[K") }
		p.ended.Go(p.tick)
	}
	return p
}

// tick redraws the bar so that the time goes on during long phases.
func (p *progress) tick() {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-t.C:
			p.mu.Lock()
			if p.begun {
				p.rate()
				p.show(p.last)
			}
			p.mu.Unlock()
		}
	}
}

// Phase shows the phase that begins.
func (p *progress) Phase(name string) {
	p.Observe(prover.Event{Kind: prover.EventPhase, Phase: name})
}

// Observe shows an event.
func (p *progress) Observe(e prover.Event) {
	if p.show == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	u := &p.last
	p.begun = true
	u.Event, u.Segment, u.Warning = string(e.Kind), e.Segment, ""
	u.Steps, u.Segments = len(p.steps), e.Segments
	if p.line {
		u.Phase, u.Step = "", 0 // which a bar goes on showing
	}
	switch e.Kind {
	case prover.EventPhase:
		u.Event = ""
		u.Phase, u.Step = e.Phase, slices.Index(p.steps, e.Phase)+1
	case prover.EventExecuted:
		u.Cycles = e.Cycles
	case prover.EventPlanned:
		u.Cycles, p.planned = e.Cycles, time.Now()
	case prover.EventFinished:
		p.proven += e.Cycles
		u.SegmentsDone, u.CyclesDone = u.SegmentsDone+1, u.CyclesDone+e.Cycles
	case prover.EventReused:
		u.SegmentsDone, u.CyclesDone = u.SegmentsDone+1, u.CyclesDone+e.Cycles
	case prover.EventDamaged:
		u.Warning = e.Err.Error()
	}
	p.rate()
	p.show(*u)
}

// rate brings the times up to date.
func (p *progress) rate() {
	u := &p.last
	u.ElapsedSeconds = time.Since(p.start).Seconds()
	if p.proven > 0 {
		u.CyclesPerSecond = perSecond(p.proven, time.Since(p.planned).Seconds())
		u.SecondsLeft = float64(u.Cycles-u.CyclesDone) / u.CyclesPerSecond
	}
}

// close ends the display. With err == nil, JSON gets a last line, phase "done".
func (p *progress) close(err error) {
	close(p.stop)
	p.ended.Wait()
	switch {
	case p.clear != nil:
		p.clear()
	case p.show != nil && err == nil:
		p.rate()
		u := p.last
		u.Event, u.Phase, u.Step, u.Steps, u.Segment, u.Warning = "", phaseDone, len(p.steps), len(p.steps), 0, ""
		p.show(u)
	}
}

func showJSON(w io.Writer, u update) {
	if b, err := json.Marshal(u); err == nil {
		w.Write(append(b, '\n')) // progress that can't be shown is no reason to fail
	}
}

// bar draws an update in at most width columns: the phases of a short run, or the segments of
// a long one.
func bar(u update, width int) string {
	const cells = 20
	done, text := 0, ""
	switch {
	case u.Segments > 1:
		done = cells * u.SegmentsDone / u.Segments
		text = fmt.Sprintf("%d/%d segments, %.1f/%.1f M cycles", u.SegmentsDone, u.Segments, float64(u.CyclesDone)/1e6, float64(u.Cycles)/1e6)
		if u.CyclesPerSecond > 0 {
			text += fmt.Sprintf(", %.0f k cycles/s, %.0f s left", u.CyclesPerSecond/1e3, u.SecondsLeft)
		}
	case u.Segments == 0 && u.Cycles > 0:
		text = fmt.Sprintf("planning, %.1f M cycles", float64(u.Cycles)/1e6)
	default:
		if u.Steps > 0 {
			done = cells * max(u.Step-1, 0) / u.Steps
		}
		text = fmt.Sprintf("%d/%d %s", u.Step, u.Steps, u.Phase)
	}
	line := fmt.Sprintf("[%s%s] %s, %.0f s", strings.Repeat("#", done), strings.Repeat(".", cells-done), text, u.ElapsedSeconds)
	return line[:max(0, min(len(line), width))]
}
