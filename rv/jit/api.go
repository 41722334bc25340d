package jit

import (
	"errors"
	"time"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// ErrUnsupported is the error where Supported is false.
var ErrUnsupported = errors.New("jit: not supported on this system")

// Options of a translation.
type Options struct {
	// NoGas leaves the counting of instructions out, so that the benchmark can
	// measure what it costs. Such code is unsafe for anything else: a run has no
	// limit, counts no cycles, and can't be cancelled or stopped at a clock.
	NoGas bool
}

// Stats says what a translation took.
type Stats struct {
	Instructions int           // guest instructions, 4 bytes each
	Bytes        int           // host code, jump table included
	Time         time.Duration // wall clock
}

// New translates a program and prepares a run of it. The run's Close frees the
// translation too; Compile shares one among several runs.
func New(program *rv.Program, input []byte, opts exec.Options) (*Machine, error) {
	code, err := Compile(program, Options{})
	if err != nil {
		return nil, err
	}
	m, err := code.New(input, opts)
	return m, errors.Join(err, code.Close())
}

var _ exec.Engine = (*Machine)(nil)
