package lanes

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/internal/cpu/cputest"
)

// edges are the elements at which arithmetic goes wrong.
var edges = []field.M31{0, 1, field.P - 1, field.P - 2, 1 << 30}

// table returns columns of random elements, one in four of them an edge.
func table(rng *rand.Rand, columns, rows int) [][]field.M31 {
	out := make([][]field.M31, columns)
	for c := range out {
		out[c] = make([]field.M31, rows)
		for i := range out[c] {
			out[c][i] = field.M31(rng.Uint32N(field.P))
			if rng.IntN(4) == 0 {
				out[c][i] = edges[rng.IntN(len(edges))]
			}
		}
	}
	return out
}

func rowOf(columns [][]field.M31, i int) []field.M31 {
	r := make([]field.M31, len(columns))
	for c := range columns {
		r[c] = columns[c][i]
	}
	return r
}

// digestsOf returns n digests that the hash could give, the first of them extreme.
func digestsOf(rng *rand.Rand, h hash.Hasher, n int) []hash.Digest {
	out := make([]hash.Digest, n)
	for i := range out {
		switch {
		case i == 0:
		case i == 1 && h.ID() == hash.Blake2s:
			for j := range hash.Blake2sWords {
				out[i][j] = 1<<32 - 1
			}
		case i == 1:
			for j := range out[i] {
				out[i][j] = field.P - 1
			}
		default:
			out[i] = h.Leaf([]field.M31{field.M31(rng.Uint32N(field.P))})
		}
	}
	return out
}

func hashers(t testing.TB) []hash.Hasher {
	var out []hash.Hasher
	for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
		h, err := hash.New(id)
		require.NoError(t, err)
		out = append(out, h)
	}
	return out
}

// implementations are the three functions of this package for one hash.
type implementations struct {
	leaves   func(columns [][]field.M31, lo int, out []hash.Digest)
	nodes    func(children, out []hash.Digest)
	nodeRows func(children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest)
}

func exported(h hash.Hasher) implementations {
	return implementations{
		func(columns [][]field.M31, lo int, out []hash.Digest) { Leaves(h, columns, lo, out) },
		func(children, out []hash.Digest) { Nodes(h, children, out) },
		func(children []hash.Digest, columns [][]field.M31, lo int, out []hash.Digest) {
			NodeRows(h, children, columns, lo, out)
		},
	}
}

// check compares the functions with one call of the Hasher for each message, for all
// counts of rows, at random offsets.
func check(t *testing.T, rng *rand.Rand, h hash.Hasher, f implementations, width int, counts []int) {
	t.Helper()
	rows := 3
	for _, n := range counts {
		rows = max(rows, n+3)
	}
	columns := table(rng, width, rows)
	children := digestsOf(rng, h, 2*rows)
	wantLeaves, wantNodes := make([]hash.Digest, rows), make([]hash.Digest, rows)
	for i := range rows {
		wantLeaves[i] = h.Leaf(rowOf(columns, i))
		wantNodes[i] = h.Node(children[2*i], children[2*i+1])
	}
	// The children of row i+shift are those of number i: each row meets three pairs.
	var wantNodeRows [3][]hash.Digest
	for shift := range wantNodeRows {
		for i := range rows - shift {
			wantNodeRows[shift] = append(wantNodeRows[shift],
				h.NodeRow(children[2*i], children[2*i+1], rowOf(columns, i+shift)))
		}
	}
	for _, n := range counts {
		lo := rng.IntN(rows - n + 1)
		// A digest beyond the last must stay as it is.
		out := make([]hash.Digest, n+1)
		fill := func() []hash.Digest {
			for i := range out {
				out[i] = hash.Digest{1, 2, 3, 4, 5, 6, 7, 8, 9}
			}
			return out[:n]
		}
		name := fmt.Sprintf("%v, %d columns, rows %d to %d", h.ID(), width, lo, lo+n)
		f.leaves(columns, lo, fill())
		require.Equal(t, wantLeaves[lo:lo+n], out[:n], "leaves: %s", name)
		require.Equal(t, hash.Digest{1, 2, 3, 4, 5, 6, 7, 8, 9}, out[n], "leaves: %s", name)
		f.nodes(children[2*lo:2*(lo+n)], fill())
		require.Equal(t, wantNodes[lo:lo+n], out[:n], "nodes: %s", name)
		require.Equal(t, hash.Digest{1, 2, 3, 4, 5, 6, 7, 8, 9}, out[n], "nodes: %s", name)
		shift := rng.IntN(min(len(wantNodeRows), lo+1))
		f.nodeRows(children[2*(lo-shift):2*(lo-shift+n)], columns, lo, fill())
		require.Equal(t, wantNodeRows[shift][lo-shift:lo-shift+n], out[:n], "nodes with rows: %s", name)
		require.Equal(t, hash.Digest{1, 2, 3, 4, 5, 6, 7, 8, 9}, out[n], "nodes with rows: %s", name)
	}
}

