package air_test

import (
	"fmt"

	"github.com/orrery/orrery/air"
)

// step is a bus on which each row hands a counter over to the next one.
var step = air.Bus{ID: 1, Name: "step", Arity: 2}

// fibonacci is a chip that proves steps of the Fibonacci sequence: a live row takes
// (a, b) and hands (b, a + b) over.
type fibonacci struct {
	layout     air.Layout
	live, a, b air.Col
}

func newFibonacci() *fibonacci {
	c := &fibonacci{}
	c.live = c.layout.Bit("live", "1 on rows with a step")
	c.a = c.layout.Felt("a", "an element of the sequence")
	c.b = c.layout.Felt("b", "the next one")
	return c
}

func (c *fibonacci) Name() string         { return "fibonacci" }
func (c *fibonacci) Columns() *air.Layout { return &c.layout }

func (c *fibonacci) Define(b *air.Builder) {
	live, x, y := b.Col(c.live), b.Col(c.a), b.Col(c.b)
	b.Receive(step, live, x, y)
	b.Send(step, live, y, x.Add(y))
}

func ExampleCompile() {
	a, err := air.Compile(newFibonacci(), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range a.Constraints {
		fmt.Printf("%s: degree %d\n", k.Name, a.Nodes[k.Node].Deg)
	}
	fmt.Println(len(a.Main), "columns,", a.Interactions(), "of E,", a.Cells(), "cells a row")
	// Output:
	// live is a bit: degree 2
	// running sum: degree 3
	// 3 columns, 1 of E, 9 cells a row
}
