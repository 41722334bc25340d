package jit_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
	"github.com/orrery/orrery/rv/rvtest"
)

// Many machines at once, with Go's collector and its preemption signals at work, end
// as the interpreter's.
func TestParallel(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	n := 2000
	if testing.Short() {
		n = 200
	}
	p := testProgram(t, newGenerator(3).loop())
	want, err := exec.New(p, nil, exec.Options{GasLimit: 100_000})
	require.NoError(t, err)
	_, err = want.RunTo(context.Background(), math.MaxUint64)
	require.NoError(t, err)
	end := want.Result() // which reads memory, so it isn't for several goroutines
	shared, err := jit.Compile(p, jit.Options{})
	require.NoError(t, err)
	defer shared.Close()

	// Signals of the profiler come in translated code, too.
	if err := pprof.StartCPUProfile(io.Discard); err == nil {
		defer pprof.StopCPUProfile()
	}
	stop := make(chan struct{})
	var disturb sync.WaitGroup
	disturb.Add(1)
	go func() {
		defer disturb.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	failures := make(chan string, n)
	var wg sync.WaitGroup
	for k := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var m *jit.Machine
			var err error
			if k%4 == 0 {
				m, err = jit.New(p, nil, exec.Options{GasLimit: 100_000})
			} else {
				m, err = shared.New(nil, exec.Options{GasLimit: 100_000})
			}
			if err != nil {
				failures <- err.Error()
				return
			}
			defer m.Close()
			garbage := make([][]byte, 16)
			for at := uint64(0); ; at += 10_000 {
				garbage[at/10_000%16] = make([]byte, 10_000)
				ended, err := m.RunTo(context.Background(), at)
				if err != nil {
					failures <- err.Error()
					return
				}
				if ended {
					break
				}
			}
			for r := range uint8(32) {
				if m.Register(r) != want.Register(r) {
					failures <- fmt.Sprintf("machine %d: x%d = %#x", k, r, m.Register(r))
				}
			}
			if got := m.Result(); got.Exit != end.Exit || got.Cycles != end.Cycles {
				failures <- fmt.Sprintf("machine %d: %+v", k, got)
			}
		}()
	}
	wg.Wait()
	close(stop)
	disturb.Wait()
	close(failures)
	for f := range failures {
		t.Error(f)
	}
}

// loop is a program that goes on for ever: a mix over memory.
func (g *generator) loop() []uint32 {
	g.size = 0
	g.prologue()
	body := rvtest.LoadImm(8, 0x50000)
	for r := uint8(16); r < 32; r++ {
		body = append(body,
			rvtest.R(rv.ADD, r, r, 16+(r+5)%16),
			rvtest.R(rv.MUL, r, r, 16+(r+9)%16),
			rvtest.I(rv.XORI, r, r, int32(r)),
			rvtest.S(rv.SW, r, int32(r)*4, 8),
			rvtest.I(rv.LW, 7, 8, int32(r)*4-16),
			rvtest.R(rv.SUB, r, r, 7))
	}
	g.code = append(g.code, body...)
	return append(g.code, rvtest.J(0, -4*int32(len(body))))
}

// A run that is cancelled ends soon, and goes on as if nothing had been.
func TestCancellation(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	g := newGenerator(5)
	p := testProgram(t, g.loop())
	m, err := jit.New(p, nil, exec.Options{GasLimit: math.MaxUint64})
	require.NoError(t, err)
	defer m.Close()
	for range 8 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(g.IntN(2_000))*time.Microsecond)
		ended, err := m.RunTo(ctx, math.MaxUint64)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, ended)
		cancel()
	}
	at := m.Cycles() + 1000
	require.NotZero(t, m.Cycles())
	ended, err := m.RunTo(context.Background(), at)
	require.NoError(t, err)
	require.False(t, ended)
	want, err := exec.New(p, nil, exec.Options{GasLimit: math.MaxUint64})
	require.NoError(t, err)
	_, err = want.RunTo(context.Background(), at)
	require.NoError(t, err)
	same(t, want, m)
}

// What isn't translated code's fault is still Go's: a nil pointer panics, also behind
// runs whose faults were handled.
func TestGoFaults(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	p := newPair(t, testProgram(t, []uint32{rvtest.I(rv.LW, 6, 0, 0)}), nil, 10)
	defer p.close(t)
	require.True(t, p.runTo(t, math.MaxUint64))
	var none *int
	require.Panics(t, func() { *none = 1 })
}
