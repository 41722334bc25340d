package vm

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

// Sizes of the columns and scalars that random programs may name.
const (
	numMain, numPre, numInter, numPublics, numBetas = 5, 2, 3, 3, 4
)

// source is where a random program comes from: a generator, or the bytes of a fuzzer.
type source interface {
	// IntN is below n.
	IntN(n int) int
}

// bytesSource reads choices off bytes, and zeros behind them.
type bytesSource struct{ data []byte }

func (s *bytesSource) IntN(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	x := s.data[0]
	s.data = s.data[1:]
	return int(x) % n
}

// dag is a DAG that grows.
type dag struct {
	nodes []air.Node
	src   source
}

func (d *dag) leaf(op air.Op, index int) air.NodeID {
	n := air.Node{Op: op, Index: int32(index), A: air.NoNode, B: air.NoNode}
	switch op {
	case air.OpMain, air.OpPre:
		n.Deg = 1
	case air.OpInter, air.OpInterNext:
		n.Deg, n.Ext = 1, true
	case air.OpAlpha, air.OpBeta, air.OpShare:
		n.Ext = true
	}
	return d.push(n)
}

func (d *dag) push(n air.Node) air.NodeID {
	d.nodes = append(d.nodes, n)
	return air.NodeID(len(d.nodes) - 1)
}

func (d *dag) op(op air.Op, x, y air.NodeID) air.NodeID {
	a, b := d.nodes[x], d.nodes[y]
	deg := max(a.Deg, b.Deg)
	if op == air.OpMul {
		deg = min(a.Deg+b.Deg, air.MaxDegree+1)
	}
	return d.push(air.Node{Op: op, Ext: a.Ext || b.Ext, Deg: deg, A: x, B: y})
}

var edgeConstants = []field.M31{0, 1, field.P - 1, field.P - 2, 1 << 30, 1 << 16}

func (d *dag) randomLeaf() air.NodeID {
	switch d.src.IntN(9) {
	case 0:
		id := d.leaf(air.OpConst, 0)
		d.nodes[id].Value = edgeConstants[d.src.IntN(len(edgeConstants))]
		return id
	case 1, 2:
		return d.leaf(air.OpMain, d.src.IntN(numMain))
	case 3:
		return d.leaf(air.OpPre, d.src.IntN(numPre))
	case 4:
		return d.leaf(air.OpPublic, d.src.IntN(numPublics))
	case 5:
		return d.leaf(air.OpInter, d.src.IntN(numInter))
	case 6:
		return d.leaf(air.OpInterNext, numInter-1)
	case 7:
		return d.leaf(air.OpBeta, d.src.IntN(numBetas))
	default:
		if d.src.IntN(2) == 0 {
			return d.leaf(air.OpAlpha, 0)
		}
		return d.leaf(air.OpShare, 0)
	}
}

// pick is one of the last nodes, or any.
func (d *dag) pick() air.NodeID {
	n := len(d.nodes)
	if d.src.IntN(3) == 0 {
		return air.NodeID(d.src.IntN(n))
	}
	return air.NodeID(n - 1 - d.src.IntN(min(n, 4)))
}

// product is a product that a sum may take over: a base vector by a scalar of E.
func (d *dag) product() air.NodeID {
	v := d.leaf(air.OpMain, d.src.IntN(numMain))
	if d.src.IntN(2) == 0 {
		v = d.op(air.OpAdd, v, d.leaf(air.OpPre, d.src.IntN(numPre)))
	}
	s := d.leaf(air.OpBeta, d.src.IntN(numBetas))
	if d.src.IntN(2) == 0 {
		return d.op(air.OpMul, s, v)
	}
	return d.op(air.OpMul, v, s)
}

// grow adds about n nodes and gives some roots.
func (d *dag) grow(n int) (roots []air.NodeID) {
	ops := []air.Op{air.OpAdd, air.OpSub, air.OpMul}
	for range 4 {
		d.randomLeaf()
	}
	for len(d.nodes) < n {
		op := ops[d.src.IntN(len(ops))]
		switch d.src.IntN(8) {
		case 0:
			d.randomLeaf()
		case 1: // a product with one user, which may not be able to take it over
			x := d.pick()
			p := d.product()
			if d.src.IntN(2) == 0 {
				x, p = p, x
			}
			d.op(op, x, p)
		case 2: // two products with one user
			x := d.product()
			d.op(op, x, d.product())
		case 3: // a product with two users
			p := d.product()
			d.op(op, d.op(op, d.pick(), p), p)
		case 4: // x op x
			x := d.pick()
			d.op(op, x, x)
		case 5:
			d.product()
		default:
			x := d.pick()
			d.op(op, x, d.pick())
		}
		if d.src.IntN(6) == 0 {
			roots = append(roots, d.pick())
		}
	}
	return append(roots, d.pick(), d.pick())
}

func randomE(rng *rand.Rand) field.E {
	var c [field.Degree]field.M31
	for k := range c {
		c[k] = field.New(rng.Uint64())
	}
	return field.FromCoords(c)
}

func randomM31s(rng *rand.Rand, n int) []field.M31 {
	v := make([]field.M31, n)
	for i := range v {
		v[i] = field.New(rng.Uint64())
		if rng.IntN(8) == 0 {
			v[i] = edgeConstants[rng.IntN(len(edgeConstants))]
		}
	}
	return v
}

