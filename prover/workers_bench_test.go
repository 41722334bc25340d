package prover

import (
	"encoding/binary"
	"fmt"
	"io"
	"testing"
)

// BenchmarkWorkers proves a SHA-256 chain of four segments of about 2^20 cycles, on two
// threads: segment after segment with both, and two at a time with one each.
func BenchmarkWorkers(b *testing.B) {
	p := loadGuest(b, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 4*223)
	for workers := 1; workers <= 2; workers++ {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			for b.Loop() {
				r, err := ProveTo(b.Context(), io.Discard, p, input, Options{Threads: 2, Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.Cycles)/r.Total.Seconds(), "cycles/s")
				b.ReportMetric(float64(r.Segments), "segments")
			}
		})
	}
}
