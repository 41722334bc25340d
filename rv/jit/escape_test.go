package jit_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
	"github.com/orrery/orrery/rv/rvtest"
)

// Each kind of access at each border of a region and where addresses wrap around: as
// in the interpreter, whatever way the address is computed.
func TestBorders(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	ops := []rv.Op{rv.LB, rv.LBU, rv.LH, rv.LHU, rv.LW, rv.SB, rv.SH, rv.SW}
	offsets := []int32{0, 1, -1, 2, -2, 4, -4, 2047, -2048}
	if testing.Short() {
		offsets = []int32{0, 1, -2, 2047, -2048}
	}
	n := 0
	for _, place := range places {
		for delta := uint32(0); delta < 9; delta++ {
			for _, imm := range offsets {
				addr := place + delta - 4 - uint32(imm)
				for _, op := range ops {
					if n++; testing.Short() && n%7 != 0 {
						continue
					}
					access := rvtest.I(op, 7, 6, imm)
					if op.IsStore() {
						access = rvtest.S(op, 7, imm, 6)
					}
					// The address is constant, or not.
					code := append(rvtest.LoadImm(6, addr), access)
					code = append(code, rvtest.R(rv.XOR, 6, 6, 5), access)
					p := newPair(t, testProgram(t, code), []byte("input"), 10)
					require.True(t, p.runTo(t, math.MaxUint64))
					p.close(t)
				}
			}
		}
	}
}

// Indirect jumps to addresses of each kind.
func TestJumps(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	for delta := uint32(0); delta < 40; delta++ {
		for _, to := range []uint32{rvtest.CodeStart - 16, rvtest.CodeStart, rvtest.CodeStart + 36, 0, 0x80000000, 0xfffffff0, 0x20000, 0x40000 - 8, 0x50000} {
			for _, imm := range []int32{0, 1, -1, 2, 3, 2047, -2048} {
				code := append(rvtest.LoadImm(6, to+delta-uint32(imm)),
					rvtest.R(rv.XOR, 6, 6, 5), // not known when translated
					rvtest.I(rv.ADDI, 7, 7, 1),
					rvtest.I(rv.JALR, 6, 6, imm),
					rvtest.I(rv.ADDI, 7, 7, 2),
					rvtest.I(rv.ADDI, 7, 7, 4),
					rvtest.I(rv.ADDI, 7, 7, 8),
					0x73)
				p := newPair(t, testProgram(t, code), nil, 100)
				require.True(t, p.runTo(t, math.MaxUint64))
				p.close(t)
			}
		}
	}
}

// Deep recursion runs into what lies below the heap; stores to code fault.
func TestRecursion(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	code := append(rvtest.LoadImm(2, 0x150000),
		rvtest.I(rv.ADDI, 2, 2, -16),
		rvtest.S(rv.SW, 1, 12, 2),
		rvtest.J(1, -8))
	p := newPair(t, testProgram(t, code), nil, 1<<30)
	defer p.close(t)
	require.True(t, p.runTo(t, math.MaxUint64))
	require.Equal(t, exec.Exit{Kind: exec.Trap, Cause: exec.CauseStoreFault, PC: rvtest.CodeStart + 12, Value: 0x3fffc}, p.got.Result().Exit)

	code = append(rvtest.LoadImm(2, rvtest.CodeStart), rvtest.S(rv.SW, 0, 0, 2))
	p = newPair(t, testProgram(t, code), nil, 100)
	defer p.close(t)
	require.True(t, p.runTo(t, math.MaxUint64))
	require.Equal(t, exec.CauseStoreFault, int(p.got.Result().Exit.Cause))
}

// Many traps in one process, each a fault of the host's.
func TestManyTraps(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	n := 20_000
	if testing.Short() {
		n = 1000
	}
	code, err := jit.Compile(testProgram(t, []uint32{rvtest.I(rv.ADDI, 5, 0, 77), rvtest.I(rv.LW, 6, 5, 3)}), jit.Options{})
	require.NoError(t, err)
	defer code.Close()
	for range n {
		m, err := code.New(nil, exec.Options{GasLimit: 100})
		require.NoError(t, err)
		ended, err := m.RunTo(context.Background(), math.MaxUint64)
		require.NoError(t, err)
		require.True(t, ended)
		require.Equal(t, exec.Exit{Kind: exec.Trap, Cause: exec.CauseLoadFault, PC: rvtest.CodeStart + 4, Value: 80}, m.Result().Exit)
		require.NoError(t, m.Close())
	}
}

// A million faults that a run survives: stores to a page that is watched.
func TestManyFaults(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	n := uint64(1_000_000)
	if testing.Short() {
		n = 20_000
	}
	code := append(rvtest.LoadImm(6, 0x50000),
		rvtest.S(rv.SW, 7, 0, 6),
		rvtest.I(rv.ADDI, 7, 7, 1),
		rvtest.J(0, -8))
	m, err := jit.New(testProgram(t, code), nil, exec.Options{GasLimit: math.MaxUint64})
	require.NoError(t, err)
	defer m.Close()
	require.Empty(t, m.TouchedPages())
	for k := range n {
		_, err := m.RunTo(context.Background(), 2+3*(k+1))
		require.NoError(t, err)
		if pages := m.TouchedPages(); len(pages) != 1 || pages[0] != 5 {
			t.Fatalf("pages %v", pages)
		}
	}
	require.Equal(t, uint32(n), m.Register(7))
	require.Equal(t, uint32(n-1), m.Word(0x50000))
}
