package prover

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Forged chains: a cheating prover may prove any segment that can be executed, at any place
// of any run. Here segments are proven, each with a good proof of its own, that don't make
// up the run that the proof's head claims.

// cutRun is a run with the jobs of its segments.
type cutRun struct {
	run  proof.Run
	jobs []*job.Job
}

func newCutRun(t testing.TB, program *rv.Program, input []byte, o Options) *cutRun {
	t.Helper()
	plan, err := NewPlan(t.Context(), program, input, o)
	if err != nil {
		t.Fatal(err)
	}
	profile, id := max(o.Profile, soundness.Fast), max(o.Hash, hash.Blake2s)
	cutter, err := job.NewCutter(program, input, &plan.Run, profile, id, job.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := &cutRun{run: plan.Run}
	for _, cycles := range plan.Cuts {
		j, err := cutter.Next(t.Context(), cycles)
		if err != nil {
			t.Fatal(err)
		}
		c.jobs = append(c.jobs, j)
	}
	return c
}

// exit42Cut is the guest of that name in four segments.
func exit42Cut(t testing.TB, o Options) *cutRun {
	t.Helper()
	o.SegmentCycles = 40
	c := newCutRun(t, loadGuest(t, "exit42"), nil, o)
	if len(c.jobs) != 4 {
		t.Fatalf("%d segments", len(c.jobs))
	}
	return c
}

// provenChains keeps what prove has made: proofs depend on the jobs alone.
var provenChains sync.Map

// prove proves a job.
func proveJob(t testing.TB, j *job.Job) []byte {
	t.Helper()
	key, err := j.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, ok := provenChains.Load(string(key)); ok {
		return b.([]byte)
	}
	p, err := ProveSegment(t.Context(), j, SegmentOptions{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	provenChains.Store(string(key), p.Encoded)
	return p.Encoded
}

// proveAs proves jobs as the segments of a run, whatever run they come from: in this order,
// each from the state that its job has.
func proveAs(t testing.TB, run *proof.Run, jobs ...*job.Job) (segments [][]byte) {
	t.Helper()
	at, err := run.First()
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range jobs {
		j := *x
		before := j.Place.Before
		j.Place = at
		j.Place.Index, j.Place.Before = uint32(i), before
		segments = append(segments, proveJob(t, &j))
	}
	return segments
}

// container puts a proof together.
func container(profile soundness.Profile, id hash.ID, run *proof.Run, segments ...[]byte) []byte {
	head := proof.Head{Profile: uint8(profile.ID()), Hash: id, Run: *run}
	b := head.Append(nil)
	for _, s := range segments {
		b = proof.AppendSegment(b, s)
	}
	return b
}

func fastKey(t testing.TB) *verifier.Key {
	t.Helper()
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// refusedChain checks that a proof of these segments is refused at a stage.
func refusedChain(t testing.TB, what string, run *proof.Run, segments [][]byte, stages ...verifier.Stage) {
	t.Helper()
	rejected(t, fastKey(t), what, container(soundness.Fast, hash.Blake2s, run, segments...), stages...)
}

// changed is a copy of a run with changes.
func changed(r *proof.Run, f func(r *proof.Run)) *proof.Run {
	c := *r
	f(&c)
	return &c
}

// TestHonestChain: what the forgeries begin with is accepted, and is what Prove makes.
func TestHonestChain(t *testing.T) {
	c := exit42Cut(t, Options{})
	b := container(soundness.Fast, hash.Blake2s, &c.run, proveAs(t, &c.run, c.jobs...)...)
	r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, Options{SegmentCycles: 40})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, r.Proof) {
		t.Error("jobs and Prove give different proofs")
	}
	claim, err := verifier.Verify(fastKey(t), b, verifier.Policy{})
	if err != nil || string(claim.Output) != "forty-two" || claim.GasUsed != 156 {
		t.Errorf("%+v, %v", claim, err)
	}
}

// TestAttack21Segments: segments dropped, doubled or in another order, with a head that
// counts them as they are. Each is proven for its place in the forged run.
func TestAttack21Segments(t *testing.T) {
	c := exit42Cut(t, Options{})
	j := c.jobs
	for _, x := range []struct {
		name string
		jobs []*job.Job
	}{
		{"the first dropped", []*job.Job{j[1], j[2], j[3]}},
		{"one dropped", []*job.Job{j[0], j[2], j[3]}},
		{"another dropped", []*job.Job{j[0], j[1], j[3]}},
		{"only the last", []*job.Job{j[3]}},
		{"one doubled", []*job.Job{j[0], j[1], j[1], j[2], j[3]}},
		{"the first doubled", []*job.Job{j[0], j[0], j[1], j[2], j[3]}},
		{"two swapped", []*job.Job{j[0], j[2], j[1], j[3]}},
		{"the first two swapped", []*job.Job{j[1], j[0], j[2], j[3]}},
	} {
		run := changed(&c.run, func(r *proof.Run) {
			r.Segments, r.GasUsed = uint32(len(x.jobs)), 0
			for _, j := range x.jobs {
				r.GasUsed += j.Cycles
			}
		})
		refusedChain(t, x.name, run, proveAs(t, run, x.jobs...), verifier.StageBuses)
	}
	// Not said in the head, or said with the wrong cycles.
	s := proveAs(t, &c.run, j...)
	decode, buses, chain := verifier.StageDecode, verifier.StageBuses, verifier.StageChain
	refusedChain(t, "the last dropped", &c.run, s[:3], decode)
	refusedChain(t, "one dropped, silently", &c.run, [][]byte{s[0], s[1], s[3]}, buses, decode)
	refusedChain(t, "one doubled, silently", &c.run, [][]byte{s[0], s[1], s[1], s[2], s[3]}, buses, decode)
	refusedChain(t, "two swapped, silently", &c.run, [][]byte{s[0], s[2], s[1], s[3]}, buses)
	refusedChain(t, "the last twice", &c.run, append(slices.Clone(s), s[3]), decode)
	refusedChain(t, "no segment", &c.run, nil, decode)
	for name, d := range map[string]uint64{"more": 1, "fewer": ^uint64(0), "some more": 40, "2^32 more": 1 << 32} {
		run := changed(&c.run, func(r *proof.Run) { r.GasUsed += d })
		refusedChain(t, name+" units of gas than cycles", run, proveAs(t, run, j...), chain)
	}
}

// TestAttack20LimitOfChain: the gas rules hold for the sum over the segments.
func TestAttack20LimitOfChain(t *testing.T) {
	for name, c := range map[string]struct {
		limit uint64 // what the run was executed with
		claim uint64 // what is claimed
		ok    bool
	}{
		"halt, a unit left":           {157, 157, true},
		"halt, none left":             {156, 156, true},
		"halt, one over the limit":    {156, 155, false},
		"gas gone":                    {130, 130, true},
		"gas gone, limit one higher":  {130, 131, false},
		"gas gone, limit one lower":   {130, 129, false},
		"gas gone at a cut":           {120, 120, true},
		"gas gone at a cut, one more": {120, 121, false},
	} {
		gas := c.limit
		x := newCutRun(t, loadGuest(t, "exit42"), nil, Options{SegmentCycles: 40, GasLimit: &gas})
		run := changed(&x.run, func(r *proof.Run) { r.GasLimit = c.claim })
		s := proveAs(t, run, x.jobs...)
		if !c.ok {
			refusedChain(t, name, run, s, verifier.StageStatement)
			continue
		}
		claim, err := verifier.Verify(fastKey(t), container(soundness.Fast, hash.Blake2s, run, s...), verifier.Policy{})
		if err != nil || claim.GasLimit != c.claim {
			t.Errorf("%s: %+v, %v", name, claim, err)
		}
	}
}

// TestAttack21Memory: a run that continues with another memory than the one it left: a
// claim that one input gives the output of another.
func TestAttack21Memory(t *testing.T) {
	echo := loadGuest(t, "echo")
	one := newCutRun(t, echo, []byte("hello"), Options{SegmentCycles: 20})
	two := newCutRun(t, echo, []byte("hellp"), Options{SegmentCycles: 20})
	n := len(one.jobs)
	if n < 3 || len(two.jobs) != n {
		t.Fatalf("%d and %d segments", n, len(two.jobs))
	}
	forged := changed(&two.run, func(r *proof.Run) { r.InputDigest = one.run.InputDigest })
	for k := 1; k < n; k++ {
		a, b := one.jobs[k].Place.Before, two.jobs[k].Place.Before
		if a.PC != b.PC || a.Quarters[memtree.InputQuarter] == b.Quarters[memtree.InputQuarter] {
			t.Fatalf("states %+v and %+v", a, b)
		}
		s := proveAs(t, forged, append(slices.Clone(one.jobs[:k]), two.jobs[k:]...)...)
		refusedChain(t, fmt.Sprint("another memory from segment ", k), forged, s, verifier.StageBuses)
	}
	refusedChain(t, "another memory from the start", forged, proveAs(t, forged, two.jobs...), verifier.StageBuses)
}

// TestAttack21Splices: segments of another run don't fit, even where the states at both
// ends are the same, if the claims of the runs differ.
func TestAttack21Splices(t *testing.T) {
	gas := uint64(1 << 39)
	one, two := exit42Cut(t, Options{}), exit42Cut(t, Options{GasLimit: &gas})
	a, b := proveAs(t, &one.run, one.jobs...), proveAs(t, &two.run, two.jobs...)
	for i := range a {
		if one.jobs[i].Place.Before != two.jobs[i].Place.Before {
			t.Fatal("the runs' states differ")
		}
		s := slices.Clone(a)
		s[i] = b[i]
		refusedChain(t, fmt.Sprint("spliced at segment ", i), &one.run, s, verifier.StageBuses)
		s = append(slices.Clone(a[:i]), b[i:]...)
		refusedChain(t, fmt.Sprint("spliced from segment ", i), &one.run, s, verifier.StageBuses)
	}
	// The same run, cut elsewhere; the states at cycle 80 are the same.
	other := newCutRun(t, loadGuest(t, "exit42"), nil, Options{SegmentCycles: 20})
	o := proveAs(t, &other.run, other.jobs...)
	if other.jobs[4].Place.Before != one.jobs[2].Place.Before {
		t.Fatal("the runs' states differ")
	}
	refusedChain(t, "segments of another cut", &one.run, append(slices.Clone(o[:4]), a[2:]...), verifier.StageBuses)
	mixed := changed(&one.run, func(r *proof.Run) { r.Segments = 6 })
	refusedChain(t, "segments of another cut, counted", mixed, append(slices.Clone(o[:4]), a[2:]...), verifier.StageBuses)
	// Proven for one run, they are one run.
	s := proveAs(t, mixed, append(slices.Clone(other.jobs[:4]), one.jobs[2:]...)...)
	if _, err := verifier.Verify(fastKey(t), container(soundness.Fast, hash.Blake2s, mixed, s...), verifier.Policy{}); err != nil {
		t.Errorf("cut unevenly: %v", err)
	}
}

// TestAttack21Exits: the run ends in the last segment and nowhere else.
func TestAttack21Exits(t *testing.T) {
	c := exit42Cut(t, Options{})
	key := fastKey(t)
	// as gives the proof of a segment that stands at a place where it wasn't proven for.
	as := func(segment []byte, from, to proof.Place, after proof.State) []byte {
		s, err := proof.ParseSegment(segment, hash.Blake2s, &from)
		if err != nil {
			t.Fatal(err)
		}
		x := to.Statement()
		x.Cycles, x.Opened, x.Instances = s.Cycles, s.Opened, s.Instances
		if !x.Last {
			x.After = after
		}
		s.Statement = x
		return s.Append(nil, hash.Blake2s)
	}
	// A run that stops before its end, as if it had.
	short := changed(&c.run, func(r *proof.Run) { r.Segments, r.GasUsed = 2, 80 })
	long := changed(short, func(r *proof.Run) { r.Segments = 3 })
	s := proveAs(t, long, c.jobs[:2]...)
	from, to := c.jobs[1].Place, c.jobs[1].Place
	from.Run, from.Segments, to.Segments = long.Digest(), 3, 2
	refusedChain(t, "no exit", short, s, verifier.StageBuses, verifier.StageDecode)
	refusedChain(t, "no exit, as the last", short, [][]byte{s[0], as(s[1], from, to, proof.State{})}, verifier.StageBuses)
	refusedChain(t, "no end", long, s, verifier.StageDecode)
	// A run that goes on behind its exit.
	more := changed(&c.run, func(r *proof.Run) { r.Segments, r.GasUsed = 5, 156+36 })
	at, err := more.First()
	if err != nil {
		t.Fatal(err)
	}
	all := proveAs(t, changed(more, func(r *proof.Run) { r.Segments = 4 }), c.jobs...)
	last := c.jobs[3].Place
	to = last
	to.Run, to.Segments = at.Run, 5
	all = append(all, all[3])
	all[3] = as(all[3], last, to, c.jobs[3].Place.Before)
	refusedChain(t, "an exit in the middle", more, all, verifier.StageBuses)

	// Proven as what they aren't: the tables don't fit the statement.
	for name, x := range map[string]struct {
		job    int
		change func(s *proof.Statement)
	}{
		"an exit told as none": {3, func(s *proof.Statement) {
			s.Last, s.Exit, s.After.PC = false, abi.Exit{}, s.Before.PC
		}},
		"no exit told as a halt": {2, func(s *proof.Statement) {
			s.Last, s.Exit = true, abi.Exit{Kind: abi.Halt, Code: 42}
			s.After = s.Before.End(s.Before.Quarters[memtree.OutputQuarter])
		}},
		"another exit":           {3, func(s *proof.Statement) { s.Exit.Code = 0 }},
		"another pc before":      {1, func(s *proof.Statement) { s.Before.PC += 4 }},
		"another pc after":       {1, func(s *proof.Statement) { s.After.PC += 4 }},
		"a cycle more":           {1, func(s *proof.Statement) { s.Cycles++ }},
		"a cycle less":           {1, func(s *proof.Statement) { s.Cycles-- }},
		"another heap before":    {1, func(s *proof.Statement) { s.Before.Quarters[0][4] ^= 1 }},
		"another heap after":     {1, func(s *proof.Statement) { s.After.Quarters[0][4] ^= 1 }},
		"registers before":       {1, func(s *proof.Statement) { s.Before.Quarters[3][0] ^= 1 }},
		"registers after":        {1, func(s *proof.Statement) { s.After.Quarters[3][8] ^= 1 }},
		"registers as they were": {1, func(s *proof.Statement) { s.After.Quarters[3] = s.Before.Quarters[3] }},
		"registers closed": {1, func(s *proof.Statement) {
			s.Opened &^= 8
			s.After.Quarters[3] = s.Before.Quarters[3]
		}},
	} {
		r, err := c.jobs[x.job].Replay(t.Context(), job.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &Witness{Statement: c.jobs[x.job].Place.Statement()}
		if err := w.build(t.Context(), key, &r.Segment, 2); err != nil {
			t.Fatal(err)
		}
		x.change(&w.Statement)
		p, err := proveWitness(t.Context(), key, w, 2, nobody{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var e *verifier.Error
		if err := verifier.VerifySegment(key, p, verifier.Policy{}); !errors.As(err, &e) || e.Stage != verifier.StageBuses {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAttack21Parameters: all segments are proven for the head's profile and hash, which
// are the key's.
func TestAttack21Parameters(t *testing.T) {
	c := exit42Cut(t, Options{})
	s := proveAs(t, &c.run, c.jobs...)
	for _, x := range []struct {
		profile soundness.Profile
		id      hash.ID
	}{{soundness.Balanced, hash.Blake2s}, {soundness.Compact, hash.Blake2s}, {soundness.Fast, hash.Poseidon2}} {
		name := fmt.Sprint(x.profile, " ", x.id)
		rejected(t, fastKey(t), name+", told", container(x.profile, x.id, &c.run, s...), verifier.StageKey)
		key, err := verifier.NewKey(x.profile, x.id)
		if err != nil {
			t.Fatal(err)
		}
		rejected(t, key, name+", told and believed", container(x.profile, x.id, &c.run, s...))
		other := exit42Cut(t, Options{Profile: x.profile, Hash: x.id})
		mixed := slices.Clone(s)
		mixed[1] = proveJob(t, other.jobs[1])
		refusedChain(t, name+" in one segment", &c.run, mixed)
	}
}

// TestChainBytes: a proof of several segments has one encoding.
func TestChainBytes(t *testing.T) {
	c := exit42Cut(t, Options{})
	key, s := fastKey(t), proveAs(t, &c.run, c.jobs...)
	b := container(soundness.Fast, hash.Blake2s, &c.run, s...)
	var ends []int
	at := len(container(soundness.Fast, hash.Blake2s, &c.run))
	for _, x := range s {
		ends = append(ends, at, at+1, at+3, at+4, at+5, at+4+len(x)-1)
		at += 4 + len(x)
	}
	for _, n := range ends {
		rejected(t, key, fmt.Sprint("cut to ", n), b[:n:n], verifier.StageDecode)
	}
	rejected(t, key, "a byte behind", append(slices.Clone(b), 0), verifier.StageDecode)
	rejected(t, key, "an empty segment behind", append(slices.Clone(b), 0, 0, 0, 0), verifier.StageDecode)
	rejected(t, key, "a segment behind", proof.AppendSegment(slices.Clone(b), s[1]), verifier.StageDecode)
	for i := range s {
		x := slices.Clone(s)
		x[i] = append(slices.Clone(s[i]), 0)
		refusedChain(t, fmt.Sprint("a byte behind segment ", i), &c.run, x, verifier.StageDecode)
		x[i] = s[i][:len(s[i])-1]
		refusedChain(t, fmt.Sprint("segment cut ", i), &c.run, x, verifier.StageDecode)
		x[i] = nil
		refusedChain(t, fmt.Sprint("segment empty ", i), &c.run, x, verifier.StageDecode)
	}
	first := len(container(soundness.Fast, hash.Blake2s, &c.run))
	for _, n := range []byte{0x10, 0x80, 0xff} {
		x := slices.Clone(b)
		x[first+3] = n
		rejected(t, key, "a huge segment", x, verifier.StageDecode)
	}
}
