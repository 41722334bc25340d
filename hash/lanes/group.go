package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

// Blake2sCompress is hash.Blake2sCompress for Width*len(h) messages: h[g][i][j] is word i
// of the chaining value of message Width*g+j and m[i][Width*g+j] word i of its block, which
// may be any 32 bits.
func Blake2sCompress(h [][8][Width]uint32, m *[16][]field.M31, t uint64, last bool) {
	if len(h) == 0 {
		return
	}
	for _, word := range m {
		_ = word[:Width*len(h)]
	}
	blake2sCompress(cpu.Current(), h, m, uint32(t), uint32(t>>32), blake2sFinal(last))
}

// Poseidon2Permute is hash.Poseidon2Permute for Width states: s[i][j] is element i of
// state j.
func Poseidon2Permute(s *[hash.Poseidon2Width][Width]field.M31) {
	poseidon2Permute(cpu.Current(), s, nil)
}
