package execbench

import (
	"math"
	"slices"
)

// Mean is an engine over all programs: geometric means of factors of time.
type Mean struct {
	Engine string `json:"engine"`
	// Slowdown against native code, native code of 32 bits, native code without vectors,
	// wazero and qemu; 0 where one of them is absent.
	Native   float64 `json:"native,omitempty"`
	Native32 float64 `json:"native_m32,omitempty"`
	Scalar   float64 `json:"native_scalar,omitempty"`
	Wazero   float64 `json:"wazero,omitempty"`
	QEMU     float64 `json:"qemu,omitempty"`
	// InstructionsPerSecond is of RV32IM, for engines that execute them.
	InstructionsPerSecond float64 `json:"instructions_per_second,omitempty"`
}

// Compile is what an engine takes to make code ready to run, by program.
type Compile struct {
	Engine  string  `json:"engine"`
	Program string  `json:"program"`
	Bytes   int     `json:"bytes"`
	Seconds float64 `json:"seconds"`
	// PerKiB is in microseconds a KiB of the guest's code.
	PerKiB float64 `json:"us_per_kib"`
}

// Gas is the factor of time that counting instructions costs.
type Gas struct {
	Mean    float64 `json:"mean"`
	Worst   float64 `json:"worst"`
	Program string  `json:"worst_program"`
}

// results fills in what follows from the times.
func (r *Report) results(list []*measurement) {
	for _, m := range list {
		scale := float64(m.program.Count) / float64(m.count)
		x := Result{
			Program: m.program.Name, Engine: m.engine.name, Count: m.count, Checksum: m.last.checksum,
			Median: scale * median(m.seconds), Best: scale * slices.Min(m.seconds),
		}
		if m.last.instructions > 0 && x.Median > 0 {
			x.InstructionsPerSecond = scale * float64(m.last.instructions) / x.Median
		}
		r.Results = append(r.Results, x)
		if s := m.ready.seconds; s > 0 && m.ready.bytes > 0 {
			r.Compiles = append(r.Compiles, Compile{m.engine.name, m.program.Name, m.ready.bytes, s, 1e6 * s / (float64(m.ready.bytes) / 1024)})
		}
	}
	for i := range r.Results {
		x := &r.Results[i]
		if native := r.Result(x.Program, Native); native != nil && native.Median > 0 {
			x.Slowdown = x.Median / native.Median
		}
	}
	for _, e := range r.Engines {
		m := Mean{Engine: e.Name}
		m.Native, _ = r.Factor(e.Name, Native)
		m.Native32, _ = r.Factor(e.Name, Native32)
		m.Scalar, _ = r.Factor(e.Name, Scalar)
		m.Wazero, _ = r.Factor(e.Name, Wazero)
		m.QEMU, _ = r.Factor(e.Name, QEMU)
		m.InstructionsPerSecond = r.geometric(e.Name, func(x *Result) float64 { return x.InstructionsPerSecond })
		r.Means = append(r.Means, m)
	}
	if mean, worst := r.Factor(Recompiler, NoGas); mean > 0 {
		r.Gas = &Gas{Mean: mean, Worst: worst}
		for _, x := range r.Results {
			if y := r.Result(x.Program, NoGas); x.Engine == Recompiler && x.Median/y.Median == worst && r.Gas.Program == "" {
				r.Gas.Program = x.Program
			}
		}
	}
}

// Result returns the result of a program on an engine; nil if there is none.
func (r *Report) Result(program, engine string) *Result {
	i := slices.IndexFunc(r.Results, func(x Result) bool { return x.Program == program && x.Engine == engine })
	if i < 0 {
		return nil
	}
	return &r.Results[i]
}

// Factor is how much longer an engine takes than another: the geometric mean over the
// programs, and the largest; zeros if one of them is absent.
func (r *Report) Factor(engine, other string) (mean, worst float64) {
	mean = r.geometric(engine, func(x *Result) float64 {
		y := r.Result(x.Program, other)
		if y == nil || y.Median == 0 {
			return 0
		}
		worst = max(worst, x.Median/y.Median)
		return x.Median / y.Median
	})
	if mean == 0 {
		return 0, 0
	}
	return mean, worst
}

// geometric is the geometric mean of a figure over an engine's results, 0 where one is
// missing.
func (r *Report) geometric(engine string, figure func(*Result) float64) float64 {
	sum, n := 0.0, 0
	for i := range r.Results {
		x := &r.Results[i]
		if x.Engine != engine {
			continue
		}
		f := figure(x)
		if f <= 0 {
			return 0
		}
		sum, n = sum+math.Log(f), n+1
	}
	if n == 0 {
		return 0
	}
	return math.Exp(sum / float64(n))
}
