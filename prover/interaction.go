package prover

import (
	"errors"
	"math/bits"
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
	e.run((height+vm.BlockRows-1)/vm.BlockRows, func(m *vm.Machine) func(int) {
		f := newFractions(m, bound, n)
		return func(block int) {
			if e.ctx.Err() != nil {
				return
			}
			lo := block * vm.BlockRows
			if !f.run(in, values, lo, min(lo+vm.BlockRows, height)) {
				once.Do(func() { err = errDenominator })
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

// fractions computes the fractions of blocks of rows, for one goroutine.
type fractions struct {
	bound      *vm.Bound
	machine    *vm.Machine
	numerators []vec.Planes
	inverted   []bool // by column: its denominator's inverse is there
	early      []bool // its numerator is, but not yet the denominator
}

func newFractions(m *vm.Machine, bound *vm.Bound, n int) *fractions {
	f := &fractions{
		bound: bound, machine: m,
		numerators: make([]vec.Planes, n), inverted: make([]bool, n), early: make([]bool, n),
	}
	for i := range f.numerators {
		f.numerators[i] = vec.MakePlanes(vm.BlockRows)
	}
	return f
}

// run sets rows lo to hi of the columns to their fractions, and of the last one to the sum of all. It
// returns false if a denominator is zero.
func (f *fractions) run(in *vm.Columns, columns []vec.Planes, lo, hi int) bool {
	ok := true
	clear(f.inverted)
	clear(f.early)
	f.machine.Run(f.bound, in, lo, hi, func(i int, v vm.Output) {
		k := i / 2
		dst := vec.Slice(columns[k], lo, hi)
		numerator := vec.Slice(f.numerators[k], 0, hi-lo)
		switch {
		case i%2 == 0:
			src := dst
			if v.Ext != nil {
				src = *v.Ext
			} else {
				v.CopyTo(dst)
			}
			ok = vec.BatchInverseE(dst, src) < 0 && ok
			if f.inverted[k] = true; f.early[k] {
				vec.MulE(dst, dst, numerator)
			}
		case f.inverted[k] && v.Ext != nil:
			vec.MulE(dst, dst, *v.Ext)
		case f.inverted[k]:
			vec.MulBaseE(dst, dst, v.Base)
		default:
			v.CopyTo(numerator)
			f.early[k] = true
		}
	})
	last := len(columns) - 1
	for k := range field.Degree {
		sum := columns[last][k][lo:hi]
		for _, c := range columns[:last] {
			vec.Add(sum, sum, c[k][lo:hi])
		}
	}
	return ok
}

// sumWidth is the number of running sums that go side by side.
const sumWidth = 512

// accumulate replaces the rows' sums of all fractions, in the last interaction column, by the
// running sum, and returns their total. The running sum S starts at zero, and
// S(next) - S + total/height is the sum of the row's fractions.
//
// In the order of the trace domain, rows come from the two halves of a column by turns, from the
// first at bit-reversed places and from the second at the mirror images of these. With a half as a
// matrix of sumWidth columns, the order goes through it column by column, and through each column
// in the same order of its rows; so that all columns can go on together, row by row, from
// where the one before will end.
func (e *engine) accumulate(log int, last vec.Planes) field.E {
	half := 1 << log / 2
	width := min(sumWidth, half)
	sums := vec.MakePlanes(width) // of the columns, those of the second half mirrored
	var coords [field.Degree]field.M31
	par.For(e.threads, field.Degree, func(k int) {
		mirrored := make([]field.M31, width)
		for at := 0; at < half; at += width {
			vec.Add(sums[k], sums[k], last[k][at:at+width])
			vec.Add(mirrored, mirrored, last[k][half+at:half+at+width])
		}
		for i := range width {
			sums[k][i] = sums[k][i].Add(mirrored[width-1-i])
			coords[k] = coords[k].Add(sums[k][i])
		}
	})
	total := field.FromCoords(coords)
	share := total.MulBase(field.New(uint64(2 * half)).Inv()).Coords()
	logRows, logWidth := bits.Len(uint(half/width))-1, bits.Len(uint(width))-1
	par.For(e.threads, field.Degree, func(k int) {
		col, run, share := last[k], sums[k], share[k]
		column := share.Mul(field.New(uint64(2 * half / width)))
		var s field.M31
		for m := range width {
			i := circle.BitReverse(m, logWidth)
			run[i], s = s, s.Add(run[i]).Sub(column)
		}
		x, mirrored := make([]field.M31, width), make([]field.M31, width)
		for m := range half / width {
			at := circle.BitReverse(m, logRows) * width
			first, second := col[at:at+width], col[2*half-at-width:2*half-at]
			mirror(mirrored, second)
			vec.Add(x, run, first)
			vec.AddConst(x, x, share.Neg())
			copy(first, run)
			vec.Add(run, x, mirrored)
			vec.AddConst(run, run, share.Neg())
			mirror(second, x)
		}
	})
	return total
}

// mirror sets dst to src backwards.
func mirror(dst, src []field.M31) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = src[len(src)-1-i]
	}
}
