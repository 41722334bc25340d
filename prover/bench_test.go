package prover

import (
	"context"
	"encoding/binary"
	"testing"
)

// BenchmarkChain proves a SHA-256 chain of about 2^20 cycles, end to end, with new memory each
// time and with the same.
func BenchmarkChain(b *testing.B) {
	p := loadGuest(b, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 223)
	for _, reuse := range []bool{false, true} {
		b.Run(map[bool]string{false: "new", true: "reused"}[reuse], func(b *testing.B) {
			w := NewWorkspace()
			defer func() { w.Close() }()
			for b.Loop() {
				if !reuse {
					w.Close()
					w = NewWorkspace()
				}
				r, err := Prove(context.Background(), p, input, Options{Workspace: w})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.Cycles)/r.Total.Seconds(), "cycles/s")
				b.ReportMetric(float64(Cells(r.Layout))/float64(r.Cycles), "cells/cycle")
				b.ReportMetric(float64(len(r.Proof)), "proof-bytes")
				b.ReportMetric(float64(w.mem.Stats().Peak)/float64(r.Cycles), "used-B/cycle")
				b.ReportMetric(float64(w.mem.Stats().Mapped)/float64(r.Cycles), "mapped-B/cycle")
			}
		})
	}
}
