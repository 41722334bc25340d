package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

//go:generate go run -C ../../_asm ./poseidon2 -out ../hash/lanes/poseidon2_amd64.s

// poseidon2State is the states of a group, element by element.
type poseidon2State = [hash.Poseidon2Width][Width]field.M31

// The round constants, in memory for the kernels.
var (
	poseidon2Full    = hash.FullRoundConstants()
	poseidon2Partial = hash.PartialRoundConstants()
)

// poseidon2Nodes sets out[i] to the compression of children[2i] and children[2i+1].
func poseidon2Nodes(k cpu.Kernels, children, out []hash.Digest) {
	var s poseidon2State
	for len(out) > 0 {
		n := min(Width, len(out))
		poseidon2Pairs((*[2 * hash.Poseidon2Words][Width]field.M31)(s[:]), children[:2*n])
		in := s
		for i := 2 * hash.Poseidon2Words; i < hash.Poseidon2Width; i++ {
			s[i] = [Width]field.M31{}
		}
		for j := range Width {
			s[hash.DomainWord][j] = hash.DomainNode
		}
		poseidon2Permute(k, &s, nil)
		for i := range hash.Poseidon2Words {
			for j := range Width {
				s[i][j] = s[i][j].Add(in[i][j])
			}
		}
		poseidon2Digests(out[:n], &s)
		children, out = children[2*n:], out[n:]
	}
}

// poseidon2Pairs sets words[i][j] to element i of the pair j of children, which has the
// elements of both one after the other.
func poseidon2Pairs(words *[2 * hash.Poseidon2Words][Width]field.M31, children []hash.Digest) {
	for j := range len(children) / 2 {
		l, r := &children[2*j], &children[2*j+1]
		for i := range hash.Poseidon2Words {
			words[i][j] = field.M31(l[i])
			words[hash.Poseidon2Words+i][j] = field.M31(r[i])
		}
	}
}

// poseidon2Digests sets out to the first elements of the states.
func poseidon2Digests(out []hash.Digest, s *poseidon2State) {
	for j := range out {
		for i := range out[j] {
			out[j][i] = uint32(s[i][j])
		}
	}
}

// poseidon2Sponges sets out[i] to the hash, in a domain, of children[2i] and
// children[2i+1] if there are children, and of row lo+i of the columns.
func poseidon2Sponges(k cpu.Kernels, domain field.M31, children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
	var s poseidon2State
	var pairs [2 * hash.Poseidon2Words][Width]field.M31
	var padded [hash.Poseidon2Rate][Width]field.M31
	buffer := make([][]field.M31, 0, len(pairs)+len(columns))
	for len(out) > 0 {
		n := min(Width, len(out))
		message := buffer
		if children != nil {
			poseidon2Pairs(&pairs, children[:2*n])
			children = children[2*n:]
			for i := range pairs {
				message = append(message, pairs[i][:n])
			}
		}
		for _, c := range columns {
			message = append(message, c[lo:lo+n])
		}

		clear(s[:])
		for j := range Width {
			s[hash.DomainWord][j] = domain
			s[hash.LengthWord][j] = field.New(uint64(len(columns)))
		}
		for first := true; first || len(message) > 0; first = false {
			words := message[:min(hash.Poseidon2Rate, len(message))]
			message = message[len(words):]
			if n < Width {
				for i := range words {
					copy(padded[i][:], words[i])
					words[i] = padded[i][:]
				}
			}
			poseidon2Permute(k, &s, words)
		}
		poseidon2Digests(out[:n], &s)
		lo += n
		out = out[n:]
	}
}

// poseidon2PermutePortable adds words to the first elements of the states, one for each
// state, and applies the permutation to every state. There are at most as many words as
// the rate has; each is followed by those of all lanes.
func poseidon2PermutePortable(s *poseidon2State, words [][]field.M31) {
	for j := range Width {
		var x [hash.Poseidon2Width]field.M31
		for i := range x {
			x[i] = s[i][j]
		}
		for i := range words {
			x[i] = x[i].Add(words[i][j])
		}
		hash.Poseidon2Permute(&x)
		for i := range x {
			s[i][j] = x[i]
		}
	}
}
