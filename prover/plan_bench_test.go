package prover

import (
	"encoding/binary"
	"testing"
)

// BenchmarkPlan plans a SHA-256 chain of four segments.
func BenchmarkPlan(b *testing.B) {
	p := loadGuest(b, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 4*223)
	cycles := 0.0
	for b.Loop() {
		plan, err := NewPlan(b.Context(), p, input, Options{})
		if err != nil {
			b.Fatal(err)
		}
		cycles += float64(plan.Run.GasUsed)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/cycles, "ns/cycle")
}
