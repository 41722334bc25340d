package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/orrery/orrery/prover"
)

// loopback is an address, host and port, on this machine's loopback interface: profiles tell
// too much about the guest's input for any other.
type loopback string

// UnmarshalText refuses everything else.
func (l *loopback) UnmarshalText(b []byte) error {
	*l = loopback(b)
	host, _, err := net.SplitHostPort(string(b))
	if err != nil {
		return fmt.Errorf("%q is no address such as 127.0.0.1:9090", b)
	}
	if host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is no loopback address such as 127.0.0.1:9090", b)
	}
	return nil
}

// metrics counts what a prover.Observer is told.
type metrics struct {
	registry                        *prometheus.Registry
	executed, segments, total       prometheus.Gauge
	started, finished, reused, lost prometheus.Counter
	cycles, bytes                   prometheus.Counter
	seconds                         prometheus.Histogram
	phases                          *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "orrery", Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "orrery", Name: name, Help: help})
		m.registry.MustRegister(c)
		return c
	}
	m.executed = gauge("planned_cycles", "Cycles that the planner has executed so far.")
	m.total = gauge("run_cycles", "Cycles of the whole run; 0 before it is planned.")
	m.segments = gauge("run_segments", "Segments of the whole run; 0 before it is planned.")
	m.started = counter("segments_started_total", "Segments whose proof has begun.")
	m.finished = counter("segments_proven_total", "Segments that were proven.")
	m.reused = counter("segments_reused_total", "Segments that were found proven in the work directory.")
	m.lost = counter("files_damaged_total", "Files of the work directory that were made again.")
	m.cycles = counter("cycles_proven_total", "Cycles of the segments that were proven.")
	m.bytes = counter("proof_bytes_total", "Bytes of the segments that were proven.")
	m.seconds = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "orrery", Name: "segment_seconds", Help: "Time that the proof of a segment took.",
		Buckets: prometheus.ExponentialBuckets(0.125, 2, 12),
	})
	m.phases = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "orrery", Name: "phases_total", Help: "Phases that have begun.",
	}, []string{"phase"})
	m.registry.MustRegister(m.seconds, m.phases, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts an event.
func (m *metrics) Observe(e prover.Event) {
	switch e.Kind {
	case prover.EventPhase:
		m.phases.WithLabelValues(e.Phase).Inc()
	case prover.EventExecuted:
		m.executed.Set(float64(e.Cycles))
	case prover.EventPlanned:
		m.segments.Set(float64(e.Segments))
		m.total.Set(float64(e.Cycles))
	case prover.EventStarted:
		m.started.Inc()
	case prover.EventFinished:
		m.finished.Inc()
		m.cycles.Add(float64(e.Cycles))
		m.bytes.Add(float64(e.Bytes))
		m.seconds.Observe(e.Duration.Seconds())
	case prover.EventReused:
		m.reused.Inc()
	case prover.EventDamaged:
		m.lost.Inc()
	}
}

// handler serves /metrics and the profiles below /debug/pprof/.
func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// serveMetrics serves on the address until stop is called. A name such as localhost counts as
// what it stands for here.
func (s *session) serveMetrics(address loopback) (stop func(), err error) {
	listener, err := net.Listen("tcp", string(address))
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, errors.Join(usagef("--metrics: %s is %v here, which is no loopback address", address, listener.Addr()), listener.Close())
	}
	s.metrics = newMetrics()
	server := &http.Server{Handler: s.metrics.handler(), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener) // ends when the server is closed
	s.note("metrics on http://%v/metrics", listener.Addr())
	return func() { server.Close() }, nil
}
