package air

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/field"
)

// testChip is a chip made of a layout and a function.
type testChip struct {
	name   string
	layout Layout
	define func(b *Builder)
}

func (c *testChip) Name() string      { return c.name }
func (c *testChip) Columns() *Layout  { return &c.layout }
func (c *testChip) Define(b *Builder) { c.define(b) }

// newTestChip has four main columns, the last of bits, and a preprocessed one.
func newTestChip(define func(b *Builder)) *testChip {
	c := &testChip{name: "test", define: define}
	c.layout.Felt("x", "first")
	c.layout.Felt("y", "second")
	c.layout.U16("z", "third")
	c.layout.Bit("bit", "fourth")
	c.layout.Pre("p", "fixed")
	return c
}

var (
	busOne = Bus{ID: 5, Name: "one", Arity: 1}
	busTwo = Bus{ID: 6, Name: "two", Arity: 2}
)

func mustCompile(t *testing.T, c Chip) *AIR {
	t.Helper()
	a, err := Compile(c, 2)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCompile(t *testing.T) {
	a := mustCompile(t, newTestChip(func(b *Builder) {
		x, y, z := b.Col(0), b.Col(1), b.Col(2)
		b.Zero("product", x.Mul(y).Mul(z).Sub(b.Public(1)))
		b.Equal("fixed", b.Pre(0), x)
		b.Bit("z is a bit", z)
		b.Send(busTwo, b.Col(3), x, y)
	}))
	if a.Name != "test" || len(a.Main) != 4 || len(a.Preprocessed) != 1 || a.Publics != 2 {
		t.Errorf("%+v", a)
	}
	var names []string
	for _, k := range a.Constraints {
		names = append(names, k.Name)
	}
	if got, want := strings.Join(names, ", "), "bit is a bit, product, fixed, z is a bit, running sum"; got != want {
		t.Errorf("constraints %s, want %s", got, want)
	}
	if a.Own != 4 || a.Degree != 3 || a.Interactions() != 1 || a.Cells() != 10 || a.MaxArity() != 3 {
		t.Errorf("own %d, degree %d, interactions %d, cells %d, arity %d", a.Own, a.Degree, a.Interactions(), a.Cells(), a.MaxArity())
	}
}

func TestCompileWithoutMessages(t *testing.T) {
	a := mustCompile(t, newTestChip(func(b *Builder) { b.Zero("y is 0", b.Col(1)) }))
	if a.MaxArity() != 0 || a.Interactions() != 0 || a.Cells() != 4 || len(a.Constraints) != a.Own || a.Degree != 2 {
		t.Errorf("%+v", a)
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		define func(b *Builder)
		want   []string
		degree bool
	}{
		{"degree", func(b *Builder) {
			x := b.Col(0)
			b.Zero("too much", x.Mul(x).Mul(x).Mul(b.Col(1)))
		}, []string{`"too much"`, "degree above 3"}, true},
		{"huge degree", func(b *Builder) {
			x := b.Col(0)
			for range 8 {
				x = x.Mul(x)
			}
			b.Zero("x^256", x)
			b.Send(busOne, b.One(), x)
		}, []string{`"x^256"`, "message on bus one"}, true},
		{"arity", func(b *Builder) { b.Send(busTwo, b.One(), b.Col(0)) },
			[]string{"message of 1 elements on bus two, which carries 2"}, false},
		{"too many elements", func(b *Builder) { b.Receive(busOne, b.One(), b.Col(0), b.Col(1)) },
			[]string{"message of 2 elements on bus one, which carries 1"}, false},
		{"column", func(b *Builder) { b.Zero("gone", b.Col(0).Sub(b.Col(9))) },
			[]string{"main column 9 does not exist"}, false},
		{"preprocessed column", func(b *Builder) { b.Zero("gone", b.Col(0).Sub(b.Pre(1))) },
			[]string{"preprocessed column 1 does not exist"}, false},
		{"public", func(b *Builder) { b.Zero("gone", b.Col(0).Sub(b.Public(2))) },
			[]string{"public value 2 does not exist"}, false},
		{"no column", func(b *Builder) { b.Equal("publics agree", b.Public(0), b.Public(1)) },
			[]string{`constraint "publics agree" mentions no column`}, false},
		{"nothing", func(b *Builder) { b.Zero("0 = 0", b.Nil()) },
			[]string{`constraint "0 = 0" mentions no column`}, false},
		{"tuple of degree 3", func(b *Builder) {
			x := b.Col(0)
			b.Send(busOne, b.One(), x.Mul(x).Mul(x))
		}, []string{"message on bus one", "degree above 3"}, true},
		{"multiplicity of degree 4", func(b *Builder) {
			x := b.Col(0).Mul(b.Col(1))
			b.Send(busOne, x.Mul(x), b.One())
		}, []string{"message on bus one", "degree above 3"}, true},
		{"everything at once", func(b *Builder) {
			b.Send(busTwo, b.One())
			b.Zero("none", b.One())
			b.Zero("five", b.Col(7))
		}, []string{"message of 0 elements", `"none" mentions no column`, "main column 7"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Compile(newTestChip(c.define), 2)
			if err == nil {
				t.Fatalf("compiled: %+v", a)
			}
			if a != nil {
				t.Error("an AIR besides the error")
			}
			for _, want := range append(c.want, "air: chip test: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %q in it", err, want)
				}
			}
			if errors.Is(err, errDegree) != c.degree {
				t.Errorf("%v: degree error: %v", err, !c.degree)
			}
		})
	}
}

