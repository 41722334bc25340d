package commit_test

import (
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
)

// FuzzVerify changes an honest proof in any number of places: each change is an operation, a
// place and a value. Verification doesn't panic, and accepts nothing but the honest proof.
func FuzzVerify(f *testing.F) {
	rng := rand.New(rand.NewPCG(41, 42))
	p := fri.Params{LogDomain: 9, LogBlowup: 2, FoldLogs: []int{3, 2}, LogLast: 2, Queries: 12, GrindBits: 2, CapLog: 1}
	values := random(rng, p)
	honest := prove(f, hash.Blake2s, p, values, 1)
	f.Add([]byte{})
	for op := range byte(10) {
		f.Add([]byte{op, 1, 0, 0, 0, 1, 0})
		f.Add([]byte{op, 0, 3, 0, 0, 0, 128, op, 0, 3, 0, 0, 0, 128})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		q := clone(honest)
		for ; len(data) >= 7; data = data[7:] {
			change(q, data[0], int(data[1]), int(data[2]), binary.LittleEndian.Uint32(data[3:]))
		}
		err := verify(t, hash.Blake2s, p, values, q)
		if same := reflect.DeepEqual(honest, q); same != (err == nil) {
			t.Fatalf("unchanged: %v, verification: %v", same, err)
		}
	})
}

// change changes something in layer i, at position j of it as far as that exists.
func change(p *fri.Proof, op byte, i, j int, x uint32) {
	if len(p.Layers) == 0 || len(p.Caps) == 0 {
		return
	}
	layer, cap := &p.Layers[i%len(p.Layers)], &p.Caps[i%len(p.Caps)]
	switch op {
	case 0:
		p.Nonce ^= uint64(x) << (i % 33)
	case 1:
		if len(p.Last) > 0 {
			c := p.Last[j%len(p.Last)].Coords()
			c[i%field.Degree] = c[i%field.Degree].Add(field.New(uint64(x)))
			p.Last[j%len(p.Last)] = field.FromCoords(c)
		}
	case 2:
		if len(*cap) > 0 {
			(*cap)[j%len(*cap)][x%9] ^= x
		}
	case 3:
		if len(layer.Rows) > 0 {
			layer.Rows[j%len(layer.Rows)] ^= field.M31(x)
		}
	case 4:
		if n := layer.Proof.Nodes; len(n) > 0 {
			n[j%len(n)][x%9] ^= x
		}
	case 5:
		p.Last = resize(p.Last, j, x)
	case 6:
		*cap = resize(*cap, j, x)
	case 7:
		layer.Rows = resize(layer.Rows, j, x)
	case 8:
		layer.Proof.Nodes = resize(layer.Proof.Nodes, j, x)
	case 9:
		p.Layers = resize(p.Layers, j, x)
	}
}

// resize cuts a list or repeats its beginning.
func resize[T any](s []T, n int, x uint32) []T {
	if n = n % (len(s) + 1); x&1 == 0 {
		return s[:n:n]
	}
	return append(s[:len(s):len(s)], s[:n]...)
}
