package proof

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/merkle"
)

// synthetic makes small proofs: every list has a few random items. No verifier would
// accept them, but they have all parts of a proof.
type synthetic struct {
	*rand.Rand
	id hash.ID
}

func (s synthetic) element() field.M31 { return field.M31(s.Uint32N(field.P)) }

func (s synthetic) elements(n int) []field.M31 {
	out := make([]field.M31, n)
	for i := range out {
		out[i] = s.element()
	}
	return out
}

func (s synthetic) exts(n int) []field.E {
	out := make([]field.E, n)
	for i := range out {
		out[i] = field.FromCoords([field.Degree]field.M31(s.elements(field.Degree)))
	}
	return out
}

func (s synthetic) digest(id hash.ID) (d hash.Digest) {
	for i := range d[:id.DigestWords()] {
		d[i] = s.Uint32()
		if id == hash.Poseidon2 {
			d[i] = uint32(s.element())
		}
	}
	return d
}

func (s synthetic) digests(id hash.ID, n int) []hash.Digest {
	out := make([]hash.Digest, n)
	for i := range out {
		out[i] = s.digest(id)
	}
	return out
}

// header is that of a program of four instructions.
func header() abi.Header {
	return abi.Header{
		ABIVersion: abi.ABIVersion, Entry: abi.ProgramStart,
		CodeStart: abi.ProgramStart, CodeEnd: abi.ProgramStart + 16, MemoryLimit: abi.PageSize,
		Regions: abi.Regions{
			{Start: 0, Kind: abi.KindNone},
			{Start: 1, Kind: abi.KindCode},
			{Start: 2, Kind: abi.KindReadWrite},
			{Start: 3, Kind: abi.KindNone},
			{Start: abi.InputStart >> abi.PageBits, Kind: abi.KindInput},
			{Start: abi.OutputStart >> abi.PageBits, Kind: abi.KindOutput},
			{Start: abi.OutputEnd >> abi.PageBits, Kind: abi.KindNone},
		},
	}
}

// output opens a memory whose output is the bytes 1, 2, 3.
func output() memtree.OutputOpening {
	return memtree.OpenOutput(
		func(index uint32) (w [memtree.BlockWords]uint32) {
			if index == memtree.OutputQuarter<<24 {
				w[0], w[4] = 3, 0x04030201
			}
			return w
		},
		func(level int, _ uint32) hash.Digest { return memtree.Zero(level) })
}

// newSynthetic has three segments: the first opens three quarters, the second none.
func newSynthetic(id hash.ID) *Proof {
	s := synthetic{rand.New(rand.NewPCG(1, uint64(id))), id}
	p := &Proof{Head: Head{
		Profile: 2, Hash: id,
		Run: Run{
			Header: header(), Image: s.digest(hash.Poseidon2), InputDigest: s.digest(hash.Poseidon2),
			GasLimit: 1 << 40, GasUsed: 12345,
			Exit: abi.Exit{Kind: abi.Trap, Code: 1, Cause: 2, PC: 3, Value: 4}, Output: output(), Segments: 3,
		},
	}}
	at, err := p.Run.First()
	if err != nil {
		panic(err)
	}
	for i := range p.Run.Segments {
		x := s.segment(&at)
		if i == 0 {
			x.Opened = 0b1101
			x.After = State{PC: 0x10008, Quarters: [4]hash.Digest(s.digests(hash.Poseidon2, 4))}
			x.After.Quarters[1] = x.Before.Quarters[1]
		}
		p.Segments = append(p.Segments, x)
		at = at.Next(x.After)
	}
	return p
}

// segment makes a segment for a place, with as few items as there can be of each kind.
func (s synthetic) segment(at *Place) *Segment {
	x := &Segment{
		Statement: at.Statement(),
		Sums:      s.exts(2), Values: s.exts(3), BatchNonce: s.Uint64(),
		FRI: fri.Proof{
			Caps: [][]hash.Digest{s.digests(s.id, 1), s.digests(s.id, 2)},
			Last: s.exts(2), Nonce: s.Uint64(),
			Layers: []fri.LayerOpening{
				{Rows: s.elements(4), Proof: merkle.Proof{Nodes: s.digests(s.id, 2)}},
				{Rows: s.elements(2), Proof: merkle.Proof{Nodes: s.digests(s.id, 1)}},
			},
		},
	}
	x.Cycles = 4115
	x.Instances = []Instance{{Chip: 0, LogHeight: 8}, {Chip: 34, LogHeight: 16}}
	for t := range x.Openings {
		if t != Preprocessed {
			x.Caps[t] = s.digests(s.id, t)
		}
		x.Openings[t] = Opening{Rows: merkle.Rows{s.elements(3), s.elements(t + 1)}, Nodes: s.digests(s.id, 2)}
	}
	return x
}

