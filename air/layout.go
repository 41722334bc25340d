package air

// Col is the position of a column in the main trace of a chip.
type Col int

// PreCol is the position of a preprocessed column of a chip.
type PreCol int

// Kind says what a column's cells may hold.
type Kind uint8

const (
	// Felt is any field element; constraints or messages of the chip pin it.
	Felt Kind = iota
	// Bit is 0 or 1; Compile emits the constraint.
	Bit
	// U16 is a number below 2^16; the chip looks it up in the range table, or a
	// message pins it to a cell that was looked up.
	U16
	// Byte is a number below 2^8, pinned like U16.
	Byte
)

// String names the kind as the generated tables print it.
func (k Kind) String() string {
	switch k {
	case Bit:
		return "bit"
	case U16:
		return "u16"
	case Byte:
		return "byte"
	}
	return "felt"
}

// Column describes a column for constraints, error messages and documentation.
type Column struct {
	Name string
	Doc  string
	Kind Kind
}

// Layout is the ordered list of a chip's columns. The zero value is an empty layout.
type Layout struct {
	Main         []Column
	Preprocessed []Column
}

func (l *Layout) add(name, doc string, k Kind) Col {
	l.Main = append(l.Main, Column{Name: name, Doc: doc, Kind: k})
	return Col(len(l.Main) - 1)
}

// Felt appends a column of field elements.
func (l *Layout) Felt(name, doc string) Col { return l.add(name, doc, Felt) }

// Bit appends a column of bits.
func (l *Layout) Bit(name, doc string) Col { return l.add(name, doc, Bit) }

// U16 appends a column of numbers below 2^16.
func (l *Layout) U16(name, doc string) Col { return l.add(name, doc, U16) }

// Byte appends a column of bytes.
func (l *Layout) Byte(name, doc string) Col { return l.add(name, doc, Byte) }

// Pre appends a preprocessed column, whose content is part of the verifying key.
func (l *Layout) Pre(name, doc string) PreCol {
	l.Preprocessed = append(l.Preprocessed, Column{Name: name, Doc: doc})
	return PreCol(len(l.Preprocessed) - 1)
}
