package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/prover"
)

// get fetches a page of the metrics' server.
func get(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	r, err := client.Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusOK, r.StatusCode)
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

func TestMetrics(t *testing.T) {
	var notes bytes.Buffer
	s := &session{opts: &globals{}, stderr: &notes}
	stop, err := s.serveMetrics("127.0.0.1:0")
	require.NoError(t, err)
	defer stop()
	url := regexp.MustCompile(`http://\S+`).FindString(notes.String())
	assert.Contains(t, get(t, url), "orrery_run_segments 0\n")
	for _, e := range []prover.Event{
		{Kind: prover.EventPhase, Phase: prover.PhasePlan},
		{Kind: prover.EventExecuted, Cycles: 50},
		{Kind: prover.EventPlanned, Segments: 3, Cycles: 250},
		{Kind: prover.EventReused, Segment: 1, Cycles: 100, Bytes: 5},
		{Kind: prover.EventDamaged, Segment: 2, Err: errors.New("broken")},
		{Kind: prover.EventStarted, Segment: 2, Cycles: 100},
		{Kind: prover.EventFinished, Segment: 2, Cycles: 100, Bytes: 7, Duration: time.Second},
		{Kind: prover.EventStarted, Segment: 3, Cycles: 50},
	} {
		s.metrics.Observe(e)
	}
	page := get(t, url)
	for _, line := range []string{
		"orrery_planned_cycles 50", "orrery_run_cycles 250", "orrery_run_segments 3", "orrery_segments_started_total 2",
		"orrery_segments_proven_total 1", "orrery_segments_reused_total 1", "orrery_files_damaged_total 1",
		"orrery_cycles_proven_total 100", "orrery_proof_bytes_total 7", "orrery_segment_seconds_sum 1",
		`orrery_phases_total{phase="plan"} 1`,
	} {
		assert.Contains(t, page, line+"\n")
	}
	assert.Contains(t, page, "go_memstats_heap_alloc_bytes ")
	assert.Contains(t, get(t, strings.Replace(url, "/metrics", "/debug/pprof/", 1)), "goroutine")
	stop()
	_, err = http.Get(url)
	assert.Error(t, err, "the server goes on")
}

func TestLoopback(t *testing.T) {
	for _, good := range []string{"127.0.0.1:9090", "127.8.9.1:0", "[::1]:80", "localhost:9090"} {
		var l loopback
		assert.NoError(t, l.UnmarshalText([]byte(good)), good)
	}
	for _, bad := range []string{"", ":9090", "0.0.0.0:9090", "[::]:80", "10.0.0.1:80", "127.0.0.1", "example.org:80", "localhost", "[fe80::1%eth0]:80", "localhost.example.org:80"} {
		var l loopback
		assert.Error(t, l.UnmarshalText([]byte(bad)), bad)
	}
}

func TestMetricsAddressInUse(t *testing.T) {
	var notes bytes.Buffer
	s := &session{opts: &globals{}, stderr: &notes}
	stop, err := s.serveMetrics("127.0.0.1:0")
	require.NoError(t, err)
	defer stop()
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(notes.String())
	status, _, stderr := command(t, "", "id", guests+"/alu.elf", "--metrics", address)
	assert.Equal(t, statusFailed, status)
	assert.Contains(t, stderr, "--metrics: ")
}
