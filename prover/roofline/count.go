package roofline

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// word is the size of an element in bytes.
const word = 4

// counter counts the work of a proof.
type counter struct {
	l     *verifier.Layout
	p     soundness.Params
	id    hash.ID
	tries Tries
	tasks []*Task
}

// Tries are the nonces that were tried in grinding: as a proof has the least good ones, all up
// to these. By chance they are many or few; in the mean 2^bits.
type Tries struct{ Batch, Queries uint64 }

// TriesOf gives the tries of a segment's proof.
func TriesOf(p *proof.Segment) Tries { return Tries{p.BatchNonce + 1, p.FRI.Nonce + 1} }

// Count gives the work of each part of a proof of the layout. What isn't work for a kernel
// (execution, filling tables, copies) counts with its memory traffic or not at all.
func Count(l *verifier.Layout, p soundness.Params, id hash.ID, tries Tries) []Task {
	c := &counter{l: l, p: p, id: id, tries: tries}
	c.trace()
	for tree := range proof.Composition {
		c.columns(tree)
	}
	c.fractions()
	c.constraints()
	c.composition()
	c.open()
	c.test()
	out := make([]Task, len(c.tasks))
	for i, t := range c.tasks {
		out[i] = *t
	}
	return out
}

// task is the work of a part, to be added to.
func (c *counter) task(phase, part string) *Task {
	for _, t := range c.tasks {
		if t.Phase == phase && t.Part == part {
			return t
		}
	}
	t := &Task{Phase: phase, Part: part}
	c.tasks = append(c.tasks, t)
	return t
}

// trace counts that main columns are written.
func (c *counter) trace() {
	var cells uint64
	for _, t := range c.l.Tables {
		cells += uint64(t.AIR.Width()) << t.LogHeight
	}
	c.task(prover.PhaseTrace, "").Bytes += word * cells
}

// layers is the number of butterflies in a transform of 2^log elements.
func layers(log int) uint64 { return uint64(log) << log / 2 }

// interpolate counts the inverse transform of n columns.
func (t *Task) interpolate(n uint64, log int) {
	t.Ops[Butterfly] += n * layers(log)
	t.Bytes += 2 * word * n << log
}

// extend counts extensions of n columns by 2^blowup.
func (t *Task) extend(n uint64, log, blowup int) {
	t.Ops[Butterfly] += n * layers(log) << blowup
	t.Bytes += word * n * (1<<log + 1<<(log+blowup))
}

// hash counts the hashing of a tree.
func (c *counter) hash(phase, part string, s merkle.Shape, capLog int) {
	t := c.task(phase, part)
	t.Ops[hashKernel(c.id)] += compressions(c.id, s, capLog)
	for _, layer := range s {
		t.Bytes += word * uint64(layer.Width) << layer.LogHeight
	}
}

// columns counts transforms and hashing of a tree of trace columns.
func (c *counter) columns(tree int) {
	phase := prover.PhaseMain
	if tree == proof.Interaction {
		phase = prover.PhaseInteraction
	}
	t := c.task(phase, prover.PartTransform)
	for _, g := range c.l.Groups[tree] {
		t.interpolate(uint64(g.Width), g.LogHeight)
		t.extend(uint64(g.Width), g.LogHeight, c.p.LogBlowup)
	}
	c.tree(phase, tree)
}

func (c *counter) tree(phase string, tree int) {
	s := c.l.Shape(tree, c.p.LogBlowup)
	c.hash(phase, prover.PartHash, s, verifier.CapLog(tree, s, c.p))
}

// rowOps is the work of a program on a row, without what becomes of its outputs.
func rowOps(n vm.Counts) Ops {
	return Ops{Add: n.Add, Mul: n.Mul, MulE: n.MulE, ScaleE: n.Scale, Accumulate: n.Accumulate}
}

// fractions counts the contents of the interaction columns: numerators, denominators, their
// inverses and products, and the running sum.
func (c *counter) fractions() {
	task := c.task(prover.PhaseInteraction, prover.PartFractions)
	for _, t := range c.l.Tables {
		n := uint64(t.AIR.Interactions())
		if n == 0 {
			continue
		}
		counts := vm.CompileFractions(t.AIR).Counts()
		ops := rowOps(counts)
		ops[InverseE] += n
		ops[MulE] += n - counts.BaseOut // numerators are of the base field or of E
		ops[Mul] += field.Degree * counts.BaseOut
		ops[Add] += field.Degree * (n + 1)
		task.Ops.add(ops, 1<<t.LogHeight)
		task.Bytes += word * uint64(t.AIR.Width()+len(t.AIR.Preprocessed)+field.Degree*int(n)) << t.LogHeight
	}
}

