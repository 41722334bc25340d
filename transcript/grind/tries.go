package grind

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/transcript"
)

// tries gives the words by which a puzzle judges lanes.Width nonces, n and those that
// follow it. The result is overwritten by the next call.
type tries func(n uint64) *[lanes.Width]uint32

func newTries(p *transcript.Puzzle) tries {
	if p.ID() == hash.Poseidon2 {
		return poseidon2Tries(p)
	}
	return blake2sTries(p)
}

func blake2sTries(p *transcript.Puzzle) tries {
	start, block, t := p.Blake2sInput(0)
	var fixed, h [1][8][lanes.Width]uint32
	for i, w := range start {
		for j := range fixed[0][i] {
			fixed[0][i][j] = w
		}
	}
	var m [16][lanes.Width]field.M31
	var words [16][]field.M31
	for i, w := range block {
		for j := range m[i] {
			m[i][j] = field.M31(w)
		}
		words[i] = m[i][:]
	}
	return func(n uint64) *[lanes.Width]uint32 {
		h = fixed
		for j := range uint64(lanes.Width) {
			m[8][j], m[9][j] = field.M31(uint32(n+j)), field.M31(uint32((n+j)>>32))
		}
		lanes.Blake2sCompress(h[:], &words, t, true)
		return &h[0][0]
	}
}

func poseidon2Tries(p *transcript.Puzzle) tries {
	var s [hash.Poseidon2Width][lanes.Width]field.M31
	var out [lanes.Width]uint32
	return func(n uint64) *[lanes.Width]uint32 {
		var first field.M31
		for j := range lanes.Width {
			in := p.Poseidon2Input(n + uint64(j))
			first = in[0] // of the state, the same for all
			for i, x := range in {
				s[i][j] = x
			}
		}
		lanes.Poseidon2Permute(&s)
		for j := range out {
			out[j] = uint32(s[0][j].Add(first))
		}
		return &out
	}
}
