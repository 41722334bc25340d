package fft

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
)

func random(seed, n int) []field.M31 {
	r := rand.New(rand.NewPCG(uint64(seed), uint64(n)))
	edges := []field.M31{0, 1, field.P - 1, field.P - 2, 1 << 30}
	v := make([]field.M31, n)
	for i := range v {
		v[i] = field.New(r.Uint64())
		if r.IntN(4) == 0 {
			v[i] = edges[r.IntN(len(edges))]
		}
	}
	return v
}

func randomPoint(seed int) circle.PointE {
	z, err := circle.FromParam(field.FromCoords([field.Degree]field.M31(random(seed, field.Degree))))
	if err != nil {
		panic(err)
	}
	return z
}

// direct evaluates a polynomial at p by the definition of the basis.
func direct(coeffs []field.M31, p circle.Point) field.M31 {
	h := len(coeffs) / 2
	var sum field.M31
	for s, c := range coeffs {
		term := c
		if s >= h {
			term = term.Mul(p.Y)
		}
		for bit, x := 1, p.X; bit < h; bit, x = 2*bit, circle.DoubleX(x) {
			if s&bit != 0 {
				term = term.Mul(x)
			}
		}
		sum = sum.Add(term)
	}
	return sum
}

// spread returns some storage indices: all of a small domain, else a sample.
func spread(n int) []int {
	var s []int
	r := rand.New(rand.NewPCG(uint64(n), 3))
	for i := range min(n, 128) {
		if n > 128 {
			i = r.IntN(n)
		}
		s = append(s, i)
	}
	return s
}

func checkValues(t *testing.T, values, coeffs []field.M31, d circle.Domain) {
	t.Helper()
	for _, s := range spread(d.Size()) {
		if want := direct(coeffs, d.At(s)); values[s] != want {
			t.Fatalf("value %d of %d is %d, want %d", s, d.Size(), values[s], want)
		}
	}
}

func TestForwardInverse(t *testing.T) {
	largest := NewTwiddles(circle.Canonic(15))
	for log := 1; log <= 15; log++ {
		t.Run(fmt.Sprint(log), func(t *testing.T) {
			coeffs := random(log, 1<<log)
			for _, tw := range []*Twiddles{NewTwiddles(circle.Canonic(log)), largest} {
				v := slices.Clone(coeffs)
				Forward(v, tw)
				checkValues(t, v, coeffs, circle.Canonic(log))
				Inverse(v, tw)
				if !slices.Equal(v, coeffs) {
					t.Fatal("Inverse does not undo Forward")
				}
			}
		})
	}
}

func TestConstraintDomain(t *testing.T) {
	for logN := 1; logN <= 8; logN++ {
		for blowup := 1; blowup <= 5; blowup++ {
			d := circle.ConstraintDomain(logN, blowup)
			tw := NewTwiddles(d)
			coeffs := random(logN, 2<<logN)
			v := slices.Clone(coeffs)
			Forward(v, tw)
			checkValues(t, v, coeffs, d)
			Inverse(v, tw)
			if !slices.Equal(v, coeffs) {
				t.Fatalf("log %d, blow-up %d: Inverse does not undo Forward", logN, blowup)
			}

			// The values are those of the committed domain at the agreed indices.
			short := coeffs[:1<<logN]
			Extend(v, short, tw)
			committed := make([]field.M31, 1<<(logN+blowup))
			Extend(committed, short, NewTwiddles(circle.Canonic(logN+blowup)))
			n, h := 1<<logN, len(committed)/2
			if !slices.Equal(v[:n], committed[:n]) || !slices.Equal(v[n:], committed[h:h+n]) {
				t.Fatalf("log %d, blow-up %d: not a part of the committed domain", logN, blowup)
			}
		}
	}
}

