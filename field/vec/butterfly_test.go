package vec

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

func TestButterflies(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		for _, w := range append(edges, field.New(r.Uint64())) {
			a, b := column(r, n), column(r, n)
			fa, fb := slices.Clone(a), slices.Clone(b)
			Forward(fa, fb, w)
			ia, ib := slices.Clone(a), slices.Clone(b)
			Inverse(ia, ib, w)
			for i := range n {
				if m := b[i].Mul(w); fa[i] != a[i].Add(m) || fb[i] != a[i].Sub(m) {
					t.Fatalf("Forward, length %d, twiddle %d: pair %d", n, w, i)
				}
				if ia[i] != a[i].Add(b[i]) || ib[i] != a[i].Sub(b[i]).Mul(w) {
					t.Fatalf("Inverse, length %d, twiddle %d: pair %d", n, w, i)
				}
			}
		}
	})
}

func TestButterflies4(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		for blocks := range 4 {
			w, u, v := column(r, blocks), column(r, 2*blocks), column(r, 4*n*blocks)
			forward, inverse := slices.Clone(v), slices.Clone(v)
			Forward4(forward, w, u)
			Inverse4(inverse, w, u)
			for j := range blocks {
				want := slices.Clone(v[4*n*j : 4*n*(j+1)])
				q := QuartersOf(want)
				Forward(q[0], q[2], w[j])
				Forward(q[1], q[3], w[j])
				Forward(q[0], q[1], u[2*j])
				Forward(q[2], q[3], u[2*j+1])
				if !slices.Equal(forward[4*n*j:4*n*(j+1)], want) {
					t.Fatalf("Forward4, quarters of %d: block %d of %d", n, j, blocks)
				}
				copy(want, v[4*n*j:])
				Inverse(q[0], q[1], u[2*j])
				Inverse(q[2], q[3], u[2*j+1])
				Inverse(q[0], q[2], w[j])
				Inverse(q[1], q[3], w[j])
				if !slices.Equal(inverse[4*n*j:4*n*(j+1)], want) {
					t.Fatalf("Inverse4, quarters of %d: block %d of %d", n, j, blocks)
				}
			}
		}
	})
}

func TestButterflies4To(t *testing.T) {
	forLengths(t, func(t *testing.T, r *rand.Rand, n int) {
		w := column(r, 3)
		from := column(r, 4*n)
		src := QuartersOf(from)
		for _, f := range []struct {
			name string
			to   func(dst, src *Quarters, t, t0, t1 field.M31)
			in   func(v, t, u []field.M31)
		}{{"Forward4To", Forward4To, Forward4}, {"Inverse4To", Inverse4To, Inverse4}} {
			want, got, same := slices.Clone(from), column(r, 4*n), slices.Clone(from)
			f.in(want, w[:1], w[1:])
			before := slices.Clone(from)
			dst, place := QuartersOf(got), QuartersOf(same)
			f.to(&dst, &src, w[0], w[1], w[2])
			f.to(&place, &place, w[0], w[1], w[2])
			if !slices.Equal(got, want) || !slices.Equal(same, want) || !slices.Equal(from, before) {
				t.Fatalf("%s, length %d", f.name, n)
			}
		}
	})
}

// The assembly checks nothing, so that its callers must.
func TestShortQuarters(t *testing.T) {
	cputest.Each(t, func(t *testing.T) {
		v := make([]field.M31, 256)
		whole, short := QuartersOf(v), QuartersOf(v)
		short[2] = v[:63:63]
		for name, f := range map[string]func(){
			"Forward4To, destination": func() { Forward4To(&short, &whole, 1, 2, 3) },
			"Forward4To, source":      func() { Forward4To(&whole, &short, 1, 2, 3) },
			"Inverse4To, destination": func() { Inverse4To(&short, &whole, 1, 2, 3) },
			"Inverse4To, source":      func() { Inverse4To(&whole, &short, 1, 2, 3) },
			"Forward4, twiddles":      func() { Forward4(v, v[:2:2], v[:3:3]) },
			"Inverse4, twiddles":      func() { Inverse4(v, v[:2:2], v[:3:3]) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: no panic", name)
					}
				}()
				f()
			}()
		}
	})
}

// acrossTwiddle is the twiddle across at index s by the rule in ForwardTail's comment.
func acrossTwiddle(t1 []field.M31, s int) field.M31 {
	x, y := t1[s/4*2], t1[s/4*2+1]
	return []field.M31{y, y.Neg(), x.Neg(), x}[s%4]
}

func TestTails(t *testing.T) { cputest.Each(t, testTails) }

func testTails(t *testing.T) {
	for blocks := range 7 {
		r := rand.New(rand.NewPCG(uint64(blocks), 2))
		n := blocks * TailRun
		tw := [4][]field.M31{column(r, n/2), column(r, n/4), column(r, n/8), column(r, n/16)}
		lo, hi := column(r, n), column(r, n)

		wantLo, wantHi := slices.Clone(lo), slices.Clone(hi)
		for k := 3; k >= 0; k-- {
			for b, w := range tw[k] {
				at, run := b<<(k+1), 1<<k
				Forward(wantLo[at:at+run], wantLo[at+run:at+2*run], w)
				Forward(wantHi[at:at+run], wantHi[at+run:at+2*run], w)
			}
		}
		for s := range n {
			Forward(wantLo[s:s+1], wantHi[s:s+1], acrossTwiddle(tw[0], s))
		}
		gotLo, gotHi := slices.Clone(lo), slices.Clone(hi)
		ForwardTail(gotLo, gotHi, tw[3], tw[2], tw[1], tw[0])
		if !slices.Equal(gotLo, wantLo) || !slices.Equal(gotHi, wantHi) {
			t.Fatalf("ForwardTail, length %d", n)
		}

		for shift := uint(0); shift <= 30; shift++ {
			wantLo, wantHi := slices.Clone(lo), slices.Clone(hi)
			for s := range n {
				Inverse(wantLo[s:s+1], wantHi[s:s+1], acrossTwiddle(tw[0], s))
			}
			for k := range tw {
				for b, w := range tw[k] {
					at, run := b<<(k+1), 1<<k
					Inverse(wantLo[at:at+run], wantLo[at+run:at+2*run], w)
					Inverse(wantHi[at:at+run], wantHi[at+run:at+2*run], w)
				}
			}
			MulConst(wantLo, wantLo, 1<<shift)
			MulConst(wantHi, wantHi, 1<<shift)
			gotLo, gotHi := slices.Clone(lo), slices.Clone(hi)
			InverseTail(gotLo, gotHi, gotLo, gotHi, tw[3], tw[2], tw[1], tw[0], shift)
			if !slices.Equal(gotLo, wantLo) || !slices.Equal(gotHi, wantHi) {
				t.Fatalf("InverseTail, length %d, shift %d", n, shift)
			}
			clear(gotLo)
			clear(gotHi)
			InverseTail(gotLo, gotHi, lo, hi, tw[3], tw[2], tw[1], tw[0], shift)
			if !slices.Equal(gotLo, wantLo) || !slices.Equal(gotHi, wantHi) {
				t.Fatalf("InverseTail to other columns, length %d, shift %d", n, shift)
			}
		}
	}
}
