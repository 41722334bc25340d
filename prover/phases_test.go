package prover

import (
	"slices"
	"testing"
	"time"
)

// listener keeps the names of phases.
type listener []string

func (l *listener) Phase(name string) { *l = append(*l, name) }

// Observe keeps the names of phases.
func (l *listener) Observe(e Event) { phases(l.Phase).Observe(e) }

func TestClock(t *testing.T) {
	var heard listener
	c := newClock(&heard)
	if newClock(c) != c {
		t.Error("a clock of a clock is another one")
	}
	c.part("before any phase")
	pause := func() { time.Sleep(time.Millisecond) }
	c.Phase("one")
	for range 2 {
		pause()
		c.part("a")
		pause()
		c.part("b")
		pause()
		c.part("a")
		pause()
	}
	c.Phase("two")
	pause()
	c.Phase("three")
	c.part("a")
	spans := c.measured()
	var names []string
	for i, s := range spans {
		names = append(names, s.Phase+"/"+s.Part)
		least := []time.Duration{6, 2, 1, 0}[min(i, 3)] * time.Millisecond
		if s.Duration < least {
			t.Errorf("%s: %v, at least %v have passed", names[i], s.Duration, least)
		}
	}
	if want := []string{"one/a", "one/b", "two/", "three/a"}; !slices.Equal(names, want) {
		t.Errorf("spans %v, want %v", names, want)
	}
	if want := []string{"one", "two", "three"}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
}

// TestSpans: phases are announced in their order, and the spans fill the time.
func TestSpans(t *testing.T) {
	var heard listener
	r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, Options{Threads: 2, Observer: &heard})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(heard, Phases()) {
		t.Errorf("heard %v, want %v", heard, Phases())
	}
	var sum time.Duration
	last := 0
	for _, s := range r.Spans {
		sum += s.Duration
		i := slices.Index(Phases(), s.Phase)
		if i < last {
			t.Errorf("span %v comes late or has no phase", s)
		}
		last = i
	}
	if sum > r.Total {
		t.Errorf("spans of %v in a total of %v", sum, r.Total)
	}
}
