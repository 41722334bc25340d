package jit_test

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
	"github.com/orrery/orrery/rv/rvtest"
)

// pair runs a program on both engines to the same stops.
type pair struct {
	want, got exec.Engine
}

func newPair(t testing.TB, p *rv.Program, input []byte, gas uint64) pair {
	t.Helper()
	want, err := exec.New(p, input, exec.Options{GasLimit: gas})
	require.NoError(t, err)
	got, err := jit.New(p, input, exec.Options{GasLimit: gas})
	require.NoError(t, err)
	return pair{want, got}
}

func (p pair) close(t testing.TB) { require.NoError(t, p.got.Close()) }

// runTo runs both to a clock and compares.
func (p pair) runTo(t testing.TB, cycles uint64) (ended bool) {
	t.Helper()
	want, err := p.want.RunTo(context.Background(), cycles)
	require.NoError(t, err)
	got, err := p.got.RunTo(context.Background(), cycles)
	require.NoError(t, err)
	require.Equal(t, want, got, "ended")
	if p.want.Cycles() != p.got.Cycles() || p.want.PC() != p.got.PC() || want {
		same(t, p.want, p.got)
	}
	for r := range uint8(32) {
		if p.want.Register(r) != p.got.Register(r) {
			require.Equal(t, p.want.Register(r), p.got.Register(r), "x%d at cycle %d, pc %#x", r, p.want.Cycles(), p.want.PC())
		}
	}
	return want
}

// compareMemory compares what the programs of testProgram can write, all of it or
// what lies near the places at which the generator aims.
func (p pair) compareMemory(t testing.TB, all bool) {
	t.Helper()
	check := func(start, end uint32) {
		for a := start; a < end; a += 4 {
			if p.want.Word(a) != p.got.Word(a) {
				require.Equal(t, p.want.Word(a), p.got.Word(a), "word at %#x", a)
			}
		}
	}
	if all {
		check(0x40000, 0x150000)
		check(rv.OutputStart, rv.OutputEnd)
		return
	}
	for _, a := range append(writable, places...) {
		check(a&^3-256, a&^3+256)
	}
}

// Engines agree on random programs at random clocks, whatever the limit.
func TestRandomPrograms(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	n := uint64(4000)
	if testing.Short() {
		n = 500
	}
	ends, cycles := map[exec.ExitKind]int{}, uint64(0)
	for seed := range n {
		g := newGenerator(seed)
		gas := 200 + g.Uint64N(3000)
		if seed%16 == 0 {
			gas = 40000 // enough for many misaligned accesses
		}
		p := newPair(t, g.program(t, 60+g.IntN(300)), []byte("input"), gas)
		if g.IntN(2) == 0 {
			require.Empty(t, p.want.TouchedPages())
			require.Empty(t, p.got.TouchedPages())
		}
		for at, ended := uint64(0), false; !ended; {
			switch at += 1 + g.Uint64N(400); {
			case g.IntN(4) == 0:
				at = math.MaxUint64
			case g.IntN(8) == 0:
				require.Equal(t, p.want.TouchedPages(), p.got.TouchedPages())
			}
			ended = p.runTo(t, at)
		}
		p.compareMemory(t, seed%64 == 0)
		p.close(t)
		ends[p.want.Result().Exit.Kind]++
		cycles += p.want.Cycles()
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("ends: %v, cycles: %d", ends, cycles)
}

func FuzzPrograms(f *testing.F) {
	for seed := range uint64(6) {
		g := newGenerator(seed)
		g.program(f, 80)
		f.Add(seed, rvtest.Words(g.code[62:]...), uint16(500), uint16(77))
	}
	f.Fuzz(func(t *testing.T, seed uint64, words []byte, gas, stop uint16) {
		if !jit.Supported() || len(words) > 1<<12 {
			t.Skip("the recompiler needs linux on amd64 with BMI2, and a run of this test reaches 4096 bytes of code at most")
		}
		g := newGenerator(seed)
		g.size = len(words) / 4
		g.prologue()
		for ; len(words) >= 4; words = words[4:] {
			g.code = append(g.code, binary.LittleEndian.Uint32(words))
		}
		p := newPair(t, testProgram(t, g.code), []byte("input"), uint64(gas))
		if !p.runTo(t, uint64(stop)) {
			require.True(t, p.runTo(t, math.MaxUint64))
		}
		p.compareMemory(t, false)
		p.close(t)
	})
}
