package vm

import "github.com/orrery/orrery/air"

// BlockRows is the number of rows that an instruction handles at once: large enough to hide the
// interpreter, small enough that the live registers fit the second-level cache.
const BlockRows = 1024

type operandKind uint8

const (
	noOperand  operandKind = iota
	baseReg                // register of base field elements
	extReg                 // register of elements of E
	mainCol                // main column
	preCol                 // preprocessed column
	interCol               // interaction column
	interNext              // last interaction column, next row
	baseScalar             // value of a node that is the same on all rows
	extScalar              // the same, over E
)

type operand struct {
	kind  operandKind
	index int32
}

func (o operand) ext() bool {
	return o.kind == extReg || o.kind == interCol || o.kind == interNext || o.kind == extScalar
}

// vectorE reports whether the operand has an element of E for each row.
func (o operand) vectorE() bool { return o.ext() && !o.scalar() }

func (o operand) scalar() bool { return o.kind == baseScalar || o.kind == extScalar }

type opcode uint8

const (
	opAdd    opcode = iota // dst = a + b
	opSub                  // dst = a - b
	opMul                  // dst = a * b
	opAcc                  // dst = a plus all terms
	opPlanes               // steps
	opOut                  // hand a over as output number output
)

type instruction struct {
	op        opcode
	dst, a, b operand
	terms     []term
	steps     []step
	output    int
}

// step is a sum, a difference, or a product with a base vector, all of whose coordinates are computed
// from the same coordinates of its operands: those of a over E, and of b. Steps that follow one
// another are done plane by plane, so that what one leaves to the next is in the first-level cache.
type step struct {
	op        opcode
	dst, a, b operand
}

// isStep brings the operands of an operation in the order of a step, if it can be one.
func isStep(op opcode, a, b operand) (x, y operand, ok bool) {
	if op != opSub && !a.vectorE() {
		a, b = b, a
	}
	return a, b, a.vectorE() && (op != opMul || !b.ext() && !b.scalar())
}

// term is a product of a base vector and a scalar of E, to be added or subtracted.
type term struct {
	vector   operand
	scalar   air.NodeID
	negative bool
}

// Program is a compiled DAG.
type Program struct {
	nodes      []air.Node
	live       []bool // nodes that an output depends on
	code       []instruction
	bases      int // registers of base field elements
	exts       int // registers of elements of E
	outputs    int
	usesNext   bool
	interCount int
}

// Outputs is the number of values a row has.
func (p *Program) Outputs() int { return p.outputs }

// CompileConstraints compiles all constraints of a chip; output i is constraint i.
func CompileConstraints(a *air.AIR) *Program {
	roots := make([]air.NodeID, len(a.Constraints))
	for i, k := range a.Constraints {
		roots[i] = k.Node
	}
	return compile(a.Nodes, roots, a.Interactions())
}

// CompileFractions compiles the contents of the interaction columns: output 2i is the
// denominator of column i, output 2i+1 its numerator, each over the common denominator of
// the column's fractions.
func CompileFractions(a *air.AIR) *Program {
	var roots []air.NodeID
	for _, q := range a.Quotients {
		roots = append(roots, q.D, q.N)
	}
	return compile(a.Nodes, roots, a.Interactions())
}

// CompileDerived compiles the values of the derived columns. Output i is that of derived column
// i, to be written to its column at once: later ones may read it.
func CompileDerived(a *air.AIR) *Program {
	var roots []air.NodeID
	for _, d := range a.Derived {
		roots = append(roots, d.Node)
	}
	return compile(a.Nodes, roots, a.Interactions())
}

// CompileMessages compiles the multiplicity and tuple of the selected messages, in
// order: for each message its multiplicity, then the elements of its tuple.
func CompileMessages(a *air.AIR, messages []air.Message) *Program {
	var roots []air.NodeID
	for _, m := range messages {
		roots = append(roots, m.Mult)
		roots = append(roots, m.Tuple...)
	}
	return compile(a.Nodes, roots, a.Interactions())
}

