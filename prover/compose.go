package prover

import (
	"math/bits"
	"sync"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/verifier"
)

// half cuts one half of the constraint domain out of columns on the committed domain: its
// first rows, or those of the conjugate points.
func half(cols [][]field.M31, height, which int) [][]field.M31 {
	out := make([][]field.M31, len(cols))
	for i, c := range cols {
		at := which * len(c) / 2
		out[i] = c[at : at+height]
	}
	return out
}

// planes groups columns by six.
func planes(cols [][]field.M31) []vec.Planes {
	out := make([]vec.Planes, len(cols)/field.Degree)
	for i := range out {
		copy(out[i][:], cols[i*field.Degree:])
	}
	return out
}

// combiner adds up constraints times powers of a challenge, on a block of rows. Constraints over
// the base field wait until there are many of them.
type combiner struct {
	dst     vec.Planes
	powers  []field.E
	buffers [waiting][]field.M31
	cols    [][]field.M31 // what waits, in the buffers
	scalars []field.E
	product vec.Planes
}

// waiting is the number of constraints that wait: their blocks fill 32 KiB.
const waiting = 8

func newCombiner(powers []field.E) *combiner {
	c := &combiner{powers: powers, product: vec.MakePlanes(vm.BlockRows)}
	for i := range c.buffers {
		c.buffers[i] = make([]field.M31, vm.BlockRows)
	}
	return c
}

// add adds constraint i.
func (c *combiner) add(i int, v vm.Output) {
	n := len(c.dst[0])
	if v.Ext != nil {
		p := vec.Slice(c.product, 0, n)
		vec.MulConstE(p, *v.Ext, c.powers[i])
		vec.AddE(c.dst, c.dst, p)
		return
	}
	col := c.buffers[len(c.cols)][:n]
	copy(col, v.Base)
	c.cols, c.scalars = append(c.cols, col), append(c.scalars, c.powers[i])
	if len(c.cols) == waiting {
		c.flush()
	}
}

// flush adds what waits.
func (c *combiner) flush() {
	vec.AccConsts(c.dst, c.dst, c.cols, c.scalars)
	c.cols, c.scalars = c.cols[:0], c.scalars[:0]
}

// constraintSums adds to acc, on the constraint domain of the table's height, the
// combination of the table's constraints by powers of lambda.
func (e *engine) constraintSums(acc vec.Planes, t *verifier.Table, pre, main, inter columns, s vm.Scalars, powers []field.E, next [2][]uint32) {
	height := 1 << t.LogHeight
	bound := vm.CompileConstraints(t.AIR).Bind(s)
	var in [2]vm.Columns
	for which := range in {
		in[which] = vm.Columns{
			Main:  half(main.lde, height, which),
			Pre:   half(pre.lde, height, which),
			Inter: planes(half(inter.lde, height, which)),
			Next:  next[which],
		}
	}
	rows := min(vm.BlockRows, height)
	e.run(2*height/rows, func(m *vm.Machine) func(int) {
		c := newCombiner(powers)
		return func(block int) {
			if e.ctx.Err() != nil {
				return
			}
			which, from := block*rows/height, block*rows%height
			c.dst = vec.Slice(acc, block*rows, (block+1)*rows)
			m.Run(bound, &in[which], from, from+rows, c.add)
			c.flush()
		}
	})
}