func TestExtend(t *testing.T) {
	for log := 1; log <= 13; log++ {
		coeffs := random(log, 1<<log)
		for blowup := 0; blowup <= 5; blowup++ {
			d := circle.Canonic(log + blowup)
			tw := NewTwiddles(d)
			dst := random(1, d.Size())
			Extend(dst, coeffs, tw)
			checkValues(t, dst, coeffs, d)

			padded := make([]field.M31, d.Size())
			copy(padded, coeffs[:len(coeffs)/2])
			copy(padded[len(padded)/2:], coeffs[len(coeffs)/2:])
			Forward(padded, tw)
			if !slices.Equal(dst, padded) {
				t.Fatalf("log %d, blow-up %d: not the transform of the padded column", log, 1<<blowup)
			}
		}
	}
}

func TestExtendValues(t *testing.T) {
	for _, log := range []int{1, 2, 5, 6, 7, 11, 12, 13, 14, 15} {
		from := NewTwiddles(circle.Canonic(log + 1))
		values := random(log, 1<<log)
		coeffs := slices.Clone(values)
		Inverse(coeffs, from)
		for blowup := range 3 {
			to := NewTwiddles(circle.Canonic(log + blowup))
			want := make([]field.M31, len(values)<<blowup)
			Extend(want, coeffs, to)
			for _, same := range []bool{false, true} {
				v := slices.Clone(values)
				scratch := v
				if !same {
					scratch = random(2, len(v))
				}
				got := random(1, len(want))
				ExtendValues(got, v, scratch, from, to)
				if !slices.Equal(got, want) {
					t.Fatalf("log %d, blow-up %d, in place %v", log, 1<<blowup, same)
				}
				if !same && !slices.Equal(v, values) {
					t.Fatalf("log %d: the values have changed", log)
				}
			}
		}
	}
}

// TestLifting: f(2^k P) on the large domain has at s the value of f at s>>k.
func TestLifting(t *testing.T) {
	const log = 9
	large := circle.Canonic(log)
	tw := NewTwiddles(large)
	for k := range log {
		coeffs := random(k, 1<<(log-k))
		v := slices.Clone(coeffs)
		Forward(v, tw)
		for s := range large.Size() {
			if got := direct(coeffs, large.At(s).DoubleN(k)); got != v[s>>k] {
				t.Fatalf("k = %d: value %d is %d, want %d", k, s, got, v[s>>k])
			}
		}
		z := randomPoint(k)
		lifted := make([]field.M31, 1<<log)
		for s := range lifted {
			lifted[s] = v[s>>k]
		}
		Inverse(lifted, tw)
		if EvalAt(lifted, z) != EvalAt(coeffs, z.DoubleN(k)) {
			t.Fatalf("k = %d: out of the domain", k)
		}
	}
}

func TestEval(t *testing.T) {
	for log := 1; log <= logLow+3; log++ {
		coeffs := random(log, 1<<log)
		z := randomPoint(log)
		want := EvalAt(coeffs, z)
		if got := vec.DotE(coeffs, BasisAt(z, log)); got != want {
			t.Fatalf("log %d: BasisAt gives %v, EvalAt %v", log, got, want)
		}
		p := circle.Canonic(log + 1).At(1)
		if got := EvalAt(coeffs, p.Lift()); got != field.FromBase(direct(coeffs, p)) {
			t.Fatalf("log %d: wrong value at a base point", log)
		}
		if EvalAt(coeffs, z.Sigma()) != want.Conj() {
			t.Fatalf("log %d: evaluation does not commute with sigma", log)
		}
	}
}

func TestParallel(t *testing.T) {
	tw := NewTwiddles(circle.Canonic(14))
	var coeffs, want [][]field.M31
	for i := range 9 {
		c := random(i, 1<<(1+i))
		v := make([]field.M31, 4*len(c))
		Extend(v, c, tw)
		coeffs, want = append(coeffs, c), append(want, v)
	}
	for _, threads := range []int{0, 1, 2, 5} {
		got, back := make([][]field.M31, len(coeffs)), make([][]field.M31, len(coeffs))
		for i, c := range coeffs {
			got[i] = make([]field.M31, 4*len(c))
			back[i] = slices.Clone(c)
		}
		ExtendAll(threads, got, coeffs, tw)
		ForwardAll(threads, back, tw)
		for i := range coeffs {
			v := slices.Clone(coeffs[i])
			Forward(v, tw)
			if !slices.Equal(got[i], want[i]) || !slices.Equal(back[i], v) {
				t.Fatalf("%d threads: column %d", threads, i)
			}
		}
		InverseAll(threads, back, tw)
		for i := range coeffs {
			if !slices.Equal(back[i], coeffs[i]) {
				t.Fatalf("%d threads: column %d does not come back", threads, i)
			}
		}
		same := [][]field.M31{random(1, 1<<11), random(2, 1<<11), random(3, 1<<11)}
		z := randomPoint(1)
		for i, v := range EvalAll(threads, same, NewEvaluator(z, 11)) {
			if v != EvalAt(same[i], z) {
				t.Fatalf("%d threads: evaluation %d", threads, i)
			}
		}
	}
}

