//go:build amd64 && !purego

package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

// The kernels that _asm/blake2s and _asm/poseidon2 write. What they do is said at their
// portable twins.

//go:noescape
func blake2sCompressAVX512(h *[8][Width]uint32, groups int, m *blake2sWords, countLo, countHi, final uint32)

//go:noescape
func blake2sCompressAVX2(h *[8][Width]uint32, groups int, m *blake2sWords, countLo, countHi, final uint32)

//go:noescape
func blake2sPairsAVX512(m *[blake2sBlock][Width]field.M31, children *[2 * Width]hash.Digest)

//go:noescape
func blake2sPairsAVX2(m *[blake2sBlock][Width]field.M31, children *[2 * Width]hash.Digest)

//go:noescape
func blake2sDigestsAVX512(out *[Width]hash.Digest, h *[8][Width]uint32)

//go:noescape
func blake2sDigestsAVX2(out *[Width]hash.Digest, h *[8][Width]uint32)

//go:noescape
func poseidon2PermuteAVX512(s *poseidon2State, words [][]field.M31, full *[hash.Poseidon2FullRounds][hash.Poseidon2Width]field.M31, partial *[hash.Poseidon2PartialRounds]field.M31)

//go:noescape
func poseidon2PermuteAVX2(s *poseidon2State, words [][]field.M31, full *[hash.Poseidon2FullRounds][hash.Poseidon2Width]field.M31, partial *[hash.Poseidon2PartialRounds]field.M31)

func blake2sCompress(k cpu.Kernels, h [][8][Width]uint32, words *blake2sWords, countLo, countHi, final uint32) {
	switch k {
	case cpu.AVX512:
		blake2sCompressAVX512(&h[0], len(h), words, countLo, countHi, final)
	case cpu.AVX2:
		blake2sCompressAVX2(&h[0], len(h), words, countLo, countHi, final)
	default:
		blake2sCompressPortable(h, words, countLo, countHi, final)
	}
}

func blake2sPairs(k cpu.Kernels, block *[blake2sBlock][Width]field.M31, children *[2 * Width]hash.Digest) {
	switch k {
	case cpu.AVX512:
		blake2sPairsAVX512(block, children)
	case cpu.AVX2:
		blake2sPairsAVX2(block, children)
	default:
		blake2sPairsPortable(block, children)
	}
}

func blake2sDigests(k cpu.Kernels, out *[Width]hash.Digest, h *[8][Width]uint32) {
	switch k {
	case cpu.AVX512:
		blake2sDigestsAVX512(out, h)
	case cpu.AVX2:
		blake2sDigestsAVX2(out, h)
	default:
		blake2sDigestsPortable(out, h)
	}
}

func poseidon2Permute(k cpu.Kernels, s *poseidon2State, words [][]field.M31) {
	switch k {
	case cpu.AVX512:
		poseidon2PermuteAVX512(s, words, &poseidon2Full, &poseidon2Partial)
	case cpu.AVX2:
		poseidon2PermuteAVX2(s, words, &poseidon2Full, &poseidon2Partial)
	default:
		poseidon2PermutePortable(s, words)
	}
}
