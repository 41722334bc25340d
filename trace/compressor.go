package trace

import (
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/memtree"
)

// Compressor hashes for a memory tree with vector kernels, on the given number of threads.
func Compressor(threads int) memtree.Compressor {
	return func(in []memtree.Input, out []hash.Digest) {
		groups := (len(in) + lanes.Width - 1) / lanes.Width
		par.Chunks(threads, groups, func(lo, hi int) {
			for g := lo; g < hi; g++ {
				from, to := g*lanes.Width, min((g+1)*lanes.Width, len(in))
				compressGroup(in[from:to], out[from:to])
			}
		})
	}
}

// compressGroup sets out[j] to the digest of in[j], at most lanes.Width of them.
func compressGroup(in []memtree.Input, out []hash.Digest) {
	if len(in) == 1 {
		out[0] = memtree.Compress(&in[0])
		return
	}
	var s [hash.Poseidon2Width][lanes.Width]field.M31
	for j := range in {
		for i, x := range &in[j] {
			s[i][j] = x
		}
	}
	lanes.Poseidon2Permute(&s)
	for j := range in {
		for i := range out[j] {
			out[j][i] = uint32(s[i][j].Add(in[j][i]))
		}
	}
}
