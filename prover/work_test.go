package prover

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/orrery/orrery/prover/job"
	"github.com/orrery/orrery/prover/journal"
)

// watched is an observer that keeps what it is told.
type watched []Event

// Observe keeps an event.
func (w *watched) Observe(e Event) { *w = append(*w, e) }

// numbers lists the segments of the events of a kind, in increasing order.
func (w watched) numbers(kind EventKind) (list []int) {
	for _, e := range w {
		if e.Kind == kind {
			list = append(list, e.Segment)
		}
	}
	slices.Sort(list)
	return list
}

// workOptions cut exit42 into four segments.
func workOptions(dir string, o Observer) Options {
	return Options{SegmentCycles: 40, Work: dir, Threads: 2, Observer: o}
}

// provenWork is a work directory with all segments of exit42, and their proof.
func provenWork(t *testing.T) (dir string, proof []byte) {
	t.Helper()
	dir = t.TempDir()
	r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, workOptions(dir, nil))
	if err != nil {
		t.Fatal(err)
	}
	verifyProof(t, r.Proof)
	return dir, r.Proof
}

// forge replaces a segment by content whose checksum is right.
func forge(t *testing.T, dir string, number int, change func(*journal.Journal) []byte) {
	t.Helper()
	j, err := journal.OpenAny(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.PutSegment(number, change(j)); err != nil {
		t.Fatal(err)
	}
}

// TestBadSegments: a finished segment is used only if it is a proof of that segment, whatever
// its checksum says; otherwise it is proven again, and no other.
func TestBadSegments(t *testing.T) {
	dir, want := provenWork(t)
	segment := func(j *journal.Journal, number int) []byte {
		b, err := j.Segment(number)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, c := range map[string]struct {
		number int
		change func(j *journal.Journal) []byte
	}{
		"another segment":        {2, func(j *journal.Journal) []byte { return segment(j, 3) }},
		"the last one elsewhere": {1, func(j *journal.Journal) []byte { return segment(j, 4) }},
		"not the last one":       {4, func(j *journal.Journal) []byte { return segment(j, 1) }},
		"a bit in the proof":     {3, func(j *journal.Journal) []byte { b := segment(j, 3); b[len(b)-5] ^= 1; return b }},
		"another state after":    {2, func(j *journal.Journal) []byte { b := segment(j, 2); b[9] ^= 4; return b }},
		"fewer cycles":           {2, func(j *journal.Journal) []byte { b := segment(j, 2); b[0]--; return b }},
		"cut short":              {1, func(j *journal.Journal) []byte { b := segment(j, 1); return b[:len(b)-1] }},
		"nothing":                {4, func(*journal.Journal) []byte { return nil }},
	} {
		forge(t, dir, c.number, c.change)
		var w watched
		if _, err := Join(t.Context(), io.Discard, dir, JoinOptions{Observer: &w}); err == nil {
			t.Errorf("%s: joined", name)
		}
		w = nil
		r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, workOptions(dir, &w))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(r.Proof, want) {
			t.Errorf("%s: other bytes", name)
		}
		if got := w.numbers(EventFinished); !slices.Contains(got, c.number) || len(got) != 1 {
			t.Errorf("%s in segment %d: proven again %v", name, c.number, got)
		}
		if !slices.Contains(w.numbers(EventDamaged), c.number) {
			t.Errorf("%s in segment %d: nobody was told", name, c.number)
		}
	}
}

// TestMissingSegments: whichever segments are missing, they are proven, and no others.
func TestMissingSegments(t *testing.T) {
	dir, want := provenWork(t)
	for missing := range 1 << 4 {
		if testing.Short() && missing%5 != 0 {
			continue
		}
		var lost []int
		for i := range 4 {
			if missing>>i&1 == 1 {
				lost = append(lost, i+1)
				if err := os.Remove(filepath.Join(dir, journal.SegmentName(i+1))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if len(lost) > 0 {
			_, err := Join(t.Context(), io.Discard, dir, JoinOptions{})
			var m *MissingError
			if !errors.As(err, &m) || m.Number != lost[0] {
				t.Errorf("segments %v are missing: %v", lost, err)
			}
		}
		var w watched
		r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, workOptions(dir, &w))
		if err != nil {
			t.Fatal(err)
		}
		if got := w.numbers(EventFinished); !slices.Equal(got, lost) || r.Reused != 4-len(lost) {
			t.Errorf("segments %v are missing, %v were proven, %d reused", lost, got, r.Reused)
		}
		if !bytes.Equal(r.Proof, want) {
			t.Errorf("segments %v were missing: other bytes", lost)
		}
	}
	var b bytes.Buffer
	r, err := Join(t.Context(), &b, dir, JoinOptions{})
	if err != nil || !bytes.Equal(b.Bytes(), want) || r.Bytes != int64(len(want)) || r.Segments != 4 {
		t.Errorf("joined: %+v, %v", r, err)
	}
}

// TestStops: a prover that is stopped leaves its finished segments, and goes on from there.
func TestStops(t *testing.T) {
	program, dir := loadGuest(t, "exit42"), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Prove(ctx, program, nil, workOptions(dir, ObserverFunc(func(e Event) {
		if e.Kind == EventFinished {
			cancel()
		}
	})))
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	var w watched
	r, err := Prove(t.Context(), program, nil, workOptions(dir, &w))
	if err != nil || r.Reused == 0 {
		t.Fatalf("%d segments reused, %v", r.Reused, err)
	}
	verifyProof(t, r.Proof)
}

// TestFailingDirectory: a segment that can't be written is an error, and the others are kept.
func TestFailingDirectory(t *testing.T) {
	program, dir := loadGuest(t, "exit42"), t.TempDir()
	name := filepath.Join(dir, journal.SegmentName(3))
	if err := os.MkdirAll(filepath.Join(name, "in the way"), 0o777); err != nil {
		t.Fatal(err)
	}
	o := workOptions(dir, nil)
	o.Workers = 1 // so that the third segment comes after the others
	if _, err := Prove(t.Context(), program, nil, o); err == nil {
		t.Error("a segment was written over a directory")
	}
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
	r, err := Prove(t.Context(), program, nil, o)
	if err != nil || r.Reused != 2 {
		t.Errorf("%d segments reused, %v", r.Reused, err)
	}
}

// TestJobs: a segment that is proven from its job has the bytes that Prove gives it.
func TestJobs(t *testing.T) {
	program, dir := loadGuest(t, "exit42"), t.TempDir()
	_, want := provenWork(t)
	var jobs []*job.Job
	r, err := Cut(t.Context(), program, nil, workOptions(dir, nil), func(j *job.Job) error {
		b, err := j.AppendBinary(nil)
		if err != nil {
			return err
		}
		if j, err = job.Parse(b); err != nil {
			return err
		}
		jobs = append(jobs, j)
		return nil
	})
	if err != nil || len(jobs) != 4 || r.Segments != 4 {
		t.Fatalf("%d jobs of %d segments, %v", len(jobs), r.Segments, err)
	}
	for i := range slices.Backward(jobs) {
		p, err := ProveSegment(t.Context(), jobs[i], SegmentOptions{Threads: 1 + i%2})
		if err != nil {
			t.Fatal(err)
		}
		forge(t, dir, i+1, func(*journal.Journal) []byte { return p.Encoded })
	}
	var b bytes.Buffer
	if _, err := Join(t.Context(), &b, dir, JoinOptions{}); err != nil || !bytes.Equal(b.Bytes(), want) {
		t.Errorf("the jobs' proofs make up another proof: %v", err)
	}
	if _, err := ProveSegment(t.Context(), jobs[0], SegmentOptions{MaxMemory: 50 << 20}); !errors.Is(err, ErrMemory) {
		t.Errorf("a proof in 50 MiB: %v", err)
	}
	// One whose run goes elsewhere.
	jobs[1].Cycles++
	if _, err := ProveSegment(t.Context(), jobs[1], SegmentOptions{}); !errors.Is(err, job.ErrJob) {
		t.Errorf("a job that lies: %v", err)
	}
	jobs[2].Hash = 9
	if _, err := ProveSegment(t.Context(), jobs[2], SegmentOptions{}); err == nil {
		t.Error("a job with an unknown hash")
	}
}

// TestEvents: what an observer is told of a run in segments.
func TestEvents(t *testing.T) {
	var w watched
	r, err := Prove(t.Context(), loadGuest(t, "exit42"), nil, workOptions("", &w))
	if err != nil {
		t.Fatal(err)
	}
	if first := w[0]; first.Kind != EventPhase || first.Phase != PhasePlan || first.Segments != 0 {
		t.Errorf("first of all: %+v", first)
	}
	planned := slices.IndexFunc(w, func(e Event) bool { return e.Kind == EventPlanned })
	if planned < 0 || w[planned].Segments != 4 || w[planned].Cycles != r.Cycles {
		t.Errorf("events %+v", w)
	}
	cycles, size := uint64(0), 0
	for _, e := range w[planned+1:] {
		if e.Segments != 4 || e.Segment < 1 || e.Segment > 4 {
			t.Errorf("%+v of 4 segments", e)
		}
		if e.Kind == EventFinished {
			cycles, size = cycles+e.Cycles, size+e.Bytes
			if e.Duration <= 0 {
				t.Errorf("%+v took no time", e)
			}
		}
	}
	if cycles != r.Cycles || size == 0 || int64(size) >= r.Bytes {
		t.Errorf("%d of %d cycles, %d of %d bytes", cycles, r.Cycles, size, r.Bytes)
	}
	for _, kind := range []EventKind{EventStarted, EventFinished} {
		if got := w.numbers(kind); !slices.Equal(got, []int{1, 2, 3, 4}) {
			t.Errorf("%s: segments %v", kind, got)
		}
	}
	for i := 1; i <= 4; i++ {
		var phases []string
		for _, e := range w {
			if e.Kind == EventPhase && e.Segment == i {
				phases = append(phases, e.Phase)
			}
		}
		if !slices.Equal(phases, SegmentPhases()) {
			t.Errorf("segment %d: phases %v", i, phases)
		}
	}
}

// TestThreadsOfWorkers: threads are shared out among the workers, and none is idle in the end.
func TestThreadsOfWorkers(t *testing.T) {
	for _, c := range []struct {
		threads, workers, todo int
		want                   []int
	}{
		{2, 2, 4, []int{1, 1, 1, 1}},
		{2, 2, 5, []int{1, 1, 1, 1, 2}},
		{2, 2, 1, []int{2}},
		{2, 1, 3, []int{2, 2, 2}},
		{1, 1, 2, []int{1, 1}},
		{5, 3, 5, []int{2, 2, 1, 3, 2}},
		{16, 3, 4, []int{6, 5, 5, 16}},
		{2, 2, 0, []int{1, 1}}, // more to do than it seemed
	} {
		f := &feed{pipeline: &pipeline{run: &run{o: Options{Threads: c.threads}}, workers: c.workers}, todo: c.todo}
		var got []int
		for k := range c.want {
			got = append(got, f.threadsFor(k))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d threads, %d workers, %d segments: %v, want %v", c.threads, c.workers, c.todo, got, c.want)
		}
	}
}