// seg is the segment that tests change.
func seg(p *Proof) *Segment { return p.Segments[1] }

// empty has no item in any list, and two segments.
func empty(id hash.ID) *Proof {
	p := &Proof{Head: Head{Hash: id, Run: Run{Header: header(), Output: output(), Segments: 2}}}
	at, err := p.Run.First()
	if err != nil {
		panic(err)
	}
	for range p.Run.Segments {
		x := &Segment{Statement: at.Statement()}
		x.Instances = []Instance{}
		p.Segments = append(p.Segments, x)
		at = at.Next(x.After)
	}
	return p
}

var hashes = []hash.ID{hash.Blake2s, hash.Poseidon2}

func TestRoundTrip(t *testing.T) {
	for _, id := range hashes {
		for name, p := range map[string]*Proof{"synthetic": newSynthetic(id), "empty": empty(id)} {
			b := p.Encode()
			got, err := Decode(b)
			if err != nil {
				t.Fatalf("%s %v: %v", name, id, err)
			}
			if !reflect.DeepEqual(got, p) {
				t.Errorf("%s %v: decoded to\n%+v, want\n%+v", name, id, got, p)
			}
			if !bytes.Equal(got.Encode(), b) {
				t.Errorf("%s %v: encoded anew, the bytes differ", name, id)
			}
			profile, kind, err := Kind(b)
			if profile != p.Profile || kind != id || err != nil {
				t.Errorf("%s: kind %d, %v, %v", name, profile, kind, err)
			}
		}
	}
}

// Lists without items have one form in memory, nil, whatever the proof was encoded from.
func TestEmptyLists(t *testing.T) {
	p := empty(hash.Poseidon2)
	want := p.Encode()
	seg(p).Sums, seg(p).Values, seg(p).FRI.Last = []field.E{}, []field.E{}, []field.E{}
	seg(p).FRI.Caps, seg(p).FRI.Layers = [][]hash.Digest{}, []fri.LayerOpening{}
	for i := range seg(p).Openings {
		seg(p).Caps[i] = []hash.Digest{}
		seg(p).Openings[i] = Opening{Rows: merkle.Rows{}, Nodes: []hash.Digest{}}
	}
	if b := p.Encode(); !bytes.Equal(b, want) {
		t.Fatalf("empty lists and nil lists differ: %x, %x", b, want)
	}
	got, err := Decode(want)
	if err != nil || !reflect.DeepEqual(got, empty(hash.Poseidon2)) {
		t.Errorf("decoded to %+v, %v", got, err)
	}
	// Empty lists within lists.
	seg(p).FRI.Caps = [][]hash.Digest{nil, nil}
	seg(p).FRI.Layers = make([]fri.LayerOpening, 2)
	seg(p).Openings[Main].Rows = merkle.Rows{nil, nil}
	got, err = Decode(p.Encode())
	if err != nil || len(seg(got).FRI.Caps) != 2 || len(seg(got).FRI.Layers) != 2 || len(seg(got).Openings[Main].Rows) != 2 {
		t.Errorf("decoded to %+v, %v", got, err)
	}
}

