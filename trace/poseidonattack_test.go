package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

// TestAttackPoseidon2Determined: the input of a compression determines its row. A false
// output would be served to all who look it up.
func TestAttackPoseidon2Determined(t *testing.T) {
	c := rv32im.NewPoseidon2()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	rng := rand.New(rand.NewPCG(61, 62))
	given := append([]air.Col{c.Mult}, c.In[:]...)
	for range 3 {
		in := randomInput(rng)
		row := f.write(t, func(w columns, _ int) { fillPoseidon2(c, w, []memtree.Input{in}) })
		row[c.Mult] = 1
		for k, v := range row {
			for _, x := range []field.M31{v.Add(1), v.Sub(1), 0, 1, 2, field.New(rng.Uint64())} {
				if x == v || slices.Contains(given, air.Col(k)) {
					continue
				}
				row[k] = x
				if _, err := f.verdict(row); err == nil {
					t.Errorf("%s can be %d instead of %d", f.air.Main[k].Name, x, v)
				}
			}
			row[k] = v
		}
	}
}

func randomInput(rng *rand.Rand) (in memtree.Input) {
	for i := range in {
		in[i] = field.New(rng.Uint64())
	}
	return in
}

// TestAttackPoseidon2Rounds forges one S-box and goes on from there as if it were right:
// its cube, its output, or the result in the end. Only its own constraint is violated.
func TestAttackPoseidon2Rounds(t *testing.T) {
	c := rv32im.NewPoseidon2()
	f := compileFacts(t, c, make([]field.M31, rv32im.NumPublics))
	rng := rand.New(rand.NewPCG(63, 64))
	in := randomInput(rng)
	last := len(c.Full) - 1
	for _, box := range []rv32im.SBox{c.Full[0][0], c.Full[3][23], c.Partial[0], c.Partial[len(c.Partial)-1], c.Full[last][5]} {
		for _, cube := range []bool{true, false} {
			if !cube && box == c.Full[last][5] {
				continue // the last S-boxes have no column for their outputs
			}
			row := make([]field.M31, len(f.air.Main))
			w := make(columns, len(row))
			for i := range w {
				w[i] = row[i : i+1]
			}
			forgePoseidon2(c, w, &in, box, cube)
			row[c.Mult] = 1
			name := "S-box output"
			if cube {
				name = "cube"
			}
			f.rejectsOnly(t, row, name)
		}
	}
	for i := range c.Out {
		row := f.write(t, func(w columns, _ int) { fillPoseidon2(c, w, []memtree.Input{in}) })
		row[c.Out[i]] = row[c.Out[i]].Add(1)
		f.rejectsOnly(t, row, fmt.Sprintf("output %d", i))
	}
}

// forgePoseidon2 writes a row in which the cube of one S-box, or its output, is one more
// than it should be, and everything after it follows from that.
func forgePoseidon2(c *rv32im.Poseidon2, w columns, in *memtree.Input, forged rv32im.SBox, cube bool) {
	const r = 0
	w.set(c.Live, r, 1)
	x := *in
	for i, v := range x {
		w.elem(c.In[i], r, v)
	}
	sbox := func(box rv32im.SBox, x field.M31, out bool) field.M31 {
		y := w.sbox(box, r, x, out)
		if box != forged {
			return y
		}
		if !cube {
			y = y.Add(1)
		} else {
			wrong := x.Square().Mul(x).Add(1)
			w.elem(box.Cube, r, wrong)
			y = wrong.Mul(x.Square())
		}
		if out {
			w.elem(box.Out, r, y)
		}
		return y
	}
	externalLayer(&x)
	for round := range c.Full {
		if round == len(c.Full)/2 {
			for p := range c.Partial {
				x[0] = sbox(c.Partial[p], x[0].Add(poseidonPartial[p]), true)
				internalLayer(&x)
			}
		}
		for i := range x {
			x[i] = sbox(c.Full[round][i], x[i].Add(poseidonFull[round][i]), round != len(c.Full)-1)
		}
		externalLayer(&x)
	}
	for i, col := range c.Out {
		w.elem(col, r, x[i].Add(in[i]))
	}
}

// sbox writes the cube of x and, if out, x^5, which it returns. It and the layers are those of
// one row.
func (w columns) sbox(c rv32im.SBox, r int, x field.M31, out bool) field.M31 {
	square := x.Square()
	cube := square.Mul(x)
	y := cube.Mul(square)
	w.elem(c.Cube, r, cube)
	if out {
		w.elem(c.Out, r, y)
	}
	return y
}

// externalLayer multiplies by hash.ExternalMatrix. Sums of elements below 2^31 with
// factors that add up to at most 112 stay below 2^38.
func externalLayer(x *memtree.Input) {
	var y [hash.Poseidon2Width]uint64
	var sum [4]uint64
	for i := 0; i < len(x); i += 4 {
		a, b, c, d := uint64(x[i]), uint64(x[i+1]), uint64(x[i+2]), uint64(x[i+3])
		y[i] = 5*a + 7*b + c + 3*d
		y[i+1] = 4*a + 6*b + c + d
		y[i+2] = a + 3*b + 5*c + 7*d
		y[i+3] = a + b + 4*c + 6*d
		for j := range sum {
			sum[j] += y[i+j]
		}
	}
	for i := range x {
		x[i] = field.New(y[i] + sum[i%4])
	}
}

// internalLayer multiplies by the matrix of ones plus the diagonal.
func internalLayer(x *memtree.Input) {
	var sum uint64
	for _, v := range x {
		sum += uint64(v)
	}
	total := field.New(sum)
	for i, v := range x {
		x[i] = total.Add(poseidonDiagonal[i].Mul(v))
	}
}
