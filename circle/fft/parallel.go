package fft

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/par"
)

// ForwardAll is Forward for each column, of any lengths, on the given number of threads.
func ForwardAll(threads int, cols [][]field.M31, t *Twiddles) {
	par.For(threads, len(cols), func(i int) { Forward(cols[i], t) })
}

// InverseAll is Inverse for each column, of any lengths, on the given number of threads.
func InverseAll(threads int, cols [][]field.M31, t *Twiddles) {
	par.For(threads, len(cols), func(i int) { Inverse(cols[i], t) })
}

// ExtendAll is Extend from coeffs[i] to dst[i] for each i, on the given number of
// threads. The lengths may differ between columns.
func ExtendAll(threads int, dst, coeffs [][]field.M31, t *Twiddles) {
	type part struct{ column, block int }
	var parts []part
	for i := range coeffs {
		for j := range Blocks(dst[i], coeffs[i]) {
			parts = append(parts, part{i, j})
		}
	}
	par.For(threads, len(parts), func(n int) {
		p := parts[n]
		ExtendBlock(dst[p.column], coeffs[p.column], t, p.block)
	})
}

// EvalAll returns the value of each polynomial at the point of e.
func EvalAll(threads int, coeffs [][]field.M31, e *Evaluator) []field.E {
	values := make([]field.E, len(coeffs))
	par.For(threads, len(coeffs), func(i int) { values[i] = e.Eval(coeffs[i]) })
	return values
}
