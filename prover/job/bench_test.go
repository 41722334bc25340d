package job

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
	"github.com/orrery/orrery/soundness"
)

// jumper adds to words at random places of 2^log bytes, a power of two up to 2^27, for ever.
func jumper(t testing.TB, log uint8) *rv.Program {
	const at, factor, base, address, value = 8, 9, 10, 11, 12
	code := append(rvtest.LoadImm(factor, 1664525), rvtest.LoadImm(base, 0x20000)...)
	return rvtest.Program(t, append(code,
		rvtest.R(rv.MUL, at, at, factor),
		rvtest.I(rv.ADDI, at, at, 1223),
		rvtest.I(rv.SRLI, address, at, int32(34-log)),
		rvtest.I(rv.SLLI, address, address, 2),
		rvtest.R(rv.ADD, address, address, base),
		rvtest.I(rv.LW, value, address, 0),
		rvtest.I(rv.ADDI, value, value, 1),
		rvtest.S(rv.SW, value, 0, address),
		rvtest.J(0, -32),
	), rvtest.Segment{Flags: 6, Addr: 0x20000, Data: []byte{0}, MemSize: 1 << log})
}

// benchRuns are runs of 4 segments of 2^20 cycles.
func benchRuns(b *testing.B, f func(b *testing.B, p *rv.Program, input []byte, run *proof.Run)) {
	words := make([]byte, 1<<19)
	rand.NewChaCha8([32]byte{}).Read(words)
	for _, x := range []struct {
		name    string
		program *rv.Program
		input   []byte
	}{
		{"sha256chain", loadGuest(b, "sha256chain"), []byte{0, 0, 0, 1}},
		{"quicksort", loadGuest(b, "quicksort"), words},
		{"sieve", loadGuest(b, "sieve"), binary.LittleEndian.AppendUint32(nil, 1<<21)},
		{"jumper", jumper(b, 20), nil},
	} {
		_, run := record(b, x.program, x.input, benchSegments*benchCycles, benchCycles)
		b.Run(x.name, func(b *testing.B) { f(b, x.program, x.input, run) })
	}
}

const (
	benchSegments = 4
	benchCycles   = 1 << 20
)

// BenchmarkCut tells how fast runs are cut into jobs, and how large these are.
func BenchmarkCut(b *testing.B) {
	benchRuns(b, func(b *testing.B, p *rv.Program, input []byte, run *proof.Run) {
		var buffers exec.Buffers
		size := 0
		for b.Loop() {
			c, err := NewCutter(p, input, run, soundness.Fast, hash.Blake2s, Options{Buffers: &buffers})
			if err != nil {
				b.Fatal(err)
			}
			for range benchSegments {
				j, err := c.Next(context.Background(), benchCycles)
				if err != nil {
					b.Fatal(err)
				}
				encoded, _ := j.AppendBinary(nil)
				size += len(encoded)
			}
			c.recorder.Release()
		}
		b.ReportMetric(float64(b.N)*benchSegments*benchCycles/1e6/b.Elapsed().Seconds(), "Mcycles/s")
		b.ReportMetric(float64(size)/float64(b.N)/benchSegments, "B/job")
	})
}

// BenchmarkReplay tells how fast jobs are executed again and opened.
func BenchmarkReplay(b *testing.B) {
	benchRuns(b, func(b *testing.B, p *rv.Program, input []byte, run *proof.Run) {
		c, err := NewCutter(p, input, run, soundness.Fast, hash.Blake2s, Options{})
		if err != nil {
			b.Fatal(err)
		}
		var j *Job
		for range 2 {
			if j, err = c.Next(context.Background(), benchCycles); err != nil {
				b.Fatal(err)
			}
		}
		var buffers exec.Buffers
		for b.Loop() {
			r, err := j.Replay(context.Background(), Options{Buffers: &buffers})
			if err != nil {
				b.Fatal(err)
			}
			buffers.Recycle(r.Segment.Run)
		}
		b.ReportMetric(float64(b.N)*benchCycles/1e6/b.Elapsed().Seconds(), "Mcycles/s")
	})
}
