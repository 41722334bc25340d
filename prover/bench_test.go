package prover

import (
	"context"
	"encoding/binary"
	"testing"
)

// BenchmarkChain proves a SHA-256 chain of about 2^20 cycles, end to end, with new memory each
// time.
func BenchmarkChain(b *testing.B) {
	p := loadGuest(b, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 223)
	for b.Loop() {
		r, err := Prove(context.Background(), p, input, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Cycles)/r.Total.Seconds(), "cycles/s")
		b.ReportMetric(float64(r.Layout.Cells())/float64(r.Cycles), "cells/cycle")
		b.ReportMetric(float64(len(r.Proof)), "proof-bytes")
	}
}
