package rv_test

import (
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

const nop = 0x00000013

func le16(b []byte, at int, v uint16) { binary.LittleEndian.PutUint16(b[at:], v) }
func le32(b []byte, at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }

// goodELF has, in this order, data, code and read-only segments.
func goodELF() rvtest.ELF {
	return rvtest.ELF{Entry: 0x10004, Segments: []rvtest.Segment{
		{Flags: 6, Addr: 0x40010, Data: []byte{1, 2, 3, 4, 5}, MemSize: 0x20000},
		{Flags: 5, Addr: 0x10000, Data: rvtest.Words(nop, nop, 0, nop)},
		{Flags: 4, Addr: 0x20000, Data: make([]byte, 200)},
	}}
}

func TestLoad(t *testing.T) {
	elf := goodELF()
	elf.Segments[2].Data[150] = 7
	file := elf.Bytes()
	p, err := rv.Load(file, rv.LoadOptions{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	clear(file) // the program must not depend on the caller's bytes
	want := rv.Header{
		ABIVersion: 1, Entry: 0x10004, CodeStart: 0x10000, CodeEnd: 0x10010, MemoryLimit: 1 << 20,
		Regions: rv.Regions{
			{Start: 0, Kind: rv.KindNone}, {Start: 1, Kind: rv.KindCode}, {Start: 2, Kind: rv.KindReadOnly}, {Start: 3, Kind: rv.KindNone},
			{Start: 4, Kind: rv.KindReadWrite}, {Start: 7 + 16, Kind: rv.KindNone}, {Start: 0x4000, Kind: rv.KindInput}, {Start: 0x8000, Kind: rv.KindOutput}, {Start: 0x8010, Kind: rv.KindNone},
		},
	}
	got := p.Header
	if !slices.Equal(got.Regions, want.Regions) {
		t.Errorf("regions %v, want %v", got.Regions, want.Regions)
	}
	got.Regions, want.Regions = nil, nil
	if got.ABIVersion != want.ABIVersion || got.Entry != want.Entry || got.CodeStart != want.CodeStart || got.CodeEnd != want.CodeEnd || got.MemoryLimit != want.MemoryLimit {
		t.Errorf("header %+v, want %+v", got, want)
	}
	if p.HeapStart != 0x70000 || p.HeapEnd != 0x170000 {
		t.Errorf("heap [%#x, %#x)", p.HeapStart, p.HeapEnd)
	}
	if p.Code.Start != 0x10000 || p.Code.End != 0x10010 || len(p.Code.Insts) != 4 || p.Code.NumWords() != 4 {
		t.Errorf("code %+v", p.Code)
	}
	if in, ok := p.Code.At(0x10008); !ok || in.Op != rv.ILLEGAL {
		t.Errorf("At(0x10008) = %+v, %v", in, ok)
	}
	if in, ok := p.Code.At(0x1000c); !ok || in.Op != rv.ADDI {
		t.Errorf("At(0x1000c) = %+v, %v", in, ok)
	}
	for _, pc := range []uint32{0, 0xfffc, 0x10010, 0xfffffffc} {
		if _, ok := p.Code.At(pc); ok {
			t.Errorf("At(%#x) finds code", pc)
		}
	}
	var index []uint32
	for _, b := range p.Image {
		index = append(index, b.Index*64)
	}
	if want := []uint32{0x10000, 0x20080, 0x40000}; !slices.Equal(index, want) {
		t.Errorf("image blocks %#x, want %#x", index, want)
	}
	for addr, want := range map[uint32]uint32{0x10000: nop, 0x10008: 0, 0x20094: 7 << 16, 0x40010: 0x04030201, 0x40014: 5, 0x40018: 0, 0x30000: 0} {
		if got := p.Image.Word(addr); got != want {
			t.Errorf("word at %#x is %#x, want %#x", addr, got, want)
		}
	}
	for addr, want := range map[uint32]rv.Kind{0: rv.KindNone, 0xffff: rv.KindNone, 0x10000: rv.KindCode, 0x1ffff: rv.KindCode, 0x3ffff: rv.KindNone,
		0x40000: rv.KindReadWrite, 0x16ffff: rv.KindReadWrite, 0x170000: rv.KindNone, 0x7fffffff: rv.KindInput, 0x800fffff: rv.KindOutput, 0x80100000: rv.KindNone, 0xffffffff: rv.KindNone} {
		if got := p.Header.Regions.Kind(addr); got != want {
			t.Errorf("kind of %#x is %v, want %v", addr, got, want)
		}
	}
}

// What the rules allow, though it looks odd.
func TestLoadAccepts(t *testing.T) {
	cases := map[string]func(e *rvtest.ELF){
		"TSO flag":               func(e *rvtest.ELF) { e.Flags = 0x10 },
		"empty segment anywhere": func(e *rvtest.ELF) { e.Segments = append(e.Segments, rvtest.Segment{Flags: 7, Addr: 3}) },
		"other program headers": func(e *rvtest.ELF) {
			e.Segments = append(e.Segments, rvtest.Segment{Type: 0x6474e551, Flags: 7, Addr: 0})
		},
		"two segments of a kind, a page": func(e *rvtest.ELF) {
			e.Segments = append(e.Segments, rvtest.Segment{Flags: 4, Addr: 0x21000, Data: []byte{1}})
		},
		"execute only":               func(e *rvtest.ELF) { e.Segments[1].Flags = 1 },
		"write only":                 func(e *rvtest.ELF) { e.Segments[0].Flags = 2 },
		"no access":                  func(e *rvtest.ELF) { e.Segments[2].Flags = 0 },
		"code behind the data":       func(e *rvtest.ELF) { e.Segments[1].Addr, e.Entry = 0x100000, 0x10000c },
		"memory size of code is odd": func(e *rvtest.ELF) { e.Segments[1].MemSize = 17 },
		"entry in the zero tail":     func(e *rvtest.ELF) { e.Segments[1].MemSize, e.Entry = 17, 0x10010 },
		"neighbours touch":           func(e *rvtest.ELF) { e.Segments[2].Addr, e.Segments[2].MemSize = 0x3ff00, 0x100 },
		"only code":                  func(e *rvtest.ELF) { e.Segments = e.Segments[1:2] },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			e := goodELF()
			change(&e)
			p, err := rv.Load(e.Bytes(), rv.LoadOptions{MemoryLimit: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			checkProgram(t, p)
		})
	}
	e := goodELF()
	for _, limit := range []uint64{0, 65536, rv.ProgramEnd - 0x70000} {
		if _, err := rv.Load(e.Bytes(), rv.LoadOptions{MemoryLimit: limit}); err != nil {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(e *rvtest.ELF)
		patch  func(b []byte) []byte
		want   string
	}{
		{"empty file", nil, func(b []byte) []byte { return nil }, "this is no ELF file"},
		{"script", nil, func(b []byte) []byte { return []byte("#!/bin/sh\n") }, "this is no ELF file"},
		{"cut header", nil, func(b []byte) []byte { return b[:51] }, "the file ends within the ELF header (51 of 52 bytes)"},
		{"64 bits", nil, func(b []byte) []byte { b[4] = 2; return b }, "ELF class 2 instead of 1 (32 bits): compile with --target=riscv32"},
		{"big endian", nil, func(b []byte) []byte { b[5] = 2; return b }, "ELF data encoding 2 instead of 1 (little endian)"},
		{"ident version", nil, func(b []byte) []byte { b[6] = 0; return b }, "ELF version 0/1 instead of 1"},
		{"version", nil, func(b []byte) []byte { le32(b, 20, 2); return b }, "ELF version 1/2 instead of 1"},
		{"machine", nil, func(b []byte) []byte { le16(b, 18, 3); return b }, "ELF machine 3 instead of 243 (RISC-V)"},
		{"ET_DYN", nil, func(b []byte) []byte { le16(b, 16, 3); return b }, "ELF type 3 instead of 2 (ET_EXEC): link with -static -no-pie"},
		{"ehsize", nil, func(b []byte) []byte { le16(b, 40, 64); return b }, "ELF header size 64 instead of 52"},
		{"phentsize", nil, func(b []byte) []byte { le16(b, 42, 56); return b }, "program header size 56 instead of 32"},
		{"RVC", func(e *rvtest.ELF) { e.Flags = 1 }, nil, "compressed instructions (EF_RISCV_RVC): compile with -march=rv32im"},
		{"float ABI", func(e *rvtest.ELF) { e.Flags = 4 }, nil, "the ELF flags 0x4 say a floating-point ABI"},
		{"RVE", func(e *rvtest.ELF) { e.Flags = 8 }, nil, "the ELF flags 0x8 say RV32E"},
		{"65535 headers", nil, func(b []byte) []byte { le16(b, 44, 0xffff); return b }, "too many program headers"},
		{"headers behind the end", nil, func(b []byte) []byte { le32(b, 28, 0xfffffff0); return b }, "the 3 program headers at offset 0xfffffff0 reach behind the end of the file"},
		{"no segments", func(e *rvtest.ELF) { e.Segments = nil }, nil, "there is no executable PT_LOAD segment"},
		{"PT_INTERP", func(e *rvtest.ELF) { e.Segments[2].Type = 3 }, nil, "segment 2 is PT_INTERP"},
		{"PT_DYNAMIC", func(e *rvtest.ELF) { e.Segments[2].Type = 2 }, nil, "segment 2 (address 0x20000) is PT_DYNAMIC: link with -static -no-pie"},
		{"file size", nil, func(b []byte) []byte { le32(b, 52+32+20, 12); return b }, "segment 1 (address 0x10000): its size in the file (16) is larger than in memory (12)"},
		{"bytes behind the end", nil, func(b []byte) []byte { return b[:len(b)-1] }, "segment 2 (address 0x20000): its bytes (offset 0xa9, 200 bytes) reach behind the end of the file (368 bytes)"},
		{"offset overflow", nil, func(b []byte) []byte { le32(b, 52+4, math.MaxUint32); return b }, "segment 0 (address 0x40010): its bytes (offset 0xffffffff"},
		{"null region", func(e *rvtest.ELF) { e.Segments[0].Addr = 0xfff0 }, nil, "segment 0 (address 0xfff0): it begins in the null region below 0x10000"},
		{"input region", func(e *rvtest.ELF) { e.Segments[0].Addr = 0x3fff0000 }, nil, "segment 0 (address 0x3fff0000): it ends at 0x40010000, behind the program region"},
		{"wraps around", func(e *rvtest.ELF) { e.Segments[0].Addr, e.Segments[0].MemSize = 0x20000, math.MaxUint32 }, nil, "it ends at 0x10001ffff, behind the program region"},
		{"W and X", func(e *rvtest.ELF) { e.Segments[1].Flags = 7 }, nil, "segment 1 (address 0x10000): it is executable and writable"},
		{"two of code", func(e *rvtest.ELF) { e.Segments[2].Flags = 5 }, nil, "segments 1 (address 0x10000) and 2 (address 0x20000) are both executable"},
		{"no code", func(e *rvtest.ELF) { e.Segments[1].Flags = 4 }, nil, "there is no executable PT_LOAD segment"},
		{"code address", func(e *rvtest.ELF) { e.Segments[1].Addr = 0x10002 }, nil, "segment 1 (address 0x10002): the address of the executable segment is no multiple of 4"},
		{"code size", func(e *rvtest.ELF) { e.Segments[1].Data = make([]byte, 18) }, nil, "segment 1 (address 0x10000): the file size 18 of the executable segment is no multiple of 4"},
		{"entry alignment", func(e *rvtest.ELF) { e.Entry = 0x10002 }, nil, "the entry 0x10002 is no multiple of 4"},
		{"entry before", func(e *rvtest.ELF) { e.Entry = 0 }, nil, "the entry 0x0 is not in the executable segment 1 [0x10000, 0x10010)"},
		{"entry behind", func(e *rvtest.ELF) { e.Entry = 0x10010 }, nil, "the entry 0x10010 is not in the executable segment 1"},
		{"overlap", func(e *rvtest.ELF) { e.Segments[2].Addr = 0x1000c }, nil, "segment 2 [0x1000c, 0x100d4) overlaps segment 1 [0x10000, 0x10010)"},
		{"shared page", func(e *rvtest.ELF) { e.Segments[2].Addr = 0x11000 }, nil,
			"segment 1 (code, ends at 0x10010) and segment 2 (read-only, address 0x11000) share the 64 KiB page 0x10000: link with -z max-page-size=65536"},
		{"shared page with no access", func(e *rvtest.ELF) { e.Segments[2].Addr, e.Segments[2].Flags = 0x11000, 0 }, nil, "share the 64 KiB page 0x10000"},
		{"no room for the heap", func(e *rvtest.ELF) { e.Segments[0].Addr = 0x3ff00000 }, nil, "the heap of 1048576 bytes from 0x3ff20000 on doesn't fit below 0x40000000: 917504 bytes are free"},
		{"too many regions", func(e *rvtest.ELF) {
			for i := range uint32(6) {
				e.Segments = append(e.Segments, rvtest.Segment{Flags: 4, Addr: 0x100000 + i<<17, Data: []byte{1}})
			}
		}, nil, "too many separate regions (more than 16 intervals"},
		{"segments share bytes", nil, func(b []byte) []byte {
			// Segment 0 takes the whole file, then segment 1 takes its part of it again.
			le32(b, 52+4, 0)
			le32(b, 52+16, uint32(len(b)))
			return b
		}, "segments must not share bytes of the file"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := goodELF()
			if c.change != nil {
				c.change(&e)
			}
			b := e.Bytes()
			if c.patch != nil {
				b = c.patch(b)
			}
			_, err := rv.Load(b, rv.LoadOptions{MemoryLimit: 1 << 20})
			if err == nil {
				t.Fatal("loaded")
			}
			if !errors.Is(err, rv.ErrRefused) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q", err, c.want)
			}
		})
	}
	for limit, want := range map[uint64]string{
		1:               "a memory limit of 1 bytes is no multiple of 64 KiB: take 65536",
		100_000:         "take 131072",
		1 << 30:         "a memory limit of 1073741824 bytes is more than the program region has",
		math.MaxUint64:  "more than the program region has",
		1<<30 - 1<<16:   "doesn't fit below 0x40000000",
		1<<32 + 1<<16:   "more than the program region has",
		1<<29 + 1<<29/2: "",
	} {
		_, err := rv.Load(goodELF().Bytes(), rv.LoadOptions{MemoryLimit: limit})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("limit %d: %v, want %q", limit, err, want)
		}
	}
}

// Sizes in the headers must not be believed: these files are small, so loading
// them must not take much memory.
func TestLoadHostileSizes(t *testing.T) {
	huge := map[string]rvtest.ELF{
		"huge code": {Entry: 0x10000, Segments: []rvtest.Segment{{Flags: 5, Addr: 0x10000, Data: rvtest.Words(nop), MemSize: 0x3ff00000 - 0x10000}}},
		"huge bss": {Entry: 0x10000, Segments: []rvtest.Segment{
			{Flags: 5, Addr: 0x10000, Data: rvtest.Words(nop)}, {Flags: 6, Addr: 0x20000, Data: []byte{1}, MemSize: 0x3f000000}}},
		"many segments": {Entry: 0x10000, Segments: []rvtest.Segment{{Flags: 5, Addr: 0x10000, Data: rvtest.Words(nop)}}},
	}
	e := huge["many segments"]
	for i := range uint32(60000) {
		e.Segments = append(e.Segments, rvtest.Segment{Flags: 4, Addr: 0x20000 + (59999-i)*8192, Data: []byte{byte(i) | 1}})
	}
	huge["many segments"] = e
	for name, e := range huge {
		t.Run(name, func(t *testing.T) {
			file := e.Bytes()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := rv.Load(file, rv.LoadOptions{MemoryLimit: 1 << 20})
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			got := after.TotalAlloc - before.TotalAlloc
			if limit := uint64(32*len(file) + 8192); got > limit {
				t.Errorf("loading %d bytes allocates %d, more than %d", len(file), got, limit)
			}
			checkProgram(t, p)
		})
	}
	p, err := rv.Load(huge["huge code"].Bytes(), rv.LoadOptions{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if in, ok := p.Code.At(p.Code.End - 4); !ok || in != (rv.Inst{}) || len(p.Code.Insts) != 1 {
		t.Errorf("the zero tail: %+v, %v, %d decoded", in, ok, len(p.Code.Insts))
	}
}

// checkProgram checks what users of a Program rely on.
func checkProgram(t *testing.T, p *rv.Program) {
	t.Helper()
	h := &p.Header
	enc, err := h.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := rv.ParseHeader(enc)
	if err != nil {
		t.Fatalf("header %+v: %v", h, err)
	}
	if again, _ := back.AppendBinary(nil); !slices.Equal(again, enc) {
		t.Error("the header changes when it is read back")
	}
	if p.Code.Start != h.CodeStart || p.Code.End != h.CodeEnd || uint64(len(p.Code.Insts)) > uint64(p.Code.NumWords()) {
		t.Errorf("code %#x-%#x, %d instructions", p.Code.Start, p.Code.End, len(p.Code.Insts))
	}
	for i := range p.Code.Insts {
		if in := p.Code.Insts[i]; in != rv.Decode(p.Image.Word(p.Code.Start+uint32(4*i))).Ordered() {
			t.Fatalf("code word %d: %+v is not what the image has", i, in)
		}
	}
	for i, b := range p.Image {
		if i > 0 && b.Index <= p.Image[i-1].Index || b.Words == [16]uint32{} {
			t.Fatalf("block %#x is out of order or zero", b.Index)
		}
	}
	if p.HeapEnd-p.HeapStart != h.MemoryLimit || h.Regions.Kind(p.HeapStart) != rv.KindReadWrite || h.Regions.Kind(p.HeapEnd-1) != rv.KindReadWrite {
		t.Errorf("heap [%#x, %#x)", p.HeapStart, p.HeapEnd)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(goodELF().Bytes(), uint64(1<<20))
	f.Add([]byte("\x7fELF\x01\x01\x01"), uint64(0))
	e := goodELF()
	e.Segments = append(e.Segments, rvtest.Segment{Flags: 4, Addr: 0x21000, Data: []byte{1}}, rvtest.Segment{Type: 7})
	f.Add(e.Bytes(), uint64(65536))
	f.Fuzz(func(t *testing.T, file []byte, limit uint64) {
		p, err := rv.Load(file, rv.LoadOptions{MemoryLimit: limit})
		if err != nil {
			if !errors.Is(err, rv.ErrRefused) {
				t.Fatal(err)
			}
			return
		}
		checkProgram(t, p)
	})
}

func BenchmarkLoad(b *testing.B) {
	code := make([]byte, 1<<20)
	for i := range code {
		code[i] = byte(i * 7)
	}
	e := rvtest.ELF{Entry: 0x10000, Segments: []rvtest.Segment{{Flags: 5, Addr: 0x10000, Data: code}}}
	file := e.Bytes()
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := rv.Load(file, rv.LoadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
