package exec

// Buffers keeps the memory of records and pages, so that recorders can use it again. The
// zero value is empty. It is not safe for concurrent use.
type Buffers struct {
	// New, if given, makes memory for n records, zeros. Without it that is of Go's heap.
	New func(n int) []Record

	chunks []*chunk // all zero: the recorder writes what an instruction has
	pages  []*timedPage
	tables *timedTables
}

// Recycle takes the records of t back, which has none afterwards.
func (b *Buffers) Recycle(t *Trace) { b.recycle(&t.Records) }

func (b *Buffers) recycle(r *Records) {
	for i, c := range r.chunks {
		// One more may be written in part.
		clear(c[:min(r.n+1-i*chunkRecords, chunkRecords)])
	}
	b.chunks = append(b.chunks, r.chunks...)
	*r = Records{}
}

// chunk returns a chunk of zeros.
func (b *Buffers) chunk() *chunk {
	n := len(b.chunks)
	if n == 0 {
		if b.New != nil {
			return (*chunk)(b.New(chunkRecords))
		}
		return new(chunk)
	}
	c := b.chunks[n-1]
	b.chunks = b.chunks[:n-1]
	return c
}
