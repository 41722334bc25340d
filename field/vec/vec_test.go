package vec

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

var edges = []field.M31{0, 1, field.P - 1, field.P - 2, 1 << 30}

// column returns n elements, random with edge values strewn in.
func column(r *rand.Rand, n int) []field.M31 {
	v := make([]field.M31, n)
	for i := range v {
		if r.IntN(2) == 0 {
			v[i] = edges[r.IntN(len(edges))]
		} else {
			v[i] = field.New(r.Uint64())
		}
	}
	return v
}

func planes(r *rand.Rand, n int) Planes {
	var p Planes
	for k := range p {
		p[k] = column(r, n)
	}
	return p
}

func clonePlanes(p Planes) Planes {
	for k := range p {
		p[k] = slices.Clone(p[k])
	}
	return p
}

// forLengths runs f for all lengths 0 to 67 and some around the block size, with each
// implementation.
func forLengths(t *testing.T, f func(t *testing.T, r *rand.Rand, n int)) {
	t.Helper()
	lengths := []int{block - 1, block, block + 1, 2*block + 5}
	for n := range 68 {
		lengths = append(lengths, n)
	}
	cputest.Each(t, func(t *testing.T) {
		for _, n := range lengths {
			f(t, rand.New(rand.NewPCG(uint64(n), 1)), n)
		}
	})
}

func TestBase(t *testing.T) {
	type M = field.M31
	kernels := []struct {
		name string
		run  func(dst, a, b []M, c M)
		want func(d, a, b, c M) M
	}{
		{"Add", func(dst, a, b []M, _ M) { Add(dst, a, b) }, func(_, a, b, _ M) M { return a.Add(b) }},
		{"Sub", func(dst, a, b []M, _ M) { Sub(dst, a, b) }, func(_, a, b, _ M) M { return a.Sub(b) }},
		{"Mul", func(dst, a, b []M, _ M) { Mul(dst, a, b) }, func(_, a, b, _ M) M { return a.Mul(b) }},
		{"Neg", func(dst, a, _ []M, _ M) { Neg(dst, a) }, func(_, a, _, _ M) M { return a.Neg() }},
		{"AddConst", func(dst, a, _ []M, c M) { AddConst(dst, a, c) }, func(_, a, _, c M) M { return a.Add(c) }},
		{"MulConst", func(dst, a, _ []M, c M) { MulConst(dst, a, c) }, func(_, a, _, c M) M { return a.Mul(c) }},
		{"MulAdd", func(dst, a, b []M, _ M) { MulAdd(dst, a, b) }, func(d, a, b, _ M) M { return a.Mul(b).Add(d) }},
		{"MulAddConst", func(dst, a, _ []M, c M) { MulAddConst(dst, a, c) }, func(d, a, _, c M) M { return a.Mul(c).Add(d) }},
	}
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
				// Inputs may be longer than the destination.
				d, a, b := column(r, n), column(r, n+3), column(r, n+1)
				for _, c := range append(edges, field.New(r.Uint64())) {
					want := make([]M, n)
					wantA := slices.Clone(a)
					for i := range want {
						want[i] = k.want(d[i], a[i], b[i], c)
						wantA[i] = k.want(a[i], a[i], b[i], c)
					}
					got := slices.Clone(d)
					k.run(got, a, b, c)
					if !slices.Equal(got, want) {
						t.Fatalf("length %d, c = %d: got %v, want %v", n, c, got, want)
					}
					gotA := slices.Clone(a)
					k.run(gotA[:n], gotA, b, c)
					if !slices.Equal(gotA, wantA) {
						t.Fatalf("length %d, c = %d, in place: got %v, want %v", n, c, gotA, wantA)
					}
				}
			})
		})
	}
}

func TestRepeat(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		src, dst := column(r, n), column(r, 2*n+1)
		last := dst[2*n]
		Repeat(dst[:2*n], src)
		for i, x := range src {
			if dst[2*i] != x || dst[2*i+1] != x {
				t.Fatalf("length %d: element %d", n, i)
			}
		}
		if dst[2*n] != last {
			t.Fatalf("length %d: one element too many", n)
		}
	})
}

