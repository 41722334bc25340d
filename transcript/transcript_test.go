package transcript

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
)

var ids = []hash.ID{hash.Blake2s, hash.Poseidon2}

func both(t *testing.T, f func(t *testing.T, id hash.ID)) {
	for _, id := range ids {
		t.Run(id.String(), func(t *testing.T) { f(t, id) })
	}
}

// draw is a challenge of a copy of t.
func draw(t *Transcript) field.E {
	return t.Clone().DrawE("test")
}

// TestVectors has values from a separate implementation in Python, on hashlib's blake2s
// and on Poseidon2 with matrices.
func TestVectors(t *testing.T) {
	for _, v := range []struct {
		id      hash.ID
		alpha   [6]field.M31
		nonce   uint64
		indices []uint32
	}{
		{
			hash.Blake2s,
			[6]field.M31{1448921144, 969657728, 166525242, 1945431833, 1673852861, 681194741},
			14,
			[]uint32{
				790194, 62960, 212460, 233670, 540842, 714907, 434357, 246361, 111732, 633568,
				512638, 772991, 461261, 698997, 16044, 541013, 280307, 101228, 833192, 325554,
			},
		},
		{
			hash.Poseidon2,
			[6]field.M31{1182083690, 1870143028, 2135057042, 1678380547, 1494962827, 16728376},
			4,
			[]uint32{
				880972, 785409, 170135, 945911, 647523, 123249, 165930, 766632, 229201, 622269,
				518377, 391553, 978284, 1590, 454038, 884620, 829402, 7394, 605301, 538795,
			},
		},
	} {
		tr := New(v.id, "vector")
		tr.Bytes("bytes", []byte{0, 1, 2, 3, 4, 5, 6})
		tr.U64("number", 0x0123456789abcdef)
		tr.Elements("elements", []field.M31{0, 1, field.P - 1})
		tr.Ext("ext", []field.E{field.FromCoords([6]field.M31{1, 2, 3, 4, 5, 6})})
		var d hash.Digest
		for i := range v.id.DigestWords() {
			d[i] = uint32(100 + i)
		}
		tr.Digests("digests", []hash.Digest{d})
		require.Equal(t, v.alpha, tr.DrawE("alpha").Coords())
		for nonce := range v.nonce {
			require.False(t, tr.Clone().CheckGrind("work", nonce, 6))
		}
		require.True(t, tr.CheckGrind("work", v.nonce, 6))
		require.Equal(t, v.indices, tr.DrawIndices("queries", 20, 20))
	}
}

// sequences are runs that resemble each other; no two may agree.
func sequences(id hash.ID) map[string]*Transcript {
	out := map[string]*Transcript{}
	run := func(name string, ops ...func(t *Transcript)) {
		tr := New(id, "p")
		for _, op := range ops {
			op(tr)
		}
		out[name] = tr
	}
	bytes := func(l string, b ...byte) func(*Transcript) {
		return func(t *Transcript) { t.Bytes(l, b) }
	}
	elements := func(l string, x ...field.M31) func(*Transcript) {
		return func(t *Transcript) { t.Elements(l, x) }
	}
	run("nothing")
	run("empty bytes", bytes("a"))
	run("empty bytes twice", bytes("a"), bytes("a"))
	run("empty bytes, other label", bytes("b"))
	run("empty label", bytes(""))
	run("a zero byte", bytes("a", 0))
	run("two zero bytes", bytes("a", 0, 0))
	run("three zero bytes", bytes("a", 0, 0, 0))
	run("four zero bytes", bytes("a", 0, 0, 0, 0))
	run("split bytes", bytes("a", 0), bytes("a", 0))
	run("label in data", bytes("a", 'b'))
	run("data in label", bytes("ab"))
	run("label with a zero", bytes("a\x00"))
	run("empty elements", elements("a"))
	run("one element", elements("a", 0))
	run("fifteen elements", elements("a", make([]field.M31, 15)...))
	run("sixteen elements", elements("a", make([]field.M31, 16)...))
	run("six elements", elements("a", make([]field.M31, 6)...))
	run("nine elements", elements("a", make([]field.M31, 9)...))
	run("element 1", elements("a", 1))
	run("element 2", elements("a", 2))
	run("elements split", elements("a", 1), elements("a", 2))
	run("elements joined", elements("a", 1, 2))
	run("elements swapped", elements("a", 2, 1))
	run("number 0", func(t *Transcript) { t.U64("a", 0) })
	run("number 1", func(t *Transcript) { t.U64("a", 1) })
	run("number 2^31-1", func(t *Transcript) { t.U64("a", field.P) })
	run("number 2^22", func(t *Transcript) { t.U64("a", 1<<22) })
	run("number 2^44", func(t *Transcript) { t.U64("a", 1<<44) })
	run("number 2^63", func(t *Transcript) { t.U64("a", 1<<63) })
	run("no ext", func(t *Transcript) { t.Ext("a", nil) })
	run("zero ext", func(t *Transcript) { t.Ext("a", make([]field.E, 1)) })
	run("two zero ext", func(t *Transcript) { t.Ext("a", make([]field.E, 2)) })
	run("no digests", func(t *Transcript) { t.Digests("a", nil) })
	run("zero digest", func(t *Transcript) { t.Digests("a", make([]hash.Digest, 1)) })
	run("draw", func(t *Transcript) { t.DrawE("a") })
	run("draw twice", func(t *Transcript) { t.DrawE("a"); t.DrawE("a") })
	run("draw no indices", func(t *Transcript) { t.DrawIndices("a", 1, 0) })
	run("draw an index", func(t *Transcript) { t.DrawIndices("a", 1, 1) })
	run("draw two indices", func(t *Transcript) { t.DrawIndices("a", 1, 2) })
	run("draw a wider index", func(t *Transcript) { t.DrawIndices("a", 2, 1) })
	run("grind", func(t *Transcript) { t.CheckGrind("a", 0, 0) })
	run("grind, other nonce", func(t *Transcript) { t.CheckGrind("a", 1, 0) })
	run("grind, other bits", func(t *Transcript) { t.CheckGrind("a", 0, 1) })
	run("grind, other label", func(t *Transcript) { t.CheckGrind("b", 0, 0) })
	out["other protocol"] = New(id, "q")
	out["empty protocol"] = New(id, "")
	out["another hash"] = New(3-id, "p")
	out["unknown hash"] = New(0, "p")
	return out
}

