package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orrery/orrery/internal/execbench"
)

// executionMarkdown is the report for people.
func executionMarkdown(r *report) []byte {
	var m markdown
	x := r.Execution
	m.WriteString("# Speed of execution\n\n")
	m.hostLine(r, benchExecution)
	if len(x.Results) > 0 {
		m.answer(x.Report)
		m.engines(x.Report)
		m.means(x.Report)
		m.programs(x.Report)
		m.rates(x.Report)
		m.translation(x.Report)
	}
	m.recording(x.Recording)
	return m.Bytes()
}

// executionTarget is a figure beside what is asked of it.
type executionTarget struct {
	name      string
	must, aim float64
	value     float64
	digits    int
	atLeast   bool // otherwise at most
}

// executionTargets are the budgets of docs/execution.md with the figures of a report; 0
// where an engine is absent.
func executionTargets(x *execbench.Report) []executionTarget {
	var gas execbench.Gas
	if x.Gas != nil {
		gas = *x.Gas
	}
	var compile float64
	if x.Long != nil {
		compile = x.Long.PerKiB
	}
	factor := func(engine, other string) float64 {
		f, _ := x.Factor(engine, other)
		return f
	}
	rate := func(engine string) float64 {
		for _, e := range x.Means {
			if e.Engine == engine {
				return e.InstructionsPerSecond / 1e6
			}
		}
		return 0
	}
	return []executionTarget{
		{"slowdown against native code, exact gas", 2, 1.45, factor(execbench.Recompiler, execbench.Native), 2, false},
		{"slowdown against native -m32, exact gas", 1.7, 1.25, factor(execbench.Recompiler, execbench.Native32), 2, false},
		{"factor of exact gas, mean", 1.15, 1.05, gas.Mean, 3, false},
		{"factor of exact gas, worst program", 1.6, 1.3, gas.Worst, 2, false},
		{"speed against wazero", 1.1, 1.5, factor(execbench.Wazero, execbench.Recompiler), 2, true},
		{"speed against qemu-riscv32", 1.4, 2, factor(execbench.QEMU, execbench.Recompiler), 2, true},
		{"compile, us a KiB of guest code", 20, 5, compile, 1, false},
		{"interpreter, million instructions/s", 250, 400, rate(execbench.Interpreter), 0, true},
	}
}

// answer is what the figures say in short, and the budgets.
func (m *markdown) answer(x *execbench.Report) {
	if f, worst := x.Factor(execbench.Recompiler, execbench.Native); f > 0 {
		fmt.Fprintf(m, "A sandboxed machine with exact gas takes %.2f times as long as native code (geometric mean; %.2f in the worst program).\n\n", f, worst)
		m.steps(x, []costStep{
			{execbench.Native, "native code, 64 bits"},
			{execbench.Native32, "words of 32 bits"},
			{execbench.NoGas, "RISC-V translated in one pass, sandbox"},
			{execbench.Recompiler, "exact gas"},
		})
	}
	m.head("figure", "-must", "-aim", "-measured", "")
	for _, t := range executionTargets(x) {
		verdict := "**missed**"
		switch {
		case t.value == 0:
			verdict = "not measured"
		case t.value == t.aim || t.value < t.aim != t.atLeast:
			verdict = "aim met"
		case t.value == t.must || t.value < t.must != t.atLeast:
			verdict = "met"
		}
		m.row("%s | %v | %v | %s | %s", t.name, t.must, t.aim, orDash(t.value, t.digits), verdict)
	}
	m.WriteByte('\n')
}

// costStep is an engine and what it has more than the one before.
type costStep struct{ engine, more string }

// steps is the way from one engine to another, as far as they are all there.
func (m *markdown) steps(x *execbench.Report, list []costStep) {
	m.head("what is added", "measured by", "-factor", "-worst program", "-all in all")
	for i, s := range list {
		all, _ := x.Factor(s.engine, list[0].engine)
		if all == 0 {
			continue
		}
		factor, worst := 0.0, 0.0
		if i > 0 {
			factor, worst = x.Factor(s.engine, list[i-1].engine)
		}
		m.row("%s | %s | %s | %s | %.2f", s.more, s.engine, orDash(factor, 3), orDash(worst, 2), all)
	}
	m.WriteByte('\n')
}

func (m *markdown) engines(x *execbench.Report) {
	fmt.Fprintf(m, "Processor time, medians of %d rounds in which the engines take turns. Start and translation are not in it, except for qemu, which translates while it runs.\n\n", x.Rounds)
	m.head("engine", "what it is")
	for _, e := range x.Engines {
		m.row("%s | %s", e.Name, e.About)
	}
}

// orDash is a figure with so many digits behind the point, or a dash where there is none.
func orDash(v float64, digits int) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, v)
}

