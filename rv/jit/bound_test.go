//go:build linux && amd64 && !purego

package jit

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// worst are programs that make much host code of little guest code.
func worst() map[string]func(i int) uint32 {
	rng := rand.New(rand.NewPCG(1, 2))
	r := func(i int) uint8 { return uint8(1 + i%31) }
	cold := func(i int) uint8 { return uint8(1 + i*7%31) }
	return map[string]func(i int) uint32{
		"nothing":           func(int) uint32 { return 0x00000013 },
		"branches":          func(i int) uint32 { return rvtest.B(rv.BLT, r(i), cold(i), int32(i%1000*8-4000)) },
		"branches out":      func(i int) uint32 { return rvtest.B(rv.BGEU, 30, 31, -4096) },
		"calls":             func(i int) uint32 { return rvtest.J(r(i), int32(i%100*8)) },
		"indirect":          func(i int) uint32 { return rvtest.I(rv.JALR, r(i), cold(i), int32(i%2048)) },
		"divisions":         func(i int) uint32 { return rvtest.R([]rv.Op{rv.DIV, rv.REM}[i%2], r(i), cold(i), r(3*i)) },
		"misaligned stores": func(i int) uint32 { return rvtest.S(rv.SW, r(i), 2047-int32(i%64), cold(i)) },
		"short blocks": func(i int) uint32 {
			if i%minCached == minCached-1 {
				return rvtest.B(rv.BLTU, r(i/minCached), cold(i), 8)
			}
			return rvtest.S(rv.SW, r(i), 2047-int32(i%64), cold(i))
		},
		"shifts": func(i int) uint32 { return rvtest.I([]rv.Op{rv.SLLI, rv.SRLI}[i%2], r(i*11), r(i*17+3), 9) },
		"shifts and stores": func(i int) uint32 {
			if i%2 == 0 {
				return rvtest.I(rv.SRLI, r(i*11), r(i*17+3), 9)
			}
			return rvtest.S(rv.SH, r(i*11-11), 2047-int32(i%64), r(i*7))
		},
		"illegal": func(int) uint32 { return 0xffffffff },
		"ecall":   func(int) uint32 { return 0x73 },
		"random":  func(int) uint32 { return rng.Uint32() },
		"random legal": func(int) uint32 {
			op := rv.Op(1 + rng.IntN(rv.NumOps-1))
			imm := int32(rng.Uint32())
			switch {
			case op == rv.LUI || op == rv.AUIPC:
				imm &^= 0xfff
			case op == rv.JAL || op.IsBranch():
				imm = imm << 20 >> 20 &^ 3
			case op == rv.SLLI || op == rv.SRLI || op == rv.SRAI:
				imm &= 31
			default:
				imm = imm << 20 >> 20
			}
			return rvtest.Encode(op, uint8(rng.IntN(32)), uint8(rng.IntN(32)), uint8(rng.IntN(32)), imm)
		},
	}
}

// Host code stays within its bound, a guest instruction on the average of any program.
func TestBytes(t *testing.T) {
	if !Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	for name, word := range worst() {
		n := 1 << 20
		switch name {
		case "branches", "divisions", "misaligned stores", "illegal":
			n = maxInsts
		}
		if testing.Short() {
			n = 1 << 16
		}
		words := make([]uint32, n)
		for i := range words {
			words[i] = word(i)
		}
		p, err := rv.Load(rvtest.ELF{Entry: 0x10000, Segments: []rvtest.Segment{{Flags: 5, Addr: 0x10000, Data: rvtest.Words(words...)}}}.Bytes(), rv.LoadOptions{MemoryLimit: 1 << 16})
		require.NoError(t, err)
		for _, count := range []bool{false, true} {
			if count && n == maxInsts {
				continue
			}
			c, err := compile(p, Options{}, count)
			require.NoError(t, err, name)
			s := c.Stats()
			bytes := float64(s.Bytes-fixedBytes)/float64(s.Instructions) - 8
			t.Logf("%-18s %5.1f bytes an instruction, %4.0f MB/s", name, bytes, 4*float64(s.Instructions)/s.Time.Seconds()/1e6)
			require.LessOrEqual(t, bytes, float64(maxBytes), name)
			require.NoError(t, c.Close())
		}
	}
}
