package prover

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestLogObserver(t *testing.T) {
	var b bytes.Buffer
	o := LogObserver(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	for _, c := range []struct {
		event Event
		want  string
	}{
		{Event{Kind: EventPhase, Phase: PhaseTrace, Segment: 2, Segments: 3}, "level=DEBUG msg=phase phase=trace segment=2 segments=3"},
		{Event{Kind: EventExecuted, Cycles: 1000}, "level=DEBUG msg=executed cycles=1000"},
		{Event{Kind: EventFinished, Segment: 1, Cycles: 5, Bytes: 7, Duration: time.Second}, "level=INFO msg=finished segment=1 cycles=5 bytes=7 duration=1s"},
		{Event{Kind: EventDamaged, Err: errors.New("broken")}, "level=WARN msg=damaged error=broken"},
	} {
		b.Reset()
		o.Observe(c.event)
		if _, got, _ := strings.Cut(b.String(), " "); got != c.want+"\n" {
			t.Errorf("%+v: %q, want %q", c.event, got, c.want)
		}
	}
}

// TestTeller: calls come one at a time, and know the number of segments once it is known.
func TestTeller(t *testing.T) {
	var w watched // not safe for concurrent use
	tell := &teller{observer: Observers(&w, nil)}
	tell.tell(Event{Kind: EventExecuted})
	tell.tell(Event{Kind: EventPlanned, Segments: 9})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for range 100 {
				segmentPhases{tell, 1}.Phase(PhaseMain)
			}
		})
	}
	all.Wait()
	if len(w) != 1002 || w[0].Segments != 0 || w[1].Segments != 9 || w[1001].Segments != 9 {
		t.Errorf("%d events", len(w))
	}
	var nobody *teller
	nobody.tell(Event{})
	(&teller{}).tell(Event{})
}
