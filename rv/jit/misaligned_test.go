package jit_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit"
	"github.com/orrery/orrery/rv/rvtest"
)

// A run with many misaligned accesses goes over to code that makes them, and counts
// them all; at its end one faults, which isn't counted.
func TestManyMisaligned(t *testing.T) {
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	code := append(rvtest.LoadImm(8, 0x14f001), // the heap ends at 0x150000
		rvtest.S(rv.SW, 8, 0, 8),
		rvtest.I(rv.LW, 9, 8, 0),
		rvtest.I(rv.LW, 10, 8, 4),
		rvtest.I(rv.LH, 11, 8, 2),
		rvtest.I(rv.LHU, 12, 8, 3),
		rvtest.R(rv.ADD, 13, 13, 9),
		rvtest.I(rv.ADDI, 8, 8, 4),
		rvtest.J(0, -28))
	for _, gas := range []uint64{1 << 20, 1000, 4001, 4002, 4003, 4004} {
		p := newPair(t, testProgram(t, code), nil, gas)
		for _, stop := range []uint64{500, 3000, 3001, 3002, 5000} {
			p.runTo(t, stop)
		}
		require.True(t, p.runTo(t, math.MaxUint64))
		p.compareMemory(t, true)
		p.close(t)
	}
}
