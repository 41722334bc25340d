package rv

// Program is a checked guest program, ready to run. It is immutable and may be
// shared between goroutines.
type Program struct {
	Header Header
	Code   Code
	Image  Image
	// HeapStart and HeapEnd bound heap and stack in bytes.
	HeapStart, HeapEnd uint32
}

// Code is the executable part of a program, decoded.
type Code struct {
	// Start and End bound the code in bytes; both are multiples of 4.
	Start, End uint32
	// Insts holds the instructions of the words that the file has, from Start
	// on, as Inst.Ordered gives them; words that are no instruction are there as ILLEGAL. Where the segment
	// is larger in memory than in the file, the words up to End are zero, hence
	// illegal, and not listed (a file of a few bytes may ask for a gigabyte).
	Insts []Inst
	// part stands in the place of Insts if only some blocks of the code are known.
	part *part
}

// NumWords returns the number of code words, the unlisted zero words included.
func (c *Code) NumWords() uint32 { return (c.End - c.Start) / 4 }

// At returns the instruction at pc, and false where a fetch from pc faults
// because no code is there. pc is a multiple of 4.
func (c *Code) At(pc uint32) (Inst, bool) {
	if pc < c.Start || pc >= c.End {
		return Inst{}, false
	}
	if i := (pc - c.Start) / 4; i < uint32(len(c.Insts)) {
		return c.Insts[i], true
	}
	if c.part != nil {
		if s, ok := c.part.slot(pc); ok {
			return c.part.insts[s], true
		}
	}
	return Inst{}, true
}
