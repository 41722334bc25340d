package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBar(t *testing.T) {
	assert.Equal(t, "[....................] 1/8 execute, 0 s", bar(update{"execute", 1, 8, 0}, 200))
	assert.Equal(t, "[#################...] 8/8 verify, 12 s", bar(update{"verify", 8, 8, 12.3}, 200))
	assert.Equal(t, "[....................] 0/8 something new, 0 s", bar(update{"something new", 0, 8, 0}, 200))
	for _, width := range []int{-1, 0, 1, 10, 30} {
		assert.LessOrEqual(t, len(bar(update{"execute", 1, 8, 0}, width)), max(width, 0))
	}
}

func TestProgressKinds(t *testing.T) {
	for _, c := range []struct {
		kind  string
		err   error
		lines []string
	}{
		{"auto", nil, nil}, // not a terminal
		{"none", nil, nil},
		{"json", nil, []string{"one", "two", "other", "done"}},
		{"json", errors.New("failed"), []string{"one", "two", "other"}},
	} {
		var out bytes.Buffer
		s := &session{opts: &globals{Progress: c.kind}, stderr: &out}
		p := s.newProgress([]string{"one", "two"})
		p.Phase("one")
		p.Phase("two")
		p.Phase("other")
		p.close(c.err)
		var phases []string
		for line := range strings.Lines(out.String()) {
			var u update
			require.NoError(t, json.Unmarshal([]byte(line), &u))
			assert.Equal(t, 2, u.Steps)
			phases = append(phases, u.Phase)
		}
		assert.Equal(t, c.lines, phases)
	}
}