func TestPanics(t *testing.T) {
	tw := NewTwiddles(circle.Canonic(4))
	for name, f := range map[string]func(){
		"empty":           func() { Forward(nil, tw) },
		"one":             func() { Forward(make([]field.M31, 1), tw) },
		"no power of two": func() { Inverse(make([]field.M31, 12), tw) },
		"too long":        func() { Forward(make([]field.M31, 32), tw) },
		"no multiple":     func() { Extend(make([]field.M31, 8), make([]field.M31, 16), tw) },
		"no coefficients": func() { Extend(make([]field.M31, 8), nil, tw) },
		"evaluator":       func() { NewEvaluator(randomPoint(1), 3).Eval(make([]field.M31, 4)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Fatal("no panic")
				}
			}()
			f()
		})
	}
}

func TestTwiddlesDomain(t *testing.T) {
	d := circle.ConstraintDomain(3, 2)
	if NewTwiddles(d).Domain() != d {
		t.Fatal("Domain")
	}
}

func benchmark(b *testing.B, elements int, f func()) {
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(elements), "ns/element")
}

func BenchmarkForward(b *testing.B) {
	for _, log := range []int{12, 16, 20} {
		b.Run(fmt.Sprint(log), func(b *testing.B) {
			tw, v := NewTwiddles(circle.Canonic(log)), random(1, 1<<log)
			benchmark(b, len(v), func() { Forward(v, tw) })
		})
	}
}

func BenchmarkInverse(b *testing.B) {
	for _, log := range []int{12, 16, 20} {
		b.Run(fmt.Sprint(log), func(b *testing.B) {
			tw, v := NewTwiddles(circle.Canonic(log)), random(1, 1<<log)
			benchmark(b, len(v), func() { Inverse(v, tw) })
		})
	}
}

// BenchmarkExtend doubles a column of 2^19 coefficients; the time is for each value.
func BenchmarkExtend(b *testing.B) {
	tw, coeffs, dst := NewTwiddles(circle.Canonic(20)), random(1, 1<<19), make([]field.M31, 1<<20)
	benchmark(b, len(dst), func() { Extend(dst, coeffs, tw) })
}

func BenchmarkEval(b *testing.B) {
	coeffs, e := random(1, 1<<20), NewEvaluator(randomPoint(1), 20)
	benchmark(b, len(coeffs), func() { e.Eval(coeffs) })
}

func BenchmarkNewTwiddles(b *testing.B) {
	benchmark(b, 1<<20, func() { NewTwiddles(circle.Canonic(20)) })
}

// TestWeights: values on a domain and coefficients give the same value out of it.
func TestWeights(t *testing.T) {
	for log := 1; log <= 15; log++ {
		coeffs := random(log, 1<<log)
		for i, d := range []circle.Domain{circle.Canonic(log), circle.Canonic(15), circle.ConstraintDomain(max(log-1, 1), 2)} {
			if d.Size() < len(coeffs) {
				continue
			}
			tw := NewTwiddles(d)
			v := slices.Clone(coeffs)
			Forward(v, tw)
			z := randomPoint(100*log + i)
			if got, want := vec.DotE(v, WeightsAt(z, log, tw)), EvalAt(coeffs, z); got != want {
				t.Fatalf("log %d, domain %d: %v, want %v", log, i, got, want)
			}
		}
	}
}
