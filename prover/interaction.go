package prover

import (
	"errors"
	"sync"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/verifier"
)

// errDenominator can't happen but with a probability of about 2^-150.
var errDenominator = errors.New("prover: a LogUp denominator is zero; change the input or the gas limit")

// smallTable is the logarithm of the height up to which tables are done side by side, each by one
// goroutine: their blocks of rows are too few to share them out.
const smallTable = 12

// interactAll computes the interaction columns of all tables, extended, and the sums of their
// fractions. The main columns are given back on the way.
func (e *engine) interactAll(main, pre [][][]field.M31, s vm.Scalars) ([]columns, []field.E, error) {
	tables := e.layout.Tables
	out, sums := make([]columns, len(tables)), make([]field.E, len(tables))
	var small, large []int
	for i := range tables {
		if tables[i].LogHeight <= smallTable {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	values, errs := make([][][]field.M31, len(small)), make([]error, len(small))
	e.clock.part(PartFractions)
	one := e.alone()
	par.For(e.threads, len(small), func(k int) {
		i := small[k]
		values[k], sums[i], errs[k] = one.interact(&tables[i], main[i], pre[i], s)
		e.mem.FreeAll(main[i])
	})
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	cols, err := e.extendTables(values, false)
	if err != nil {
		return nil, nil, err
	}
	for k, i := range small {
		out[i] = cols[k]
	}
	for _, i := range large {
		values, sum, err := e.interact(&tables[i], main[i], pre[i], s)
		if err != nil {
			return nil, nil, err
		}
		e.mem.FreeAll(main[i])
		main[i] = nil
		if cols, err = e.extendTables([][][]field.M31{values}, false); err != nil {
			return nil, nil, err
		}
		out[i], sums[i] = cols[0], sum
	}
	return out, sums, nil
}

// interact computes the interaction columns of a table on the trace domain, six for each
// fraction pair, and the sum of all its fractions. The last column is the running sum
// along the trace domain, minus the share that makes it close.
func (e *engine) interact(t *verifier.Table, main, pre [][]field.M31, s vm.Scalars) (cols [][]field.M31, sum field.E, err error) {
	e.clock.part(PartFractions)
	height := 1 << t.LogHeight
	n := t.AIR.Interactions()
	if n == 0 {
		return nil, sum, nil
	}
	cols = make([][]field.M31, field.Degree*n)
	par.For(e.threads, len(cols), func(i int) { cols[i] = e.mem.Column(height) })
	values := planes(cols)
	bound := vm.CompileFractions(t.AIR).Bind(s)
	in := &vm.Columns{Main: main, Pre: pre}
	var once sync.Once
	par.Chunks(e.threads, height, func(lo, hi int) {
		m := vm.NewMachine(bound.Program())
		// A column's numerator may come before its denominator.
		numerators := make([]vec.Planes, n)
		for i := range numerators {
			numerators[i] = vec.MakePlanes(vm.BlockRows)
		}
		for ; lo < hi && e.ctx.Err() == nil; lo += vm.BlockRows {
			end := min(lo+vm.BlockRows, hi)
			m.Run(bound, in, lo, end, func(i int, v vm.Output) {
				if i%2 == 1 {
					v.CopyTo(vec.Slice(numerators[i/2], 0, end-lo))
					return
				}
				inv := vec.Slice(values[i/2], lo, end)
				v.CopyTo(inv)
				if vec.BatchInverseE(inv, inv) >= 0 {
					once.Do(func() { err = errDenominator })
				}
			})
			last := vec.Slice(values[n-1], lo, end)
			for i := n - 1; i >= 0; i-- {
				dst := vec.Slice(values[i], lo, end)
				vec.MulE(dst, dst, vec.Slice(numerators[i], 0, end-lo))
				if i < n-1 {
					vec.AddE(last, last, dst) // which holds the row's sum in the end
				}
			}
		}
	})
	if err == nil {
		err = e.ctx.Err()
	}
	if err != nil {
		return nil, sum, err
	}
	return cols, e.accumulate(t.LogHeight, values[n-1]), nil
}

// accumulate replaces the rows' sums of all fractions, in the last interaction column, by the
// running sum, and returns their total. The running sum S starts at zero, and
// S(next) - S + total/height is the sum of the row's fractions.
func (e *engine) accumulate(log int, last vec.Planes) field.E {
	height := 1 << log
	var coords [field.Degree]field.M31
	par.For(e.threads, field.Degree, func(k int) {
		var s field.M31
		for _, x := range last[k] {
			s = s.Add(x)
		}
		coords[k] = s
	})
	total := field.FromCoords(coords)
	share := total.MulBase(field.New(uint64(height)).Inv()).Coords()
	par.For(e.threads, field.Degree, func(k int) {
		var s field.M31
		col := last[k]
		for i := range height {
			r := circle.StorageIndex(i, log)
			col[r], s = s, s.Add(col[r]).Sub(share[k])
		}
	})
	return total
}