func (m *markdown) means(x *execbench.Report) {
	m.WriteString("\n## Factors of time\n\nGeometric means over the programs: how much longer the engine of the line takes than that of the column.\n\n")
	m.head("engine", "-native", "-native -m32", "-native, no vectors", "-wazero", "-qemu-riscv32", "-million instructions/s")
	for _, e := range x.Means {
		m.row("%s | %s | %s | %s | %s | %s | %s", e.Engine, orDash(e.Native, 2), orDash(e.Native32, 2), orDash(e.Scalar, 2), orDash(e.Wazero, 2), orDash(e.QEMU, 2), orDash(e.InstructionsPerSecond/1e6, 0))
	}
	if g := x.Gas; g != nil {
		fmt.Fprintf(m, "\nExact gas costs the recompiler a factor of %.3f in the mean and %.2f in the worst program (%s).\n", g.Mean, g.Worst, g.Program)
	}
}

// programs is the table of all times.
func (m *markdown) programs(x *execbench.Report) {
	m.WriteString("\n## By program\n\nSeconds; slowdown against native code of 64 bits. The interpreter does a part of the work, and its time is scaled.\n\n")
	names := []string{"program"}
	for _, e := range x.Engines {
		names = append(names, "-"+e.Name)
	}
	m.head(names...)
	for _, p := range executionOrder(x) {
		cells := []string{p}
		for _, e := range x.Engines {
			cell := "-"
			if r := x.Result(p, e.Name); r != nil {
				cell = fmt.Sprintf("%.3f", r.Median)
				if r.Slowdown > 0 {
					cell += fmt.Sprintf("; %.2f", r.Slowdown)
				}
			}
			cells = append(cells, cell)
		}
		m.row("%s", strings.Join(cells, " | "))
	}
}

// executionOrder are the programs in the order in which they were measured.
func executionOrder(x *execbench.Report) []string {
	var names []string
	for _, r := range x.Results {
		if !slices.Contains(names, r.Program) {
			names = append(names, r.Program)
		}
	}
	return names
}

// rates are instructions a second of the engines that execute RV32IM and count.
func (m *markdown) rates(x *execbench.Report) {
	var engines []string
	for _, e := range x.Means {
		if e.InstructionsPerSecond > 0 {
			engines = append(engines, e.Engine)
		}
	}
	m.WriteString("\n## Instructions\n\nMillion instructions of RV32IM a second.\n\n")
	names := []string{"program"}
	for _, e := range engines {
		names = append(names, "-"+e)
	}
	m.head(names...)
	for _, p := range executionOrder(x) {
		cells := []string{p}
		for _, e := range engines {
			cells = append(cells, orDash(x.Result(p, e).InstructionsPerSecond/1e6, 0))
		}
		m.row("%s", strings.Join(cells, " | "))
	}
}

func (m *markdown) translation(x *execbench.Report) {
	if len(x.Compiles) == 0 {
		return
	}
	m.WriteString("\n## Translation\n\nMedian of five; bytes are those of the code, for wazero of the module. A program of so little code takes mostly what every translation takes.\n\n")
	m.head("program", "engine", "-bytes", "-microseconds", "-a KiB")
	for _, c := range x.Compiles {
		if c.Engine != execbench.NoGas {
			m.row("%s | %s | %d | %.0f | %.1f", c.Program, c.Engine, c.Bytes, 1e6*c.Seconds, c.PerKiB)
		}
	}
	if t := x.Long; t != nil {
		fmt.Fprintf(m, "\nThe code of all programs, repeated to %d KiB, takes %s %.2f us a KiB (%.0f MB/s; the first time %.2f us a KiB), and becomes %.1f bytes a guest instruction.\n",
			t.Bytes/1024, t.Engine, t.PerKiB, 1024/t.PerKiB, t.First, float64(t.Host)/float64(t.Bytes)*4)
	}
}

func (m *markdown) recording(lines []recordingResult) {
	if len(lines) == 0 {
		return
	}
	m.WriteString("\n## Recording\n\nMillion instructions a second on one thread, from loaded program to exit, with what a proof needs.\n\n")
	m.head("guest", "input", "-cycles", "-median", "-best")
	for _, x := range lines {
		m.row("%s | %s | %d | %.1f | %.1f", x.Guest, x.Input, x.Cycles, x.Recorded.Median/1e6, x.Recorded.Best/1e6)
	}
}

// executionPicture shows the slowdowns against native code, or the seconds where there is
// none. The interpreter would make all other bars short, so it is in the means only.
func executionPicture(x *execbench.Report) []byte {
	means := chart{title: "Slowdown against native code, geometric mean", segments: []string{"slowdown"}}
	for _, e := range x.Means {
		if e.Native > 0 && e.Engine != execbench.Interpreter {
			means.bars = append(means.bars, barLine{e.Engine, map[string]float64{"slowdown": e.Native}, fmt.Sprintf("%.2f", e.Native)})
		}
	}
	charts := []chart{means}
	for _, p := range executionOrder(x) {
		c := chart{title: p, segments: []string{"seconds"}}
		for _, e := range x.Engines {
			r := x.Result(p, e.Name)
			if r == nil || e.Name == execbench.Interpreter {
				continue
			}
			after := fmt.Sprintf("%.3f s", r.Median)
			if r.Slowdown > 0 {
				after += fmt.Sprintf(", %.2f", r.Slowdown)
			}
			c.bars = append(c.bars, barLine{e.Name, map[string]float64{"seconds": r.Median}, after})
		}
		charts = append(charts, c)
	}
	return picture(charts)
}