// checkRefused checks that bytes are refused with ErrEncoding.
func checkRefused(t *testing.T, what string, b []byte) {
	t.Helper()
	if p, err := Decode(b); !errors.Is(err, ErrEncoding) || p != nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestTruncatedAndTrailing(t *testing.T) {
	for _, id := range hashes {
		b := newSynthetic(id).Encode()
		for n := range b {
			if p, err := Decode(b[:n:n]); !errors.Is(err, ErrEncoding) || p != nil {
				t.Fatalf("%v: the first %d of %d bytes: %v", id, n, len(b), err)
			}
		}
		checkRefused(t, "a byte behind", append(slices.Clone(b), 0))
		checkRefused(t, "twice", append(slices.Clone(b), b...))
	}
	checkRefused(t, "nothing", nil)
}

// TestAttack34OneEncoding: bytes that decode are the encoding of what they decode to, so no
// proof has two encodings, whichever byte is changed how.
func TestAttack34OneEncoding(t *testing.T) {
	for _, id := range hashes {
		b := newSynthetic(id).Encode()
		decoded := 0
		for i, v := range b {
			for _, w := range []byte{v ^ 1, v ^ 0x80, v - 1, 0xff} {
				b[i] = w
				p, err := Decode(b)
				if err == nil {
					decoded++
					if !bytes.Equal(p.Encode(), b) {
						t.Fatalf("%v: byte %d as %#x decodes, but isn't canonical", id, i, w)
					}
				} else if !errors.Is(err, ErrEncoding) {
					t.Fatalf("%v: byte %d as %#x: %v", id, i, w, err)
				}
			}
			b[i] = v
		}
		if decoded == 0 {
			t.Error("no change decodes; the test tests nothing")
		}
	}
}

// TestAttack34NonCanonical: a number that isn't below p is refused in every place that
// holds a field element.
func TestAttack34NonCanonical(t *testing.T) {
	ext := func(v []field.E, k int, x field.M31) {
		c := v[len(v)-1].Coords()
		c[k] = x
		v[len(v)-1] = field.FromCoords(c)
	}
	type place struct {
		name string
		set  func(p *Proof, x field.M31)
	}
	places := []place{
		{"image, first", func(p *Proof, x field.M31) { p.Run.Image[0] = uint32(x) }},
		{"image, last", func(p *Proof, x field.M31) { p.Run.Image[8] = uint32(x) }},
		{"input digest", func(p *Proof, x field.M31) { p.Run.InputDigest[3] = uint32(x) }},
		{"quarter after", func(p *Proof, x field.M31) { p.Segments[0].After.Quarters[2][8] = uint32(x) }},
		{"frontier", func(p *Proof, x field.M31) { p.Run.Output.Frontier[1][8] = uint32(x) }},
		{"FRI row", func(p *Proof, x field.M31) { seg(p).FRI.Layers[1].Rows[1] = x }},
	}
	for k := range field.Degree {
		places = append(places,
			place{"sum", func(p *Proof, x field.M31) { ext(seg(p).Sums, k, x) }},
			place{"value", func(p *Proof, x field.M31) { ext(seg(p).Values, k, x) }},
			place{"last layer", func(p *Proof, x field.M31) { ext(seg(p).FRI.Last, k, x) }})
	}
	for tree := range Trees {
		places = append(places, place{"opened row", func(p *Proof, x field.M31) { seg(p).Openings[tree].Rows[1][tree] = x }})
	}
	digests := []place{
		{"FRI cap", func(p *Proof, x field.M31) { seg(p).FRI.Caps[1][1][7] = uint32(x) }},
		{"FRI node", func(p *Proof, x field.M31) { seg(p).FRI.Layers[0].Proof.Nodes[1][7] = uint32(x) }},
	}
	for tree := range Trees {
		digests = append(digests, place{"node", func(p *Proof, x field.M31) { seg(p).Openings[tree].Nodes[0][0] = uint32(x) }})
		if tree != Preprocessed {
			digests = append(digests, place{"cap", func(p *Proof, x field.M31) { seg(p).Caps[tree][0][0] = uint32(x) }})
		}
	}
	for _, id := range hashes {
		all := places
		if id == hash.Poseidon2 {
			all = slices.Concat(places, digests)
		}
		for _, c := range all {
			for _, x := range []field.M31{field.P, field.P + 1, 1 << 31, field.P << 1, 1<<32 - 1} {
				p := newSynthetic(id)
				c.set(p, x)
				checkRefused(t, c.name, p.Encode())
			}
		}
	}
	// The words of Blake2s digests are no field elements.
	for _, c := range digests {
		p := newSynthetic(hash.Blake2s)
		c.set(p, 1<<32-1)
		if got, err := Decode(p.Encode()); err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%s of Blake2s: %v", c.name, err)
		}
	}
}

