package lanes

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// blake2sCompressPortable takes a block into the chaining values of all groups. The
// counter is that of the bytes up to and with this block; final is 0xffffffff for the
// last block of a message and else 0.
func blake2sCompressPortable(h [][8][Width]uint32, words *blake2sWords, countLo, countHi, final uint32) {
	t := uint64(countHi)<<32 | uint64(countLo)
	for g := range h {
		for j := range Width {
			var m [blake2sBlock]uint32
			for i := range m {
				m[i] = uint32(words[i][Width*g+j])
			}
			var v [8]uint32
			for i := range v {
				v[i] = h[g][i][j]
			}
			hash.Blake2sCompress(&v, &m, t, final != 0)
			for i := range v {
				h[g][i][j] = v[i]
			}
		}
	}
}

// blake2sPairsPortable sets block[i][j] to word i of the block of lane j, which is the
// first eight words of children[2j] and then those of children[2j+1].
func blake2sPairsPortable(block *[blake2sBlock][Width]field.M31, children *[2 * Width]hash.Digest) {
	for j := range Width {
		for i := range hash.Blake2sWords {
			block[i][j] = field.M31(children[2*j][i])
			block[hash.Blake2sWords+i][j] = field.M31(children[2*j+1][i])
		}
	}
}

// blake2sDigestsPortable sets the digests to the chaining values of a group.
func blake2sDigestsPortable(out *[Width]hash.Digest, h *[8][Width]uint32) {
	for j := range out {
		for i := range h {
			out[j][i] = h[i][j]
		}
		out[j][hash.Blake2sWords] = 0
	}
}
