package roofline

import "github.com/orrery/orrery/hash"

// Kernel is a kind of work.
type Kernel uint8

// The kinds of work. Elements are of M31, but for those with an E, which are of the extension
// field.
const (
	Butterfly  Kernel = iota // of two elements
	Blake2s                  // compressions
	Poseidon2                // permutations
	Add                      // sums or differences of elements
	Mul                      // products
	Inverse                  // inversions in batches
	MulE                     // products in E
	ScaleE                   // products in E with the same factor for a whole block
	Accumulate               // products of an element and a scalar of E, added up
	Dot                      // products of a coefficient and a weight of E, added up
	InverseE                 // inversions in E, in batches
	NumKernels = iota
)

var kernelNames = [NumKernels]string{
	"butterflies", "Blake2s compressions", "Poseidon2 permutations", "additions", "multiplications", "inversions",
	"E multiplications", "E multiplications by scalars", "E accumulations", "E dot products", "E inversions",
}

// Kernels lists the kinds of work.
func Kernels() []Kernel {
	all := make([]Kernel, NumKernels)
	for i := range all {
		all[i] = Kernel(i)
	}
	return all
}

// String is the name of what is counted, in the plural.
func (k Kernel) String() string { return kernelNames[k] }

// hashKernel is what a hash function's work is counted in.
func hashKernel(id hash.ID) Kernel {
	if id == hash.Poseidon2 {
		return Poseidon2
	}
	return Blake2s
}

// Ops counts operations by kernel.
type Ops [NumKernels]uint64

// add adds n times o.
func (w *Ops) add(o Ops, n uint64) {
	for k := range w {
		w[k] += o[k] * n
	}
}

// Task is the work of one part of a proof: operations, and the bytes that it has to read from
// memory or write to it at least once, as far as they don't fit the cache.
type Task struct {
	Phase, Part string // as package prover names them
	Ops         Ops
	Bytes       uint64
}

// Rates are speeds, of all threads together.
type Rates struct {
	Threads   int
	PerSecond [NumKernels]float64
	Bandwidth float64 // bytes a second, read or written
}

// Seconds is the time that a task would take at these speeds: that of its operations or that
// of its memory traffic, whichever is longer. What has no speed takes no time.
func (r *Rates) Seconds(t *Task) float64 {
	var compute, memory float64
	for k, n := range t.Ops {
		if r.PerSecond[k] > 0 {
			compute += float64(n) / r.PerSecond[k]
		}
	}
	if r.Bandwidth > 0 {
		memory = float64(t.Bytes) / r.Bandwidth
	}
	return max(compute, memory)
}

// Mean is the mean of speeds on the same number of threads.
func Mean(list ...*Rates) *Rates {
	m, n := Rates{Threads: list[0].Threads}, float64(len(list))
	for _, r := range list {
		for k, x := range r.PerSecond {
			m.PerSecond[k] += x / n
		}
		m.Bandwidth += r.Bandwidth / n
	}
	return &m
}
