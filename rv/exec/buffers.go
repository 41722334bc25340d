package exec

// Buffers keeps the memory of records and pages, so that recorders can use it again. The
// zero value is empty. It is not safe for concurrent use.
type Buffers struct {
	chunks []*chunk
	pages  []*timedPage
	tables *timedTables
}

// Recycle takes the records of t back, which has none afterwards.
func (b *Buffers) Recycle(t *Trace) {
	b.chunks = append(b.chunks, t.Records.chunks...)
	t.Records = Records{}
}

// chunk returns a chunk with any content.
func (b *Buffers) chunk() *chunk {
	n := len(b.chunks)
	if n == 0 {
		return new(chunk)
	}
	c := b.chunks[n-1]
	b.chunks = b.chunks[:n-1]
	return c
}
