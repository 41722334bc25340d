package proof

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
)

func TestClaim(t *testing.T) {
	r := newSynthetic(hash.Blake2s).Run
	c, err := r.Claim()
	if err != nil {
		t.Fatal(err)
	}
	want := abi.Claim{
		ProgramID: abi.ProgramID(&r.Header, r.Image), InputDigest: r.InputDigest,
		GasLimit: r.GasLimit, GasUsed: r.GasUsed, Exit: r.Exit, Output: []byte{1, 2, 3},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("claim %+v, want %+v", c, want)
	}
	r.Output.Blocks = []byte{1, 2, 3, 4, 5}
	if _, err := r.Claim(); err == nil {
		t.Error("output blocks that are no output pass")
	}
	if _, err := r.First(); err == nil {
		t.Error("output blocks that are no output have a root")
	}
}

// changes gives each change of a run.
func changes() map[string]func(r *Run) {
	return map[string]func(r *Run){
		"header":       func(r *Run) { r.Header.Entry += 4 },
		"image":        func(r *Run) { r.Image[8] ^= 1 },
		"input":        func(r *Run) { r.InputDigest[0] ^= 1 },
		"limit":        func(r *Run) { r.GasLimit ^= 1 << 63 },
		"used":         func(r *Run) { r.GasUsed ^= 1 << 63 },
		"exit kind":    func(r *Run) { r.Exit.Kind++ },
		"exit code":    func(r *Run) { r.Exit.Code++ },
		"exit cause":   func(r *Run) { r.Exit.Cause++ },
		"exit pc":      func(r *Run) { r.Exit.PC++ },
		"exit value":   func(r *Run) { r.Exit.Value++ },
		"output":       func(r *Run) { r.Output.Blocks[20] ^= 1 },
		"fewer blocks": func(r *Run) { r.Output.Blocks = r.Output.Blocks[:63] },
		"frontier":     func(r *Run) { r.Output.Frontier[2][3] ^= 1 },
		"segments":     func(r *Run) { r.Segments++ },
	}
}

// Every part of a run is in its digest, and so in every segment's statement.
func TestRunDigest(t *testing.T) {
	run := func() *Run { return &newSynthetic(hash.Blake2s).Run }
	seen := map[hash.Digest]string{run().Digest(): "the run"}
	for name, change := range changes() {
		r := run()
		change(r)
		d := r.Digest()
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		seen[d] = name
		if at, err := r.First(); err == nil && at.Run != d {
			t.Errorf("%s: a place with another run's digest", name)
		}
	}
	// A byte moved from one list to the next one.
	a, b := run(), run()
	a.Output.Blocks, b.Output.Blocks = make([]byte, 36), nil
	a.Output.Frontier, b.Output.Frontier = nil, make([]hash.Digest, 1)
	if bytes.Equal(a.Encode(), b.Encode()) {
		t.Error("lists run into one another")
	}
}

// Places derive what segments don't encode.
func TestPlaces(t *testing.T) {
	p := newSynthetic(hash.Blake2s)
	zero := memtree.Zero(memtree.QuarterLevel)
	at, err := p.Run.First()
	if err != nil {
		t.Fatal(err)
	}
	_, root, err := p.Run.Output.Root()
	if err != nil {
		t.Fatal(err)
	}
	first := State{PC: p.Run.Header.Entry, Quarters: [4]hash.Digest{p.Run.Image, p.Run.InputDigest, zero, zero}}
	if at.Before != first || at.Output != root || at.Index != 0 || at.Last() {
		t.Errorf("first place %+v", at)
	}
	for i, s := range p.Segments {
		if got, want := at.Last(), i == 2; got != want || s.Last != want {
			t.Errorf("segment %d: last %v", i, got)
		}
		if s.Before != at.Before || s.Index != uint32(i) || s.Run != p.Run.Digest() || !reflect.DeepEqual(s.Header, p.Run.Header) {
			t.Errorf("segment %d: statement %+v", i, s.Statement)
		}
		at = at.Next(s.After)
	}
	last := p.Segments[2].Statement
	end := last.Before
	end.PC, end.Quarters[2] = 0, root
	if last.After != end || last.Exit != p.Run.Exit || p.Segments[1].Exit != (abi.Exit{}) {
		t.Errorf("the end: %+v", last)
	}
}

// The statement's encoding, which the transcript absorbs, tells statements apart.
func TestStatementEncoding(t *testing.T) {
	statement := func() *Statement {
		s := newSynthetic(hash.Blake2s).Segments[0].Statement
		s.Header.Regions = slices.Clone(s.Header.Regions)
		return &s
	}
	changes := map[string]func(s *Statement){
		"run":             func(s *Statement) { s.Run[7] ^= 1 },
		"header":          func(s *Statement) { s.Header.MemoryLimit++ },
		"index":           func(s *Statement) { s.Index++ },
		"pc before":       func(s *Statement) { s.Before.PC ^= 1 << 31 },
		"pc after":        func(s *Statement) { s.After.PC ^= 1 << 31 },
		"cycles":          func(s *Statement) { s.Cycles++ },
		"cycles, high":    func(s *Statement) { s.Cycles ^= 1 << 63 },
		"last":            func(s *Statement) { s.Last = true },
		"exit kind":       func(s *Statement) { s.Exit.Kind = 2 },
		"exit code":       func(s *Statement) { s.Exit.Code = 1 },
		"exit cause":      func(s *Statement) { s.Exit.Cause = 1 },
		"exit pc":         func(s *Statement) { s.Exit.PC = 1 },
		"exit value":      func(s *Statement) { s.Exit.Value = 1 },
		"opened":          func(s *Statement) { s.Opened = 0 },
		"instance":        func(s *Statement) { s.Instances[1].Chip++ },
		"height":          func(s *Statement) { s.Instances[0].LogHeight++ },
		"fewer instances": func(s *Statement) { s.Instances = s.Instances[1:] },
		"states swapped":  func(s *Statement) { s.Before, s.After = s.After, s.Before },
	}
	for q := range memtree.Quarters {
		changes[fmt.Sprint("quarter before ", q)] = func(s *Statement) { s.Before.Quarters[q][q] ^= 1 }
		changes[fmt.Sprint("quarter after ", q)] = func(s *Statement) { s.After.Quarters[q][8-q] ^= 1 }
	}
	seen := map[string]string{string(statement().Encode()): "the statement"}
	for name, change := range changes {
		s := statement()
		change(s)
		b := string(s.Encode())
		if other, ok := seen[b]; ok {
			t.Errorf("%s has the encoding of %s", name, other)
		}
		seen[b] = name
	}
}
