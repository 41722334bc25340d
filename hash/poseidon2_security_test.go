package hash

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
)

// satisfies evaluates the inequalities for the numbers of rounds of Poseidon2 with x^alpha
// over a field of size p, width t and m bits of security: those of 2023/323, as the
// authors' script poseidon2_rust_params.sage has them. reason names the first that fails.
func satisfies(p, t float64, full, partial int, alpha, m float64) (reason string) {
	rf, rp := float64(full), float64(partial)
	bits, logA := math.Log2(p), math.Log2(alpha)

	// Statistical attacks: 6 full rounds are enough below this bound, else 10.
	statistical := 6.0
	if m > math.Floor(bits-(alpha-1)/2)*(t+1) {
		statistical = 10
	}
	if rf < statistical {
		return "statistical"
	}
	if rf+rp < 1+math.Ceil(math.Min(m, math.Ceil(bits))/logA)+math.Ceil(math.Log(t)/math.Log(alpha)) {
		return "interpolation"
	}
	if rf+rp < math.Min(m, bits)/logA {
		return "Groebner 1"
	}
	if rf+rp < t-1+math.Min(m/(t+1), bits/2)/logA {
		return "Groebner 2"
	}
	if (t-1)*rf+rp < t-2+m/(2*logA) {
		return "Groebner 3"
	}
	// The system of 2023/537: two times the log of a binomial, in place of 2.3727 times.
	s := math.Floor(t / 3)
	over := (rf-1)*t + rp + s + s*rf/2 + rp + alpha
	under := s*rf/2 + rp + alpha
	if math.Ceil(2*logBinomial(over, under)) < m {
		return "Groebner of 2023/537"
	}
	return ""
}

func logBinomial(n, k float64) float64 {
	lg := func(x float64) float64 { y, _ := math.Lgamma(x + 1); return y }
	return (lg(n) - lg(k) - lg(n-k)) / math.Ln2
}

func TestPoseidon2Rounds(t *testing.T) {
	const width, alpha, bits = Poseidon2Width, Poseidon2Alpha, 128
	require.Empty(t, satisfies(field.P, width, 6, 20, alpha, bits))
	require.Equal(t, "Groebner 2", satisfies(field.P, width, 6, 19, alpha, bits))
	require.Equal(t, "statistical", satisfies(field.P, width, 4, 22, alpha, bits))

	// The cheapest rounds in S-boxes, with the margin, are ours.
	best, full, partial := math.MaxInt, 0, 0
	for rp := 1; rp < 200; rp++ {
		for rf := 4; rf < 40; rf += 2 {
			if satisfies(field.P, width, rf, rp, alpha, bits) != "" {
				continue
			}
			mf, mp := rf+2, int(math.Ceil(1.075*float64(rp)))
			if cost := width*mf + mp; cost < best {
				best, full, partial = cost, mf, mp
			}
		}
	}
	require.Equal(t, Poseidon2FullRounds, full)
	require.Equal(t, Poseidon2PartialRounds, partial)
}

// TestSboxPermutes checks that alpha is the least exponent above 1 prime to p-1.
func TestSboxPermutes(t *testing.T) {
	gcd := func(a, b int) int {
		for b != 0 {
			a, b = b, a%b
		}
		return a
	}
	for k := 2; k < Poseidon2Alpha; k++ {
		require.NotEqual(t, 1, gcd(k, field.P-1))
	}
	require.Equal(t, 1, gcd(Poseidon2Alpha, field.P-1))
}

// matrix is a square matrix over M31, poly a polynomial modulo a monic one of degree 24,
// lowest coefficient first.
type (
	matrix [24][24]field.M31
	poly   [24]field.M31
)

func internalMatrix() (m matrix) {
	d := InternalDiagonal()
	for i := range m {
		for j := range m {
			m[i][j] = 1
		}
		m[i][i] = m[i][i].Add(d[i])
	}
	return m
}

func (m *matrix) times(n *matrix) (out matrix) {
	for i := range out {
		for j := range out {
			for k := range m {
				out[i][j] = out[i][j].Add(m[i][k].Mul(n[k][j]))
			}
		}
	}
	return out
}

// characteristic returns the coefficients below the leading one of the monic polynomial f
// of degree 24 with f(M) e_0 = 0, if e_0, M e_0, ..., M^23 e_0 are independent. Then it is
// the minimal polynomial of M.
func (m *matrix) characteristic() (f poly, ok bool) {
	// The columns of the system are M^j e_0 for j < 24; its right side is -M^24 e_0.
	var a [24][25]field.M31
	v := [24]field.M31{1}
	for j := range 25 {
		for i := range v {
			a[i][j] = v[i]
		}
		var w [24]field.M31
		for i := range w {
			for k := range v {
				w[i] = w[i].Add(m[i][k].Mul(v[k]))
			}
		}
		v = w
	}
	for c := range 24 {
		pivot := c
		for pivot < 24 && a[pivot][c] == 0 {
			pivot++
		}
		if pivot == 24 {
			return f, false
		}
		a[c], a[pivot] = a[pivot], a[c]
		inv := a[c][c].Inv()
		for j := range a[c] {
			a[c][j] = a[c][j].Mul(inv)
		}
		for i := range a {
			if i == c || a[i][c] == 0 {
				continue
			}
			q := a[i][c]
			for j := range a[i] {
				a[i][j] = a[i][j].Sub(q.Mul(a[c][j]))
			}
		}
	}
	for i := range f {
		f[i] = a[i][24].Neg()
	}
	return f, true
}

