package memtree

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/orrery/orrery/hash"
)

func leafIndices(touched []Touched) (list []uint32) {
	for i := range touched {
		list = append(list, touched[i].Index)
	}
	return list
}

// checkSiblings makes an opening again, from siblings, and with all that can be wrong with
// them.
func checkSiblings(t *testing.T, want *Opening, touched []Touched, siblings []hash.Digest, before [Quarters]hash.Digest, drop [Quarters]bool) {
	t.Helper()
	if n := CountSiblings(leafIndices(touched)); n != len(siblings) {
		t.Fatalf("%d siblings counted, there are %d", n, len(siblings))
	}
	got, err := OpenSiblings(touched, siblings, before, drop, CompressAll)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("another opening: %v", err)
	}
	for name, wrong := range map[string][]hash.Digest{
		"less":    siblings[1:],
		"more":    append(slices.Clone(siblings), hash.Digest{}),
		"changed": change(siblings, len(siblings)/2),
		"first":   change(siblings, 0),
	} {
		if _, err := OpenSiblings(touched, wrong, before, drop, CompressAll); !errors.Is(err, ErrSiblings) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range touched {
		if i%7 != 0 {
			continue
		}
		other := slices.Clone(touched)
		other[i].Old[3] ^= 1
		if _, err := OpenSiblings(other, siblings, before, drop, CompressAll); !errors.Is(err, ErrSiblings) {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	for q := range before {
		other := before
		other[q][0] ^= 1
		if _, err := OpenSiblings(touched, siblings, other, drop, CompressAll); want.Touched[q] != errors.Is(err, ErrSiblings) {
			t.Errorf("quarter %d: %v", q, err)
		}
	}
}

func change(d []hash.Digest, i int) []hash.Digest {
	d = slices.Clone(d)
	d[i][2] ^= 1
	return d
}

// Without leaves nothing is opened and nothing changes.
func TestOpenNothing(t *testing.T) {
	tree := NewTree(CompressAll)
	before := tree.Quarters()
	o, err := OpenSiblings(nil, nil, before, [Quarters]bool{}, CompressAll)
	if err != nil || o.Opened() != 0 || o.Old != before || o.New != before || CountSiblings(nil) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := OpenSiblings(nil, make([]hash.Digest, 1), before, [Quarters]bool{}, CompressAll); !errors.Is(err, ErrSiblings) {
		t.Error(err)
	}
	for _, bad := range [][]Touched{{{Index: 1}, {Index: 1}}, {{Index: 2}, {Index: 1}}, {{Index: 1 << LeafLevel}}} {
		if _, err := OpenSiblings(bad, nil, before, [Quarters]bool{}, CompressAll); !errors.Is(err, ErrBlocks) {
			t.Error(err)
		}
	}
}
