package exec_test

import (
	"context"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

// sieve returns a program that marks the multiples of all numbers from 2 to n-1
// in a table of n bytes in the heap (at 0x20000), rounds times.
func sieve(n uint32, rounds int32) []uint32 {
	const heap, zero, table, i, j, limit, one, round, addr = 0x20000, 0, 5, 6, 7, 28, 29, 30, 31
	var c []uint32
	c = append(c, rvtest.LoadImm(table, heap)...)
	c = append(c, rvtest.LoadImm(limit, n)...)
	return append(c,
		rvtest.I(rv.ADDI, one, zero, 1),
		rvtest.I(rv.ADDI, round, zero, rounds),
		rvtest.I(rv.ADDI, i, zero, 2), // next round
		rvtest.R(rv.ADD, j, i, i),     // next i
		rvtest.B(rv.BGEU, j, limit, 20),
		rvtest.R(rv.ADD, addr, table, j), // next j
		rvtest.S(rv.SB, one, 0, addr),
		rvtest.R(rv.ADD, j, j, i),
		rvtest.B(rv.BLTU, j, limit, -12),
		rvtest.I(rv.ADDI, i, i, 1),
		rvtest.B(rv.BLTU, i, limit, -28),
		rvtest.I(rv.ADDI, round, round, -1),
		rvtest.B(rv.BNE, round, zero, -40),
		rvtest.I(rv.ADDI, 17, zero, 93),
		rvtest.Encode(rv.ECALL, 0, 0, 0, 0),
	)
}

// mixer returns a program that runs a hash-like mixture of all kinds of
// instructions over 64 KiB of memory, n times.
func mixer(n uint32) []uint32 {
	const table, count, a, b, c, addr, mask, t, link = 5, 6, 10, 11, 12, 7, 28, 29, 1
	var p []uint32
	p = append(p, rvtest.LoadImm(table, 0x20000)...)
	p = append(p, rvtest.LoadImm(count, n)...)
	p = append(p, rvtest.LoadImm(mask, 0xfffc)...)
	p = append(p, rvtest.LoadImm(a, 0x12345678)...)
	return append(p,
		rvtest.R(rv.AND, addr, a, mask), // loop
		rvtest.R(rv.ADD, addr, addr, table),
		rvtest.I(rv.LW, b, addr, 0),
		rvtest.R(rv.MUL, c, a, b),
		rvtest.R(rv.XOR, b, b, a),
		rvtest.I(rv.SLLI, t, b, 7),
		rvtest.I(rv.SRLI, b, b, 25),
		rvtest.R(rv.OR, b, b, t),
		rvtest.R(rv.ADD, a, b, c),
		rvtest.S(rv.SW, a, 0, addr),
		rvtest.I(rv.LBU, t, addr, 1),
		rvtest.I(rv.ANDI, t, t, 1),
		rvtest.B(rv.BEQ, t, 0, 8),
		rvtest.I(rv.ADDI, a, a, 77),
		rvtest.J(link, 20),
		rvtest.R(rv.SLTU, t, a, b),
		rvtest.I(rv.ADDI, count, count, -1),
		rvtest.B(rv.BNE, count, 0, -68),
		rvtest.J(0, 12),
		rvtest.R(rv.SUB, a, a, t), // function
		rvtest.I(rv.JALR, 0, link, 0),
		rvtest.I(rv.ADDI, 17, 0, 93),
		rvtest.Encode(rv.ECALL, 0, 0, 0, 0),
	)
}

func benchPrograms(b *testing.B, run func(b *testing.B, p *rv.Program) uint64) {
	for name, code := range map[string][]uint32{"sieve": sieve(10_000, 60), "mixer": mixer(250_000)} {
		p := rvtest.Program(b, code)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var cycles uint64
			for b.Loop() {
				cycles += run(b, p)
			}
			b.ReportMetric(float64(cycles)/1e6/b.Elapsed().Seconds(), "Minstr/s")
			b.ReportMetric(float64(cycles)/float64(b.N), "instr/op")
		})
	}
}

func BenchmarkRun(b *testing.B) {
	benchPrograms(b, func(b *testing.B, p *rv.Program) uint64 {
		m, err := exec.New(p, nil, exec.Options{GasLimit: exec.DefaultGasLimit})
		if err != nil {
			b.Fatal(err)
		}
		r, err := m.Run(context.Background())
		if err != nil || r.Exit.Kind != exec.Halt {
			b.Fatal(r.Exit, err)
		}
		return r.Cycles
	})
}

func BenchmarkRecord(b *testing.B) {
	benchPrograms(b, func(b *testing.B, p *rv.Program) uint64 {
		m, err := exec.NewRecorder(p, nil, exec.Options{GasLimit: exec.DefaultGasLimit})
		if err != nil {
			b.Fatal(err)
		}
		t, err := m.Run(context.Background())
		if err != nil || t.Exit.Kind != exec.Halt {
			b.Fatal(t.Exit, err)
		}
		return t.Cycles
	})
}

func BenchmarkSegments(b *testing.B) {
	benchPrograms(b, func(b *testing.B, p *rv.Program) uint64 {
		m, err := exec.NewRecorder(p, nil, exec.Options{GasLimit: exec.DefaultGasLimit})
		if err != nil {
			b.Fatal(err)
		}
		for {
			t, err := m.Segment(context.Background(), 1<<20)
			if err != nil {
				b.Fatal(err)
			}
			if t.Ended {
				return m.Cycles()
			}
			m.Recycle(t)
		}
	})
}