// constraints counts their evaluation on twice the height, their combination, and the division.
func (c *counter) constraints() {
	task := c.task(prover.PhaseConstraints, prover.PartEvaluate)
	for _, t := range c.l.Tables {
		n := vm.CompileConstraints(t.AIR).Counts()
		ops := rowOps(n)
		ops[Accumulate] += n.BaseOut
		ops[ScaleE] += n.ExtOut
		ops[Add] += field.Degree * n.ExtOut
		task.Ops.add(ops, 2<<t.LogHeight)
		width := t.AIR.Width() + len(t.AIR.Preprocessed) + field.Degree*t.AIR.Interactions()
		task.Bytes += word * uint64(width+2*field.Degree) << (t.LogHeight + 1)
	}
	divide := c.task(prover.PhaseConstraints, prover.PartDivide)
	divide.Ops[Mul] += field.Degree << (c.l.LogHeight + 1)
	divide.Bytes += 2 * word * field.Degree << (c.l.LogHeight + 1)
}

// composition counts the quotient's interpolation, and extension and hashing of its halves.
func (c *counter) composition() {
	t := c.task(prover.PhaseConstraints, prover.PartTransform)
	t.interpolate(field.Degree, c.l.LogHeight+1)
	t.extend(verifier.CompositionWidth, c.l.LogHeight, c.p.LogBlowup)
	c.tree(prover.PhaseConstraints, proof.Composition)
}

// Operations of a DEEP quotient at a point, besides the columns: the line and its inverse, and
// the product of the numerator with that (fri/commit).
var quotientOps = Ops{Accumulate: 1, Mul: 6 + 15 + 22, Add: 6, Inverse: 1}

// open counts the columns' values at the opened point, the grinding, and the quotients, at as many
// points as there are rows, with their extension.
func (c *counter) open() {
	evaluate := c.task(prover.PhaseOpen, prover.PartEvaluate)
	grind := c.task(prover.PhaseOpen, prover.PartGrind)
	quotient := c.task(prover.PhaseOpen, prover.PartQuotient)
	grind.Ops[hashKernel(c.id)] += c.tries.Batch
	type point struct {
		log  int
		next bool
	}
	batches := map[point]bool{}
	open := func(width, log int, next bool) {
		evaluate.Ops[Dot] += uint64(width) << log
		evaluate.Bytes += word * uint64(width) << log
		quotient.Ops.add(Ops{Accumulate: uint64(width)}, 1<<log)
		quotient.Bytes += word * uint64(width) << log
		if at := (point{log, next}); !batches[at] {
			batches[at] = true
			quotient.Ops.add(quotientOps, 1<<log)
		}
	}
	transform := c.task(prover.PhaseOpen, prover.PartTransform)
	transform.interpolate(field.Degree, c.l.LogHeight)
	transform.extend(field.Degree, c.l.LogHeight, c.p.LogBlowup)
	for _, groups := range c.l.Groups {
		for _, g := range groups {
			open(g.Width, g.LogHeight, false)
		}
	}
	for _, t := range c.l.Tables {
		if t.Next >= 0 {
			open(field.Degree, t.LogHeight, true)
		}
	}
}

// Operations of folding a pair of values of E (fri/commit): differences and sums, the product
// with an inverse of the base field, the one with the challenge.
var pairOps = Ops{Add: 3 * field.Degree, Mul: field.Degree, ScaleE: 1, Inverse: 1}

// test counts the low-degree test: trees, folds, grinding.
func (c *counter) test() {
	params := verifier.FRI(c.l, c.p)
	task := c.task(prover.PhaseTest, prover.PartFold)
	for i, k := range params.FoldLogs {
		log := params.LogLeaves(i)
		shape := merkle.Shape{{LogHeight: log, Width: params.Width(i)}}
		c.hash(prover.PhaseTest, prover.PartFold, shape, params.CapLog)
		task.Ops.add(pairOps, (1<<k-1)<<log)
		task.Ops[Mul] += field.Degree << log
		task.Bytes += 3 * word * uint64(params.Width(i)) << log // put in order, hashed as well, folded
	}
	task.Ops[hashKernel(c.id)] += c.tries.Queries
}
