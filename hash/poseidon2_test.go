package hash

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
)

// counting is the input 0, 1, ..., 23 of the published vectors.
func counting() (x [24]uint64) {
	for i := range x {
		x[i] = uint64(i)
	}
	return x
}

// paperM4 is the matrix M_4 of the paper, written again.
var paperM4 = [4][4]uint64{{5, 7, 1, 3}, {4, 6, 1, 1}, {1, 3, 5, 7}, {1, 1, 4, 6}}

// TestReferenceBabyBear checks the reference, with the paper's matrix, and the LFSR with
// the vector that RISC Zero publishes for BabyBear (risc0/zkp, poseidon2 test vectors);
// the diagonal is that of the reference implementation of HorizenLabs.
func TestReferenceBabyBear(t *testing.T) {
	r := reference{
		p: 15<<27 + 1, alpha: 7, full: 8, partial: 21, m4: paperM4,
		constants: grain(15<<27+1, 24, 8, 21, 8*24+21),
		diagonal: [24]uint64{
			0x409133f0, 0x1667a8a1, 0x06a6c7b6, 0x6f53160e, 0x273b11d1, 0x03176c5d, 0x72f9bbf9, 0x73ceba91,
			0x5cdef81d, 0x01393285, 0x46daee06, 0x065d7ba6, 0x52d72d6f, 0x05dd05e0, 0x3bab4b63, 0x6ada3842,
			0x2fc5fbec, 0x770d61b0, 0x5715aae9, 0x03ef0e90, 0x75b6c770, 0x242adf5f, 0x00d0ca4c, 0x36c0e388,
		},
	}
	require.Equal(t, [24]uint64{
		0x2ed3e23d, 0x12921fb0, 0x0e659e79, 0x61d81dc9, 0x32bae33b, 0x62486ae3, 0x1e681b60, 0x24b91325,
		0x2a2ef5b9, 0x50e8593e, 0x5bc818ec, 0x10691997, 0x35a14520, 0x2ba6a3c5, 0x279d47ec, 0x55014e81,
		0x5953a67f, 0x2f403111, 0x6b8828ff, 0x1801301f, 0x2749207a, 0x3dc9cf21, 0x3c985ba2, 0x57a99864,
	}, r.permute(counting()))
}

// m31Reference has the parameters of this package, with the given M_4, from the LFSR and
// the exported diagonal.
func m31Reference(m4 [4][4]uint64) *reference {
	r := &reference{
		p: field.P, alpha: Poseidon2Alpha, full: Poseidon2FullRounds, partial: Poseidon2PartialRounds, m4: m4,
		constants: grain(field.P, 24, Poseidon2FullRounds, Poseidon2PartialRounds, 8*24+22),
	}
	for i, d := range InternalDiagonal() {
		r.diagonal[i] = uint64(d)
	}
	return r
}

// TestReferencePlonky3 checks constants, rounds and diagonal with Plonky3's vector for
// M31 and width 24, which differs from ours in M_4 alone: circ(2, 3, 1, 1).
func TestReferencePlonky3(t *testing.T) {
	r := m31Reference([4][4]uint64{{2, 3, 1, 1}, {1, 2, 3, 1}, {1, 1, 2, 3}, {3, 1, 1, 2}})
	require.Equal(t, [24]uint64{
		0x2040f051, 0x7261dbfa, 0x4fbd519e, 0x2320ecaf, 0x039ef27c, 0x48d60ad5, 0x73ca17ff, 0x6023111a,
		0x6c5e31e7, 0x373cd90d, 0x75a3ae11, 0x00ecc878, 0x33a7c097, 0x244c2171, 0x7552a38e, 0x58d20817,
		0x00feecb7, 0x47c43c88, 0x30d3001c, 0x24d09ba6, 0x71f241d9, 0x1c72ab2e, 0x4749f79d, 0x61ff7579,
	}, r.permute(counting()))
}

