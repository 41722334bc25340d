package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/memtree"
)

func BenchmarkFillPoseidon2(b *testing.B) {
	c := rv32im.NewPoseidon2()
	const rows = 1 << 10
	w := make(columns, len(c.Columns().Main))
	for i := range w {
		w[i] = make([]field.M31, rows)
	}
	var in memtree.Input
	for r := 0; b.Loop(); r++ {
		in[0] = field.M31(r)
		fillPoseidon2(c, w, r%rows, &in)
	}
}
