package execbench

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const guests = "../../testdata/guests"

// All engines that are here give the same checksums.
func TestRun(t *testing.T) {
	var programs []Program
	for _, p := range Programs() {
		programs = append(programs, Program{p.Name, p.Count/2000 + 1})
	}
	var phases []string
	r, err := Run(t.Context(), Options{Guests: guests, Programs: programs, Rounds: 2, Phase: func(s string) { phases = append(phases, s) }})
	require.NoError(t, err)
	assert.Equal(t, []string{"build", "check", "round 1", "round 2", "compile"}, phases)
	for _, a := range r.Absent {
		t.Logf("absent: %s: %s", a.Name, a.Reason)
	}
	require.Len(t, r.Results, len(programs)*len(r.Engines))
	for _, p := range programs {
		for _, e := range r.Engines {
			x := r.Result(p.Name, e.Name)
			require.NotNil(t, x)
			assert.Positive(t, x.Median, "%s, %s", p.Name, e.Name)
		}
	}
	for _, m := range r.Means {
		if m.Engine == Interpreter {
			assert.Positive(t, m.InstructionsPerSecond)
		}
	}
}

// The counts here are those of the sources.
func TestCounts(t *testing.T) {
	for _, p := range Programs() {
		source, err := os.ReadFile(filepath.Join(guests, "bench", p.Name+".c"))
		require.NoError(t, err)
		found := regexp.MustCompile(`bench_count = (\d+);`).FindSubmatch(source)
		require.NotNil(t, found, p.Name)
		assert.Equal(t, string(found[1]), strconv.Itoa(int(p.Count)), p.Name)
	}
}

// fake is an engine with one answer.
func fake(name string, run func(ctx context.Context, count uint32) (outcome, error)) engine {
	return engine{name, "", 1, func(context.Context, string) (*prepared, error) {
		return &prepared{run: run, close: func() error { return nil }}, nil
	}}
}

func answer(sum uint32, seconds float64) func(context.Context, uint32) (outcome, error) {
	return func(context.Context, uint32) (outcome, error) {
		return outcome{checksum: sum, seconds: seconds, instructions: 100}, nil
	}
}

func TestFactors(t *testing.T) {
	r := &Report{}
	err := r.measure(t.Context(), Options{Programs: []Program{{"a", 1}, {"b", 1}}, Rounds: 3},
		[]engine{fake(Native, answer(7, 2)), fake(Recompiler, answer(7, 3)), fake(NoGas, answer(7, 2.5))})
	require.NoError(t, err)
	mean, worst := r.Factor(Recompiler, Native)
	assert.InDelta(t, 1.5, mean, 1e-12)
	assert.InDelta(t, 1.5, worst, 1e-12)
	mean, worst = r.Factor(Recompiler, Wazero)
	assert.Zero(t, mean)
	assert.Zero(t, worst)
	require.NotNil(t, r.Gas)
	assert.InDelta(t, 1.2, r.Gas.Mean, 1e-12)
	assert.Equal(t, "a", r.Gas.Program)
	assert.InDelta(t, 1.5, r.Result("b", Recompiler).Slowdown, 1e-12)
	assert.InDelta(t, 100.0/3, r.Means[1].InstructionsPerSecond, 1e-9)
}

// What goes wrong is an error that names program and engine.
func TestErrors(t *testing.T) {
	crash := func(context.Context, uint32) (outcome, error) { return outcome{}, io.ErrUnexpectedEOF }
	hang := func(context.Context, uint32) (outcome, error) { select {} }
	for _, c := range []struct {
		name    string
		engines []engine
		is      error
		says    string
	}{
		{"crash", []engine{fake("x", crash)}, io.ErrUnexpectedEOF, "program, engine x: "},
		{"hang", []engine{fake("x", hang)}, errHangs, "program, engine x: "},
		{"checksum", []engine{fake("x", answer(1, 1)), fake("y", answer(2, 1))}, nil, "the checksum is 00000001 with engine x and 00000002 with engine y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := (&Report{}).measure(t.Context(), Options{Programs: []Program{{"program", 1}}, Limit: 20 * time.Millisecond}, c.engines)
			require.ErrorContains(t, err, c.says)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := (&Report{}).measure(ctx, Options{Programs: []Program{{"program", 1}}}, []engine{fake("x", hang)})
	require.ErrorIs(t, err, context.Canceled)
}

func TestProcess(t *testing.T) {
	for _, tool := range []string{"true", "false"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the programs true and false, whose exits are measured, are not installed: ", err)
		}
		_, err := runProcess(exec.Command(tool), 1)
		require.Error(t, err)
	}
	_, err := buildKit(t.Context(), t.TempDir(), t.TempDir(), kits()[0])
	require.Error(t, err)
	_, err = firstOf("no such program", "neither this one")
	require.ErrorContains(t, err, "neither this one isn't installed")
}

func TestMedian(t *testing.T) {
	assert.Equal(t, 2.0, median([]float64{3, 1, 2}))
	assert.Equal(t, 2.5, median([]float64{4, 1, 2, 3}))
}
