package verifier

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

func newMachine(t testing.TB) *rv32im.Machine {
	t.Helper()
	m, err := rv32im.New()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// table is an instance.
func table(chip, log int) proof.Instance {
	return proof.Instance{Chip: uint8(chip), LogHeight: uint8(log)}
}

// withFixed adds the tables that every proof has.
func withFixed(list ...proof.Instance) []proof.Instance {
	return append(slices.Clone(list), table(rv32im.ChipConstants, rv32im.ConstantsLog), table(rv32im.ChipTable, rv32im.TableLog))
}

// TestAttack29Instances: the chips of a proof and their heights are what the verifier
// allows, in the one order that it allows.
func TestAttack29Instances(t *testing.T) {
	m := newMachine(t)
	accepted := map[string][]proof.Instance{
		"fixed tables":            withFixed(),
		"one of a chip":           withFixed(table(0, 7), table(3, 24)),
		"three of a chip":         withFixed(table(2, 12), table(2, 9), table(2, 8), table(3, 9)),
		"least and largest":       withFixed(table(0, MinLogHeight), table(1, MaxLogHeight)),
		"every chip":              everyChip(m, func(int) int { return 10 }),
		"every chip, all heights": everyChip(m, func(chip int) int { return MinLogHeight + chip%(MaxLogHeight-14-MinLogHeight) }),
	}
	for name, list := range accepted {
		if _, err := NewLayout(m, list); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	constants, limbs := table(rv32im.ChipConstants, rv32im.ConstantsLog), table(rv32im.ChipTable, rv32im.TableLog)
	refused := map[string][]proof.Instance{
		"none":                          nil,
		"no constants":                  {limbs},
		"no limbs":                      {constants},
		"fixed tables swapped":          {limbs, constants},
		"constants twice":               {constants, constants, limbs},
		"limbs twice":                   {constants, limbs, limbs},
		"limbs, another height":         {constants, table(rv32im.ChipTable, rv32im.TableLog-1)},
		"limbs, a second height":        {constants, limbs, table(rv32im.ChipTable, rv32im.TableLog-1)},
		"constants, another height":     {table(rv32im.ChipConstants, rv32im.ConstantsLog+1), limbs},
		"chips out of order":            withFixed(table(3, 9), table(2, 9)),
		"fixed tables first":            {constants, limbs, table(0, 9)},
		"two of a chip, equal heights":  withFixed(table(2, 9), table(2, 9)),
		"two of a chip, growing":        withFixed(table(2, 9), table(2, 10)),
		"two of a chip, not together":   withFixed(table(2, 9), table(3, 9), table(2, 8)),
		"four of a chip":                withFixed(table(2, 12), table(2, 11), table(2, 10), table(2, 9)),
		"below the least height":        withFixed(table(2, MinLogHeight-1)),
		"height 1":                      withFixed(table(2, 0)),
		"above the largest height":      withFixed(table(2, MaxLogHeight+1)),
		"absurd height":                 withFixed(table(2, 255)),
		"a chip that doesn't exist":     append(withFixed(), table(rv32im.NumChips, 9)),
		"another that doesn't exist":    append(withFixed(), table(255, 9)),
		"no chip before the first":      append([]proof.Instance{table(255, 9)}, withFixed()...),
		"decoder twice at equal height": withFixed(table(rv32im.ChipDecode, 8), table(rv32im.ChipDecode, 8)),
	}
	for name, list := range refused {
		if _, err := NewLayout(m, list); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	// Any two different instances of an accepted list, swapped.
	list := everyChip(m, func(int) int { return 8 })
	for i := range list {
		for j := range i {
			swapped := slices.Clone(list)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			if _, err := NewLayout(m, swapped); err == nil {
				t.Errorf("tables %d and %d swapped: accepted", j, i)
			}
		}
	}
}

// everyChip has one table of each chip.
func everyChip(m *rv32im.Machine, log func(chip int) int) []proof.Instance {
	var list []proof.Instance
	for chip := range m.AIRs {
		if m.FixedLogHeight(chip) < 0 {
			list = append(list, table(chip, log(chip)))
		}
	}
	return withFixed(list...)
}

// randomInstances is a list that is accepted unless it has too many messages.
func randomInstances(rng *rand.Rand, m *rv32im.Machine, largest int) []proof.Instance {
	var list []proof.Instance
	for chip := range m.AIRs {
		if m.FixedLogHeight(chip) >= 0 {
			continue
		}
		log := largest + 1
		for range rng.IntN(rv32im.MaxCopies + 1) {
			if log <= MinLogHeight {
				break
			}
			log = MinLogHeight + rng.IntN(log-MinLogHeight)
			list = append(list, table(chip, log))
		}
	}
	return withFixed(list...)
}

// Every out-of-domain value has one place, and every constraint one power of the challenge.
func TestLayout(t *testing.T) {
	m := newMachine(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		list := randomInstances(rng, m, 18)
		l, err := NewLayout(m, list)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]int, l.Values)
		constraints := make([]int, l.Constraints)
		take := func(list []int, from, n int) {
			for i := range n {
				list[from+i]++
			}
		}
		tallest, fractions := 0, uint64(0)
		for i, x := range l.Tables {
			a := m.AIRs[list[i].Chip]
			if x.AIR != a || x.LogHeight != int(list[i].LogHeight) {
				t.Fatalf("table %d is not instance %+v", i, list[i])
			}
			take(values, x.First[proof.Main], a.Width())
			take(values, x.First[proof.Interaction], field.Degree*a.Interactions())
			if len(a.Preprocessed) > 0 {
				take(values, x.First[proof.Preprocessed], len(a.Preprocessed))
			}
			if a.Interactions() > 0 {
				take(values, x.Next, field.Degree)
			}
			take(constraints, x.FirstConstraint, len(a.Constraints))
			tallest = max(tallest, x.LogHeight)
			fractions += uint64(len(a.Messages)) << x.LogHeight
		}
		take(values, l.Groups[proof.Composition][0].First, CompositionWidth)
		for i, n := range values {
			if n != 1 {
				t.Fatalf("value %d has %d places", i, n)
			}
		}
		for i, n := range constraints {
			if n != 1 {
				t.Fatalf("power %d has %d constraints", i, n)
			}
		}
		if l.LogHeight != tallest || l.Fractions != fractions {
			t.Fatalf("height %d, fractions %d, want %d and %d", l.LogHeight, l.Fractions, tallest, fractions)
		}
		opened := make([]int, l.Values)
		points := map[string]bool{}
		for _, b := range l.batches() {
			point := fmt.Sprint(b.logHeight, b.next)
			if points[point] {
				t.Fatalf("two batches at one point: %s", point)
			}
			points[point] = true
			for _, p := range b.parts {
				take(opened, p.first, p.to-p.from)
				if p.from < 0 || p.to > l.Groups[p.tree][p.layer].Width || b.logHeight != l.Groups[p.tree][p.layer].LogHeight {
					t.Fatalf("part %+v of a batch of height 2^%d isn't in its group", p, b.logHeight)
				}
			}
		}
		for i, n := range opened {
			if n != 1 {
				t.Fatalf("value %d is in %d batches", i, n)
			}
		}
		for tree := range l.Groups {
			if err := l.Shape(tree, 1).Check(0); err != nil {
				t.Fatalf("tree %d: %v", tree, err)
			}
		}
	}
}

// TestAttack25MessageOverflow: p or more messages could cancel modulo p; no layout has them.
func TestAttack25MessageOverflow(t *testing.T) {
	m := newMachine(t)
	all := everyChip(m, func(int) int { return MaxLogHeight })
	if _, err := NewLayout(m, all); err == nil || !strings.Contains(err.Error(), "messages") {
		t.Errorf("all chips at their largest: %v", err)
	}
	// Lists on both sides of the bound, told apart exactly.
	rng := rand.New(rand.NewPCG(3, 4))
	below, above := 0, 0
	for range 3000 {
		list := randomInstances(rng, m, 18+rng.IntN(MaxLogHeight-17))
		n := uint64(0)
		for _, x := range list {
			n += uint64(len(m.AIRs[x.Chip].Messages)) << x.LogHeight
		}
		_, err := NewLayout(m, list)
		if (err == nil) != (n < field.P) {
			t.Fatalf("%d messages: %v", n, err)
		}
		if n < field.P {
			below++
		} else {
			above++
		}
	}
	if below == 0 || above == 0 {
		t.Errorf("%d lists below the bound, %d above; the test tests nothing", below, above)
	}
}

// quiet is a chip without messages.
type quiet struct{ layout air.Layout }

func (*quiet) Name() string            { return "quiet" }
func (c *quiet) Columns() *air.Layout  { return &c.layout }
func (c *quiet) Define(b *air.Builder) { b.Bit("a bit", b.Col(0)) }

// TestAttack23SumWithoutMessages: no constraint ties the sum of a table that sends nothing,
// so the verifier does: it is zero.
func TestAttack23SumWithoutMessages(t *testing.T) {
	c := &quiet{}
	c.layout.Felt("x", "a number")
	a, err := air.Compile(c, rv32im.NumPublics)
	if err != nil {
		t.Fatal(err)
	}
	if a.Interactions() != 0 {
		t.Fatalf("%d interaction columns", a.Interactions())
	}
	m := withAIR(newMachine(t), rv32im.ChipMul, func(x *air.AIR) { *x = *a })
	key := MakeKey(soundness.Fast, hash.Blake2s, m, newKey(t, soundness.Fast, hash.Blake2s).Preprocessed[0])
	l, err := NewLayout(m, withFixed(table(rv32im.ChipMul, 8)))
	if err != nil {
		t.Fatal(err)
	}
	params, _, err := key.Parameters(l)
	if err != nil {
		t.Fatal(err)
	}
	p := &proof.Segment{Sums: make([]field.E, len(l.Tables)), Values: make([]field.E, l.Values)}
	for tree := proof.Main; tree < proof.Trees; tree++ {
		p.Caps[tree] = make([]hash.Digest, 1<<CapLog(tree, l.Shape(tree, params.LogBlowup), params))
	}
	if _, err := checkLengths(key, l, params, p); err != nil {
		t.Fatalf("sum zero: %v", err)
	}
	for k := range field.Degree {
		p.Sums[0] = field.Basis(k)
		if _, err := checkLengths(key, l, params, p); !errors.Is(err, errLength) {
			t.Errorf("sum %v of a table without messages: %v", p.Sums[0], err)
		}
	}
	// The other tables have messages, so constraints tie their sums.
	p.Sums[0] = field.E{}
	for i := 1; i < len(p.Sums); i++ {
		p.Sums[i] = field.One()
	}
	if _, err := checkLengths(key, l, params, p); err != nil {
		t.Errorf("sums of tables with messages: %v", err)
	}
	// Sums or values too few or too many.
	for name, change := range map[string]func(p *proof.Segment){
		"a sum less":   func(p *proof.Segment) { p.Sums = p.Sums[1:] },
		"a sum more":   func(p *proof.Segment) { p.Sums = append(slices.Clone(p.Sums), field.E{}) },
		"no sums":      func(p *proof.Segment) { p.Sums = nil },
		"a value less": func(p *proof.Segment) { p.Values = p.Values[1:] },
		"a value more": func(p *proof.Segment) { p.Values = append(slices.Clone(p.Values), field.E{}) },
		"no cap":       func(p *proof.Segment) { p.Caps[proof.Main] = nil },
		"a larger cap": func(p *proof.Segment) { p.Caps[proof.Interaction] = make([]hash.Digest, 1<<(1+params.CapLog)) },
	} {
		q := *p
		change(&q)
		if _, err := checkLengths(key, l, params, &q); !errors.Is(err, errLength) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every chip of the machine has messages, so that all its sums are tied.
func TestEveryChipHasMessages(t *testing.T) {
	for _, a := range newMachine(t).AIRs {
		if a.Interactions() == 0 {
			t.Errorf("chip %s has no messages", a.Name)
		}
	}
}
