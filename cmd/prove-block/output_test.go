package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/orrery/orrery/abi"
)

func TestPreview(t *testing.T) {
	long := strings.Repeat("a", 65)
	for output, want := range map[string]string{
		"":               "0 bytes",
		"hello\n":        `6 bytes, "hello\n"`,
		"\x1b[31mred":    "8 bytes, hex 1b5b33316d726564",
		"\xff\xfe":       "2 bytes, hex fffe",
		long:             `65 bytes, "` + long[:64] + `"...`,
		"\u202egnp.exe":  "10 bytes, hex e280ae676e702e657865",
		"grüß\tGott":     `11 bytes, "grüß\tGott"`,
		"\x00\x00\x00\n": "4 bytes, hex 0000000a",
	} {
		assert.Equal(t, want, preview([]byte(output)), "%q", output)
	}
}

func TestExitReports(t *testing.T) {
	for _, c := range []struct {
		exit abi.Exit
		want string
	}{
		{abi.Exit{Kind: abi.Halt}, `{"kind":"halt","code":0}`},
		{abi.Exit{Kind: abi.Halt, Code: 134}, `{"kind":"halt","code":134}`},
		{abi.Exit{Kind: abi.Trap, PC: 65540, Value: 65542}, `{"kind":"trap","cause":0,"cause_name":"instruction address misaligned","pc":65540,"value":65542}`},
		{abi.Exit{Kind: abi.Trap, Cause: abi.CauseEcall, PC: 4294967292}, `{"kind":"trap","cause":8,"cause_name":"environment call","pc":4294967292,"value":0}`},
		{abi.Exit{Kind: abi.OutOfGas, PC: 65536}, `{"kind":"out-of-gas","pc":65536}`},
	} {
		var b bytes.Buffer
		r := report{Version: "v", Exit: newExitReport(c.exit)}
		require.NoError(t, r.write(&b))
		assert.Equal(t, `{"exit":`+c.want+`,"version":"v"}`+"\n", b.String())
	}
}

// TestKeys holds the JSON keys against the contract.
func TestKeys(t *testing.T) {
	r := report{
		ProgramID: "x", InputDigest: "x", Exit: &exitReport{}, GasUsed: new(uint64), GasLimit: new(uint64), Cycles: new(uint64),
		Output: new(string), MisalignedAccesses: new(uint64), Engine: "x", ExecuteSeconds: new(float64), TraceSeconds: new(float64),
		ProveSeconds: new(float64), CyclesPerSecond: new(float64), PeakMemoryBytes: new(uint64), Segments: new(int),
		ProofBytes: new(int), VerifySeconds: new(float64), Accepted: new(bool), Error: "x",
		Security: &securityReport{Rounds: []roundReport{{}}}, Profile: "x", Hash: "x", Threads: new(int), Kernels: "x",
		CellsPerCycle: new(float64), Version: "x",
	}
	var b bytes.Buffer
	require.NoError(t, r.write(&b))
	names, err := keysInOrder(b.String())
	require.NoError(t, err)
	assert.Equal(t, []string{
		"program_id", "input_digest", "exit", "gas_used", "gas_limit", "cycles", "output", "misaligned_accesses", "engine",
		"execute_seconds", "trace_seconds", "prove_seconds", "cycles_per_second", "peak_memory_bytes", "segments",
		"proof_bytes", "verify_seconds", "accepted", "error", "security", "profile", "hash", "threads", "kernels",
		"cells_per_cycle", "version",
	}, names)
	assert.Contains(t, b.String(), `"security":{"bits":0,"regime":"","limited_by":"","rounds":[{"name":"","bits":0}]}`)
}

func TestStdoutFails(t *testing.T) {
	for _, args := range [][]string{{"--version"}, {"--version", "--json"}, {"id", guests + "/alu.elf"}} {
		var errs bytes.Buffer
		status := run(t.Context(), args, nil, failing{errors.New("no space")}, &errs)
		assert.Equal(t, statusFailed, status)
		assert.Equal(t, "prove-block: stdout: no space\n", errs.String())
	}
}

func TestPeakMemory(t *testing.T) {
	assert.Greater(t, peakMemory(), uint64(1<<20))
}
