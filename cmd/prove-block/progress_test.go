package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/prover"
)

func TestBar(t *testing.T) {
	for want, u := range map[string]update{
		"[....................] 1/8 execute, 0 s":                                                 {Phase: "execute", Step: 1, Steps: 8},
		"[#################...] 8/8 verify, 12 s":                                                 {Phase: "verify", Step: 8, Steps: 8, Segments: 1, Cycles: 5, ElapsedSeconds: 12.3},
		"[....................] 0/8 something new, 0 s":                                           {Phase: "something new", Steps: 8},
		"[....................] planning, 12.3 M cycles, 1 s":                                     {Phase: "plan", Step: 1, Steps: 8, Cycles: 12300000, ElapsedSeconds: 1},
		"[....................] 0/20 segments, 0.0/20.5 M cycles, 3 s":                            {Segments: 20, Cycles: 20500000, ElapsedSeconds: 3},
		"[###.................] 3/20 segments, 3.1/20.5 M cycles, 612 k cycles/s, 28 s left, 5 s": {Segments: 20, SegmentsDone: 3, Cycles: 20500000, CyclesDone: 3100000, CyclesPerSecond: 612000, SecondsLeft: 28.4, ElapsedSeconds: 5},
	} {
		assert.Equal(t, want, bar(u, 200))
		for _, width := range []int{-1, 0, 1, 10, 30} {
			assert.LessOrEqual(t, len(bar(u, width)), max(width, 0))
		}
	}
}

// lines reads what --progress json has written.
func lines(t *testing.T, text string) (list []update) {
	t.Helper()
	for line := range strings.Lines(text) {
		var u update
		require.NoError(t, json.Unmarshal([]byte(line), &u), line)
		list = append(list, u)
	}
	return list
}

func TestProgressKinds(t *testing.T) {
	for _, c := range []struct {
		kind   string
		err    error
		phases []string
	}{
		{"auto", nil, nil}, // not a terminal
		{"none", nil, nil},
		{"json", nil, []string{"one", "two", "other", "done"}},
		{"json", errors.New("failed"), []string{"one", "two", "other"}},
	} {
		var out bytes.Buffer
		s := &session{opts: &globals{Progress: c.kind}, stderr: &out}
		p := s.newProgress([]string{"one", "two"})
		p.Phase("one")
		p.Phase("two")
		p.Phase("other")
		p.close(c.err)
		var phases []string
		for _, u := range lines(t, out.String()) {
			assert.Equal(t, 2, u.Steps)
			phases = append(phases, u.Phase)
		}
		assert.Equal(t, c.phases, phases)
	}
}

// TestProgressOfSegments: what the lines say of a run that was planned.
func TestProgressOfSegments(t *testing.T) {
	var out bytes.Buffer
	s := &session{opts: &globals{Progress: "json"}, stderr: &out}
	p := s.newProgress(nil)
	for _, e := range []prover.Event{
		{Kind: prover.EventExecuted, Cycles: 150},
		{Kind: prover.EventPlanned, Segments: 3, Cycles: 250},
		{Kind: prover.EventReused, Segments: 3, Segment: 1, Cycles: 100},
		{Kind: prover.EventDamaged, Segments: 3, Segment: 2, Err: errors.New("broken")},
		{Kind: prover.EventStarted, Segments: 3, Segment: 2, Cycles: 100},
		{Kind: prover.EventFinished, Segments: 3, Segment: 2, Cycles: 100},
	} {
		p.Observe(e)
	}
	p.close(nil)
	list := lines(t, out.String())
	require.Len(t, list, 7)
	for i := range list {
		if i < 5 {
			assert.Zero(t, list[i].CyclesPerSecond, "nothing was proven yet")
			continue
		}
		assert.Positive(t, list[i].CyclesPerSecond)
		assert.InDelta(t, 50/list[i].CyclesPerSecond, list[i].SecondsLeft, 1e-9)
	}
	for i := range list {
		list[i].ElapsedSeconds, list[i].CyclesPerSecond, list[i].SecondsLeft = 0, 0, 0
	}
	assert.Equal(t, []update{
		{Event: "executed", Cycles: 150},
		{Event: "planned", Segments: 3, Cycles: 250},
		{Event: "reused", Segments: 3, Segment: 1, Cycles: 250, CyclesDone: 100, SegmentsDone: 1},
		{Event: "damaged", Segments: 3, Segment: 2, Cycles: 250, CyclesDone: 100, SegmentsDone: 1, Warning: "broken"},
		{Event: "started", Segments: 3, Segment: 2, Cycles: 250, CyclesDone: 100, SegmentsDone: 1},
		{Event: "finished", Segments: 3, Segment: 2, Cycles: 250, CyclesDone: 200, SegmentsDone: 2},
		{Phase: "done", Segments: 3, Cycles: 250, CyclesDone: 200, SegmentsDone: 2},
	}, list)
}