// TestPoseidon2Constants regenerates the table in the source.
func TestPoseidon2Constants(t *testing.T) {
	var table []uint64
	full, partial := FullRoundConstants(), PartialRoundConstants()
	for _, round := range full[:4] {
		for _, c := range round {
			table = append(table, uint64(c))
		}
	}
	for _, c := range partial {
		table = append(table, uint64(c))
	}
	for _, round := range full[4:] {
		for _, c := range round {
			table = append(table, uint64(c))
		}
	}
	require.Equal(t, grain(field.P, 24, 8, 22, 8*24+22), table)
}

// TestPoseidon2Permute compares with the reference, first on the vector of this system.
func TestPoseidon2Permute(t *testing.T) {
	r := m31Reference(paperM4)
	vector := [24]uint64{
		0x451bf0cf, 0x516d670e, 0x11fded9d, 0x05d4d661, 0x0ce3ada2, 0x5a2d814a, 0x50bcaca2, 0x3a503d2e,
		0x1b1434fd, 0x4b1460bf, 0x539ef504, 0x18b34147, 0x62b6cddd, 0x503acb10, 0x59654b68, 0x7e6de5af,
		0x53a55663, 0x376ed640, 0x26033c43, 0x10a6a65d, 0x59f17898, 0x4dbdfb76, 0x6084ba9c, 0x11a17a49,
	}
	require.Equal(t, vector, r.permute(counting()))

	edges := []uint64{0, 1, field.P - 1, field.P - 2, 1 << 30}
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		x := counting()
		for i := range x {
			switch {
			case n >= 1 && n <= len(edges):
				x[i] = edges[n-1]
			case n > len(edges) && n < 100:
				x[i] = edges[rng.IntN(len(edges))]
			case n >= 100:
				x[i] = rng.Uint64N(field.P)
			}
		}
		var s [24]field.M31
		for i := range s {
			s[i] = field.M31(x[i])
		}
		Poseidon2Permute(&s)
		for i, want := range r.permute(x) {
			require.Equal(t, want, uint64(s[i]), "input %v, element %d", x, i)
		}
	}
}

// TestFoldBounds checks the bounds that Poseidon2Permute relies on, at their extremes.
func TestFoldBounds(t *testing.T) {
	const worst = 1<<31 + 1<<26
	require.Less(t, fold(fold(uint64(worst)*worst)), uint64(1<<31+3))
	require.Less(t, fold(uint64(1<<31+2)*(1<<31+2)), uint64(1<<32+16))
	require.Less(t, fold(uint64(1<<32+15)*worst), uint64(1<<33))
	require.Less(t, fold(uint64(23*worst+1<<33)+worst<<22), uint64(worst))
	require.Less(t, fold(uint64(22*worst+1<<33)+8*field.P), uint64(worst))
	require.Less(t, uint64(112*(1<<33)), uint64(1<<40))
	require.Less(t, fold(uint64(1<<40)+field.P), uint64(worst))
}

func TestExportedMatrices(t *testing.T) {
	r := m31Reference(paperM4)
	m, d := ExternalMatrix(), InternalDiagonal()
	for j := range m {
		var unit [24]uint64
		unit[j] = 1
		for i, want := range r.external(unit) {
			require.Equal(t, want, uint64(m[i][j]), "external %d, %d", i, j)
		}
		var s [24]uint64
		s[j] = 1
		external(&s)
		for i := range s {
			require.Equal(t, uint64(m[i][j]), s[i]%field.P, "external %d, %d", i, j)
		}
	}
	for i := range paperM4 {
		for j, want := range paperM4[i] {
			require.Equal(t, want, uint64(ExternalM4()[i][j]))
		}
	}
	require.Equal(t, field.M31(field.P-2), d[0])
}

func FuzzPoseidon2(f *testing.F) {
	f.Add(make([]byte, 96))
	r := m31Reference(paperM4)
	f.Fuzz(func(t *testing.T, b []byte) {
		var x [24]uint64
		var s [24]field.M31
		for i := range min(24, len(b)/4) {
			x[i] = (uint64(b[4*i]) | uint64(b[4*i+1])<<8 | uint64(b[4*i+2])<<16 | uint64(b[4*i+3])<<24) % field.P
			s[i] = field.M31(x[i])
		}
		Poseidon2Permute(&s)
		for i, want := range r.permute(x) {
			require.Equal(t, want, uint64(s[i]))
		}
	})
}
