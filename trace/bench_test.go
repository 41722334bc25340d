package trace

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv/exec"
)

// BenchmarkBuild makes the tables of a SHA-256 chain of about 2^20 cycles.
func BenchmarkBuild(b *testing.B) {
	m, err := rv32im.New()
	if err != nil {
		b.Fatal(err)
	}
	p := loadGuest(b, "sha256chain")
	input := binary.LittleEndian.AppendUint32(nil, 223)
	r, err := exec.NewRecorder(p, input, exec.Options{GasLimit: 1 << 40})
	if err != nil {
		b.Fatal(err)
	}
	run, err := r.Run(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			for b.Loop() {
				if _, err := Build(context.Background(), m, p, input, run, threads); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(run.Cycles), "ns/cycle")
		})
	}
}
