package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBenchSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: six proofs")
	}
	dir := t.TempDir()
	var out, errs bytes.Buffer
	s := &session{ctx: t.Context(), opts: &globals{Progress: "none"}, stdout: &out, stderr: &errs, threads: 2, report: &report{Version: version}}
	c := benchCmd{What: benchSize, Guests: guests, Out: fileName(dir)}
	require.NoError(t, c.sizes(s, []benchCase{{"exit42", "none", nil}}))
	assert.Empty(t, out.String()+errs.String())
	assert.Equal(t, []string{"size.json", "size.md"}, list(t, dir))

	b, err := os.ReadFile(filepath.Join(dir, "size.json"))
	require.NoError(t, err)
	var r report
	require.NoError(t, json.Unmarshal(b, &r))
	require.Len(t, r.Bench, 6)
	last := 1 << 40
	for i, x := range r.Bench {
		assert.Equal(t, "exit42", x.Guest)
		assert.Equal(t, uint64(156), x.Cycles)
		assert.GreaterOrEqual(t, x.SecurityBits, 128.0)
		total := 0
		for _, part := range x.Parts {
			total += part.Bytes
		}
		assert.Equal(t, x.ProofBytes, total)
		if i%2 == 0 {
			assert.Less(t, x.ProofBytes, last, "%s isn't smaller than the profile before", x.Profile)
			last = x.ProofBytes
		}
	}

	b, err = os.ReadFile(filepath.Join(dir, "size.md"))
	require.NoError(t, err)
	assert.Equal(t, b, s.text)
	columns := 0
	for line := range strings.Lines(string(b)) {
		if n := strings.Count(line, "|"); n > 0 {
			if columns == 0 {
				columns = n
			}
			assert.Equal(t, columns, n, line)
		}
	}
	assert.Equal(t, 8, strings.Count(string(b), "\n|"), "lines of the table")
}

func TestBenchCases(t *testing.T) {
	for _, c := range benchCases() {
		assert.FileExists(t, filepath.Join(guests, c.guest+".elf"))
	}
	assert.Len(t, pattern(100), 100)
	assert.NotEqual(t, pattern(100)[:50], pattern(100)[50:])
}
