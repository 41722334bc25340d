package rv_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/orrery/orrery/rv"
)

func goodHeader(t testing.TB) []byte {
	p, err := rv.Load(goodELF().Bytes(), rv.LoadOptions{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Header.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseHeaderRefuses(t *testing.T) {
	// Words of the header: 0 version, 1 entry, 2-3 code, 4 memory limit, 5 count, then start and kind of
	// 0 none, 1 code, 2 read-only, 3 none, 4 read-write, 5 none, 6 input, 7 output, 8 none.
	set := func(i int, v uint32) func([]byte) []byte {
		return func(b []byte) []byte { le32(b, 4*i, v); return b }
	}
	start := func(i int, v uint32) func([]byte) []byte { return set(6+2*i, v) }
	kind := func(i int, v uint32) func([]byte) []byte { return set(7+2*i, v) }
	for _, c := range []struct {
		name  string
		patch func([]byte) []byte
		want  string
	}{
		{"nothing", func(b []byte) []byte { return nil }, "0 bytes, at least 24 needed"},
		{"short", func(b []byte) []byte { return b[:len(b)-1] }, "don't fit 9 intervals"},
		{"trailing byte", func(b []byte) []byte { return append(b, 0) }, "don't fit 9 intervals"},
		{"huge count", set(5, 1<<31), "don't fit 2147483648 intervals"},
		{"version", set(0, 2), "ABI version 2"},
		{"entry", set(1, 0x10010), "the entry 0x10010 is not in the code"},
		{"odd entry", set(1, 0x10001), "the entry 0x10001"},
		{"odd code", set(2, 0x10001), "no range of words"},
		{"empty code", set(3, 0x10000), "no range of words"},
		{"code elsewhere", set(3, 0x30000), "the code interval doesn't fit the code"},
		{"limit", set(4, 1<<20+1), "a memory limit of 1048577"},
		{"no heap", set(4, 0), "a memory limit of 0"},
		{"more heap than pages", set(4, 1<<21), "no interval has room for the heap"},
		{"unknown kind", kind(1, 6), "interval 1 has the unknown kind 6"},
		{"null page mapped", kind(0, 2), "begin with page 0 unmapped"},
		{"first page", start(0, 1), "begin with page 0 unmapped"},
		{"order", start(3, 2), "interval 3 is out of order"},
		{"equal neighbours", kind(2, 1), "interval 2 is out of order or equals its neighbour"},
		{"behind the end", start(8, 0x10000), "interval 7 (output"},
		{"no code", kind(1, 3), "0 code intervals"},
		{"input too small", start(6, 0x4001), "interval 6 (input"},
		{"output too large", start(8, 0x8011), "interval 7 (output"},
		{"no output", func(b []byte) []byte { le32(b, 4*5, 8); return kind(7, 0)(b[:len(b)-8]) }, "the input or output region is missing"},
		{"data behind the program region", kind(8, 3), "interval 8 (read-write"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := rv.ParseHeader(c.patch(goodHeader(t)))
			if !errors.Is(err, rv.ErrHeader) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(goodHeader(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := rv.ParseHeader(b)
		if err != nil {
			return
		}
		if back, _ := h.AppendBinary(nil); !bytes.Equal(back, b) {
			t.Fatalf("%x reads as %+v, which is written as %x", b, h, back)
		}
	})
}
