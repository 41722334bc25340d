//go:build linux && amd64 && !purego

package jit

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

// Pieces come back in any order and grow together again.
func TestArena(t *testing.T) {
	var a arena
	require.NoError(t, a.reserve())
	var pieces []span
	for i := range 5 {
		s, err := a.alloc(i*hostPage + 1)
		require.NoError(t, err)
		require.Equal(t, (i+1)*hostPage, s.end-s.start)
		a.memory[s.start], a.memory[s.end-1] = 1, 2
		pieces = append(pieces, s)
	}
	sealed, err := a.seal(pieces[4], 2*hostPage)
	require.NoError(t, err)
	require.Equal(t, 2*hostPage, sealed.end-sealed.start)
	require.Equal(t, byte(1), a.memory[sealed.start])
	pieces[4] = sealed
	for _, i := range []int{1, 3, 4, 0, 2} {
		require.NoError(t, a.release(pieces[i]))
	}
	require.Equal(t, []span{{0, arenaSize}}, a.free)
	s, err := a.alloc(hostPage)
	require.NoError(t, err)
	require.Zero(t, a.memory[s.start], "freed memory is zero again")
	_, err = a.alloc(arenaSize)
	require.ErrorIs(t, err, ErrTooLarge)
}

// Code can be executed and not written, guest memory the other way round, if at all.
func TestPermissions(t *testing.T) {
	if !Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	p := rvtest.Program(t, rvtest.Exit())
	m, err := New(p, []byte("input"), exec.Options{GasLimit: 10})
	require.NoError(t, err)
	defer m.Close()
	code := codeArena.address(m.code.piece.start)
	memory := m.memory.address()
	want := map[uintptr]string{
		code:                          "r-x",
		memory - 1:                    "---",
		memory:                        "---",
		memory + rvtest.CodeStart:     "r--",
		memory + uintptr(p.HeapStart): "rw-",
		memory + uintptr(p.HeapEnd):   "---",
		memory + rv.InputStart:        "r--",
		memory + rv.OutputStart:       "rw-",
		memory + rv.OutputEnd:         "---",
		memory + 1<<32:                "---",
	}
	maps, err := os.Open("/proc/self/maps")
	require.NoError(t, err)
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var start, end uintptr
		var permissions string
		_, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &start, &end, &permissions)
		require.NoError(t, err)
		require.False(t, strings.Contains(permissions, "wx"), lines.Text())
		for at, w := range want {
			if at >= start && at < end {
				require.Equal(t, w, permissions[:3], "%#x", at)
				delete(want, at)
			}
		}
	}
	require.Empty(t, want)
}