// compose computes the composition polynomial, the quotient of the combined constraints
// of all tables by the vanishing polynomial of the largest height, and cuts it in two
// halves of six coordinate columns each. Shorter tables are lifted.
func (e *engine) compose(pre, main, inter []columns, scalars []vm.Scalars, lambda field.E) (coeffs [][]field.M31, err error) {
	e.clock.part(PartEvaluate)
	l := e.layout
	powers := make([]field.E, l.Constraints)
	p := field.One()
	for i := range powers {
		powers[i] = p
		p = p.Mul(lambda)
	}
	var acc vec.Planes // on the constraint domain of the height reached so far
	for log := verifier.MinLogHeight; log <= l.LogHeight; log++ {
		acc = e.lift(acc, log)
		var tables []int
		for i := range l.Tables {
			if l.Tables[i].LogHeight == log {
				tables = append(tables, i)
			}
		}
		if len(tables) > 0 {
			next := e.nextRows(log)
			sums := func(e *engine, acc vec.Planes, i int) {
				t := &l.Tables[i]
				e.constraintSums(acc, t, pre[i], main[i], inter[i], scalars[i], powers[t.FirstConstraint:], next)
			}
			if log <= smallTable {
				e.sideBySide(acc, tables, sums)
			} else {
				for _, i := range tables {
					sums(e, acc, i)
				}
			}
			arena.FreeSlice(e.mem, next[0])
			arena.FreeSlice(e.mem, next[1])
		}
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
	}
	e.clock.part(PartDivide)
	e.divide(acc)
	e.clock.part(PartTransform)
	fft.InverseAll(e.threads, acc[:], e.quot)
	height := 1 << l.LogHeight
	coeffs = make([][]field.M31, verifier.CompositionWidth)
	for k := range acc {
		// Coefficients of x come first, then those that carry a factor y; the upper half
		// of each has the vanishing polynomial as a factor.
		q := height / 2
		lo, hi := e.mem.Column(height)[:0], e.mem.Column(height)[:0]
		coeffs[k] = append(append(lo, acc[k][:q]...), acc[k][2*q:3*q]...)
		coeffs[field.Degree+k] = append(append(hi, acc[k][q:2*q]...), acc[k][3*q:]...)
		e.mem.Free(acc[k])
	}
	return coeffs, nil
}

// sideBySide adds the sums of tables to acc, with a goroutine for each table. The order of
// additions makes no difference.
func (e *engine) sideBySide(acc vec.Planes, tables []int, sums func(e *engine, acc vec.Planes, table int)) {
	one := e.alone()
	var mu sync.Mutex
	par.For(e.threads, len(tables), func(k int) {
		own := vec.MakePlanes(len(acc[0]))
		sums(one, own, tables[k])
		mu.Lock()
		defer mu.Unlock()
		vec.AddE(acc, acc, own)
	})
}

// nextRows gives the row after each row, in the order of the trace domain, for both halves of the
// constraint domain. The bit-reversed number of a row is its place in the half's order, which
// the second half goes through backwards.
func (e *engine) nextRows(log int) (next [2][]uint32) {
	height := 1 << log
	for which := range next {
		next[which] = arena.Slice[uint32](e.mem, height)
	}
	// In rows that differ in the low bits of their number only, the places differ in the high bits
	// only, which one step changes in the last of the blocks alone (or the first, backwards).
	size := min(vm.BlockRows, height)
	blocks := height / size
	logBlocks := bits.Len(uint(blocks)) - 1
	par.Chunks(e.threads, blocks, func(lo, hi int) {
		for block := lo; block < hi; block++ {
			place := circle.BitReverse(block, logBlocks) // but for the high bits
			for which, step := range [2]int{1, -1} {
				rows := next[which][block*size : (block+1)*size]
				if to := place + step; to >= 0 && to < blocks {
					first := circle.BitReverse(to, logBlocks) * size
					for i := range rows {
						rows[i] = uint32(first + i)
					}
					continue
				}
				for i := range rows {
					k := circle.BitReverse(block*size+i, log)
					rows[i] = uint32(circle.BitReverse((k+step)&(height-1), log))
				}
			}
		}
	})
	return next
}

// lift takes values on a constraint domain to the one of height 2^log, twice as large, and gives
// their memory back. Empty planes become zeros.
func (e *engine) lift(acc vec.Planes, log int) vec.Planes {
	var out vec.Planes
	par.For(e.threads, len(out), func(k int) {
		if acc[k] == nil {
			out[k] = e.mem.Zeros(2 << log)
			return
		}
		out[k] = e.mem.Column(2 << log)
		vec.Repeat(out[k], acc[k])
		e.mem.Free(acc[k])
	})
	return out
}

// divide divides by the vanishing polynomial of the largest height, which takes two values
// on the constraint domain: one on the first half of each half, one on the second.
func (e *engine) divide(acc vec.Planes) {
	log := e.layout.LogHeight
	q := 1 << (log - 1)
	domain := circle.ConstraintDomain(log, e.params.LogBlowup)
	for part := range 4 {
		inv := circle.Vanishing(log, domain.At(part*q).X).Inv()
		for k := range acc {
			v := acc[k][part*q : (part+1)*q]
			vec.MulConst(v, v, inv)
		}
	}
}
