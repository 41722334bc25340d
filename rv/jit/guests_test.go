package jit_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
)

func guests(t testing.TB) []string {
	t.Helper()
	if !jit.Supported() {
		t.Skip("the recompiler needs linux on amd64 with BMI2")
	}
	files, err := filepath.Glob("../../testdata/guests/*.elf")
	require.NoError(t, err)
	more, err := filepath.Glob("../../testdata/guests/bench/*.elf")
	require.NoError(t, err)
	return append(files, more...)
}

func loadGuest(t testing.TB, file string) *rv.Program {
	t.Helper()
	elf, err := os.ReadFile(file)
	require.NoError(t, err)
	p, err := rv.Load(elf, rv.LoadOptions{})
	require.NoError(t, err)
	return p
}

// All guests end in the same way, with the same state.
func TestGuests(t *testing.T) {
	for _, file := range guests(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".elf")
		t.Run(name, func(t *testing.T) {
			p := loadGuest(t, file)
			input := []byte{3, 0, 0, 0}
			opts := exec.Options{GasLimit: 50_000_000}
			want, err := exec.New(p, input, opts)
			require.NoError(t, err)
			got, err := jit.New(p, input, opts)
			require.NoError(t, err)
			defer got.Close()
			for _, m := range []exec.Engine{want, got} {
				ended, err := m.RunTo(context.Background(), math.MaxUint64)
				require.NoError(t, err)
				require.True(t, ended)
			}
			t.Logf("%v after %d", want.Result().Exit, want.Cycles())
			same(t, want, got)
		})
	}
}

// same compares the state of two engines.
func same(t testing.TB, want, got exec.Engine) {
	t.Helper()
	require.Equal(t, want.Cycles(), got.Cycles(), "cycles")
	require.Equal(t, want.Result(), got.Result())
	require.Equal(t, want.PC(), got.PC(), "pc")
	for r := range uint8(32) {
		require.Equal(t, want.Register(r), got.Register(r), "x%d", r)
	}
}

// Without gas, runs end as with it.
func TestNoGas(t *testing.T) {
	for _, file := range guests(t) {
		if strings.HasSuffix(file, "loop.elf") {
			continue
		}
		p := loadGuest(t, file)
		want, err := jit.New(p, []byte{2, 0, 0, 0}, exec.Options{GasLimit: 1 << 40})
		require.NoError(t, err)
		code, err := jit.Compile(p, jit.Options{NoGas: true})
		require.NoError(t, err)
		got, err := code.New([]byte{2, 0, 0, 0}, exec.Options{GasLimit: 1 << 40})
		require.NoError(t, err)
		require.NoError(t, code.Close())
		for _, m := range []exec.Engine{want, got} {
			ended, err := m.RunTo(context.Background(), math.MaxUint64)
			require.NoError(t, err)
			require.True(t, ended)
		}
		require.Equal(t, want.Result().Exit, got.Result().Exit, file)
		require.Equal(t, want.Result().Output, got.Result().Output, file)
		require.NoError(t, want.Close())
		require.NoError(t, got.Close())
	}
}
