package job

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// sample is the encoded middle job of a run, and the last one.
func sample(t testing.TB) (inner, last *Job) {
	t.Helper()
	p := loadGuest(t, "sha256")
	traces, run := record(t, p, []byte("abc"), 1<<40, 2000)
	jobs := cut(t, p, []byte("abc"), run, traces)
	return jobs[1], jobs[len(jobs)-1]
}

func (j *Job) clone() *Job {
	c := *j
	c.Blocks, c.Siblings = slices.Clone(j.Blocks), slices.Clone(j.Siblings)
	c.Place.Header.Regions = slices.Clone(j.Place.Header.Regions)
	return &c
}

// What a job says is checked by its replay.
func TestReplayRefuses(t *testing.T) {
	inner, last := sample(t)
	codeBlock := func(j *Job) int {
		return slices.IndexFunc(j.Blocks, func(b rv.Block) bool { return b.Index == j.Place.Before.PC/rv.BlockSize })
	}
	for name, c := range map[string]struct {
		job  *Job
		edit func(j *Job)
	}{
		"many cycles more":       {inner, func(j *Job) { j.Cycles += 1000 }},
		"no cycles":              {inner, func(j *Job) { j.Cycles = 0 }},
		"last too early":         {inner, func(j *Job) { j.Place.Segments = j.Place.Index + 1 }},
		"last too late":          {last, func(j *Job) { j.Place.Segments++ }},
		"a cycle less at end":    {last, func(j *Job) { j.Cycles-- }},
		"another exit":           {last, func(j *Job) { j.Place.Exit.Code++ }},
		"another output":         {last, func(j *Job) { j.Place.Output[0] ^= 1 }},
		"no gas":                 {inner, func(j *Job) { j.GasLeft = 100 }},
		"another pc":             {inner, func(j *Job) { j.Place.Before.PC = j.Place.Header.CodeEnd - 4 }},
		"pc outside":             {inner, func(j *Job) { j.Place.Before.PC = 0xfffffffc }},
		"another quarter before": {inner, func(j *Job) { j.Place.Before.Quarters[0][4] ^= 1 }},
		"registers before":       {inner, func(j *Job) { j.Place.Before.Quarters[3][4] ^= 1 }},
		"a register":             {inner, func(j *Job) { j.Blocks[len(j.Blocks)-3].Words[2] ^= 1 << 20 }},
		"behind the registers":   {inner, func(j *Job) { j.Blocks[len(j.Blocks)-1].Words[9] = 1 }},
		"junk slot":              {inner, func(j *Job) { j.Blocks[len(j.Blocks)-1].Words[0]++ }},
		"no registers":           {inner, func(j *Job) { j.Blocks = j.Blocks[:len(j.Blocks)-3] }},
		"two of three registers": {inner, func(j *Job) { j.Blocks = j.Blocks[:len(j.Blocks)-1] }},
		"no blocks":              {inner, func(j *Job) { j.Blocks = nil }},
		"a block less":           {inner, func(j *Job) { j.Blocks = slices.Delete(j.Blocks, len(j.Blocks)-5, len(j.Blocks)-4) }},
		"no code":                {inner, func(j *Job) { k := codeBlock(j); j.Blocks = slices.Delete(j.Blocks, k, k+1) }},
		"a block more":           {inner, func(j *Job) { j.Blocks = slices.Insert(j.Blocks, 0, rv.Block{Index: 1}) }},
		"another instruction":    {inner, func(j *Job) { j.Blocks[codeBlock(j)].Words[j.Place.Before.PC/4%16] = rvtest.J(0, 0) }},
		"another word":           {inner, func(j *Job) { j.Blocks[len(j.Blocks)-4].Words[15] ^= 1 }},
		"blocks out of order":    {inner, func(j *Job) { j.Blocks[0], j.Blocks[1] = j.Blocks[1], j.Blocks[0] }},
		"another sibling":        {inner, func(j *Job) { j.Siblings[3][0] ^= 1 }},
		"a sibling less":         {inner, func(j *Job) { j.Siblings = j.Siblings[1:] }},
		"a sibling more":         {inner, func(j *Job) { j.Siblings = append(j.Siblings, hash.Digest{}) }},
	} {
		j := c.job.clone()
		c.edit(j)
		if _, err := j.Replay(context.Background(), Options{}); !errors.Is(err, ErrJob) {
			t.Errorf("%s: %v", name, err)
		}
	}
	j := inner.clone()
	j.Blocks[len(j.Blocks)-3].Words[0] = 1
	if _, err := j.Replay(context.Background(), Options{}); !errors.Is(err, ErrJob) || !strings.Contains(err.Error(), "x0") {
		t.Errorf("x0 that isn't 0: %v", err)
	}
	for _, j := range []*Job{inner, last} {
		if _, err := j.Replay(context.Background(), Options{}); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := inner.Replay(ctx, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Every bit of an encoded job counts: with one flipped, the bytes are refused, or the
// replay fails, or the statement says something else.
func TestFlippedBits(t *testing.T) {
	for _, j := range []*Job{first(sample(t)), second(sample(t))} {
		want := replay(t, j).Statement
		b, _ := j.AppendBinary(nil)
		rng := rand.New(rand.NewPCG(1, uint64(len(b))))
		for range 400 {
			bad := bytes.Clone(b)
			at := rng.IntN(len(bad) * 8)
			bad[at/8] ^= 1 << (at % 8)
			k, err := Parse(bad)
			if err != nil {
				if !errors.Is(err, ErrEncoding) {
					t.Fatalf("bit %d: %v", at, err)
				}
				continue
			}
			r, err := k.Replay(context.Background(), Options{Buffers: &lent})
			switch {
			case err != nil && !errors.Is(err, ErrJob):
				t.Fatalf("bit %d: %v", at, err)
			case err == nil && k.Profile == j.Profile && k.Hash == j.Hash && k.GasLeft == j.GasLeft &&
				bytes.Equal(r.Statement.Encode(), want.Encode()) && k.Place.Exit == j.Place.Exit &&
				k.Place.Segments == j.Place.Segments && k.Place.Output == j.Place.Output:
				t.Fatalf("bit %d: no difference", at)
			}
		}
		for n := range 200 {
			if _, err := Parse(b[:n*len(b)/200]); !errors.Is(err, ErrEncoding) {
				t.Fatalf("cut to %d bytes: %v", n*len(b)/200, err)
			}
		}
		if _, err := Parse(append(bytes.Clone(b), 0)); !errors.Is(err, ErrEncoding) {
			t.Errorf("a byte more: %v", err)
		}
	}
}

func first(j, _ *Job) *Job  { return j }
func second(_, j *Job) *Job { return j }

// Bytes that aren't canonical are refused.
func TestParseRefuses(t *testing.T) {
	inner, _ := sample(t)
	for name, edit := range map[string]func(j *Job){
		"cycles":          func(j *Job) { j.Cycles = MaxCycles + 1 },
		"profile":         func(j *Job) { j.Profile = 7 },
		"hash":            func(j *Job) { j.Hash = 9 },
		"segment":         func(j *Job) { j.Place.Index = j.Place.Segments },
		"odd pc":          func(j *Job) { j.Place.Before.PC += 2 },
		"header":          func(j *Job) { j.Place.Header.Entry++ },
		"index":           func(j *Job) { j.Blocks[len(j.Blocks)-1].Index = 1 << 26 },
		"order":           func(j *Job) { j.Blocks[1].Index = j.Blocks[0].Index },
		"digest":          func(j *Job) { j.Siblings[0][0] = 1<<31 - 1 },
		"quarter":         func(j *Job) { j.Place.Before.Quarters[1][8] = 1<<31 - 1 },
		"missing sibling": func(j *Job) { j.Siblings = j.Siblings[1:] },
	} {
		j := inner.clone()
		edit(j)
		b, _ := j.AppendBinary(nil)
		if _, err := Parse(b); !errors.Is(err, ErrEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse(make([]byte, MaxSize+1)); !errors.Is(err, ErrEncoding) {
		t.Errorf("too long: %v", err)
	}
}

// FuzzParse: parsing and replaying never panic, and what is accepted has one encoding.
func FuzzParse(f *testing.F) {
	p := loadGuest(f, "exit42")
	traces, run := record(f, p, nil, 1<<40, 15)
	for _, j := range cut(f, p, nil, run, traces) {
		b, _ := j.AppendBinary(nil)
		f.Add(b)
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		j, err := Parse(b)
		if err != nil {
			return
		}
		again, _ := j.AppendBinary(nil)
		if !bytes.Equal(again, b) {
			t.Fatal("another encoding")
		}
		if j.Cycles > 1<<14 {
			return
		}
		j.Replay(context.Background(), Options{Buffers: &lent})
	})
}