func TestSequencesDiffer(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		seen := map[field.E]string{}
		for name, tr := range sequences(id) {
			e := draw(tr)
			other, ok := seen[e]
			require.False(t, ok, "%q and %q draw the same", name, other)
			seen[e] = name
		}
		// Runs are repeatable.
		for name, tr := range sequences(id) {
			require.Equal(t, name, seen[draw(tr)])
		}
	})
}

// TestFrozenChallenges changes each absorbed value by itself: every one changes what is
// drawn after it.
func TestFrozenChallenges(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		run := func(change int) field.E {
			n := 0
			bump := func() uint32 {
				n++
				if n-1 == change {
					return 1
				}
				return 0
			}
			tr := New(id, "frozen")
			b := make([]byte, 20)
			for i := range b {
				b[i] = byte(bump())
			}
			tr.Bytes("b", b)
			x := make([]field.M31, 40)
			for i := range x {
				x[i] = field.M31(bump())
			}
			tr.Elements("x", x)
			var c [6]field.M31
			for i := range c {
				c[i] = field.M31(bump())
			}
			tr.Ext("e", []field.E{field.FromCoords(c)})
			d := make([]hash.Digest, 2)
			for i := range d {
				for j := range id.DigestWords() {
					d[i][j] = bump()
				}
			}
			tr.Digests("d", d)
			tr.U64("u", uint64(bump())<<uint(change%64))
			tr.CheckGrind("g", uint64(bump()), 3)
			if change == -2 {
				require.Less(t, n, 200)
			}
			return tr.DrawE("draw")
		}
		seen := map[field.E]int{run(-2): -2}
		total := 20 + 40 + 6 + 2*id.DigestWords() + 2
		for change := range total {
			e := run(change)
			require.NotContains(t, seen, e, "value %d", change)
			seen[e] = change
		}
	})
}

func TestClone(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		a := New(id, "clone")
		a.U64("x", 1)
		b := a.Clone()
		require.Equal(t, draw(a), draw(b))
		b.U64("x", 2)
		require.NotEqual(t, draw(a), draw(b))
		a.U64("x", 2)
		require.Equal(t, draw(a), draw(b))
		require.Equal(t, id, b.Hash())
	})
}