// TestAgainstHasher has all counts of rows about a few groups, and widths about some
// blocks of either hash.
func TestAgainstHasher(t *testing.T) {
	counts := make([]int, 68)
	for n := range counts {
		counts[n] = n
	}
	widths := []int{200}
	for w := range 41 {
		widths = append(widths, w)
	}
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, uint64(cpu.Current())))
		for _, h := range hashers(t) {
			for _, w := range widths {
				check(t, rng, h, exported(h), w, counts)
			}
		}
	})
}

// TestChunks has counts about the number of rows that are handled together.
func TestChunks(t *testing.T) {
	counts := []int{chunk - 1, chunk, chunk + 1, 2*chunk - Width, 2*chunk + Width + 3}
	cputest.Each(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, uint64(cpu.Current())))
		for _, h := range hashers(t) {
			for _, w := range []int{0, 1, 16, 33} {
				check(t, rng, h, exported(h), w, counts)
			}
		}
	})
}

// FuzzLanes hashes what the input says and compares with the Hasher.
func FuzzLanes(f *testing.F) {
	f.Add(uint64(1), byte(1), uint8(0), uint16(2))
	f.Add(uint64(2), byte(2), uint8(15), uint16(16))
	f.Add(uint64(3), byte(1), uint8(33), uint16(130))
	f.Add(uint64(4), byte(2), uint8(46), uint16(47))
	f.Fuzz(func(t *testing.T, seed uint64, id byte, width uint8, n uint16) {
		h, err := hash.New(hash.ID(id))
		if err != nil {
			t.Skip("the input names no hash, so that there is nothing to compare")
		}
		cputest.Each(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			check(t, rng, h, exported(h), int(width), []int{int(n) % (2 * chunk)})
		})
	})
}

// BenchmarkLanes reports nanoseconds for a compression or permutation.
func BenchmarkLanes(b *testing.B) {
	const rows, columns = 512, 240 // whole blocks of both hashes
	rng := rand.New(rand.NewPCG(4, 4))
	data := table(rng, columns, rows)
	out := make([]hash.Digest, rows)
	for _, h := range hashers(b) {
		children := digestsOf(rng, h, 2*rows)
		block := map[hash.ID]int{hash.Blake2s: blake2sBlock, hash.Poseidon2: hash.Poseidon2Rate}[h.ID()]
		report := func(b *testing.B, compressions int) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(compressions), "ns/compression")
		}
		b.Run(h.ID().String(), func(b *testing.B) {
			cputest.EachBenchmark(b, func(b *testing.B) {
				b.Run("Leaves", func(b *testing.B) {
					for b.Loop() {
						Leaves(h, data, 0, out)
					}
					report(b, rows*columns/block)
				})
				b.Run("Nodes", func(b *testing.B) {
					for b.Loop() {
						Nodes(h, children, out)
					}
					report(b, rows)
				})
				b.Run("Nodes8", func(b *testing.B) {
					for b.Loop() {
						Nodes(h, children[:16], out[:8])
					}
					report(b, 8)
				})
			})
		})
	}
}
