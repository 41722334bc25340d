package trace

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/rv/exec"
)

// BenchmarkBuild makes the tables of runs: a SHA-256 chain of about 2^20 cycles, one of a few
// thousand, and guests that touch much memory or access it at all addresses.
func BenchmarkBuild(b *testing.B) {
	m, err := rv32im.New()
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, guest string
		gas         uint64
		input       []byte
	}{
		{"chain", "sha256chain", 1 << 21, words(223)},
		{"short", "sha256chain", 1 << 21, words(1)},
		{"sort", "quicksort", 1 << 21, randomWords(10_000)},
		{"memory", "fillmem", 1 << 17, words(64)},
		{"misaligned", "misaligned", 1 << 21, words(100)},
	} {
		p := loadGuest(b, c.guest)
		r, err := exec.NewRecorder(p, c.input, exec.Options{GasLimit: c.gas})
		if err != nil {
			b.Fatal(err)
		}
		run, err := r.Run(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprint(c.name, "/threads=", threads), func(b *testing.B) {
				mem := arena.New()
				for b.Loop() {
					if _, err := Build(context.Background(), m, p, c.input, run, threads, mem); err != nil {
						b.Fatal(err)
					}
					mem.Reset()
				}
				if err := mem.Close(); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(run.Cycles), "ns/cycle")
				b.ReportMetric(float64(run.Cycles), "cycles")
			})
		}
	}
}

// words is the input of these little-endian words.
func words(list ...uint32) (input []byte) {
	for _, x := range list {
		input = binary.LittleEndian.AppendUint32(input, x)
	}
	return input
}

func randomWords(n int) []byte {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	list := make([]uint32, n)
	for i := range list {
		list[i] = rng.Uint32()
	}
	return words(list...)
}
