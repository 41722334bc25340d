package execbench

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
)

// This module's engines.

// gasLimit is more than any program takes.
const gasLimit = 1 << 50

// guestRun runs a program to its end; counted says that the engine counts instructions.
func guestRun(ctx context.Context, count uint32, counted bool, build func(input []byte) (exec.Engine, error)) (o outcome, err error) {
	e, err := build(binary.LittleEndian.AppendUint32(nil, count))
	if err != nil {
		return o, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	begin := threadTime()
	if _, err := e.RunTo(ctx, math.MaxUint64); err != nil {
		return o, err
	}
	o.seconds = (threadTime() - begin).Seconds()
	r := e.Result()
	if r.Exit.Kind != exec.Halt || r.Exit.Code != 0 || len(r.Output) != 4 {
		return o, fmt.Errorf("execbench: the run ends with %v and %d bytes of output", r.Exit, len(r.Output))
	}
	o.checksum = binary.LittleEndian.Uint32(r.Output)
	if counted {
		o.instructions = r.Cycles
	}
	return o, nil
}

// interpreterDivisor is about how much slower than compiled code the interpreter is.
const interpreterDivisor = 32

func interpreterEngine(dir string) engine {
	return engine{Interpreter, "this module's interpreter, exact gas", interpreterDivisor, func(_ context.Context, name string) (*prepared, error) {
		p, _, err := load(dir, name)
		if err != nil {
			return nil, err
		}
		return &prepared{close: func() error { return nil }, run: func(ctx context.Context, count uint32) (outcome, error) {
			return guestRun(ctx, count, true, func(input []byte) (exec.Engine, error) {
				return exec.New(p, input, exec.Options{GasLimit: gasLimit})
			})
		}}, nil
	}}
}

func recompilerEngine(dir, name, about string, o jit.Options) engine {
	return engine{name, about, 1, func(_ context.Context, program string) (*prepared, error) {
		p, size, err := load(dir, program)
		if err != nil {
			return nil, err
		}
		var code *jit.Code
		seconds, err := timed(func() (func() error, error) {
			code, err = jit.Compile(p, o)
			if err != nil {
				return nil, err
			}
			return code.Close, nil
		})
		if err != nil {
			return nil, err
		}
		out := &prepared{seconds: seconds, bytes: size, close: code.Close}
		out.run = func(ctx context.Context, count uint32) (outcome, error) {
			return guestRun(ctx, count, !o.NoGas, func(input []byte) (exec.Engine, error) {
				return code.New(input, exec.Options{GasLimit: gasLimit})
			})
		}
		return out, nil
	}}
}

// translations is how often a program is translated; the median time counts.
const translations = 5

// timed calls translate, which returns how its result is closed, several times, closes all
// results but the last one and returns the median of the processor time.
func timed(translate func() (closing func() error, err error)) (float64, error) {
	var seconds []float64
	for i := range translations {
		begin := threadTime()
		closing, err := translate()
		if err != nil {
			return 0, err
		}
		seconds = append(seconds, (threadTime() - begin).Seconds())
		if i < translations-1 {
			if err := closing(); err != nil {
				return 0, err
			}
		}
	}
	return median(seconds), nil
}

// guestEngines are the engines of this module that work here.
func guestEngines(dir string) (list []engine, absent []Absent) {
	if jit.Supported() {
		list = append(list,
			recompilerEngine(dir, Recompiler, "this module's recompiler, exact gas", jit.Options{}),
			recompilerEngine(dir, NoGas, "the same without counting instructions", jit.Options{NoGas: true}))
	} else {
		absent = append(absent, Absent{Recompiler, jit.ErrUnsupported.Error()})
	}
	return append(list, interpreterEngine(dir)), absent
}

// Throughput is the speed of translation over a long program.
type Throughput struct {
	Engine  string  `json:"engine"`
	Bytes   int     `json:"bytes"`      // of guest code
	Host    int     `json:"host_bytes"` // of host code
	Seconds float64 `json:"seconds"`    // processor time, median
	PerKiB  float64 `json:"us_per_kib"`
	First   float64 `json:"first_us_per_kib"` // the first translation, with pages that nobody has touched yet
}

// longCode is the length of the program that translation is timed with, in instructions.
const longCode = 1 << 18

// compileLong times the translation of a program that has the code of all programs again and
// again.
func compileLong(ctx context.Context, dir string, programs []Program, rounds int) (*Throughput, error) {
	if !jit.Supported() {
		return nil, nil
	}
	var all []rv.Inst
	var long rv.Program
	for _, x := range programs {
		p, _, err := load(dir, x.Name)
		if err != nil {
			return nil, err
		}
		long = *p
		all = append(all, p.Code.Insts...)
	}
	long.Code.Insts = slices.Repeat(all, longCode/len(all)+1)[:longCode]
	long.Code.End = long.Code.Start + 4*longCode
	long.Header.CodeEnd = long.Code.End
	t := &Throughput{Engine: Recompiler, Bytes: 4 * longCode}
	defer lockThread()()
	var seconds []float64
	for range rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		begin := threadTime()
		code, err := jit.Compile(&long, jit.Options{})
		if err != nil {
			return nil, fmt.Errorf("execbench: compile %d bytes: %w", t.Bytes, err)
		}
		seconds = append(seconds, (threadTime() - begin).Seconds())
		t.Host = code.Stats().Bytes
		if err := code.Close(); err != nil {
			return nil, err
		}
	}
	perKiB := func(s float64) float64 { return 1e6 * s / (float64(t.Bytes) / 1024) }
	t.Seconds = median(seconds)
	t.PerKiB, t.First = perKiB(t.Seconds), perKiB(seconds[0])
	return t, nil
}