func TestPlanes(t *testing.T) {
	type E = field.E
	kernels := []struct {
		name string
		run  func(dst, a, b Planes, col []field.M31, c E)
		want func(d, a, b E, x field.M31, c E) E
	}{
		{"AddE", func(dst, a, b Planes, _ []field.M31, _ E) { AddE(dst, a, b) },
			func(_, a, b E, _ field.M31, _ E) E { return a.Add(b) }},
		{"SubE", func(dst, a, b Planes, _ []field.M31, _ E) { SubE(dst, a, b) },
			func(_, a, b E, _ field.M31, _ E) E { return a.Sub(b) }},
		{"MulE", func(dst, a, b Planes, _ []field.M31, _ E) { MulE(dst, a, b) },
			func(_, a, b E, _ field.M31, _ E) E { return a.Mul(b) }},
		{"MulBaseE", func(dst, a, _ Planes, x []field.M31, _ E) { MulBaseE(dst, a, x) },
			func(_, a, _ E, x field.M31, _ E) E { return a.MulBase(x) }},
		{"MulConstE", func(dst, a, _ Planes, _ []field.M31, c E) { MulConstE(dst, a, c) },
			func(_, a, _ E, _ field.M31, c E) E { return a.Mul(c) }},
	}
	for _, k := range kernels {
		t.Run(k.name, func(t *testing.T) {
			forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
				d, a, b, col := planes(r, n), planes(r, n), planes(r, n), column(r, n)
				one := planes(r, 1)
				c := At(&one, 0)
				got, gotA := clonePlanes(d), clonePlanes(a)
				k.run(got, a, b, col, c)
				k.run(gotA, gotA, b, col, c)
				for i := range n {
					if want := k.want(At(&d, i), At(&a, i), At(&b, i), col[i], c); At(&got, i) != want {
						t.Fatalf("length %d: element %d is %v, want %v", n, i, At(&got, i), want)
					}
					if want := k.want(At(&a, i), At(&a, i), At(&b, i), col[i], c); At(&gotA, i) != want {
						t.Fatalf("length %d, in place: element %d is %v, want %v", n, i, At(&gotA, i), want)
					}
				}
			})
		})
	}
}

func TestAccConsts(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		for _, m := range []int{0, 1, 2, 3, 4, 5, 8, 11, 16, 17, 66} {
			cols, cs := make([][]field.M31, m), make([]field.E, m)
			for j := range cols {
				cols[j] = column(r, n)
				p := planes(r, 1)
				cs[j] = At(&p, 0)
			}
			d, one := planes(r, n), planes(r, 1)
			got, apart, sums, start := clonePlanes(d), planes(r, n), planes(r, n), At(&one, 0)
			AccConsts(got, got, cols, cs)
			AccConsts(apart, d, cols, cs)
			SumConsts(sums, start, cols, cs)
			for i := range n {
				var want field.E
				for j := range cols {
					want = want.Add(cs[j].MulBase(cols[j][i]))
				}
				if At(&got, i) != want.Add(At(&d, i)) || At(&apart, i) != At(&got, i) {
					t.Fatalf("AccConsts, length %d, %d columns: element %d", n, m, i)
				}
				if At(&sums, i) != want.Add(start) {
					t.Fatalf("SumConsts, length %d, %d columns: element %d", n, m, i)
				}
			}
		}
	})
}

