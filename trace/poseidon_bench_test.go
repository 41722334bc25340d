package trace

import (
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/memtree"
)

func BenchmarkFillPoseidon2(b *testing.B) {
	c := rv32im.NewPoseidon2()
	list := make([]memtree.Input, rowsOf(len(c.Columns().Main)))
	w := make(columns, len(c.Columns().Main))
	for i := range w {
		w[i] = make([]field.M31, len(list))
	}
	for b.Loop() {
		list[0][0]++
		fillPoseidon2(c, w, list)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(list)), "ns/row")
}
