package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/hash"
)

// Digest is a digest of the memory tree, one column for each element.
type Digest [hash.Poseidon2Words]air.Col

func newDigest(l *air.Layout, name, doc string) (d Digest) {
	for i := range d {
		d[i] = l.Felt(fmt.Sprintf("%s%d", name, i), fmt.Sprintf("%s, element %d", doc, i))
	}
	return d
}

func (d Digest) exprs(b *air.Builder) []air.Expr {
	e := make([]air.Expr, len(d))
	for i, c := range d {
		e[i] = b.Col(c)
	}
	return e
}

// SBox is an application of x -> x^5: the cube of its input and, unless it belongs to the
// last round, its output, which is cube * x^2.
type SBox struct{ Cube, Out air.Col }

// Poseidon2 is the chip of compressions: one in each row.
type Poseidon2 struct {
	layout  air.Layout
	Live    air.Col
	Mult    air.Col
	In      [hash.Poseidon2Width]air.Col
	Full    [hash.Poseidon2FullRounds][hash.Poseidon2Width]SBox
	Partial [hash.Poseidon2PartialRounds]SBox
	Out     Digest
}

// lastRound is the full round whose S-boxes have no Out column.
const lastRound = hash.Poseidon2FullRounds - 1

// NewPoseidon2 lays the chip out.
func NewPoseidon2() *Poseidon2 {
	c := &Poseidon2{}
	l := &c.layout
	c.Live = l.Bit("live", "1 on rows with a compression")
	c.Mult = l.Felt("mult", "number of times that the compression is used")
	for i := range c.In {
		c.In[i] = l.Felt(fmt.Sprintf("in%d", i), fmt.Sprintf("input element %d", i))
	}
	for r := range c.Full {
		for i := range c.Full[r] {
			if r == hash.Poseidon2FullRounds/2 && i == 0 {
				c.newPartial(l)
			}
			s := SBox{Cube: l.Felt(fmt.Sprintf("full%d_cube%d", r, i), fmt.Sprintf("full round %d, cube of S-box input %d", r, i))}
			if r != lastRound {
				s.Out = l.Felt(fmt.Sprintf("full%d_out%d", r, i), fmt.Sprintf("full round %d, S-box output %d", r, i))
			}
			c.Full[r][i] = s
		}
	}
	c.Out = newDigest(l, "out", "output")
	return c
}

func (c *Poseidon2) newPartial(l *air.Layout) {
	for r := range c.Partial {
		c.Partial[r] = SBox{
			Cube: l.Felt(fmt.Sprintf("partial%d_cube", r), fmt.Sprintf("partial round %d, cube of the S-box input", r)),
			Out:  l.Felt(fmt.Sprintf("partial%d_out", r), fmt.Sprintf("partial round %d, S-box output", r)),
		}
	}
}

// Name is the chip's name.
func (c *Poseidon2) Name() string { return "poseidon2" }

// Columns is the chip's layout.
func (c *Poseidon2) Columns() *air.Layout { return &c.layout }

// Define proves, given a live row, that out is hash.Poseidon2Compress of in, and offers
// the fact on the hash bus any number of times. A row that isn't live offers nothing.
func (c *Poseidon2) Define(b *air.Builder) {
	live, mult := b.Col(c.Live), b.Col(c.Mult)
	b.Zero("only live rows are used", mult.Mul(live.Not()))

	var in, x [hash.Poseidon2Width]air.Expr
	for i := range in {
		in[i] = b.Col(c.In[i])
	}
	x = in
	externalLayer(&x)
	full, partial, diagonal := hash.FullRoundConstants(), hash.PartialRoundConstants(), hash.InternalDiagonal()
	for r := range full {
		if r == hash.Poseidon2FullRounds/2 {
			for p := range partial {
				x[0] = c.Partial[p].apply(b, x[0].Add(live.Mul(b.Const(partial[p]))))
				sum := b.Sum(x[:]...)
				for i := range x {
					x[i] = sum.Add(x[i].Mul(b.Const(diagonal[i])))
				}
			}
		}
		for i := range x {
			// The constants are multiplied by live so that an all-zero row is fine.
			y := x[i].Add(live.Mul(b.Const(full[r][i])))
			if r == lastRound {
				x[i] = c.Full[r][i].output(b, y)
			} else {
				x[i] = c.Full[r][i].apply(b, y)
			}
		}
		externalLayer(&x)
	}
	tuple := in[:]
	for i, col := range c.Out {
		out := b.Col(col)
		b.Equal(fmt.Sprintf("output %d", i), out, x[i].Add(in[i]))
		tuple = append(tuple, out)
	}
	b.Send(Hash, mult, tuple...)
}

// output constrains the cube and gives x^5 as an expression of degree 3.
func (s SBox) output(b *air.Builder, x air.Expr) air.Expr {
	cube, square := b.Col(s.Cube), x.Mul(x)
	b.Equal("cube", cube, square.Mul(x))
	return cube.Mul(square)
}

// apply constrains the cube and the output, and gives the output.
func (s SBox) apply(b *air.Builder, x air.Expr) air.Expr {
	out := b.Col(s.Out)
	b.Equal("S-box output", out, s.output(b, x))
	return out
}

// externalLayer multiplies by hash.ExternalMatrix, with the additions of the Poseidon2
// paper, appendix B.
func externalLayer(x *[hash.Poseidon2Width]air.Expr) {
	double := func(e air.Expr) air.Expr { return e.Add(e) }
	for i := 0; i < len(x); i += 4 {
		ab, cd := x[i].Add(x[i+1]), x[i+2].Add(x[i+3])
		t2 := double(x[i+1]).Add(cd)
		t3 := double(x[i+3]).Add(ab)
		y3 := double(double(cd)).Add(t3)
		y1 := double(double(ab)).Add(t2)
		x[i], x[i+1], x[i+2], x[i+3] = t3.Add(y1), y1, t2.Add(y3), y3
	}
	for j := range 4 {
		sum := x[j]
		for i := j + 4; i < len(x); i += 4 {
			sum = sum.Add(x[i])
		}
		for i := j; i < len(x); i += 4 {
			x[i] = x[i].Add(sum)
		}
	}
}

// nodeInput is the input of the compression of two children (memtree.NodeInput).
func nodeInput(b *air.Builder, left, right []air.Expr) []air.Expr {
	in := append(append([]air.Expr{}, left...), right...)
	return padInput(b, in, b.Const(hash.DomainMemoryNode))
}

// padInput fills an input with zeros up to the domain.
func padInput(b *air.Builder, in []air.Expr, domain air.Expr) []air.Expr {
	for len(in) < hash.DomainWord {
		in = append(in, b.Nil())
	}
	return append(in, domain)
}

// lookUpHash looks up that out is the compression of in.
func lookUpHash(b *air.Builder, mult air.Expr, in, out []air.Expr) {
	b.Receive(Hash, mult, append(append([]air.Expr{}, in...), out...)...)
}
