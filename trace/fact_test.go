package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// factChip tests the chips that aren't instructions: it is a testChip with public values.
type factChip struct {
	testChip
	publics []field.M31
}

func compileFacts(t testing.TB, c air.Chip, publics []field.M31) factChip {
	t.Helper()
	return factChip{compileChip(t, c, nil), publics}
}

// write fills a row and checks that fill writes all of it and nothing else.
func (c factChip) write(t testing.TB, fill func(w columns, r int)) []field.M31 {
	t.Helper()
	c.fill = func(w columns, _ []Row) { fill(w, 0) }
	return c.row(t, &Row{})
}

// verdict gives the messages of a row that aren't look-ups of constant facts; the error
// names a violated constraint or a false look-up.
func (c factChip) verdict(row []field.M31) (links, error) {
	if err := check.Row(c.air, row, nil, c.publics); err != nil {
		return nil, err
	}
	out := links{}
	for _, m := range check.Messages(c.air, row, nil, c.publics) {
		if linked(m.Bus) {
			out.add(m)
		} else if m.Mult != field.M31(1).Neg() || !rv32im.Holds(m.Bus, m.Tuple) {
			return nil, fmt.Errorf("false look-up: %s%v, multiplicity %d", m.Bus.Name, m.Tuple, m.Mult)
		}
	}
	return out, nil
}

// honest checks a row and that its messages are those wanted, where want isn't nil.
func (c factChip) honest(t testing.TB, what string, row []field.M31, want links) {
	t.Helper()
	got, err := c.verdict(row)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if want == nil {
		return
	}
	if d := got.diff(want); d != "" {
		t.Fatalf("%s: %s", what, d)
	}
}

// mutate changes each cell of an honest row but the free ones; each change must be noticed.
func (c factChip) mutate(t testing.TB, what string, row []field.M31, rng *rand.Rand, free ...air.Col) {
	t.Helper()
	honest, err := c.verdict(row)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	for i, v := range row {
		if slices.Contains(free, air.Col(i)) {
			continue
		}
		for _, w := range []field.M31{v.Add(1), v.Sub(1), 0, 1, field.M31(1).Neg(), v.Add(1 << 16), field.New(rng.Uint64())} {
			if w == v {
				continue
			}
			row[i] = w
			if got, err := c.verdict(row); err == nil && got.diff(honest) == "" {
				t.Errorf("%s: column %s can be %d instead of %d", what, c.air.Main[i].Name, w, v)
			}
		}
		row[i] = v
	}
}

// padding checks that a row of zeros is fine and sends nothing.
func (c factChip) padding(t testing.TB) {
	t.Helper()
	got, err := c.verdict(make([]field.M31, len(c.air.Main)))
	if err != nil || len(got) != 0 {
		t.Errorf("padding: %v, %v", got, err)
	}
}

// rejects checks that a row fails with an error that contains what.
func (c factChip) rejects(t testing.TB, row []field.M31, what string) {
	t.Helper()
	if _, err := c.verdict(row); err == nil {
		t.Errorf("chip %s accepts the forged row", c.air.Name)
	} else if !strings.Contains(err.Error(), what) {
		t.Errorf("chip %s: %v, want an error with %q", c.air.Name, err, what)
	}
}
