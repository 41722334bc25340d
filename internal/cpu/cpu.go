// Package cpu says which implementation of the prover's vector kernels runs: portable Go
// or the assembly for AVX2 or AVX-512. Packages with kernels ask Current at each call and
// have a portable twin for every routine, so that results never depend on the answer.
//
// The choice is made once, when the program starts: the best that the machine has, or
// what the environment variable ORRERY_KERNELS names. Select replaces it, for a command's
// flag and for tests; it belongs before the work, not beside it.
package cpu

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
)

// Variable is the environment variable that names the implementation to use.
const Variable = "ORRERY_KERNELS"

var (
	// ErrUnknown means a name that no implementation has.
	ErrUnknown = errors.New("cpu: unknown kernels")
	// ErrUnavailable means an implementation that needs instructions which the machine
	// lacks, or that is not part of this build.
	ErrUnavailable = errors.New("cpu: kernels unavailable here")
)

// Kernels is an implementation of the vector kernels. A greater one is faster and needs
// more of the machine.
type Kernels uint32

// The implementations.
const (
	Portable Kernels = iota
	AVX2
	AVX512 // F, BW, DQ and VL
)

var names = [...]string{Portable: "portable", AVX2: "avx2", AVX512: "avx512"}

// String returns the name, as Parse takes it.
func (k Kernels) String() string {
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kernels(%d)", uint32(k))
}

// Parse returns the implementation of a name, whether it can run here or not.
func Parse(name string) (Kernels, error) {
	i := slices.Index(names[:], name)
	if i < 0 {
		return Portable, fmt.Errorf("%w: %q is none of %s", ErrUnknown, name, strings.Join(names[:], ", "))
	}
	return Kernels(i), nil
}

// All returns the implementations that there are, portable first.
func All() []Kernels {
	return []Kernels{Portable, AVX2, AVX512}
}

// Available reports whether the implementation can run here.
func (k Kernels) Available() bool {
	return k == Portable || k < Kernels(len(names)) && detect(k)
}

// best returns the greatest implementation up to limit that can run here.
func best(limit Kernels) Kernels {
	for limit > Portable && !limit.Available() {
		limit--
	}
	return limit
}

var (
	current     atomic.Uint32
	environment error
)

func init() {
	k, err := choose(os.Getenv(Variable))
	current.Store(uint32(k))
	environment = err
}

// choose returns the implementation for a value of the environment variable. With an
// error it is the best one all the same, and not above the one named.
func choose(name string) (Kernels, error) {
	if name == "" {
		return best(AVX512), nil
	}
	k, err := Parse(name)
	if err != nil {
		return best(AVX512), fmt.Errorf("%s: %w", Variable, err)
	}
	if !k.Available() {
		return best(k), fmt.Errorf("%s: %w: %s", Variable, ErrUnavailable, k)
	}
	return k, nil
}

// Err returns what was wrong with the environment variable when the program started, if
// anything: it wraps ErrUnknown or ErrUnavailable.
func Err() error {
	return environment
}

// Current returns the implementation in use.
func Current() Kernels {
	return Kernels(current.Load())
}

// Selected returns the name of the implementation in use.
func Selected() string {
	return Current().String()
}

// Select puts the named implementation in use from now on. The error wraps ErrUnknown or
// ErrUnavailable; nothing changes then.
func Select(name string) error {
	k, err := Parse(name)
	if err != nil {
		return err
	}
	if !k.Available() {
		return fmt.Errorf("%w: %s", ErrUnavailable, k)
	}
	current.Store(uint32(k))
	return nil
}
