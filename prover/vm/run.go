package vm

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

// Scalars are the values that are the same on all rows.
type Scalars struct {
	Publics []field.M31
	Alpha   field.E
	Betas   []field.E // powers of beta, from beta^0
	Share   field.E
}

// Columns are what a program reads, all of the same height. Inter holds the interaction
// columns, one set of planes each; Next[r] is the row after r in the order of the trace
// domain, and is needed only by programs over all constraints.
type Columns struct {
	Main  [][]field.M31
	Pre   [][]field.M31
	Inter []vec.Planes
	Next  []uint32
}

// Bound is a program with its scalars evaluated.
type Bound struct {
	p     *Program
	base  []field.M31
	ext   []field.E
	terms [][]field.E // by instruction: the scalars of its terms, with their signs
}

// Bind evaluates all scalars of the program.
func (p *Program) Bind(s Scalars) *Bound {
	b := &Bound{
		p: p, base: make([]field.M31, len(p.nodes)), ext: make([]field.E, len(p.nodes)),
		terms: make([][]field.E, len(p.code)),
	}
	for i, n := range p.nodes {
		if !n.Scalar() || !p.live[i] {
			continue
		}
		if !n.Ext {
			b.base[i] = b.scalarM31(n, s)
			b.ext[i] = field.FromBase(b.base[i])
			continue
		}
		switch n.Op {
		case air.OpAlpha:
			b.ext[i] = s.Alpha
		case air.OpBeta:
			b.ext[i] = s.Betas[n.Index]
		case air.OpShare:
			b.ext[i] = s.Share
		case air.OpAdd:
			b.ext[i] = b.ext[n.A].Add(b.ext[n.B])
		case air.OpSub:
			b.ext[i] = b.ext[n.A].Sub(b.ext[n.B])
		default:
			b.ext[i] = b.ext[n.A].Mul(b.ext[n.B])
		}
	}
	for i, in := range p.code {
		for _, t := range in.terms {
			x := b.ext[t.scalar]
			if t.negative {
				x = x.Neg()
			}
			b.terms[i] = append(b.terms[i], x)
		}
	}
	return b
}

func (b *Bound) scalarM31(n air.Node, s Scalars) field.M31 {
	switch n.Op {
	case air.OpConst:
		return n.Value
	case air.OpPublic:
		return s.Publics[n.Index]
	case air.OpAdd:
		return b.base[n.A].Add(b.base[n.B])
	case air.OpSub:
		return b.base[n.A].Sub(b.base[n.B])
	default:
		return b.base[n.A].Mul(b.base[n.B])
	}
}

// Output is the value of a root on a block of rows: Base over the base field, or Ext
// over E. It is valid until the next instruction runs.
type Output struct {
	Base []field.M31
	Ext  *vec.Planes // nil for a base field output
}

// Machine holds the registers of one goroutine.
type Machine struct {
	bases   [][]field.M31
	exts    []vec.Planes
	next    vec.Planes
	tmp     [2]vec.Planes
	vectors [][]field.M31 // of the terms of an instruction
	steps   []planeStep   // of an instruction
}

// NewMachine makes a machine. Registers are added when programs that need them run.
func NewMachine() *Machine {
	m := &Machine{next: vec.MakePlanes(BlockRows)}
	for i := range m.tmp {
		m.tmp[i] = vec.MakePlanes(BlockRows)
	}
	return m
}

// fit adds the registers that the program has and the machine lacks.
func (m *Machine) fit(p *Program) {
	for len(m.bases) < p.bases {
		m.bases = append(m.bases, make([]field.M31, BlockRows))
	}
	for len(m.exts) < p.exts {
		m.exts = append(m.exts, vec.MakePlanes(BlockRows))
	}
}

// Run evaluates rows lo to hi (at most BlockRows) and hands every output to out, in the
// order of computation.
func (m *Machine) Run(b *Bound, cols *Columns, lo, hi int, out func(i int, v Output)) {
	n := hi - lo
	p := b.p
	m.fit(p)
	var nextRows vec.Planes
	if p.usesNext {
		nextRows = m.gather(cols.Inter[p.interCount-1], cols.Next[lo:hi])
	}
	base := func(o operand) []field.M31 {
		switch o.kind {
		case baseReg:
			return m.bases[o.index][:n]
		case mainCol:
			return cols.Main[o.index][lo:hi]
		default:
			return cols.Pre[o.index][lo:hi]
		}
	}
	ext := func(o operand) vec.Planes {
		switch o.kind {
		case extReg:
			return vec.Slice(m.exts[o.index], 0, n)
		case interCol:
			return vec.Slice(cols.Inter[o.index], lo, hi)
		default:
			return nextRows
		}
	}
	for i := range p.code {
		in := &p.code[i]
		switch {
		case in.op == opOut:
			switch {
			case in.a.scalar():
				e := vec.Slice(m.tmp[0], 0, n)
				if in.a.ext() {
					m.materialize(b, in.a, e, base)
					out(in.output, Output{Ext: &e})
				} else {
					m.fill(e[0], b.base[in.a.index])
					out(in.output, Output{Base: e[0]})
				}
			case in.a.ext():
				e := ext(in.a)
				out(in.output, Output{Ext: &e})
			default:
				out(in.output, Output{Base: base(in.a)})
			}
		case in.op == opAcc:
			dst := ext(in.dst)
			m.vectors = m.vectors[:0]
			for _, t := range in.terms {
				m.vectors = append(m.vectors, base(t.vector))
			}
			switch {
			case in.a.scalar():
				vec.SumConsts(dst, b.ext[in.a.index], m.vectors, b.terms[i])
			case in.a.ext():
				vec.AccConsts(dst, ext(in.a), m.vectors, b.terms[i])
			default:
				m.materialize(b, in.a, dst, base)
				vec.AccConsts(dst, dst, m.vectors, b.terms[i])
			}
		case in.op == opPlanes:
			m.planes(in.steps, b, base, ext)
		case in.dst.kind == baseReg:
			runBase(in, b, base)
		default:
			m.runExt(in, b, base, ext, n)
		}
	}
}

