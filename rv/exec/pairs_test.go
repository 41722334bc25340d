package exec

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// Every pair does what its two instructions do one by one, at every clock, and wherever it ends.
func TestPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for a := range pairs {
		for b, code := range pairs[a] {
			if code == 0 {
				continue
			}
			for range 4 {
				program := rvtest.Program(t, pairProgram(rng, rv.Op(a), rv.Op(b)),
					rvtest.Segment{Flags: 6, Addr: 0x40000, Data: make([]byte, 256)})
				fast, slow := newMachine(t, program), newMachine(t, program)
				_, err := fast.RunTo(context.Background(), math.MaxUint64)
				require.NoError(t, err)
				for ended := false; !ended; {
					ended, err = slow.RunTo(context.Background(), slow.Cycles()+1)
					require.NoError(t, err)
				}
				sameState(t, slow, fast, "%v, %v", rv.Op(a), rv.Op(b))
				if fast.Cycles() > 0 {
					between := newMachine(t, program)
					_, err = between.RunTo(context.Background(), rng.Uint64N(fast.Cycles()))
					require.NoError(t, err)
					_, err = between.RunTo(context.Background(), math.MaxUint64)
					require.NoError(t, err)
					sameState(t, slow, between, "%v, %v, with a stop", rv.Op(a), rv.Op(b))
				}
			}
		}
	}
}

// pairProgram sets registers and has the pair, which leads to one of the words around it.
func pairProgram(rng *rand.Rand, a, b rv.Op) []uint32 {
	var code []uint32
	for r := uint8(5); r < 13; r++ {
		v := rng.Uint32N(4) * uint32(math.MaxUint32/3)
		if rng.IntN(2) == 0 {
			v = 0x40000 + rng.Uint32N(20)*4 + rng.Uint32N(6)/5 // mostly aligned
		}
		code = append(code, rvtest.LoadImm(r, v)...)
	}
	// The page has been written before the pair, and the pair begins behind an instruction that is in none.
	code = append(code, rvtest.LoadImm(13, 0x40000)...)
	code = append(code, rvtest.S(rv.SW, 0, 0, 13), rvtest.Encode(rv.FENCE, 0, 0, 0, 0))
	pick := func() uint8 {
		if rng.IntN(8) == 0 {
			return 0
		}
		return uint8(5 + rng.IntN(8))
	}
	for i, op := range []rv.Op{a, b} {
		imm := int32(rng.IntN(16) * 4)
		switch {
		case op == rv.LUI:
			imm <<= 12
		case op == rv.JAL || op.IsBranch():
			imm = int32(8 - 4*i)
		case op == rv.SLLI || op == rv.SRLI || op == rv.SRAI:
			imm = int32(rng.IntN(32))
		case op == rv.ADD || rv.SUB <= op && op <= rv.REMU:
			imm = 0
		}
		code = append(code, rvtest.Encode(op, pick(), pick(), pick(), imm))
	}
	return append(code, rvtest.I(rv.ADDI, 13, 13, 1), rvtest.I(rv.ADDI, 13, 13, 2),
		rvtest.I(rv.ADDI, 17, 0, 93), rvtest.Encode(rv.ECALL, 0, 0, 0, 0))
}

func newMachine(t *testing.T, p *rv.Program) *Machine {
	m, err := New(p, nil, Options{GasLimit: DefaultGasLimit})
	require.NoError(t, err)
	return m
}

func sameState(t *testing.T, want, got *Machine, format string, args ...any) {
	t.Helper()
	require.Equal(t, want.Result(), got.Result(), append([]any{format}, args...)...)
	require.Equal(t, want.PC(), got.PC(), append([]any{format}, args...)...)
	for r := range uint8(32) {
		require.Equal(t, want.Register(r), got.Register(r), append([]any{format}, args...)...)
	}
	for addr := uint32(0x40000); addr < 0x40100; addr += 4 {
		require.Equal(t, want.Word(addr), got.Word(addr), append([]any{format}, args...)...)
	}
}