type compiler struct {
	nodes    []air.Node
	uses     []int32
	fusible  []bool // see isFusible
	place    []operand
	freeBase []int32
	freeExt  []int32
	p        *Program
}

func compile(nodes []air.Node, roots []air.NodeID, interactions int) *Program {
	c := &compiler{
		nodes: nodes, uses: make([]int32, len(nodes)), place: make([]operand, len(nodes)), fusible: make([]bool, len(nodes)),
		p: &Program{nodes: nodes, live: make([]bool, len(nodes)), outputs: len(roots), interCount: interactions},
	}
	live := c.p.live
	rootsOf := make(map[air.NodeID][]int)
	for i, r := range roots {
		live[r] = true
		c.uses[r]++
		rootsOf[r] = append(rootsOf[r], i)
	}
	for id := len(nodes) - 1; id >= 0; id-- {
		n := nodes[id]
		if live[id] && !n.Leaf() {
			live[n.A], live[n.B] = true, true
			c.uses[n.A]++
			c.uses[n.B]++
		}
	}
	for id := range nodes {
		if c.fusible[id] = live[id] && c.isFusible(air.NodeID(id)); c.fusible[id] {
			c.uses[nodes[id].A] += c.uses[id] - 1
			c.uses[nodes[id].B] += c.uses[id] - 1
		}
	}
	for _, id := range c.order(roots) {
		c.emit(id)
		for _, out := range rootsOf[id] {
			c.flush(id)
			c.p.code = append(c.p.code, instruction{op: opOut, a: c.place[id], output: out})
			c.release(id)
		}
	}
	return c.p
}

// order lists the live nodes, operands before their users. It goes depth first, so that
// few registers are in use at a time. A product that a sum takes over comes before the rest
// of the sum, so that several of them are taken over at once.
func (c *compiler) order(roots []air.NodeID) []air.NodeID {
	list := make([]air.NodeID, 0, len(c.nodes))
	seen := make([]bool, len(c.nodes))
	var visit func(air.NodeID)
	visit = func(id air.NodeID) {
		if seen[id] {
			return
		}
		seen[id] = true
		if n := c.nodes[id]; !n.Leaf() {
			first, second := n.A, n.B
			if c.fusible[second] {
				first, second = second, first
			}
			visit(first)
			visit(second)
		}
		list = append(list, id)
	}
	for _, r := range roots {
		visit(r)
	}
	return list
}

// fewUses is the number of users of a product up to which each of them may compute it anew.
const fewUses = 3

// isFusible reports whether node id is a product of a base vector and a scalar of E with
// few users: they accumulate it without a register of its own.
func (c *compiler) isFusible(id air.NodeID) bool {
	n := c.nodes[id]
	if n.Op != air.OpMul || !n.Ext || n.Scalar() || c.uses[id] > fewUses {
		return false
	}
	a, b := c.nodes[n.A], c.nodes[n.B]
	return a.Scalar() && a.Ext && !b.Ext && !b.Scalar() || b.Scalar() && b.Ext && !a.Ext && !a.Scalar()
}

// emit gives node id a place. Fusible products are left without one.
func (c *compiler) emit(id air.NodeID) {
	n := c.nodes[id]
	switch {
	case n.Scalar():
		k := baseScalar
		if n.Ext {
			k = extScalar
		}
		c.place[id] = operand{k, int32(id)}
	case n.Leaf():
		c.place[id] = c.leaf(n)
	case c.fusible[id]:
		// placed by flush, or consumed by its user
	case (n.Op == air.OpAdd || n.Op == air.OpSub) && n.A != n.B && c.waits(n.B):
		c.accumulate(id, n.A, n.B, n.Op == air.OpSub)
	case n.Op == air.OpAdd && n.A != n.B && c.waits(n.A):
		c.accumulate(id, n.B, n.A, false)
	default:
		c.flush(n.A)
		c.flush(n.B)
		a, b := c.place[n.A], c.place[n.B]
		op := opAdd
		switch n.Op {
		case air.OpSub:
			op = opSub
		case air.OpMul:
			op = opMul
		}
		// The kernels read an element before they write it, but a product over E
		// reads all six planes for each one, so that dst must differ from its operands.
		apart := n.Ext && op == opMul
		if !apart {
			c.release(n.A)
			c.release(n.B)
		}
		dst := c.register(n.Ext)
		c.operation(op, dst, a, b, n.Ext)
		if apart {
			c.release(n.A)
			c.release(n.B)
		}
		c.place[id] = dst
	}
}

