package hash

import (
	"fmt"
	"math/big"
)

// reference is Poseidon2 over a small prime written from the paper's definition, with
// matrices: slow, and for any parameters of width 24, so that it can be checked against
// vectors of other fields.
type reference struct {
	p             uint64
	alpha         uint64
	full, partial int
	m4            [4][4]uint64
	diagonal      [24]uint64
	constants     []uint64 // in the order of the rounds: 24 a full one, 1 a partial one
}

func (r *reference) mul(x, y uint64) uint64 { return x * y % r.p }

func (r *reference) sbox(x uint64) uint64 {
	y := uint64(1)
	for range r.alpha {
		y = r.mul(y, x)
	}
	return y
}

func (r *reference) external(x [24]uint64) (y [24]uint64) {
	for i := range y {
		for j := range x {
			c := r.m4[i%4][j%4]
			if i/4 == j/4 {
				c *= 2
			}
			y[i] = (y[i] + r.mul(c, x[j])) % r.p
		}
	}
	return y
}

func (r *reference) internal(x [24]uint64) (y [24]uint64) {
	for i := range y {
		y[i] = r.mul(r.diagonal[i], x[i])
		for j := range x {
			y[i] = (y[i] + x[j]) % r.p
		}
	}
	return y
}

func (r *reference) permute(x [24]uint64) [24]uint64 {
	c := r.constants
	x = r.external(x)
	for round := range r.full + r.partial {
		if round >= r.full/2 && round < r.full/2+r.partial {
			x[0] = r.sbox((x[0] + c[0]) % r.p)
			c = c[1:]
			x = r.internal(x)
			continue
		}
		for i := range x {
			x[i] = r.sbox((x[i] + c[i]) % r.p)
		}
		c = c[24:]
		x = r.external(x)
	}
	return x
}

// grain gives the constants of Poseidon and Poseidon2 (2019/458, appendix E): an LFSR of
// 80 bits, seeded with the parameters, of whose output the second bit of a pair counts
// where the first is one. Integers are read highest bit first; those not below p are
// thrown away.
func grain(p uint64, t, full, partial, count int) []uint64 {
	n := big.NewInt(0).SetUint64(p).BitLen()
	var state []byte
	seed := fmt.Sprintf("%02b%04b%012b%012b%010b%010b%030b", 1, 0, n, t, full, partial, 1<<30-1)
	for _, c := range seed {
		state = append(state, byte(c-'0'))
	}
	next := func() byte {
		b := state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
		state = append(state[1:], b)
		return b
	}
	for range 160 {
		next()
	}
	bit := func() byte {
		for next() == 0 {
			next()
		}
		return next()
	}
	var out []uint64
	for len(out) < count {
		x := uint64(0)
		for range n {
			x = x<<1 | uint64(bit())
		}
		if x < p {
			out = append(out, x)
		}
	}
	return out
}
