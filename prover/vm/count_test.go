package vm

import (
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
)

func TestCounts(t *testing.T) {
	d := &dag{}
	x, y := d.leaf(air.OpMain, 0), d.leaf(air.OpMain, 1)
	alpha, beta, inter := d.leaf(air.OpAlpha, 0), d.leaf(air.OpBeta, 1), d.leaf(air.OpInter, 0)
	xy := d.op(air.OpMul, x, y)                                 // 1 product
	sum := d.op(air.OpAdd, xy, x)                               // 1 sum, an output
	finger := d.op(air.OpSub, alpha, d.op(air.OpMul, beta, xy)) // 1 accumulation
	square := d.op(air.OpMul, finger, inter)                    // 1 product over E
	mixed := d.op(air.OpMul, square, x)                         // 6 products
	scaled := d.op(air.OpMul, mixed, alpha)                     // 1 product with a scalar
	last := d.op(air.OpAdd, scaled, inter)                      // 6 sums, an output
	got := compile(d.nodes, []air.NodeID{sum, last}, numInter).Counts()
	want := Counts{Add: 7, Mul: 7, MulE: 1, Scale: 1, Accumulate: 1, BaseOut: 1, ExtOut: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestCountsOfChips: a fingerprint takes an accumulation for each element.
func TestCountsOfChips(t *testing.T) {
	a, err := air.Compile(rv32im.NewAdd(false), rv32im.NumPublics)
	if err != nil {
		t.Fatal(err)
	}
	elements := uint64(0)
	for _, m := range a.Messages {
		elements += uint64(len(m.Tuple))
	}
	c := CompileFractions(a).Counts()
	if c.Accumulate == 0 || c.Accumulate > elements {
		t.Errorf("%d accumulations for %d elements of tuples", c.Accumulate, elements)
	}
	if c.BaseOut+c.ExtOut != uint64(2*a.Interactions()) {
		t.Errorf("%d outputs of %d columns", c.BaseOut+c.ExtOut, a.Interactions())
	}
}
