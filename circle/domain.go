package circle

import (
	"math/bits"

	"github.com/orrery/orrery/field"
)

// Domain is a twin coset of 2^Log points, Log >= 1: the half coset Initial + k Step for k
// in [0, 2^(Log-1)), where Step is g_(Log-1), and the conjugates of these points.
//
// Values on a domain are stored in one order everywhere: storage index s < 2^(Log-1)
// holds the point with k = s bit-reversed on Log-1 bits, and s + 2^(Log-1) holds its
// conjugate. So the conjugation bit is the highest one, and 2P for the point P at s lies
// at s>>1 of the doubled domain.
type Domain struct {
	Initial Point
	Log     int
}

// Canonic returns the canonic coset of 2^log points, all odd multiples of g_(log+1), for
// 1 <= log < LogOrder. It panics for other sizes.
func Canonic(log int) Domain {
	if log < 1 || log >= LogOrder {
		panic("circle: no canonic coset of this size")
	}
	return Domain{Generator(log + 1), log}
}

// ConstraintDomain returns the domain of 2^(logN+1) points on which the constraints of
// tables with 2^logN rows are evaluated: in the canonic coset of size 2^(logN+logBlowup),
// the indices [0, 2^logN) and their conjugates, in the same storage order. Its step is
// g_logN, so the next row is one step away. logBlowup must be at least 1.
func ConstraintDomain(logN, logBlowup int) Domain {
	if logN < 0 || logBlowup < 1 || logN+logBlowup >= LogOrder {
		panic("circle: no constraint domain of this size")
	}
	return Domain{Generator(logN + logBlowup + 1), logN + 1}
}

// Size returns the number of points.
func (d Domain) Size() int {
	return 1 << d.Log
}

// Step returns the generator g_(Log-1) of the group of which half a domain is a coset.
func (d Domain) Step() Point {
	return Generator(d.Log - 1)
}

// At returns the point at storage index s, 0 <= s < Size. It takes Log-1 doublings; use
// Half for all points.
func (d Domain) At(s int) Point {
	half := 1 << (d.Log - 1)
	p := d.Initial.Add(d.Step().Times(uint64(BitReverse(s&(half-1), d.Log-1))))
	if s >= half {
		return p.Conj()
	}
	return p
}

// Double returns the domain of the doubled points, half as large. It must not be used
// with Log = 1.
func (d Domain) Double() Domain {
	return Domain{d.Initial.Double(), d.Log - 1}
}

// Half writes the coordinates of the points at storage indices [0, Size/2) to xs and ys,
// each of that length; the conjugates have the same x and the negated y.
func (d Domain) Half(xs, ys []field.M31) {
	half := 1 << (d.Log - 1)
	xs, ys = xs[:half], ys[:half]
	xs[0], ys[0] = d.Initial.X, d.Initial.Y
	// Bit j of the storage index stands for the summand 2^(Log-2-j) Step = g_(j+1).
	for j, n := 0, 1; n < half; j, n = j+1, 2*n {
		g := Generator(j + 1)
		for s := range n {
			p := Point{xs[s], ys[s]}.Add(g)
			xs[n+s], ys[n+s] = p.X, p.Y
		}
	}
}

// NextByStep returns for each storage index that of P + Step.
func (d Domain) NextByStep() []uint32 {
	half := 1 << (d.Log - 1)
	next := make([]uint32, 2*half)
	for k := range half {
		s := BitReverse(k, d.Log-1)
		t := BitReverse((k+1)&(half-1), d.Log-1)
		next[s] = uint32(t)
		// -(Initial + (k+1) Step) + Step = -(Initial + k Step).
		next[half+t] = uint32(half + s)
	}
	return next
}

// StorageIndex returns the storage index, in the canonic coset of 2^log points, of
// element k in the order of the coset, g_(log+1) + k g_log.
func StorageIndex(k, log int) int {
	// As multiples of g_(log+1): element k is 2k+1, and i in the half coset 4i+1.
	if k&1 == 0 {
		return BitReverse(k>>1, log-1)
	}
	return 1<<(log-1) | BitReverse((1<<log-1-k)>>1, log-1)
}

// CosetIndex is the inverse of StorageIndex.
func CosetIndex(s, log int) int {
	half := 1 << (log - 1)
	i := BitReverse(s&(half-1), log-1)
	if s < half {
		return 2 * i
	}
	return 1<<log - 1 - 2*i
}

// NextIndex returns the storage index, in the canonic coset of 2^log points, of the next
// row P + g_log of the point at s.
func NextIndex(s, log int) int {
	return StorageIndex((CosetIndex(s, log)+1)&(1<<log-1), log)
}

// NextTable returns NextIndex for all storage indices.
func NextTable(log int) []uint32 {
	next := make([]uint32, 1<<log)
	for s := range next {
		next[s] = uint32(NextIndex(s, log))
	}
	return next
}

// BitReverse returns i < 2^n with the order of its n bits reversed.
func BitReverse(i, n int) int {
	return int(bits.Reverse64(uint64(i)) >> 1 >> (63 - n))
}

// Vanishing returns v_log(x) = pi^(log-1)(x), which is zero exactly on the canonic coset
// of 2^log points, log >= 1.
func Vanishing(log int, x field.M31) field.M31 {
	for range log - 1 {
		x = DoubleX(x)
	}
	return x
}

// VanishingE is Vanishing for points over E.
func VanishingE(log int, x field.E) field.E {
	for range log - 1 {
		x = DoubleXE(x)
	}
	return x
}
