package circle

import (
	"fmt"
	"testing"

	"github.com/orrery/orrery/field"
)

func testDomains() map[string]Domain {
	m := map[string]Domain{}
	for log := 1; log <= 9; log++ {
		m[fmt.Sprintf("canonic %d", log)] = Canonic(log)
		for b := 1; b <= 4; b++ {
			m[fmt.Sprintf("constraint %d, blowup %d", log-1, b)] = ConstraintDomain(log-1, b)
		}
	}
	return m
}

func TestDomain(t *testing.T) {
	for name, d := range testDomains() {
		t.Run(name, func(t *testing.T) {
			n := d.Size()
			xs, ys := make([]field.M31, n/2), make([]field.M31, n/2)
			d.Half(xs, ys)
			seen := map[Point]int{}
			for s := range n {
				p := d.At(s)
				if _, ok := seen[p]; ok {
					t.Fatalf("index %d repeats a point", s)
				}
				seen[p] = s
				if s < n/2 && p != (Point{xs[s], ys[s]}) {
					t.Fatalf("Half and At differ at %d", s)
				}
				if p.Conj() != d.At(s^n/2) {
					t.Fatalf("the conjugate of %d is not at %d", s, s^n/2)
				}
				if d.Log > 1 && p.Double() != d.Double().At(s>>1) {
					t.Fatalf("the double of %d is not at %d", s, s>>1)
				}
			}
			for s, next := range d.NextByStep() {
				if got := d.At(s).Add(d.Step()); got != d.At(int(next)) {
					t.Fatalf("next of %d is not %d", s, next)
				}
			}
		})
	}
}

func TestCanonic(t *testing.T) {
	for log := 1; log <= 9; log++ {
		d, n := Canonic(log), 1<<log
		g := Generator(log + 1)
		for k := range n {
			s := StorageIndex(k, log)
			if s < 0 || s >= n || CosetIndex(s, log) != k {
				t.Fatalf("log %d: storage index %d of element %d", log, s, k)
			}
			if d.At(s) != g.Add(Generator(log).Times(uint64(k))) {
				t.Fatalf("log %d: element %d is not at %d", log, k, s)
			}
			if d.At(s) != g.Times(uint64(2*k+1)) {
				t.Fatalf("log %d: element %d is not the odd multiple", log, k)
			}
		}
		for s, next := range NextTable(log) {
			if d.At(s).Add(Generator(log)) != d.At(int(next)) || NextIndex(s, log) != int(next) {
				t.Fatalf("log %d: next of %d is not %d", log, s, next)
			}
		}
	}
}

func TestConstraintDomain(t *testing.T) {
	for logN := 0; logN <= 6; logN++ {
		for b := 1; b <= 4; b++ {
			n, big := 1<<logN, Canonic(logN+b)
			d := ConstraintDomain(logN, b)
			for s := range n {
				if d.At(s) != big.At(s) || d.At(n+s) != big.At(big.Size()/2+s) {
					t.Fatalf("log %d, blowup %d: index %d", logN, b, s)
				}
			}
			if d.Step() != Generator(logN) {
				t.Fatalf("log %d, blowup %d: step", logN, b)
			}
		}
	}
}

func TestVanishing(t *testing.T) {
	for log := 1; log <= 6; log++ {
		d, outside := Canonic(log), Canonic(log+1)
		for s := range d.Size() {
			if Vanishing(log, d.At(s).X) != 0 {
				t.Fatalf("log %d: not zero at %d", log, s)
			}
		}
		for s := range outside.Size() {
			x := outside.At(s).X
			v := Vanishing(log, x)
			if v == 0 {
				t.Fatalf("log %d: zero outside at %d", log, s)
			}
			if VanishingE(log, field.FromBase(x)) != field.FromBase(v) {
				t.Fatalf("log %d: E and M31 differ", log)
			}
		}
	}
}

func TestBitReverse(t *testing.T) {
	for _, c := range []struct{ i, n, want int }{
		{0, 0, 0}, {1, 1, 1}, {1, 3, 4}, {6, 3, 3}, {1, 31, 1 << 30}, {0b1011, 4, 0b1101},
	} {
		if got := BitReverse(c.i, c.n); got != c.want {
			t.Errorf("BitReverse(%d, %d) = %d, want %d", c.i, c.n, got, c.want)
		}
	}
}