func (c *compiler) leaf(n air.Node) operand {
	switch n.Op {
	case air.OpMain:
		return operand{mainCol, n.Index}
	case air.OpPre:
		return operand{preCol, n.Index}
	case air.OpInterNext:
		c.p.usesNext = true
		return operand{interNext, n.Index}
	default:
		return operand{interCol, n.Index}
	}
}

// operation emits dst = a op b, as a step if it can be one.
func (c *compiler) operation(op opcode, dst, a, b operand, ext bool) {
	x, y, ok := isStep(op, a, b)
	if !ext || !ok {
		c.p.code = append(c.p.code, instruction{op: op, dst: dst, a: a, b: b})
		return
	}
	last := len(c.p.code) - 1
	if last < 0 || c.p.code[last].op != opPlanes {
		c.p.code = append(c.p.code, instruction{op: opPlanes})
		last++
	}
	c.p.code[last].steps = append(c.p.code[last].steps, step{op, dst, x, y})
}

// waits reports whether the node is a fusible product that wasn't computed.
func (c *compiler) waits(id air.NodeID) bool { return c.fusible[id] && c.place[id].kind == noOperand }

// flush computes a fusible product that its next user couldn't accumulate, for all users to come.
func (c *compiler) flush(id air.NodeID) {
	if c.place[id].kind != noOperand {
		return
	}
	n := c.nodes[id]
	dst := c.register(true)
	c.p.code = append(c.p.code, instruction{op: opMul, dst: dst, a: c.place[n.A], b: c.place[n.B]})
	for range c.uses[id] {
		c.release(n.A)
		c.release(n.B)
	}
	c.place[id] = dst
}

// accumulate emits id = x + product or x - product, where the last instruction makes x as
// a further term of it.
func (c *compiler) accumulate(id, x, product air.NodeID, negative bool) {
	c.flush(x)
	n := c.nodes[product]
	vector, scalar := n.A, n.B
	if c.nodes[vector].Scalar() {
		vector, scalar = scalar, vector
	}
	t := term{c.place[vector], scalar, negative}
	a := c.place[x]
	c.release(x) // accumulation in place is fine
	dst := c.register(true)
	last := len(c.p.code) - 1
	if last >= 0 && c.p.code[last].op == opAcc && c.p.code[last].dst == a && a == dst {
		c.p.code[last].terms = append(c.p.code[last].terms, t)
	} else {
		c.p.code = append(c.p.code, instruction{op: opAcc, dst: dst, a: a, terms: []term{t}})
	}
	c.release(vector)
	c.release(scalar)
	c.uses[product]--
	c.place[id] = dst
}

func (c *compiler) register(ext bool) operand {
	if ext {
		if n := len(c.freeExt); n > 0 {
			r := c.freeExt[n-1]
			c.freeExt = c.freeExt[:n-1]
			return operand{extReg, r}
		}
		c.p.exts++
		return operand{extReg, int32(c.p.exts - 1)}
	}
	if n := len(c.freeBase); n > 0 {
		r := c.freeBase[n-1]
		c.freeBase = c.freeBase[:n-1]
		return operand{baseReg, r}
	}
	c.p.bases++
	return operand{baseReg, int32(c.p.bases - 1)}
}

// release gives the register of a node back after its last use.
func (c *compiler) release(id air.NodeID) {
	c.uses[id]--
	if c.uses[id] > 0 {
		return
	}
	switch o := c.place[id]; o.kind {
	case baseReg:
		c.freeBase = append(c.freeBase, o.index)
	case extReg:
		c.freeExt = append(c.freeExt, o.index)
	}
}
