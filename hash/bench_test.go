package hash

import (
	"testing"

	"github.com/orrery/orrery/field"
)

func BenchmarkBlake2sCompress(b *testing.B) {
	var h [8]uint32
	var m [16]uint32
	b.SetBytes(64)
	for b.Loop() {
		Blake2sCompress(&h, &m, 64, true)
	}
}

func BenchmarkPoseidon2Permute(b *testing.B) {
	var s [Poseidon2Width]field.M31
	for b.Loop() {
		Poseidon2Permute(&s)
	}
}

func BenchmarkHasher(b *testing.B) {
	row := make([]field.M31, 64)
	for _, id := range []ID{Blake2s, Poseidon2} {
		h, err := New(id)
		if err != nil {
			b.Fatal(err)
		}
		var l, r Digest
		b.Run(id.String()+"/Node", func(b *testing.B) {
			for b.Loop() {
				l = h.Node(l, r)
			}
		})
		b.Run(id.String()+"/Leaf64", func(b *testing.B) {
			for b.Loop() {
				h.Leaf(row)
			}
		})
		b.Run(id.String()+"/NodeRow64", func(b *testing.B) {
			for b.Loop() {
				l = h.NodeRow(l, r, row)
			}
		})
	}
}
