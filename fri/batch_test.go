package fri

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/stretchr/testify/require"
)

func TestPowersAndWeights(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	g := randomE(rng)
	for i, p := range Powers(g, 9) {
		require.Equal(t, g.Exp(uint64(i)), p)
	}
	w := Weights(g, 2, 0, 3)
	require.Len(t, w, 3)
	require.Empty(t, w[1])
	require.Equal(t, Powers(g, 5), append(append([]field.E{}, w[0]...), w[2]...))
	require.Empty(t, Powers(g, 0))
}

func TestCombine(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	top := field.FromCoords([field.Degree]field.M31{field.P - 1, field.P - 1, field.P - 1, field.P - 1, field.P - 1, field.P - 1})
	for n := range 68 {
		weights, row := make([]field.E, n), make([]field.M31, n)
		for _, extreme := range []bool{true, false} {
			var want field.E
			for c := range row {
				weights[c], row[c] = top, field.P-1
				if !extreme {
					weights[c], row[c] = randomE(rng), randomM31(rng)
				}
				want = want.Add(weights[c].MulBase(row[c]))
			}
			require.Equal(t, want, Combine(weights, row), "%d columns", n)
		}
	}
	require.Zero(t, Combine(nil, []field.M31{1}))
}

func TestValuesRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 10))
	weights := Powers(randomE(rng), 2)
	q, err := NewQuotient(randomPoint(t, rng), []field.E{randomE(rng), randomE(rng)}, weights)
	require.NoError(t, err)
	row := func(int, uint32) ([]field.M31, error) { return []field.M31{1, 2}, nil }
	b := Opened{LogDomain: 3, Quotient: q, Weights: weights}

	v, err := Values(5, []Opened{b}, []uint32{31, 0, 31}, row)
	require.NoError(t, err)
	require.Len(t, v, 3)
	require.Equal(t, v[0], v[2])

	_, err = Values(2, []Opened{b}, []uint32{0}, row)
	require.ErrorIs(t, err, ErrParams, "column longer than the domain")
	_, err = Values(MaxLogDomain+1, []Opened{b}, []uint32{0}, row)
	require.ErrorIs(t, err, ErrParams)
	_, err = Values(5, []Opened{b}, []uint32{32}, row)
	require.ErrorIs(t, err, ErrParams, "index off the domain")
	b.LogDomain = 0
	_, err = Values(5, []Opened{b}, []uint32{0}, row)
	require.ErrorIs(t, err, ErrParams)
	b.LogDomain = 3
	_, err = Values(5, []Opened{b}, []uint32{0}, func(int, uint32) ([]field.M31, error) { return []field.M31{1}, nil })
	require.ErrorIs(t, err, ErrShape)
	closed := errors.New("closed")
	_, err = Values(5, []Opened{b}, []uint32{0}, func(int, uint32) ([]field.M31, error) { return nil, closed })
	require.ErrorIs(t, err, closed)
}
