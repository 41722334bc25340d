package vec

import "github.com/orrery/orrery/field"

// A tile is a copy of a few elements of E. Planes whose lengths are powers of two lie at
// equal addresses modulo the size of a cache way; to walk along more of them than there
// are ways is slower than to copy them first, one by one.
type tile [field.Degree][tileLen]field.M31

const tileLen = 128

func (t *tile) load(p *Planes, lo, hi int) {
	for k := range t {
		copy(t[k][:], p[k][lo:hi])
	}
}

func (t *tile) store(p *Planes, lo, hi int) {
	for k := range t {
		copy(p[k][lo:hi], t[k][:])
	}
}

func (t *tile) at(i int) field.E {
	i %= tileLen
	return field.E{
		C0: field.CM31{A: t[0][i], B: t[1][i]},
		C1: field.CM31{A: t[2][i], B: t[3][i]},
		C2: field.CM31{A: t[4][i], B: t[5][i]},
	}
}

func (t *tile) set(i int, x field.E) {
	i %= tileLen
	t[0][i], t[1][i] = x.C0.A, x.C0.B
	t[2][i], t[3][i] = x.C1.A, x.C1.B
	t[4][i], t[5][i] = x.C2.A, x.C2.B
}
