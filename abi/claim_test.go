package abi_test

import (
	"strings"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
)

func header() abi.Header {
	return abi.Header{
		ABIVersion: abi.ABIVersion, Entry: 0x10004, CodeStart: 0x10000, CodeEnd: 0x10010, MemoryLimit: 1 << 20,
		Regions: abi.Regions{
			{Start: 0, Kind: abi.KindNone}, {Start: 1, Kind: abi.KindCode},
			{Start: 2, Kind: abi.KindReadWrite}, {Start: 18, Kind: abi.KindNone},
			{Start: 0x4000, Kind: abi.KindInput}, {Start: 0x8000, Kind: abi.KindOutput}, {Start: 0x8010, Kind: abi.KindNone},
		},
	}
}

// TestProgramID changes each part of a program and expects another id.
func TestProgramID(t *testing.T) {
	image := hash.Digest{1, 2, 3, 4, 5, 6, 7, 8, 9}
	seen := make(map[abi.ID]string)
	add := func(name string, change func(h *abi.Header, d *hash.Digest)) {
		h, d := header(), image
		change(&h, &d)
		id := abi.ProgramID(&h, d)
		if other, ok := seen[id]; ok {
			t.Errorf("%s has the id of %s", name, other)
		}
		seen[id] = name
	}
	add("nothing", func(*abi.Header, *hash.Digest) {})
	add("version", func(h *abi.Header, _ *hash.Digest) { h.ABIVersion++ })
	add("entry", func(h *abi.Header, _ *hash.Digest) { h.Entry += 4 })
	add("code start", func(h *abi.Header, _ *hash.Digest) { h.CodeStart += 4 })
	add("code end", func(h *abi.Header, _ *hash.Digest) { h.CodeEnd += 4 })
	add("memory limit", func(h *abi.Header, _ *hash.Digest) { h.MemoryLimit *= 2 })
	add("region kind", func(h *abi.Header, _ *hash.Digest) { h.Regions[2].Kind = abi.KindReadOnly })
	add("region start", func(h *abi.Header, _ *hash.Digest) { h.Regions[3].Start++ })
	add("fewer regions", func(h *abi.Header, _ *hash.Digest) { h.Regions = h.Regions[:6] })
	for i := range image {
		add("image", func(_ *abi.Header, d *hash.Digest) { d[i] ^= 0x100 })
	}
}

func TestParseID(t *testing.T) {
	h := header()
	id := abi.ProgramID(&h, hash.Digest{})
	for _, s := range []string{id.String(), strings.ToUpper(id.String())} {
		if got, err := abi.ParseID(s); err != nil || got != id {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "00", id.String()[1:], id.String() + "00", "0x" + id.String()[2:], strings.Repeat("g", 64)} {
		if _, err := abi.ParseID(s); err == nil || !strings.Contains(err.Error(), "64 hexadecimal digits") {
			t.Errorf("%q: error %v", s, err)
		}
	}
}

func TestExitString(t *testing.T) {
	for _, c := range []struct {
		exit abi.Exit
		want string
	}{
		{abi.Exit{Kind: abi.Halt, Code: 42}, "halt with code 42"},
		{abi.Exit{Kind: abi.OutOfGas, PC: 0x10004}, "out of gas at pc 0x10004"},
		{abi.Exit{Kind: abi.Trap, Cause: abi.CauseLoad, PC: 0x10004, Value: 3}, "trap at pc 0x10004: load access fault (cause 5), value 0x3"},
	} {
		if got := c.exit.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	for cause, want := range map[uint32]string{
		0: "instruction address misaligned", 1: "instruction access fault", 2: "illegal instruction", 3: "breakpoint",
		5: "load access fault", 7: "store access fault", 8: "environment call",
	} {
		if got := abi.CauseName(cause); got != want {
			t.Errorf("cause %d: %q, want %q", cause, got, want)
		}
	}
	if abi.ExitKind(9).String() == "" || abi.CauseName(4) != "cause 4" {
		t.Error("unknown kinds and causes need a name")
	}
}
