package execbench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Names of the engines.
const (
	Native      = "native"
	Native32    = "native -m32"
	Scalar      = "native, no vectors"
	Recompiler  = "recompiler"
	NoGas       = "recompiler, no gas"
	Interpreter = "interpreter"
	Wazero      = "wazero"
	QEMU        = "qemu-riscv32"
)

// engine runs programs.
type engine struct {
	name, about string
	// divisor of the counts: slow engines do a part of the work.
	divisor uint32
	// prepare makes a program ready to run.
	prepare func(ctx context.Context, name string) (*prepared, error)
}

// prepared is a program on an engine.
type prepared struct {
	// seconds of processor time that translation took, 0 where nothing is known, and the
	// bytes of what was translated.
	seconds float64
	bytes   int
	run     func(ctx context.Context, count uint32) (outcome, error)
	close   func() error
}

// outcome of a run.
type outcome struct {
	checksum     uint32
	seconds      float64 // of processor time
	instructions uint64  // 0 where they aren't counted
}

// errHangs says that a run took too long.
var errHangs = errors.New("execbench: doesn't end")

// guarded calls f on a thread of its own and gives up after limit: not every engine can
// be interrupted.
func guarded(ctx context.Context, limit time.Duration, f func(ctx context.Context) (outcome, error)) (outcome, error) {
	type answer struct {
		outcome
		err error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan answer, 1)
	go func() {
		defer lockThread()()
		o, err := f(ctx)
		done <- answer{o, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.outcome, a.err
	case <-ctx.Done():
		return outcome{}, ctx.Err()
	case <-timer.C:
		return outcome{}, fmt.Errorf("%w within %v", errHangs, limit)
	}
}
