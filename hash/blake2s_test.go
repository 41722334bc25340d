package hash

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2s"

	"github.com/orrery/orrery/field"
)

// sumBytes hashes b and returns the encoded digest.
func sumBytes(p Personal, b []byte) []byte {
	s := NewBlake2s(p)
	s.Write(b)
	return s.Sum().Append(nil, Blake2s)
}

// TestBlake2sVectors has the example of RFC 7693, appendix B, and the hash of nothing.
func TestBlake2sVectors(t *testing.T) {
	for _, v := range []struct{ message, digest string }{
		{"abc", "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"},
		{"", "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9"},
	} {
		require.Equal(t, v.digest, hex.EncodeToString(sumBytes(Personal{}, []byte(v.message))), "message %q", v.message)
	}
}

func TestBlake2sAgainstCrypto(t *testing.T) {
	message := make([]byte, 400)
	for i := range message {
		message[i] = byte(i * i >> 3)
	}
	for n := range message {
		want := blake2s.Sum256(message[:n])
		require.Equal(t, want[:], sumBytes(Personal{}, message[:n]), "length %d", n)

		s := NewBlake2s(Personal{})
		for lo := 0; lo < n; lo += 7 {
			s.Sum() // must not disturb the state
			s.Write(message[lo:min(lo+7, n)])
		}
		require.Equal(t, want[:], s.Sum().Append(nil, Blake2s), "length %d in pieces", n)
	}
}

func TestBlake2sWords(t *testing.T) {
	a, b := NewBlake2s(personalLeaf), NewBlake2s(personalLeaf)
	a.WriteWord(0x04030201)
	a.WriteUint64(0x0c0b0a0908070605)
	b.Write([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	require.Equal(t, b.Sum(), a.Sum())
}

// merkleVectors come from Python's hashlib.blake2s(message, person=...), for the first
// bytes of vectorMessage.
var merkleVectors = []struct {
	personal Personal
	bytes    int
	digest   string
}{
	{personalLeaf, 0, "a8133d2e41377c9d89e5b3dd0d1f3daf8188f92afdeccc7461a9eb673c954304"},
	{personalLeaf, 4, "7e9734f1b47ac5a2cf3e3cd55e66cf099de2bbea744ec8a0a1b3c8f1738eb073"},
	{personalLeaf, 64, "fc9751fba646f847303b7143f4240392cd49252bd5f7a30b2da00427967081ab"},
	{personalLeaf, 68, "cfe215c9d2a5ed2f8a61ab0fd4282bd91e2a2e01f07ec0112eef261c1efb07a2"},
	{personalLeaf, 200, "7464820959cb0c71f5bc7d24d083a66f44011bc9468cee6f1e4bb2bca61a987b"},
	{personalNode, 64, "97f99fe101a9aea236851a6593abf8ef68ace89c9a48c1b60aa3b3eb1ef2d448"},
	{personalNodeRow, 64, "39f93ee718443ae392b48f8bc752009c768194b9ba7a8cd9b250f319e0a62b89"},
	{personalNodeRow, 68, "7f19e907d963860f1a52dbc52a407d93bf9990381b5446eca9effc24f162c3e6"},
	{personalNodeRow, 200, "94e58203c419e4b31f6d619ee08af39c6e5a02c232de5dfe087c2a6497795ffb"},
}

// vectorMessage has no byte above 126 at the top of a word, so all words are elements.
func vectorMessage() []byte {
	b := make([]byte, 200)
	for i := range b {
		b[i] = byte(i*11 + 5)
		if i%4 == 3 {
			b[i] = byte((i*7 + 3) % 127)
		}
	}
	return b
}

func TestBlake2sHasherVectors(t *testing.T) {
	message := vectorMessage()
	row := make([]field.M31, len(message)/4)
	for i := range row {
		row[i] = field.M31(binary.LittleEndian.Uint32(message[4*i:]))
	}
	l, err := DecodeDigest(message[:32], Blake2s)
	require.NoError(t, err)
	r, err := DecodeDigest(message[32:64], Blake2s)
	require.NoError(t, err)
	h, err := New(Blake2s)
	require.NoError(t, err)
	for _, v := range merkleVectors {
		want, err := hex.DecodeString(v.digest)
		require.NoError(t, err)
		require.Equal(t, want, sumBytes(v.personal, message[:v.bytes]))
		var got Digest
		switch v.personal {
		case personalLeaf:
			got = h.Leaf(row[:v.bytes/4])
		case personalNode:
			got = h.Node(l, r)
		case personalNodeRow:
			got = h.NodeRow(l, r, row[16:v.bytes/4])
		}
		require.Equal(t, want, got.Append(nil, Blake2s), "%s, %d bytes", v.personal, v.bytes)
	}
}

func FuzzBlake2s(f *testing.F) {
	f.Add([]byte("abc"), uint8(1))
	f.Add(bytes.Repeat([]byte{0xff}, 129), uint8(64))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		want := blake2s.Sum256(b)
		k := min(int(cut), len(b))
		s := NewBlake2s(Personal{})
		s.Write(b[:k])
		s.Write(b[k:])
		require.Equal(t, want[:], s.Sum().Append(nil, Blake2s))
	})
}