// randomColumns makes columns of the given height; next is a permutation.
func randomColumns(rng *rand.Rand, main, pre, inter, height int) *Columns {
	c := &Columns{Next: make([]uint32, height)}
	for range main {
		c.Main = append(c.Main, randomM31s(rng, height))
	}
	for range pre {
		c.Pre = append(c.Pre, randomM31s(rng, height))
	}
	for range inter {
		var p vec.Planes
		for k := range p {
			p[k] = randomM31s(rng, height)
		}
		c.Inter = append(c.Inter, p)
	}
	for i, r := range rng.Perm(height) {
		c.Next[i] = uint32(r)
	}
	return c
}

func randomScalars(rng *rand.Rand, publics, betas int) Scalars {
	s := Scalars{Publics: randomM31s(rng, publics), Alpha: randomE(rng), Share: randomE(rng)}
	for range betas {
		s.Betas = append(s.Betas, randomE(rng))
	}
	return s
}

// reference evaluates all nodes on row r.
func reference(nodes []air.Node, s Scalars, c *Columns, r int, buf []field.E) []field.E {
	return air.Eval(nodes, air.RingE{}, func(n air.Node) field.E {
		switch n.Op {
		case air.OpMain:
			return field.FromBase(c.Main[n.Index][r])
		case air.OpPre:
			return field.FromBase(c.Pre[n.Index][r])
		case air.OpPublic:
			return field.FromBase(s.Publics[n.Index])
		case air.OpInter:
			return vec.At(&c.Inter[n.Index], r)
		case air.OpInterNext:
			return vec.At(&c.Inter[n.Index], int(c.Next[r]))
		case air.OpAlpha:
			return s.Alpha
		case air.OpBeta:
			return s.Betas[n.Index]
		default:
			return s.Share
		}
	}, buf)
}

// run evaluates rows [lo, hi) block by block and gives output i of row lo+r as [i][r].
func run(t testing.TB, p *Program, m *Machine, s Scalars, c *Columns, lo, hi int, ext func(output int) bool) [][]field.E {
	t.Helper()
	out := make([][]field.E, p.Outputs())
	bound := p.Bind(s)
	if bound.p != p {
		t.Fatal("bound to another program")
	}
	for from := lo; from < hi; from += BlockRows {
		to := min(from+BlockRows, hi)
		times := make([]int, p.Outputs())
		m.Run(bound, c, from, to, func(i int, v Output) {
			times[i]++
			if (v.Ext != nil) != ext(i) {
				t.Fatalf("output %d is over E: %v", i, v.Ext != nil)
			}
			planes := vec.MakePlanes(to - from)
			for k := range planes {
				for r := range planes[k] {
					planes[k][r] = 123 // CopyTo has to overwrite it
				}
			}
			v.CopyTo(planes)
			for r := range to - from {
				out[i] = append(out[i], vec.At(&planes, r))
			}
		})
		for i, n := range times {
			if n != 1 {
				t.Fatalf("output %d was handed over %d times", i, n)
			}
		}
	}
	return out
}

// checkProgram compares a compiled DAG with air.Eval on the rows [lo, hi).
func checkProgram(t testing.TB, nodes []air.Node, roots []air.NodeID, s Scalars, c *Columns, lo, hi int) {
	t.Helper()
	p := compile(nodes, roots, numInter)
	if p.Outputs() != len(roots) {
		t.Fatalf("%d outputs for %d roots", p.Outputs(), len(roots))
	}
	got := run(t, p, NewMachine(), s, c, lo, hi, func(i int) bool { return nodes[roots[i]].Ext })
	var buf []field.E
	for r := lo; r < hi; r++ {
		buf = reference(nodes, s, c, r, buf)
		for i, root := range roots {
			if got[i][r-lo] != buf[root] {
				t.Fatalf("rows %d to %d, row %d, output %d, node %d: %v, want %v\n%s", lo, hi, r, i, root, got[i][r-lo], buf[root], listing(nodes, roots))
			}
		}
	}
}

func TestRandomPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const most = 1100
	c := randomColumns(rng, numMain, numPre, numInter, most+50)
	step := 1
	if testing.Short() {
		step = 11
	}
	for n := 1; n <= most; n += step {
		d := &dag{src: rng}
		roots := d.grow(10 + rng.IntN(60))
		lo := rng.IntN(50)
		checkProgram(t, d.nodes, roots, randomScalars(rng, numPublics, numBetas), c, lo, lo+n)
	}
}

// Many programs on few rows.
func TestManyRandomPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	c := randomColumns(rng, numMain, numPre, numInter, 5)
	s := randomScalars(rng, numPublics, numBetas)
	for range 3000 {
		d := &dag{src: rng}
		roots := d.grow(5 + rng.IntN(40))
		checkProgram(t, d.nodes, roots, s, c, 0, 1+rng.IntN(5))
	}
}

func FuzzProgram(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{10, 3, 1, 0, 1, 5, 2, 7, 1, 3, 4, 1, 1, 2, 0, 0, 1, 5, 6, 2, 3, 3, 3})
	f.Add([]byte("\x30\x07\x07\x07\x07\x00\x01\x02\x03\x04\x05\x06\x07\x02\x02\x02\x02"))
	rng := rand.New(rand.NewPCG(7, 8))
	c := randomColumns(rng, numMain, numPre, numInter, 3)
	s := randomScalars(rng, numPublics, numBetas)
	f.Fuzz(func(t *testing.T, data []byte) {
		src := &bytesSource{data}
		n := 5 + src.IntN(100)
		d := &dag{src: src}
		roots := d.grow(n)
		checkProgram(t, d.nodes, roots, s, c, 0, 3)
	})
}