// shape lists the degrees of numerator and denominator of each interaction column.
func shape(a *AIR) [][2]uint8 {
	var s [][2]uint8
	for _, q := range a.Quotients {
		s = append(s, [2]uint8{a.Nodes[q.N].Deg, a.Nodes[q.D].Deg})
	}
	return s
}

func TestLowering(t *testing.T) {
	// message n, d is a message with a multiplicity of degree n and a tuple of degree d.
	type message struct{ n, d int }
	power := func(b *Builder, n int) Expr {
		e := b.One()
		for range n {
			e = e.Mul(b.Col(0))
		}
		return e
	}
	for _, c := range []struct {
		name     string
		messages []message
		want     [][2]uint8
	}{
		{"one", []message{{1, 1}}, [][2]uint8{{1, 1}}},
		{"two", []message{{1, 1}, {1, 1}}, [][2]uint8{{2, 2}}},
		{"three", []message{{1, 1}, {1, 1}, {1, 1}}, [][2]uint8{{2, 2}, {1, 1}}},
		{"constants", []message{{0, 0}, {0, 1}}, [][2]uint8{{1, 1}}},
		{"products as multiplicities", []message{{2, 1}, {2, 1}}, [][2]uint8{{3, 2}}},
		{"a denominator of degree 2 stays alone", []message{{1, 2}, {1, 1}}, [][2]uint8{{1, 2}, {1, 1}}},
		{"and is passed over", []message{{1, 1}, {3, 2}, {2, 1}}, [][2]uint8{{3, 2}, {3, 2}}},
		{"so is a multiplicity of degree 3", []message{{1, 1}, {3, 1}, {1, 1}}, [][2]uint8{{2, 2}, {3, 1}}},
		{"a single one in the end", []message{{1, 2}, {1, 1}, {1, 1}, {1, 2}}, [][2]uint8{{1, 2}, {2, 2}, {1, 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := mustCompile(t, newTestChip(func(b *Builder) {
				for i, m := range c.messages {
					// Different tuples, so that nothing is shared, of elements that can't be joined.
					b.Send(busTwo, power(b, m.n), power(b, m.d).Scale(int64(i+2)), power(b, m.d))
				}
			}))
			got := shape(a)
			if len(got) != len(c.want) {
				t.Fatalf("%v, want %v", got, c.want)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			lowered := a.Constraints[a.Own:]
			if len(lowered) != len(a.Quotients) {
				t.Fatalf("%d constraints for %d columns", len(lowered), len(a.Quotients))
			}
			for i, k := range lowered {
				n := a.Nodes[k.Node]
				if !n.Ext || n.Deg > MaxDegree || (k.Name == "running sum") != (i == len(lowered)-1) {
					t.Errorf("%q: %+v", k.Name, n)
				}
			}
		})
	}
}

// TestLoweredConstraints checks, on random values, that the constraints of the interaction
// columns say what they should: column i is the sum of its fractions, and the last one
// grows by the sum of all fractions less the share.
func TestLoweredConstraints(t *testing.T) {
	a := mustCompile(t, newTestChip(func(b *Builder) {
		x, y, z, bit := b.Col(0), b.Col(1), b.Col(2), b.Col(3)
		b.Send(busTwo, bit, x, y)
		b.Receive(busOne, bit.Mul(z), z.Add(b.Pre(0)))
		b.Send(busTwo, x, y.Mul(z), b.Public(0))
		b.Receive(busOne, b.One(), x)
		b.Send(busTwo, y, x, z)
		b.Send(busOne, x.Mul(y).Mul(z), y)
	}))
	if len(a.Quotients) != 4 || len(a.Derived) != 0 {
		t.Fatalf("%v", shape(a))
	}
	row := newRandomRow(a, 1)
	value := func(n Node) field.E { return row[leafKey{n.Op, n.Index}] }
	v := Eval(a.Nodes, RingE{}, value, nil)
	last := len(a.Quotients) - 1
	var total field.E
	for i, q := range a.Quotients {
		x := v[q.N].Mul(v[q.D].Inv())
		total = total.Add(x)
		if i < last {
			row[leafKey{OpInter, int32(i)}] = x
		}
	}
	if total != sumOfMessages(a, v, row) {
		t.Error("the columns don't add up to the messages")
	}
	row[leafKey{OpInterNext, int32(last)}] = row[leafKey{OpInter, int32(last)}].Add(total).Sub(row[leafKey{OpShare, 0}])
	v = Eval(a.Nodes, RingE{}, value, v)
	for _, k := range a.Constraints[a.Own:] {
		if !v[k.Node].IsZero() {
			t.Errorf("%q is not zero", k.Name)
		}
	}
	// Each leaf matters for some constraint of the last column.
	for i := range a.Quotients {
		key := leafKey{OpInter, int32(i)}
		old := row[key]
		row[key] = old.AddBase(1)
		w := Eval(a.Nodes, RingE{}, value, nil)
		for j, k := range a.Constraints[a.Own:] {
			if changed := !w[k.Node].IsZero(); changed != (j == i || j == last) {
				t.Errorf("column %d changed: %q changed: %v", i, k.Name, changed)
			}
		}
		row[key] = old
	}
}

// sumOfMessages adds up m / (alpha - (ID + beta x1 + beta^2 x2 + ...)), given the values of all
// nodes.
func sumOfMessages(a *AIR, v []field.E, row map[leafKey]field.E) field.E {
	var sum field.E
	for _, m := range a.Messages {
		d := row[leafKey{OpAlpha, 0}].SubBase(field.M31(m.Bus.ID))
		power := row[leafKey{OpBeta, 1}]
		for _, x := range m.Tuple {
			d = d.Sub(power.Mul(v[x]))
			power = power.Mul(row[leafKey{OpBeta, 1}])
		}
		sum = sum.Add(v[m.Mult].Mul(d.Inv()))
	}
	return sum
}

func TestEncode(t *testing.T) {
	base := func(b *Builder) {
		b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
		b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
		b.Receive(busOne, b.One(), b.Col(2))
	}
	first := mustCompile(t, newTestChip(base)).Encode()
	if !bytes.Equal(first, mustCompile(t, newTestChip(base)).Encode()) {
		t.Error("the encoding of the same chip differs")
	}
	seen := map[string]string{string(first): "base"}
	try := func(name string, publics int, c Chip) {
		t.Helper()
		a, err := Compile(c, publics)
		if err != nil {
			t.Fatal(err)
		}
		e := string(a.Encode())
		if other, ok := seen[e]; ok {
			t.Errorf("%s has the encoding of %s", name, other)
		}
		seen[e] = name
	}
	variant := func(name string, change func(c *testChip)) {
		t.Helper()
		c := newTestChip(base)
		change(c)
		try(name, 2, c)
	}
	variant("name", func(c *testChip) { c.name = "other" })
	variant("column name", func(c *testChip) { c.layout.Main[0].Name = "w" })
	variant("letters between names", func(c *testChip) { c.name, c.layout.Main[0].Name = "tes", "tx" })
	variant("column kind", func(c *testChip) { c.layout.Main[0].Kind = Byte })
	variant("another column", func(c *testChip) { c.layout.Felt("w", "") })
	variant("another preprocessed column", func(c *testChip) { c.layout.Pre("q", "") })
	variant("preprocessed name", func(c *testChip) { c.layout.Preprocessed[0].Name = "q" })
	try("publics", 3, newTestChip(base))
	for name, define := range map[string]func(b *Builder){
		"constraint name": func(b *Builder) {
			b.Zero("b", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"public": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(1)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"operation": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Add(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"constant": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(8))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"bus": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(Bus{ID: 7, Name: "one", Arity: 1}, b.One(), b.Col(2))
		},
		"bus name": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(Bus{ID: 5, Name: "uno", Arity: 1}, b.One(), b.Col(2))
		},
		"direction": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Send(busOne, b.One(), b.Col(2))
		},
		"order in the tuple": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Int(7), b.Col(0))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"one message less": func(b *Builder) {
			b.Zero("a", b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0)))
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
		},
		"no constraint": func(b *Builder) {
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(busOne, b.One(), b.Col(2))
		},
		"the constraint twice": func(b *Builder) {
			e := b.Col(0).Mul(b.Col(1)).Sub(b.Pre(0)).Add(b.Public(0))
			b.Zero("a", e)
			b.Zero("a", e)
			b.Send(busTwo, b.Col(3), b.Col(0), b.Int(7))
			b.Receive(busOne, b.One(), b.Col(2))
		},
	} {
		try(name, 2, newTestChip(define))
	}
}