// mul multiplies modulo the monic polynomial with the low coefficients f.
func (x *poly) mul(y, f *poly) (z poly) {
	var long [47]field.M31
	for i := range x {
		for j := range y {
			long[i+j] = long[i+j].Add(x[i].Mul(y[j]))
		}
	}
	for i := 46; i >= 24; i-- {
		for j := range f {
			long[i-24+j] = long[i-24+j].Sub(long[i].Mul(f[j]))
		}
	}
	copy(z[:], long[:24])
	return z
}

// coprime reports whether gcd(g, f) = 1 for f monic of degree 24.
func coprime(g, f *poly) bool {
	a := append(append([]field.M31{}, f[:]...), 1)
	b := append([]field.M31{}, g[:]...)
	trim := func(p []field.M31) []field.M31 {
		for len(p) > 0 && p[len(p)-1] == 0 {
			p = p[:len(p)-1]
		}
		return p
	}
	b = trim(b)
	for len(b) > 0 {
		inv := b[len(b)-1].Inv()
		for len(a) >= len(b) {
			q := a[len(a)-1].Mul(inv)
			for i := range b {
				k := len(a) - len(b) + i
				a[k] = a[k].Sub(q.Mul(b[i]))
			}
			a = trim(a)
		}
		a, b = b, a
	}
	return len(a) == 1
}

// irreducible is Rabin's test for degree 24 = 2^3 * 3.
func irreducible(f *poly) bool {
	x := poly{1: 1}
	h := x
	for k := 1; k <= 24; k++ {
		// h becomes h^p = h^(2^31 - 1).
		r := h
		for range 30 {
			r = r.mul(&r, f)
			r = r.mul(&h, f)
		}
		h = r
		if k == 8 || k == 12 {
			d := h
			d[1] = d[1].Sub(1)
			if !coprime(&d, f) {
				return false
			}
		}
	}
	return h == x
}

// TestInternalMatrix checks the condition of the Poseidon2 paper (section 5.3) against
// infinitely long subspace trails: the minimal polynomials of M, M^2, ..., M^(2t) are
// irreducible and of degree t.
func TestInternalMatrix(t *testing.T) {
	m := internalMatrix()
	power := m
	for k := 1; k <= 2*Poseidon2Width; k++ {
		f, ok := power.characteristic()
		require.True(t, ok, "minimal polynomial of power %d has a lower degree", k)
		require.True(t, irreducible(&f), "minimal polynomial of power %d", k)
		power = power.times(&m)
	}
}

// TestIrreducible has polynomials that split, and matrices that must fail.
func TestIrreducible(t *testing.T) {
	require.False(t, irreducible(&poly{}), "x^24")
	require.False(t, irreducible(&poly{0: field.M31(1).Neg()}), "x^24 - 1")
	var identity matrix
	for i := range identity {
		identity[i][i] = 1
	}
	_, ok := identity.characteristic()
	require.False(t, ok)

	// Ones plus a constant diagonal has two eigenvalues only.
	m := internalMatrix()
	for i := range m {
		m[i][i] = 5
	}
	_, ok = m.characteristic()
	require.False(t, ok)
}

// TestExternalMatrix checks that the external matrix is invertible and that M_4 is MDS
// (no square submatrix is singular), as section 5.1 of the paper demands.
func TestExternalMatrix(t *testing.T) {
	e := ExternalMatrix()
	require.Equal(t, 24, rank(rows(e[:])))
	m4 := ExternalM4()
	for r := 1; r < 16; r++ {
		for c := 1; c < 16; c++ {
			var sub [][]field.M31
			for i := range m4 {
				if r>>i&1 == 0 {
					continue
				}
				var row []field.M31
				for j := range m4 {
					if c>>j&1 == 1 {
						row = append(row, m4[i][j])
					}
				}
				sub = append(sub, row)
			}
			if len(sub) == len(sub[0]) {
				require.Equal(t, len(sub), rank(sub), "rows %04b, columns %04b", r, c)
			}
		}
	}
}

func rows(m [][24]field.M31) (out [][]field.M31) {
	for i := range m {
		out = append(out, append([]field.M31{}, m[i][:]...))
	}
	return out
}

func rank(m [][]field.M31) (n int) {
	for c := range m[0] {
		pivot := n
		for pivot < len(m) && m[pivot][c] == 0 {
			pivot++
		}
		if pivot == len(m) {
			continue
		}
		m[n], m[pivot] = m[pivot], m[n]
		inv := m[n][c].Inv()
		for i := n + 1; i < len(m); i++ {
			q := m[i][c].Mul(inv)
			for j := range m[i] {
				m[i][j] = m[i][j].Sub(q.Mul(m[n][j]))
			}
		}
		n++
	}
	return n
}
