package field

import "testing"

var (
	sinkM31 M31
	sinkE   E
)

func BenchmarkM31Mul(b *testing.B) {
	x, y := M31(123456789), M31(987654321)
	for b.Loop() {
		for range 1000 {
			x = x.Mul(y)
		}
	}
	sinkM31 = x
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/mul")
}

func BenchmarkM31MulSlice(b *testing.B) {
	x, y := make([]M31, 1024), make([]M31, 1024)
	for i := range x {
		x[i], y[i] = New(uint64(i)*0x9e3779b97f4a7c15), New(uint64(i)*0xc2b2ae3d27d4eb4f)
	}
	for b.Loop() {
		for i, v := range y {
			x[i] = x[i].Mul(v)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/mul")
}

func BenchmarkM31Inv(b *testing.B) {
	x := M31(123456789)
	for b.Loop() {
		x = x.Inv().Add(1)
	}
	sinkM31 = x
}

var benchX = FromCoords([Degree]M31{123456789, 987654321, 31415926, 27182818, 1414213, 1732050})

func BenchmarkEMul(b *testing.B) {
	x, y := benchX, benchX.Add(One())
	for b.Loop() {
		x = x.Mul(y)
	}
	sinkE = x
}

func BenchmarkEMulSlice(b *testing.B) {
	x, y := make([]E, 256), make([]E, 256)
	for i := range x {
		x[i], y[i] = benchX.Exp(uint64(i)), benchX.AddBase(1).Exp(uint64(i))
	}
	for b.Loop() {
		for i := range x {
			x[i] = x[i].Mul(y[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/256, "ns/mul")
}

func BenchmarkESquare(b *testing.B) {
	x := benchX
	for b.Loop() {
		x = x.Square()
	}
	sinkE = x
}

func BenchmarkEInv(b *testing.B) {
	x := benchX
	for b.Loop() {
		x = x.Inv().AddBase(1)
	}
	sinkE = x
}
