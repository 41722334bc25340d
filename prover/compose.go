package prover

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/circle/fft"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
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

// waiting is the number of constraints that wait: their blocks fill half of the first-level cache.
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
	vec.AccConsts(c.dst, c.cols, c.scalars)
	c.cols, c.scalars = c.cols[:0], c.scalars[:0]
}

// constraintSums adds to acc, on the constraint domain of the table's height, the
// combination of the table's constraints by powers of lambda.
func (e *engine) constraintSums(acc vec.Planes, t *verifier.Table, pre, main, inter columns, s vm.Scalars, powers []field.E) {
	height := 1 << t.LogHeight
	bound := vm.CompileConstraints(t.AIR).Bind(s)
	domain := circle.ConstraintDomain(t.LogHeight, e.params.LogBlowup)
	next := domain.NextByStep()
	for which := range 2 {
		in := &vm.Columns{
			Main:  half(main.lde, height, which),
			Pre:   half(pre.lde, height, which),
			Inter: planes(half(inter.lde, height, which)),
			Next:  make([]uint32, height),
		}
		for i := range in.Next {
			in.Next[i] = next[which*height+i] - uint32(which*height)
		}
		sums := vec.Slice(acc, which*height, (which+1)*height)
		par.Chunks(e.threads, height, func(lo, hi int) {
			m := vm.NewMachine(bound.Program())
			c := newCombiner(powers)
			for ; lo < hi && e.ctx.Err() == nil; lo += vm.BlockRows {
				end := min(lo+vm.BlockRows, hi)
				c.dst = vec.Slice(sums, lo, end)
				m.Run(bound, in, lo, end, c.add)
				c.flush()
			}
		})
	}
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
		acc = lift(acc, log)
		for i := range l.Tables {
			if t := &l.Tables[i]; t.LogHeight == log {
				e.constraintSums(acc, t, pre[i], main[i], inter[i], scalars[i], powers[t.FirstConstraint:])
			}
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
		lo := append(append(make([]field.M31, 0, height), acc[k][:q]...), acc[k][2*q:3*q]...)
		hi := append(append(make([]field.M31, 0, height), acc[k][q:2*q]...), acc[k][3*q:]...)
		coeffs[k], coeffs[field.Degree+k] = lo, hi
	}
	return coeffs, nil
}

// lift takes values on a constraint domain to the one of height 2^log, twice as large.
// Empty planes become zeros.
func lift(acc vec.Planes, log int) vec.Planes {
	out := vec.MakePlanes(2 << log)
	if acc[0] == nil {
		return out
	}
	for k := range out {
		for i, x := range acc[k] {
			out[k][2*i], out[k][2*i+1] = x, x
		}
	}
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
