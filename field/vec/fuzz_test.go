package vec

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu"
)

// fuzzElements maps any bytes to elements, five of them to an element: a choice of edge
// values or a number.
func fuzzElements(data []byte) []field.M31 {
	var out []field.M31
	for ; len(data) >= 5; data = data[5:] {
		if i := int(data[0]) - 128; i >= 0 {
			out = append(out, edges[i%len(edges)])
		} else {
			out = append(out, field.New(uint64(binary.LittleEndian.Uint32(data[1:]))))
		}
	}
	return out
}

// results runs all kernels on columns of n elements made of v in turns, in memory from
// alloc, and returns all that they write.
func results(v []field.M31, n int, alloc func(n int) []field.M31) [][]field.M31 {
	next := 0
	column := func(n int) []field.M31 {
		c := alloc(n)
		for i := range c {
			c[i] = v[next%len(v)]
			next++
		}
		return c
	}
	columns := func() (p Planes) {
		for k := range p {
			p[k] = column(n)
		}
		return p
	}
	scalar := func() field.M31 { return column(1)[0] }
	var out [][]field.M31
	fresh := func() []field.M31 {
		out = append(out, column(n))
		return out[len(out)-1]
	}
	freshE := func() (p Planes) {
		for k := range p {
			p[k] = fresh()
		}
		return p
	}
	index := func(i int) { out = append(out, []field.M31{field.FromInt64(int64(i))}) }

	a, b := column(n), column(n)
	Add(fresh(), a, b)
	Sub(fresh(), a, b)
	Mul(fresh(), a, b)
	MulAdd(fresh(), a, b)
	Neg(fresh(), a)
	AddConst(fresh(), a, scalar())
	MulConst(fresh(), a, scalar())
	MulAddConst(fresh(), a, scalar())
	index(BatchInverse(fresh(), a))
	out = append(out, []field.M31{Dot(a, b)})

	Forward(fresh(), fresh(), scalar())
	Inverse(fresh(), fresh(), scalar())
	quarters := func() *Quarters { return &Quarters{fresh(), fresh(), fresh(), fresh()} }
	Forward4To(quarters(), quarters(), scalar(), scalar(), scalar())
	Inverse4To(quarters(), quarters(), scalar(), scalar(), scalar())
	for blocks := 1; blocks < 4; blocks++ {
		size := n / 4 / blocks * 4
		Forward4(fresh()[:blocks*size], column(blocks), column(2*blocks))
		Inverse4(fresh()[:blocks*size], column(blocks), column(2*blocks))
	}
	runs := n / TailRun
	twiddles := [4][]field.M31{column(runs), column(2 * runs), column(4 * runs), column(8 * runs)}
	ForwardTail(fresh(), fresh(), twiddles[0], twiddles[1], twiddles[2], twiddles[3])
	InverseTail(fresh(), fresh(), fresh(), fresh(), twiddles[0], twiddles[1], twiddles[2], twiddles[3], uint(n%31))

	Repeat(fresh()[:n/2*2], a)

	x, y := columns(), columns()
	c := At(&Planes{v, v, v, v, v, v}, n%len(v))
	c.C1.B, c.C2.A = scalar(), scalar()
	MulE(freshE(), x, y)
	MulBaseE(freshE(), x, a)
	MulConstE(freshE(), x, c)
	AccConsts(freshE(), x, [][]field.M31{a}, []field.E{c})
	SumConsts(freshE(), c, [][]field.M31{a, b, x[0], y[3], x[5]}, []field.E{c, c.Square(), c.Conj(), c.Neg(), field.One()})
	inPlace := freshE()
	AccConsts(inPlace, inPlace, [][]field.M31{a, b, x[0], x[1], x[2], y[3]}, []field.E{c, c.Square(), c.Conj(), c.Neg(), field.One(), c})
	index(BatchInverseE(freshE(), x))
	sum := DotE(a, x).Coords()
	return append(out, sum[:])
}

func FuzzKernels(f *testing.F) {
	f.Add([]byte("0123456789abcdefghij"), uint8(67))
	f.Add([]byte{128, 0, 0, 0, 0, 130, 0, 0, 0, 0, 131, 0, 0, 0, 0}, uint8(96))
	f.Add([]byte{130, 0, 0, 0, 0}, uint8(255))
	f.Fuzz(func(t *testing.T, data []byte, length uint8) {
		v := fuzzElements(data)
		if len(v) == 0 {
			return
		}
		before := cpu.Selected()
		defer func() {
			if err := cpu.Select(before); err != nil {
				t.Error(err)
			}
		}()
		alloc := func(n int) []field.M31 { return make([]field.M31, n) }
		var want [][]field.M31
		for _, k := range cpu.All() {
			if !k.Available() {
				continue
			}
			if err := cpu.Select(k.String()); err != nil {
				t.Fatal(err)
			}
			got := results(v, int(length), alloc)
			if k == cpu.Portable {
				want = got
				continue
			}
			for i := range want {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("%v, length %d: column %d is %v, want %v", k, length, i, got[i], want[i])
				}
			}
		}
	})
}