// gather gives the given rows of src. Most blocks' next rows are a block themselves, and
// need not be copied.
func (m *Machine) gather(src vec.Planes, rows []uint32) vec.Planes {
	first := rows[0]
	block := true
	for i, r := range rows {
		block = block && r == first+uint32(i)
	}
	if block {
		return vec.Slice(src, int(first), int(first)+len(rows))
	}
	for k := range m.next {
		dst, src := m.next[k], src[k]
		for i, r := range rows {
			dst[i] = src[r]
		}
	}
	return vec.Slice(m.next, 0, len(rows))
}

// fill sets all of dst to v, by copies of twice the length each.
func (m *Machine) fill(dst []field.M31, v field.M31) {
	dst[0] = v
	for n := 1; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// materialize writes a scalar or a base vector into planes over E.
func (m *Machine) materialize(b *Bound, o operand, dst vec.Planes, base func(operand) []field.M31) {
	if !o.scalar() {
		Output{Base: base(o)}.CopyTo(dst)
		return
	}
	c := b.ext[o.index].Coords()
	for k := range dst {
		m.fill(dst[k], c[k])
	}
}

func runBase(in *instruction, b *Bound, base func(operand) []field.M31) {
	dst := base(in.dst)
	switch {
	case in.a.scalar():
		s := b.base[in.a.index]
		v := base(in.b)
		switch in.op {
		case opAdd:
			vec.AddConst(dst, v, s)
		case opSub:
			vec.Neg(dst, v)
			vec.AddConst(dst, dst, s)
		default:
			vec.MulConst(dst, v, s)
		}
	case in.b.scalar():
		s := b.base[in.b.index]
		v := base(in.a)
		switch in.op {
		case opAdd:
			vec.AddConst(dst, v, s)
		case opSub:
			vec.AddConst(dst, v, s.Neg())
		default:
			vec.MulConst(dst, v, s)
		}
	default:
		x, y := base(in.a), base(in.b)
		switch in.op {
		case opAdd:
			vec.Add(dst, x, y)
		case opSub:
			vec.Sub(dst, x, y)
		default:
			vec.Mul(dst, x, y)
		}
	}
}

// runExt computes what isn't done plane by plane.
func (m *Machine) runExt(in *instruction, b *Bound, base func(operand) []field.M31, ext func(operand) vec.Planes, n int) {
	dst := ext(in.dst)
	x, y := in.a, in.b
	if in.op == opMul {
		if x.scalar() {
			x, y = y, x
		}
		switch {
		case !y.scalar():
			vec.MulE(dst, ext(x), ext(y))
		case x.ext():
			vec.MulConstE(dst, ext(x), b.ext[y.index])
		default:
			vec.SumConsts(dst, field.E{}, append(m.vectors[:0], base(x)), []field.E{b.ext[y.index]})
		}
		return
	}
	// Both operands in planes.
	vector := func(o operand, tmp int) vec.Planes {
		if o.vectorE() {
			return ext(o)
		}
		t := vec.Slice(m.tmp[tmp], 0, n)
		m.materialize(b, o, t, base)
		return t
	}
	if in.op == opAdd {
		vec.AddE(dst, vector(x, 0), vector(y, 1))
	} else {
		vec.SubE(dst, vector(x, 0), vector(y, 1))
	}
}

// planeStep is a step with its operands.
type planeStep struct {
	op     opcode
	dst, a vec.Planes
	b      vec.Planes              // if it is a vector over E
	base   []field.M31             // if it is one over the base field
	scalar [field.Degree]field.M31 // else; with its sign
}

// planes does steps plane by plane.
func (m *Machine) planes(steps []step, b *Bound, base func(operand) []field.M31, ext func(operand) vec.Planes) {
	m.steps = m.steps[:0]
	for _, s := range steps {
		p := planeStep{op: s.op, dst: ext(s.dst), a: ext(s.a)}
		switch {
		case s.b.vectorE():
			p.b = ext(s.b)
		case !s.b.scalar():
			p.base = base(s.b)
		default:
			c := b.ext[s.b.index]
			if s.op == opSub {
				c = c.Neg()
			}
			p.scalar = c.Coords()
		}
		m.steps = append(m.steps, p)
	}
	for k := range field.Degree {
		for i := range m.steps {
			m.steps[i].run(k)
		}
	}
}

// run computes plane k.
func (s *planeStep) run(k int) {
	dst, a, b := s.dst[k], s.a[k], s.b[k]
	switch {
	case s.op == opMul:
		vec.Mul(dst, a, s.base)
		return
	case s.base != nil && k == 0:
		b = s.base
	case s.base == nil && b == nil:
		vec.AddConst(dst, a, s.scalar[k])
		return
	case s.base != nil: // which has no other coordinate
		if &dst[0] != &a[0] {
			copy(dst, a)
		}
		return
	}
	if s.op == opAdd {
		vec.Add(dst, a, b)
	} else {
		vec.Sub(dst, a, b)
	}
}

// CopyTo copies the output into planes over E.
func (v Output) CopyTo(dst vec.Planes) {
	if v.Ext == nil {
		copy(dst[0], v.Base)
		for k := 1; k < len(dst); k++ {
			clear(dst[k])
		}
		return
	}
	for k := range dst {
		copy(dst[k], v.Ext[k])
	}
}
