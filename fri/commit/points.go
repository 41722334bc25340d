package commit

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
)

// block is the number of points that are handled at a time: so many that the vector kernels
// pay, and so few that all their operands stay in the cache.
const (
	logBlock = 10
	block    = 1 << logBlock
)

// points lists the points at every 2^stride-th index of the first half of a canonic coset, or of
// the beginning of that, a block at a time.
type points struct {
	log    int // log2 of the number of points
	stride int
	domain circle.Domain
	low    []circle.Point // the summands of a block's points
}

// newPoints prepares the 2^log points of the first half of a canonic coset whose indices are
// multiples of 2^stride; the coset has 2^(log+stride+1) points. Of these only the first 2^(log-part)
// are listed.
func newPoints(log, stride, part int) *points {
	p := &points{log: log - part, stride: stride, domain: circle.Canonic(log + stride + 1)}
	// Bit b of an index in the half coset stands for the summand g_(b+1).
	p.low = append(make([]circle.Point, 0, block), circle.Zero())
	for b := range min(p.log, logBlock) {
		g := circle.Generator(stride + b + 1)
		for _, q := range p.low[:1<<b] {
			p.low = append(p.low, q.Add(g))
		}
	}
	return p
}

// size is the length of all blocks, and blocks their number.
func (p *points) size() int   { return len(p.low) }
func (p *points) blocks() int { return 1 << p.log / len(p.low) }

// block writes the coordinates of block i, that of the points from i * size on.
func (p *points) block(i int, xs, ys []field.M31) {
	base := p.domain.At(i * p.size() << p.stride)
	for j, o := range p.low {
		q := base.Add(o)
		xs[j], ys[j] = q.X, q.Y
	}
}
