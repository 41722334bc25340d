package field

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := genE().Draw(t, "x")
		var b [SizeE]byte
		x.Put(b[:])
		if got, err := DecodeE(b[:]); err != nil || got != x {
			t.Fatalf("decoded %v, %v", got, err)
		}
		k := rapid.IntRange(0, Degree-1).Draw(t, "k")
		bad := rapid.Uint32Range(P, 1<<32-1).Draw(t, "bad")
		M31(bad).Put(b[k*SizeM31:])
		if _, err := DecodeE(b[:]); !errors.Is(err, ErrNonCanonical) {
			t.Fatalf("coordinate %d = %d: error %v", k, bad, err)
		}
	})
	var b [SizeM31]byte
	M31(0x01020304).Put(b[:])
	if b != [SizeM31]byte{4, 3, 2, 1} {
		t.Fatal("not little endian")
	}
	if _, err := DecodeM31(make([]byte, SizeM31-1)); !errors.Is(err, ErrShort) {
		t.Fatalf("short: %v", err)
	}
	if _, err := DecodeE(make([]byte, SizeE-1)); !errors.Is(err, ErrShort) {
		t.Fatalf("short: %v", err)
	}
}

func FuzzDecodeE(f *testing.F) {
	f.Add(make([]byte, SizeE))
	f.Add(bytes.Repeat([]byte{0xff, 0xff, 0xff, 0x7f}, Degree))
	f.Add(bytes.Repeat([]byte{0xfe, 0xff, 0xff, 0x7f}, Degree))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := DecodeE(b)
		if err != nil {
			return
		}
		var out [SizeE]byte
		x.Put(out[:])
		if !bytes.Equal(out[:], b[:SizeE]) {
			t.Fatalf("%x decodes to %v, which encodes to %x", b, x, out)
		}
	})
}
