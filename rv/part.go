package rv

import "slices"

// part is the code that a part of memory holds: the decoded words of some blocks. The
// other words of the code count as zero.
type part struct {
	first  uint32   // index of the block that places begins with
	places []uint32 // by block: 1 + its number in insts / BlockWords, or 0
	insts  []Inst
}

// NewPart is the view of a program that some blocks of its memory give, which come in
// increasing order of their index: all other memory counts as zero. The image is the list
// of blocks, those all zero included, and may have content outside the program region. The
// header must be valid. Beside what the blocks take, memory is bounded by 4 bytes for each
// 64 of code.
func NewPart(h Header, blocks []Block) *Program {
	p := &Program{Header: h, Code: Code{Start: h.CodeStart, End: h.CodeEnd}, Image: blocks}
	from := p.Image.From(h.CodeStart / BlockSize)
	code := from[:len(from)-len(from.From((h.CodeEnd-1)/BlockSize+1))]
	c := &part{}
	if len(code) > 0 {
		c.first = code[0].Index
		c.places = make([]uint32, code[len(code)-1].Index-c.first+1)
		c.insts = make([]Inst, 0, len(code)*BlockWords)
	}
	for i := range code {
		c.places[code[i].Index-c.first] = uint32(i) + 1
		for _, w := range code[i].Words {
			c.insts = append(c.insts, Decode(w).Ordered())
		}
	}
	p.Code.part = c
	return p
}

// slot is the number of a listed word in the part.
func (c *part) slot(pc uint32) (uint32, bool) {
	i := pc/BlockSize - c.first
	if i >= uint32(len(c.places)) || c.places[i] == 0 {
		return 0, false
	}
	return (c.places[i]-1)*BlockWords + pc/4%BlockWords, true
}

// Listed is the number of slots of the code, see Slot.
func (c *Code) Listed() int {
	if c.part != nil {
		return len(c.part.insts)
	}
	return len(c.Insts)
}

// Slot numbers the words of the code that aren't zero for want of content: word i counted
// from Start has a slot below Listed, or none.
func (c *Code) Slot(i uint32) (slot uint32, ok bool) {
	if c.part != nil {
		return c.part.slot(c.Start + 4*i)
	}
	return i, i < uint32(len(c.Insts))
}

// Inst is the listed instruction at pc, a multiple of 4, nil if there is none. It must not be
// changed.
func (c *Code) Inst(pc uint32) *Inst {
	if i := (pc - c.Start) / 4; i < uint32(len(c.Insts)) {
		return &c.Insts[i]
	}
	if c.part != nil {
		if i, ok := c.part.slot(pc); ok {
			return &c.part.insts[i]
		}
	}
	return nil
}

// Pieces cuts the code into pieces without large gaps: all of it, if it is listed whole,
// else stretches of its blocks with the gaps between them filled, as long as that
// multiplies the words by 8 at most or leaves less than 2^18. They come in increasing
// order; Start and Insts are those of the piece.
func (c *Code) Pieces() []Code {
	if c.part == nil {
		return []Code{*c}
	}
	return c.part.pieces(c.Start, c.End)
}

const (
	pieceFactor = 8
	pieceBlocks = 1 << 18 / BlockWords
)

func (c *part) pieces(start, end uint32) []Code {
	// Blocks before which a piece may begin, with the gap before them.
	type gap struct{ at, blocks uint32 }
	var gaps []gap
	last, total := uint32(0), uint64(len(c.places))
	for i, p := range c.places {
		if p == 0 {
			continue
		}
		if n := uint32(i) - last; n > 1 {
			gaps = append(gaps, gap{uint32(i), n - 1})
		}
		last = uint32(i)
	}
	// The largest gaps are left out until the rest is small enough.
	slices.SortFunc(gaps, func(a, b gap) int {
		if a.blocks != b.blocks {
			return int(int64(b.blocks) - int64(a.blocks))
		}
		return int(int64(a.at) - int64(b.at))
	})
	most := max(pieceFactor*uint64(len(c.insts)/BlockWords), pieceBlocks)
	cuts := 0
	for ; cuts < len(gaps) && total > most; cuts++ {
		total -= uint64(gaps[cuts].blocks)
	}
	gaps = gaps[:cuts]
	slices.SortFunc(gaps, func(a, b gap) int { return int(int64(a.at) - int64(b.at)) })
	gaps = append(gaps, gap{uint32(len(c.places)), 0})
	var pieces []Code
	first := uint32(0)
	for _, g := range gaps {
		if g.at > first {
			pieces = append(pieces, c.piece(first, g.at-g.blocks, start, end))
		}
		first = g.at
	}
	return pieces
}

// piece is the code of blocks [lo, hi) of places, within [start, end).
func (c *part) piece(lo, hi, start, end uint32) Code {
	p := Code{Start: max(start, (c.first+lo)*BlockSize), End: min(end, (c.first+hi)*BlockSize)}
	p.Insts = make([]Inst, p.NumWords())
	for i := range p.Insts {
		if s, ok := c.slot(p.Start + 4*uint32(i)); ok {
			p.Insts[i] = c.insts[s]
		}
	}
	return p
}