func TestDrawIndices(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		tr := New(id, "indices")
		for _, logN := range []int{-1, MaxLogIndex + 1, 64} {
			require.Empty(t, tr.Clone().DrawIndices("q", logN, 3))
		}
		require.Empty(t, tr.Clone().DrawIndices("q", 4, -1))
		require.Equal(t, []uint32{0, 0, 0}, tr.Clone().DrawIndices("q", 0, 3))
		for _, x := range tr.Clone().DrawIndices("q", MaxLogIndex, 1000) {
			require.Less(t, x, uint32(1)<<MaxLogIndex)
		}

		// Each of 16 values about 2,000 times: the sum of squared deviations over the mean
		// is chi-squared with 15 degrees of freedom, above 50 once in 100,000.
		var count [16]int
		const n = 32000
		for _, x := range tr.DrawIndices("q", 4, n) {
			count[x]++
		}
		var chi float64
		for _, c := range count {
			d := float64(c) - n/16
			chi += d * d / (n / 16)
		}
		require.Less(t, chi, 50.0)
	})
}

// TestIndicesHoldNonce is attack 32: indices after a grind depend on its nonce.
func TestIndicesHoldNonce(t *testing.T) {
	both(t, func(t *testing.T, id hash.ID) {
		seen := map[[4]uint32]bool{}
		for nonce := range uint64(50) {
			tr := New(id, "nonce")
			tr.CheckGrind("g", nonce, 5)
			q := [4]uint32(tr.DrawIndices("q", 30, 4))
			require.False(t, seen[q])
			seen[q] = true
		}
	})
}

// TestRejection feeds p to the stream of Blake2s: it must be skipped, with the top bit set
// or not.
func TestRejection(t *testing.T) {
	s := &chainStream{block: [8]uint32{field.P, 5, 1<<32 - 1, field.P, 1 << 31, field.P - 1, 1<<32 - 2, 7}}
	for _, want := range []field.M31{5, 0, field.P - 1, field.P - 1, 7} {
		require.Equal(t, want, s.element())
	}
	require.Equal(t, len(s.block), s.next)
	require.Less(t, s.element(), field.M31(field.P))
	require.Equal(t, uint64(1), s.count)
}

// TestDuplexPermutes is attack 36: blocks read one after the other differ, and absorbing
// zeros after a draw doesn't take the state back.
func TestDuplexPermutes(t *testing.T) {
	tr := New(hash.Poseidon2, "duplex")
	xs := tr.DrawIndices("q", 30, 45)
	require.NotEqual(t, xs[:15], xs[15:30])
	require.NotEqual(t, xs[15:30], xs[30:])

	d := newDuplex()
	d.absorb(3)
	d.permute()
	before := d.s
	d.absorb(4)
	require.Equal(t, before[0].Add(4), d.s[0])
	require.Equal(t, before[1:], d.s[1:])
}

func FuzzTranscript(f *testing.F) {
	f.Add([]byte{2, 1, 'a', 3, 1, 2, 3}, []byte{2, 1, 'a', 2, 1, 2, 2, 0, 1, 3})
	f.Add([]byte{4, 0, 1, 9}, []byte{4, 0, 1, 8})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for _, id := range ids {
			x, nameX := replay(id, a)
			y, nameY := replay(id, b)
			require.Equal(t, nameX == nameY, draw(x) == draw(y))
		}
	})
}

// replay runs the operations that b spells, and names the run unmistakably.
func replay(id hash.ID, b []byte) (*Transcript, string) {
	next := func(n int) []byte {
		k := min(n, len(b))
		out := b[:k]
		b = b[k:]
		return out
	}
	small := func() int {
		if x := next(1); len(x) > 0 {
			return int(x[0] % 24)
		}
		return 0
	}
	tr := New(id, "fuzz")
	name := ""
	for len(b) > 0 {
		op := small() % 5
		label := string(next(small()))
		data := next(small())
		elements := make([]field.M31, len(data))
		for i, x := range data {
			elements[i] = field.M31(x)
		}
		name += string(rune('A'+op)) + string(rune(len(label))) + label + string(rune(len(data))) + string(data)
		switch op {
		case 0:
			tr.Bytes(label, data)
		case 1:
			tr.Elements(label, elements)
		case 2:
			tr.DrawE(label)
			tr.Bytes("data", data)
		case 3:
			digests := make([]hash.Digest, len(data))
			for i, x := range data {
				digests[i][i%8] = uint32(x)
			}
			tr.Digests(label, digests)
		case 4:
			ext := make([]field.E, len(data))
			for i, x := range elements {
				ext[i] = field.FromBase(x)
			}
			tr.Ext(label, ext)
		}
	}
	return tr, name
}

func BenchmarkDrawIndices(b *testing.B) {
	for _, id := range ids {
		b.Run(id.String(), func(b *testing.B) {
			tr := New(id, "bench")
			for b.Loop() {
				tr.DrawIndices("q", 24, 120)
			}
		})
	}
}
