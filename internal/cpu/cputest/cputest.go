// Package cputest runs tests and benchmarks once for each implementation of the vector
// kernels.
package cputest

import (
	"testing"

	"github.com/orrery/orrery/internal/cpu"
)

// Each runs f as a subtest for every implementation in turn and skips those that the
// machine or the build lacks. Tests that use it must not run in parallel with others.
func Each(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	before := cpu.Selected()
	for _, k := range cpu.All() {
		t.Run(k.String(), func(t *testing.T) {
			if !k.Available() {
				t.Skipf("no instructions for the %s kernels on this machine, or not in this build", k)
			}
			use(t, k.String())
			defer use(t, before)
			f(t)
		})
	}
}

// EachBenchmark is Each for benchmarks.
func EachBenchmark(b *testing.B, f func(b *testing.B)) {
	b.Helper()
	before := cpu.Selected()
	for _, k := range cpu.All() {
		b.Run(k.String(), func(b *testing.B) {
			if !k.Available() {
				b.Skipf("no instructions for the %s kernels on this machine, or not in this build", k)
			}
			use(b, k.String())
			defer use(b, before)
			f(b)
		})
	}
}

func use(tb testing.TB, name string) {
	tb.Helper()
	if err := cpu.Select(name); err != nil {
		tb.Fatal(err)
	}
}
