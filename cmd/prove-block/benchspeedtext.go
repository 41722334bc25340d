package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/orrery/orrery/prover/roofline"
)

// markdown writes tables.
type markdown struct{ bytes.Buffer }

// head begins a table: columns whose names begin with a dash are numbers.
func (m *markdown) head(names ...string) {
	for _, n := range names {
		fmt.Fprintf(m, "| %s ", strings.TrimPrefix(n, "-"))
	}
	m.WriteString("|\n|")
	for _, n := range names {
		if strings.HasPrefix(n, "-") {
			m.WriteString(" ---: |")
		} else {
			m.WriteString(" --- |")
		}
	}
	m.WriteByte('\n')
}

func (m *markdown) row(format string, args ...any) { fmt.Fprintf(m, "| "+format+" |\n", args...) }

// hostLine says where and with what a measurement was made.
func (m *markdown) hostLine(r *report, what string) {
	h := r.Host
	fmt.Fprintf(m, "By `prove-block bench --what %s`, version %s, on %s with %d processors (%s, kernels that it can run: %s), kernels %s, %s, %s.\n\n",
		what, version, h.Processor, h.Processors, h.System, strings.Join(h.Available, ", "), r.Kernels, countThreads(*r.Threads), h.Go)
	for _, n := range r.Notes {
		fmt.Fprintf(m, "%s\n\n", n)
	}
}

func countThreads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// speedMarkdown is the report for people.
func speedMarkdown(r *report) []byte {
	var m markdown
	m.WriteString("# Speed of proofs\n\n")
	m.hostLine(r, benchSpeed)
	m.speeds(r.Speed)
	m.longs(r.Long)
	m.phases(r.Speed)
	m.calibration(r.Calibration)
	m.work(r.Speed)
	return m.Bytes()
}

func (m *markdown) speeds(lines []speedResult) {
	m.WriteString("Processor seconds: of all threads, a measure that other jobs on the host disturb less; system: the operating system's share of them. Roofline: time that\n" +
		"the counted work would take at the kernels' own speed or at the memory's bandwidth, whichever is longer in a part of the proof, divided by the time of the proof. Verification: of the proof in memory, with a key at hand, on as many threads.\n\n")
	m.head("guest", "input", "profile", "hash", "-threads", "-cycles", "-seconds", "-processor seconds", "-cycles/s", "-cells a cycle", "-cells/s", "-peak MiB", "-bytes a cycle", "-system", "-verify ms", "-proof bytes", "-roofline")
	for _, x := range lines {
		m.row("%s | %s | %s | %s | %d | %d | %.2f | %.2f | %.0f | %.1f | %.1f M | %.0f | %.0f | %s | %.1f | %d | %s",
			x.Guest, x.Input, x.Profile, x.Hash, x.Threads, x.Cycles, x.ProveSeconds, x.UserSeconds+x.SystemSeconds, x.CyclesPerSecond, x.CellsPerCycle, x.CellsPerSecond/1e6,
			float64(x.PeakMemoryBytes)/(1<<20), x.BytesPerCycle, percent(x.SystemSeconds/max(x.UserSeconds+x.SystemSeconds, 1e-9)),
			1000*x.VerifySeconds, x.ProofBytes, percent(x.RooflineShare))
	}
}

func (x *speedResult) title() string {
	return fmt.Sprintf("%s %s, %s %s, %s", x.Guest, x.Input, x.Profile, x.Hash, countThreads(x.Threads))
}

func (m *markdown) phases(lines []speedResult) {
	m.WriteString("\n## Time by phase\n\nMilliseconds, share of the proof, and the share of the roofline in this part. A dash: no work for a kernel was counted.\n\n")
	names := []string{"phase", "part"}
	for i := range lines {
		names = append(names, "-"+lines[i].title())
	}
	m.head(names...)
	type part struct{ phase, part string }
	var order []part
	cells := map[part][]string{}
	for i := range lines {
		for _, p := range lines[i].Phases {
			key := part{p.Phase, p.Part}
			if cells[key] == nil {
				order = append(order, key)
				cells[key] = make([]string, len(lines))
			}
			share := "-"
			if p.RooflineSeconds > 0 {
				share = percent(p.RooflineSeconds / p.Seconds)
			}
			cells[key][i] = fmt.Sprintf("%.1f, %s, %s", 1000*p.Seconds, percent(p.Share), share)
		}
	}
	for _, key := range order {
		m.row("%s | %s | %s", key.phase, key.part, strings.Join(cells[key], " | "))
	}
}

func (m *markdown) calibration(list []calibrationReport) {
	m.WriteString("\n## Speed of the kernels\n\nAll threads together, operands in the cache; the mean of what was measured before and after each proof.\n\n")
	names := []string{"kernel"}
	for _, c := range list {
		names = append(names, "-million a second, "+countThreads(c.Threads))
	}
	m.head(names...)
	line := func(name string, value func(c *calibrationReport) float64) {
		cells := []string{name}
		for i := range list {
			cells = append(cells, fmt.Sprintf("%.1f", value(&list[i])/1e6))
		}
		m.row("%s", strings.Join(cells, " | "))
	}
	for _, k := range roofline.Kernels() {
		line(k.String(), func(c *calibrationReport) float64 { return c.PerSecond[k.String()] })
	}
	line("bytes of memory read or written", func(c *calibrationReport) float64 { return c.Bandwidth })
}

func (m *markdown) work(lines []speedResult) {
	m.WriteString("\n## Counted work\n\nOperations a cycle.\n\n")
	names := []string{"kernel"}
	for i := range lines {
		names = append(names, "-"+lines[i].title())
	}
	m.head(names...)
	line := func(name string) {
		cells := []string{name}
		for i := range lines {
			cells = append(cells, fmt.Sprintf("%.1f", lines[i].Work[name]/float64(lines[i].Cycles)))
		}
		m.row("%s", strings.Join(cells, " | "))
	}
	for _, k := range roofline.Kernels() {
		line(k.String())
	}
	line("bytes of memory traffic")
}
