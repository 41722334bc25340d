package prover

import (
	"bytes"
	"slices"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// single is a run of one segment with its proof, for tests that change both. Fields that
// the run and the segment's statement share are the run's.
type single struct {
	Profile uint8
	Hash    hash.ID
	proof.Run
	*proof.Segment
}

// newSingle joins a run with the tables that prove it, without a proof.
func newSingle(key *verifier.Key, run *proof.Run, tables *trace.Tables) (*single, error) {
	w, err := witness(run, tables)
	if err != nil {
		return nil, err
	}
	return &single{uint8(key.Profile.ID()), key.Hash, *run, &proof.Segment{Statement: w.Statement}}, nil
}

// decodeSingle takes a proof of one segment apart.
func decodeSingle(t testing.TB, encoded []byte) *single {
	t.Helper()
	p, err := proof.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Segments) != 1 {
		t.Fatalf("%d segments", len(p.Segments))
	}
	return &single{p.Profile, p.Hash, p.Run, p.Segments[0]}
}

// Encode is the encoding as it is: counts and lengths are those of what is there.
func (p *single) Encode() []byte {
	head := proof.Head{Profile: p.Profile, Hash: p.Hash, Run: p.Run}
	return proof.AppendSegment(head.Append(nil), p.Segment.Append(nil, p.Hash))
}

// statement is the segment's statement as a verifier derives it.
func (p *single) statement() (proof.Statement, error) {
	at, err := p.Run.First()
	if err != nil {
		return proof.Statement{}, err
	}
	s := at.Statement()
	s.Cycles, s.Opened, s.Instances = p.Cycles, p.Opened, p.Instances
	return s, nil
}

// mustStatement is statement where the output opening is canonical.
func (p *single) mustStatement() *proof.Statement {
	s, err := p.statement()
	if err != nil {
		panic(err)
	}
	return &s
}

// used changes the cycles, of the segment and of the run.
func (p *single) used(cycles uint64) { p.GasUsed, p.Cycles = cycles, cycles }

// clone is a copy whose statement can be changed.
func (p *single) clone() *single {
	q, segment := *p, *p.Segment
	q.Segment = &segment
	q.Output.Blocks = slices.Clone(p.Output.Blocks)
	q.Output.Frontier = slices.Clone(p.Output.Frontier)
	return &q
}

// same reports whether two runs and their segments claim the same.
func (p *single) same(q *single) bool {
	return bytes.Equal(p.Run.Encode(), q.Run.Encode()) && p.Cycles == q.Cycles && p.Opened == q.Opened && slices.Equal(p.Instances, q.Instances)
}