// allocated is the number of bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A length that promises more than the bytes hold takes no memory.
func TestHugeLengths(t *testing.T) {
	for _, id := range hashes {
		b := newSynthetic(id).Encode()
		// Twice the digests' words, which are nine in memory whatever the hash, and texts.
		limit := uint64(4*len(b) + 3*piece)
		at := 0
		for i := KindSize; i+4 <= len(b); i++ {
			old := [4]byte(b[i:])
			for _, n := range []uint32{1 << 20, 1 << 31, 1<<32 - 1} {
				binary.LittleEndian.PutUint32(b[i:], n)
				if got := allocated(func() { _, _ = Decode(b) }); got > limit {
					t.Fatalf("%v: %#x at byte %d: %d bytes allocated for %d", id, n, i, got, len(b))
				}
			}
			copy(b[i:], old[:])
			at++
		}
		if at < 500 {
			t.Errorf("only %d places", at)
		}
	}
}

func TestLimits(t *testing.T) {
	for name, f := range map[string]func(p *Proof){
		"instances":   func(p *Proof) { seg(p).Instances = make([]Instance, maxInstances+1) },
		"FRI caps":    func(p *Proof) { seg(p).FRI.Caps = make([][]hash.Digest, maxLayers+1) },
		"FRI layers":  func(p *Proof) { seg(p).FRI.Layers = make([]fri.LayerOpening, maxLayers+1) },
		"opened rows": func(p *Proof) { seg(p).Openings[Main].Rows = make(merkle.Rows, maxLayers+1) },
	} {
		p := newSynthetic(hash.Blake2s)
		f(p)
		checkRefused(t, name, p.Encode())
	}
	p := newSynthetic(hash.Blake2s)
	seg(p).Instances = make([]Instance, maxInstances)
	seg(p).Openings[Main].Rows = make(merkle.Rows, maxLayers)
	if _, err := Decode(p.Encode()); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

// The bytes that say what a proof is.
func TestPrefix(t *testing.T) {
	b := newSynthetic(hash.Blake2s).Encode()
	change := func(i int, v byte) []byte {
		c := slices.Clone(b)
		c[i] = v
		return c
	}
	for i := range magic {
		checkRefused(t, "magic", change(i, b[i]^1))
	}
	for _, v := range []byte{0, 1, 3, 255} {
		checkRefused(t, "version", change(len(magic), v))
	}
	checkRefused(t, "version, high byte", change(len(magic)+3, 1))
	for _, v := range []byte{0, 3, 255} {
		checkRefused(t, "hash", change(len(magic)+5, v))
	}
	for n := range KindSize {
		if _, _, err := Kind(b[:n]); !errors.Is(err, ErrEncoding) {
			t.Errorf("kind of %d bytes: %v", n, err)
		}
	}
	// The profile is the key's business.
	if p, err := Decode(change(len(magic)+4, 77)); err != nil || p.Profile != 77 {
		t.Errorf("unknown profile: %v", err)
	}
}

// A header that no loader gives is refused on decoding.
func TestBadHeader(t *testing.T) {
	for name, f := range map[string]func(h *abi.Header){
		"abi version":  func(h *abi.Header) { h.ABIVersion++ },
		"entry":        func(h *abi.Header) { h.Entry += 2 },
		"code":         func(h *abi.Header) { h.CodeEnd = h.CodeStart },
		"memory limit": func(h *abi.Header) { h.MemoryLimit++ },
		"no regions":   func(h *abi.Header) { h.Regions = nil },
		"order":        func(h *abi.Header) { h.Regions[2], h.Regions[3] = h.Regions[3], h.Regions[2] },
		"writable code": func(h *abi.Header) {
			h.Regions = slices.Delete(slices.Clone(h.Regions), 1, 2)
		},
	} {
		p := newSynthetic(hash.Blake2s)
		f(&p.Run.Header)
		checkRefused(t, name, p.Encode())
	}
}

// FuzzDecode: nothing panics, and what decodes is canonical.
func FuzzDecode(f *testing.F) {
	for _, id := range hashes {
		f.Add(newSynthetic(id).Encode())
		f.Add(empty(id).Encode())
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrEncoding) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(p.Encode(), b) {
			t.Fatal("decodes, but isn't canonical")
		}
		_, _ = p.Run.Claim()
	})
}