// TestLargest fills every accumulator with the largest values there are.
func TestLargest(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		const n = 2*block + 3
		top := field.M31(field.P - 1)
		col := make([]field.M31, n)
		for i := range col {
			col[i] = top
		}
		all := Planes{col, col, col, col, col, col}
		e := At(&all, 0)
		if got, want := DotE(col, all), e.MulBase(top).MulBase(n); got != want {
			t.Errorf("DotE: %v, want %v", got, want)
		}
		for _, m := range []int{3, 4, 64, 131} {
			cols, cs := make([][]field.M31, m), make([]field.E, m)
			for j := range cols {
				cols[j], cs[j] = col, e
			}
			dst, sums := clonePlanes(all), MakePlanes(n)
			AccConsts(dst, dst, cols, cs)
			want := e.MulBase(top).MulBase(field.M31(m)).Add(e)
			SumConsts(sums, e, cols, cs)
			for i := range n {
				if got := At(&sums, i); got != want {
					t.Fatalf("SumConsts of %d columns: %v, want %v", m, got, want)
				}
				if got := At(&dst, i); got != want {
					t.Fatalf("AccConsts of %d columns: %v, want %v", m, got, want)
				}
			}
		}
		// Zeros with P-1 make the complements in products over E the largest.
		r := rand.New(rand.NewPCG(1, 3))
		a, b, dst := MakePlanes(n), MakePlanes(n), MakePlanes(n)
		for k := range a {
			for i := range n {
				a[k][i], b[k][i] = top*field.M31(r.IntN(2)), top*field.M31(r.IntN(2))
			}
		}
		MulE(dst, a, b)
		for i := range n {
			if got, want := At(&dst, i), At(&a, i).Mul(At(&b, i)); got != want {
				t.Fatalf("MulE of %v and %v: %v, want %v", At(&a, i), At(&b, i), got, want)
			}
		}
		BatchInverseE(dst, a)
		for i := range n {
			if got, want := At(&dst, i), At(&a, i).Inv(); got != want {
				t.Fatalf("BatchInverseE of %v: %v, want %v", At(&a, i), got, want)
			}
		}
		c := At(&b, 7)
		MulConstE(dst, a, c)
		for i := range n {
			if got, want := At(&dst, i), At(&a, i).Mul(c); got != want {
				t.Fatalf("MulConstE of %v and %v: %v, want %v", At(&a, i), c, got, want)
			}
		}
	})
}

func TestDot(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		a, b, w := column(r, n), column(r, n+2), planes(r, n+1)
		var want field.M31
		var wantE field.E
		for i := range a {
			want = want.Add(a[i].Mul(b[i]))
			wantE = wantE.Add(At(&w, i).MulBase(a[i]))
		}
		if got := Dot(a, b); got != want {
			t.Fatalf("Dot, length %d: %d, want %d", n, got, want)
		}
		if got := DotE(a, w); got != wantE {
			t.Fatalf("DotE, length %d: %v, want %v", n, got, wantE)
		}
	})
}

func TestBatchInverse(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		for _, zeros := range []bool{false, true} {
			src, srcE := column(r, n), planes(r, n)
			for i := range src {
				if zeros && r.IntN(8) == 0 {
					Set(&srcE, i, field.E{})
				}
				if !zeros {
					src[i] = max(src[i], 1)
				}
			}
			want, wantE := -1, -1
			for i := n - 1; i >= 0; i-- {
				if src[i] == 0 {
					want = i
				}
				if At(&srcE, i).IsZero() {
					wantE = i
				}
			}
			dst, dstE := make([]field.M31, n), MakePlanes(n)
			inPlace, inPlaceE := slices.Clone(src), clonePlanes(srcE)
			for _, got := range []int{BatchInverse(dst, src), BatchInverse(inPlace, inPlace)} {
				if got != want {
					t.Fatalf("length %d: first zero at %d, want %d", n, got, want)
				}
			}
			for _, got := range []int{BatchInverseE(dstE, srcE), BatchInverseE(inPlaceE, inPlaceE)} {
				if got != wantE {
					t.Fatalf("E, length %d: first zero at %d, want %d", n, got, wantE)
				}
			}
			for i := range n {
				if dst[i] != src[i].Inv() || inPlace[i] != dst[i] {
					t.Fatalf("length %d: element %d", n, i)
				}
				if At(&dstE, i) != At(&srcE, i).Inv() || At(&inPlaceE, i) != At(&dstE, i) {
					t.Fatalf("E, length %d: element %d", n, i)
				}
			}
		}
	})
}

func TestMakePlanes(t *testing.T) {
	p := MakePlanes(5)
	p[0] = append(p[0], 7)
	if p[1][0] != 0 {
		t.Fatal("planes overlap")
	}
	q := Slice(p, 1, 3)
	Set(&q, 1, field.Basis(4))
	if len(q[0]) != 2 || At(&p, 2) != field.Basis(4) {
		t.Fatal("Slice does not share memory")
	}
}

func TestKernels(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		if Kernels() != cpu.Selected() {
			t.Errorf("%s, want %s", Kernels(), cpu.Selected())
		}
	})
}
