package memtree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

// region lays bytes out from the start of a quarter.
func region(q uint32, raw []byte) map[uint32][BlockWords]uint32 {
	m := map[uint32][BlockWords]uint32{}
	for i, c := range raw {
		index := q*quarterLeaves + uint32(i/BlockBytes)
		w := m[index]
		w[i%BlockBytes/4] |= uint32(c) << (8 * (i % 4))
		m[index] = w
	}
	return m
}

func header(n uint32, data []byte) []byte {
	raw := binary.LittleEndian.AppendUint32(nil, n)
	return append(append(raw, make([]byte, 12)...), data...)
}

func TestQuarterOfInput(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 3, 4, 47, 48, 49, 64, 112, 113, 1000} {
		for _, zero := range []bool{false, true} {
			data := make([]byte, n)
			if !zero {
				for i := range data {
					data[i] = byte(r.Uint32())
				}
			}
			got, err := QuarterOfInput(data)
			if err != nil || got != naive(QuarterLevel, InputQuarter, region(InputQuarter, header(uint32(n), data))) {
				t.Errorf("%d bytes: %v", n, err)
			}
		}
	}
}

func outputMemory(t *testing.T, length uint32, data []byte) (*Tree, func(uint32) [BlockWords]uint32) {
	t.Helper()
	m := region(OutputQuarter, header(length, data))
	tree := NewTree(CompressAll)
	if err := tree.Set(slices.Values(sorted(m))); err != nil {
		t.Fatal(err)
	}
	return tree, func(i uint32) [BlockWords]uint32 { return m[i] }
}

func TestOutputOpening(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, c := range []struct {
		length uint32
		data   int // bytes in memory behind the header
	}{
		{0, 0}, {0, 100}, {1, 1}, {48, 48}, {48, 49}, {49, 49}, {1000, 3000}, {3000, 1000},
		{MaxOutput - 1, 10}, {MaxOutput, MaxOutput}, {MaxOutput + 1, 100}, {1<<32 - 1, MaxOutput},
	} {
		data := make([]byte, c.data)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		tree, read := outputMemory(t, c.length, data)
		o := OpenOutput(read, tree.Node)
		out, root, err := o.Root()
		if err != nil || root != tree.Node(QuarterLevel, OutputQuarter) {
			t.Fatalf("%+v: root: %v", c, err)
		}
		want := make([]byte, min(c.length, MaxOutput))
		copy(want, data)
		if !bytes.Equal(out, want) {
			t.Errorf("%+v: output", c)
		}
	}
}

func TestOutputOpeningRefuses(t *testing.T) {
	tree, read := outputMemory(t, 100, bytes.Repeat([]byte{7}, 500))
	honest := OpenOutput(read, tree.Node)
	edit := func(f func(o *OutputOpening)) *OutputOpening {
		o := &OutputOpening{slices.Clone(honest.Blocks), slices.Clone(honest.Frontier)}
		f(o)
		return o
	}
	for name, o := range map[string]*OutputOpening{
		"empty":            {},
		"no frontier":      edit(func(o *OutputOpening) { o.Frontier = nil }),
		"frontier longer":  edit(func(o *OutputOpening) { o.Frontier = append(o.Frontier, hash.Digest{}) }),
		"not canonical":    edit(func(o *OutputOpening) { o.Frontier[0][3] = field.P }),
		"a block more":     edit(func(o *OutputOpening) { o.Blocks = append(o.Blocks, make([]byte, BlockBytes)...) }),
		"a byte less":      edit(func(o *OutputOpening) { o.Blocks = o.Blocks[1:] }),
		"a block less":     edit(func(o *OutputOpening) { o.Blocks = o.Blocks[:BlockBytes] }),
		"length beyond it": edit(func(o *OutputOpening) { o.Blocks[1] = 1 }),
	} {
		if _, _, err := o.Root(); !errors.Is(err, ErrOutput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	want := tree.Node(QuarterLevel, OutputQuarter)
	for name, o := range map[string]*OutputOpening{
		"length":   edit(func(o *OutputOpening) { o.Blocks[0]-- }),
		"byte":     edit(func(o *OutputOpening) { o.Blocks[60]++ }),
		"frontier": edit(func(o *OutputOpening) { o.Frontier[1][0] ^= 1 }),
	} {
		if _, root, err := o.Root(); err != nil || root == want {
			t.Errorf("%s: same root or %v", name, err)
		}
	}
}

func FuzzOutputOpening(f *testing.F) {
	f.Add([]byte{0}, uint8(13))
	f.Add(bytes.Repeat([]byte{1}, BlockBytes), uint8(14))
	f.Add(make([]byte, 2*BlockBytes), uint8(14))
	f.Fuzz(func(t *testing.T, blocks []byte, n uint8) {
		o := OutputOpening{blocks, make([]hash.Digest, n%32)}
		out, _, err := o.Root()
		if err == nil && len(out) > len(blocks) {
			t.Error("output longer than the opening")
		}
	})
}
