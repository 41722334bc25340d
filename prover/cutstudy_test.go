package prover

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// cutStudy is what a run in segments takes.
type cutStudy struct {
	cells    float64 // a cycle
	tree     float64 // share of the memory tree: pages, nodes and compressions
	segments int
	memory   uint64 // of the largest segment, bytes
}

// cellsOfCuts cuts a run into segments and counts the cells of all of them. Where early is
// set, each segment is cut at that of 1, 15/16, ..., 8/16 of its length which has the fewest
// cells a cycle. Of long runs only the first cycles count.
func cellsOfCuts(t *testing.T, key *verifier.Key, guest string, input []byte, size, cycles uint64, early bool) (s cutStudy) {
	t.Helper()
	program := loadGuest(t, guest)
	recorder, err := exec.NewRecorder(program, input, exec.Options{GasLimit: DefaultGas})
	if err != nil {
		t.Fatal(err)
	}
	forecast := trace.NewForecast(program, input, 1)
	measure := func(n uint64) (*exec.Trace, *verifier.Layout) {
		run, err := recorder.Segment(context.Background(), n)
		if errors.Is(err, exec.ErrUsed) {
			return nil, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		layout, err := verifier.NewLayout(key.Machine, forecast.Of(run, run.Ended).Instances(key.Machine))
		if err != nil {
			t.Fatal(err)
		}
		return run, layout
	}
	var total, tree uint64
	for recorder.Cycles() < cycles {
		run, layout := measure(size)
		if run == nil {
			break
		}
		if early && run.Cycles == size {
			best, fewest := size, float64(layout.Cells())/float64(size)
			for k := uint64(15); k >= 8; k-- {
				if err := recorder.Rewind(run); err != nil {
					t.Fatal(err)
				}
				run, layout = measure(size * k / 16)
				if c := float64(layout.Cells()) / float64(run.Cycles); c < fewest {
					best, fewest = run.Cycles, c
				}
			}
			if err := recorder.Rewind(run); err != nil {
				t.Fatal(err)
			}
			run, layout = measure(best)
		}
		total += layout.Cells()
		for _, x := range layout.Tables {
			switch x.Chip {
			case rv32im.ChipPage, rv32im.ChipNode, rv32im.ChipPoseidon2:
				tree += uint64(x.AIR.Cells()) << x.LogHeight
			}
		}
		s.segments++
		s.memory = max(s.memory, SegmentMemory(layout, key.Profile.LogBlowup()))
		forecast.Advance(run)
	}
	s.cells, s.tree = float64(total)/float64(recorder.Cycles()), float64(tree)/float64(total)
	return s
}

// TestCuts prints what docs/decisions/cutting.md says of the length of segments.
func TestCuts(t *testing.T) {
	if testing.Short() || !testing.Verbose() {
		t.Skip("a study that prints figures: run it with -v and without -short")
	}
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	count := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	words := make([]byte, 4<<20)
	rng := rand.NewChaCha8([32]byte{})
	rng.Read(words)
	var b strings.Builder
	fmt.Fprintln(&b, "| run | 2^18 | 2^19 | 2^20 | 2^20, cut early | 2^21 | 2^22 |\n| --- | --- | --- | --- | --- | --- | --- |")
	for _, c := range []struct {
		name, guest string
		input       []byte
		cycles      uint64
	}{
		{"sha256chain", "sha256chain", count(2000), 1 << 25},
		{"quicksort, 1 MiB", "quicksort", words[:1047552], 1 << 25},
		{"sieve to 2^21", "sieve", count(1 << 21), 1 << 25},
		{"keccak256, 512 KiB", "keccak256", make([]byte, 1<<19), 1 << 25},
		{"sortwords, 4 MiB, to its end", "sortwords", count(1 << 20), 1 << 40},
		{"wander, 64 MiB", "wander", count(1 << 22), 1 << 23},
	} {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, x := range []struct {
			log   int
			early bool
		}{{18, false}, {19, false}, {20, false}, {20, true}, {21, false}, {22, false}} {
			s := cellsOfCuts(t, key, c.guest, c.input, 1<<x.log, c.cycles, x.early)
			fmt.Fprintf(&b, " %.1f, %.1f %%, %d x %d MiB |", s.cells, 100*s.tree, s.segments, s.memory>>20)
		}
		fmt.Fprintln(&b)
	}
	t.Logf("cells a cycle, share of the memory tree, segments and memory of the largest:\n%s", b.String())
}
