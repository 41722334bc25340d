package engine_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/engine"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit"
	"github.com/orrery/orrery/rv/rvtest"
)

func TestNew(t *testing.T) {
	p := rvtest.Program(t, rvtest.Exit())
	best := engine.Interpreter
	if jit.Supported() {
		best = engine.Recompiler
	}
	for _, c := range []struct{ name, want string }{{"", best}, {engine.Interpreter, engine.Interpreter}, {engine.Recompiler, best}} {
		e, used, err := engine.New(c.name, p, nil, exec.Options{GasLimit: 10})
		if c.name == engine.Recompiler && best != c.name {
			require.ErrorIs(t, err, jit.ErrUnsupported)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, c.want, used)
		ended, err := e.RunTo(context.Background(), math.MaxUint64)
		require.NoError(t, err)
		require.True(t, ended)
		require.Equal(t, exec.Halt, e.Result().Exit.Kind)
		require.NoError(t, e.Close())
	}
	_, _, err := engine.New("steam", p, nil, exec.Options{})
	require.Error(t, err)
	_, _, err = engine.New("", p, make([]byte, rv.MaxInput+1), exec.Options{})
	require.ErrorIs(t, err, exec.ErrInputTooLong)
}
