package roofline

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
)

// Rounds is a number of rounds for Calibrate that takes less than a second.
const Rounds = 15

const (
	// roundTime is the length of a round.
	roundTime = 3 * time.Millisecond
	// batchTime is the least time between two looks at the clock.
	batchTime = 20 * time.Microsecond
	// logColumn is the size of a transform, 16 KiB.
	logColumn = 12
	// stream is the size in words of what is copied to measure the bandwidth, 48 MiB.
	stream = 12 << 20
)

// Calibrate measures the speed of the kernels in use on the given number of threads, with
// operands in the cache, and that of the memory. Each kernel is measured in some rounds, in turn with the
// others, so that all of them see the same changes of the processor's speed. The median of the
// rounds counts: a best one has the speed of a moment, which a proof doesn't have throughout. A round takes
// some 45 milliseconds, the whole up to 100 MiB for each thread.
func Calibrate(ctx context.Context, threads, rounds int) (*Rates, error) {
	loads := make([]*workload, NumKernels, NumKernels+1)
	for i := range loads {
		loads[i] = newWorkload(threads, func() (func(), float64) { return load(Kernel(i)) })
	}
	loads = append(loads, newWorkload(threads, func() (func(), float64) {
		from, to := column(stream), make([]field.M31, stream)
		return func() { copy(to, from) }, 2 * word * stream
	}))
	for range rounds {
		for _, w := range loads {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("roofline: %w", err)
			}
			w.round()
		}
	}
	r := &Rates{Threads: threads, Bandwidth: loads[NumKernels].median()}
	for i := range r.PerSecond {
		r.PerSecond[i] = loads[i].median()
	}
	return r, nil
}

// workload is some work on all threads.
type workload struct {
	each  []func()  // a call by each thread
	batch int       // calls between two looks at the clock, which takes as long as a short call
	n     float64   // units of work of a call
	rates []float64 // units a second, by round
}

// newWorkload calls prepare for the operands of each thread: a call of f does n units.
func newWorkload(threads int, prepare func() (f func(), n float64)) *workload {
	w := &workload{each: make([]func(), threads), batch: 1}
	for i := range w.each {
		w.each[i], w.n = prepare()
		w.each[i]() // once, for the first touch of the operands
	}
	for {
		start := time.Now()
		for range w.batch {
			w.each[0]()
		}
		if time.Since(start) >= batchTime {
			return w
		}
		w.batch *= 2
	}
}

// round measures for a while.
func (w *workload) round() {
	var calls atomic.Int64
	start := time.Now()
	par.For(len(w.each), len(w.each), func(i int) {
		n := int64(0)
		for time.Since(start) < roundTime {
			for range w.batch {
				w.each[i]()
			}
			n += int64(w.batch)
		}
		calls.Add(n)
	})
	w.rates = append(w.rates, float64(calls.Load())*w.n/time.Since(start).Seconds())
}

func (w *workload) median() float64 {
	slices.Sort(w.rates)
	return w.rates[len(w.rates)/2]
}

// load prepares a kernel: a call of f does n operations. Blocks are as long as those of the
// constraints.
func load(k Kernel) (f func(), n float64) {
	const size = vm.BlockRows
	switch k {
	case Butterfly:
		t := fft.NewTwiddles(circle.Canonic(logColumn))
		v := column(1 << logColumn)
		return func() { fft.Inverse(v, t); fft.Forward(v, t) }, 2 * float64(layers(logColumn))
	case Blake2s:
		return leaves(hash.Blake2s, blake2sBlock)
	case Poseidon2:
		return leaves(hash.Poseidon2, hash.Poseidon2Rate)
	case Accumulate:
		const width = 16
		dst, cols, scalars := planes(size), make([][]field.M31, width), make([]field.E, width)
		for i := range cols {
			cols[i], scalars[i] = column(size), vec.At(&dst, i)
		}
		return func() { vec.AccConsts(dst, dst, cols, scalars) }, width * size
	}
	x, y, z := column(size), column(size), column(size)
	u, v, w := planes(size), planes(size), planes(size)
	return map[Kernel]func(){
		Add:      func() { vec.Add(x, y, z) },
		Mul:      func() { vec.Mul(x, y, z) },
		Inverse:  func() { vec.BatchInverse(x, y) },
		MulE:     func() { vec.MulE(u, v, w) },
		ScaleE:   func() { vec.MulConstE(u, v, vec.At(&w, 0)) },
		Dot:      func() { vec.DotE(x, v) },
		InverseE: func() { vec.BatchInverseE(u, v) },
	}[k], size
}

// leaves prepares rows that are hashed in one compression each.
func leaves(id hash.ID, width int) (f func(), n float64) {
	const rows = 512
	h, err := hash.New(id)
	if err != nil {
		panic(err) // only for an unknown number
	}
	cols, out := make([][]field.M31, width), make([]hash.Digest, rows)
	for i := range cols {
		cols[i] = column(rows)
	}
	return func() { lanes.Leaves(h, cols, 0, out) }, rows
}

// column is a column of elements that aren't zero, without visible order.
func column(n int) []field.M31 {
	v := make([]field.M31, n)
	x := field.M31(1)
	for i := range v {
		v[i] = x
		x = x.Mul(7) // the smallest generator of the group
	}
	return v
}

func planes(n int) vec.Planes {
	var p vec.Planes
	for k := range p {
		p[k] = column(n + k)[k:]
	}
	return p
}
