//go:build !amd64 || purego

package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
)

func blake2sCompress(_ cpu.Kernels, h [][8][Width]uint32, words *blake2sWords, countLo, countHi, final uint32) {
	blake2sCompressPortable(h, words, countLo, countHi, final)
}

func blake2sPairs(_ cpu.Kernels, block *[blake2sBlock][Width]field.M31, children *[2 * Width]hash.Digest) {
	blake2sPairsPortable(block, children)
}

func blake2sDigests(_ cpu.Kernels, out *[Width]hash.Digest, h *[8][Width]uint32) {
	blake2sDigestsPortable(out, h)
}

func poseidon2Permute(_ cpu.Kernels, s *poseidon2State, words [][]field.M31) {
	poseidon2PermutePortable(s, words)
}
