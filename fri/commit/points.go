package commit

import (
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
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
	x, y   []field.M31 // coordinates of the summands of a block's points
}

// newPoints prepares the 2^log points of the first half of a canonic coset whose indices are
// multiples of 2^stride; the coset has 2^(log+stride+1) points. Of these only the first 2^(log-part)
// are listed.
func newPoints(log, stride, part int) *points {
	p := &points{log: log - part, stride: stride, domain: circle.Canonic(log + stride + 1)}
	// Bit b of an index in the half coset stands for the summand g_(b+1).
	zero := circle.Zero()
	p.x, p.y = append(make([]field.M31, 0, block), zero.X), append(make([]field.M31, 0, block), zero.Y)
	for b := range min(p.log, logBlock) {
		g := circle.Generator(stride + b + 1)
		for i := range 1 << b {
			q := circle.Point{X: p.x[i], Y: p.y[i]}.Add(g)
			p.x, p.y = append(p.x, q.X), append(p.y, q.Y)
		}
	}
	return p
}

// size is the length of all blocks, and blocks their number.
func (p *points) size() int   { return len(p.x) }
func (p *points) blocks() int { return 1 << p.log / len(p.x) }

// block writes the coordinates of block i, that of the points from i * size on.
func (p *points) block(i int, xs, ys []field.M31) {
	base := p.domain.At(i * p.size() << p.stride)
	vec.MulConst(xs, p.x, base.X)
	vec.MulAddConst(xs, p.y, base.Y.Neg())
	vec.MulConst(ys, p.y, base.X)
	vec.MulAddConst(ys, p.x, base.Y)
}
