package vec

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

const benchLen = 2048

func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}

func BenchmarkBase(b *testing.B) { cputest.EachBenchmark(b, benchmarkBase) }

func benchmarkBase(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	dst, x, y := column(r, benchLen), column(r, benchLen), column(r, benchLen)
	nonzero := column(r, benchLen)
	for i := range nonzero {
		nonzero[i] = max(nonzero[i], 1)
	}
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"Add", func() { Add(dst, x, y) }},
		{"Sub", func() { Sub(dst, x, y) }},
		{"Mul", func() { Mul(dst, x, y) }},
		{"MulConst", func() { MulConst(dst, x, 12345) }},
		{"Neg", func() { Neg(dst, x) }},
		{"AddConst", func() { AddConst(dst, x, 12345) }},
		{"MulAddConst", func() { MulAddConst(dst, x, 12345) }},
		{"MulAdd", func() { MulAdd(dst, x, y) }},
		{"BatchInverse", func() { BatchInverse(dst, nonzero) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			perElement(b, benchLen)
		})
	}
}

func BenchmarkPlanes(b *testing.B) { cputest.EachBenchmark(b, benchmarkPlanes) }

func benchmarkPlanes(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	dst, x, y, col := planes(r, benchLen), planes(r, benchLen), planes(r, benchLen), column(r, benchLen)
	c := At(&x, 0)
	cols, cs := make([][]field.M31, 16), make([]field.E, 16)
	for j := range cols {
		cols[j], cs[j] = column(r, benchLen), At(&x, j)
	}
	for _, k := range []struct {
		name string
		run  func()
		per  int
	}{
		{"MulE", func() { MulE(dst, x, y) }, 1},
		{"MulConstE", func() { MulConstE(dst, x, c) }, 1},
		{"MulBaseE", func() { MulBaseE(dst, x, col) }, 1},
		{"AccConsts", func() { AccConsts(dst, dst, cols, cs) }, len(cols)},
		{"AccConsts/6", func() { AccConsts(dst, dst, cols[:6], cs) }, 6},
		{"SumConsts/2", func() { SumConsts(dst, c, cols[:2], cs) }, 2},
		{"SumConsts/6", func() { SumConsts(dst, c, cols[:6], cs) }, 6},
		{"DotE", func() { DotE(col, x) }, 1},
		{"BatchInverseE", func() { BatchInverseE(dst, x) }, 1},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			perElement(b, benchLen*k.per)
		})
	}
}

// BenchmarkButterflies reports the time for each butterfly of one pair.
func BenchmarkButterflies(b *testing.B) { cputest.EachBenchmark(b, benchmarkButterflies) }

func benchmarkButterflies(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 3))
	v, w := column(r, benchLen), column(r, benchLen)
	const q = benchLen / 4
	from, to := QuartersOf(v), QuartersOf(w)
	for _, k := range []struct {
		name        string
		run         func()
		butterflies int
	}{
		{"Forward", func() { Forward(v, w, 12345) }, benchLen},
		{"Inverse", func() { Inverse(v, w, 12345) }, benchLen},
		{"Forward4", func() { Forward4(v, w[:1], w[1:3]) }, 4 * q},
		{"Inverse4", func() { Inverse4(v, w[:1], w[1:3]) }, 4 * q},
		{"Forward4/short", func() { Forward4(v, w[:q/16], w[q:q+q/8]) }, 4 * q},
		{"Inverse4/short", func() { Inverse4(v, w[:q/16], w[q:q+q/8]) }, 4 * q},
		{"Forward4To", func() { Forward4To(&from, &to, 1, 2, 3) }, 4 * q},
		{"ForwardTail", func() { ForwardTail(v[:q], v[q:2*q], w[q:], w[q:], w[q:], w[q:]) }, 5 * q},
		{"InverseTail", func() { InverseTail(v[:q], v[q:], v[:q], v[q:], w[q:], w[q:], w[q:], w[q:], 7) }, 5 * q},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(k.butterflies), "ns/butterfly")
		})
	}
}
