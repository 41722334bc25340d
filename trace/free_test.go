package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/field"
)

// checkMutationsBut is checkMutations for a row on which some cells don't matter, because
// all that mentions them is multiplied by 0. Changing those must change nothing at all, so
// that the list of them stays honest.
func (c testChip) checkMutationsBut(t testing.TB, x *Row, rng *rand.Rand, row []field.M31, free ...air.Col) {
	t.Helper()
	honest, err := c.verdict(row)
	if err != nil {
		t.Fatal(err)
	}
	matters := make([]bool, len(row))
	for i := range matters {
		matters[i] = true
	}
	for _, col := range free {
		matters[col] = false
	}
	minusOne := field.M31(1).Neg()
	for i, v := range row {
		passed := false
		for _, w := range []field.M31{v.Add(1), v.Sub(1), 0, 1, minusOne, v.Add(1 << 16), v.Add(1 << 8), field.New(rng.Uint64())} {
			if w == v {
				continue
			}
			row[i] = w
			got, err := c.verdict(row)
			same := err == nil && got.diff(honest) == ""
			if same && matters[i] {
				t.Errorf("%s: column %s can be %d instead of %d", describe(x), c.air.Main[i].Name, w, v)
			}
			passed = passed || same
		}
		row[i] = v
		if !matters[i] && !passed {
			t.Errorf("%s: column %s is in the list of those that don't matter, and does", describe(x), c.air.Main[i].Name)
		}
	}
}
