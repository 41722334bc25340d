package abi

// Addresses of the guest ABI, version 1, in bytes.
const (
	// ABIVersion is the version of the guest ABI that this package implements.
	ABIVersion = 1

	// PageSize is the grain of regions: 64 KiB.
	PageSize = 1 << PageBits
	// PageBits is log2 of PageSize.
	PageBits = 16
	// NumPages is the number of pages of the address space.
	NumPages = 1 << (32 - PageBits)

	// ProgramStart and ProgramEnd bound segments and heap.
	ProgramStart = 0x0001_0000
	ProgramEnd   = 0x4000_0000
	// InputStart and InputEnd bound the input region.
	InputStart = 0x4000_0000
	InputEnd   = 0x8000_0000
	// OutputStart and OutputEnd bound the output region.
	OutputStart = 0x8000_0000
	OutputEnd   = 0x8010_0000

	// IOHeader is the offset of the first byte in the input and output regions;
	// the length stands at offset 0.
	IOHeader = 16
	// MaxInput is the largest input in bytes.
	MaxInput = InputEnd - InputStart - IOHeader
	// MaxOutput is the room for output in bytes.
	MaxOutput = OutputEnd - OutputStart - IOHeader

	// DefaultMemory is the memory limit where none is told: 256 MiB.
	DefaultMemory = 256 << 20

	// MaxIntervals bounds the region list of a program.
	MaxIntervals = 16
)

// Kind says what may be done with a page.
type Kind uint8

// The kinds. Their numbers are part of the program id.
const (
	KindNone      Kind = iota // every access traps
	KindCode                  // read, execute
	KindReadOnly              // read
	KindReadWrite             // read, write
	KindInput                 // read
	KindOutput                // read, write

	numKinds
)

var kindNames = [numKinds]string{"none", "code", "read-only", "read-write", "input", "output"}

// String returns the kind's name.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "unknown"
}

// Readable reports whether loads from pages of kind k succeed.
func (k Kind) Readable() bool { return KindCode <= k && k <= KindOutput }

// Writable reports whether stores to pages of kind k succeed.
func (k Kind) Writable() bool { return k == KindReadWrite || k == KindOutput }

// Interval is a run of pages of one kind. It begins at page Start (address
// Start*PageSize) and ends where the next interval of the list begins.
type Interval struct {
	Start uint32
	Kind  Kind
}

// Regions is the region list of a program: at most MaxIntervals intervals in
// increasing order that cover all NumPages pages; the first starts at page 0,
// neighbours differ in kind.
type Regions []Interval

// Kind returns the kind of the page that holds address addr.
func (r Regions) Kind(addr uint32) Kind {
	page := addr >> PageBits
	kind := KindNone
	for _, iv := range r {
		if iv.Start > page {
			break
		}
		kind = iv.Kind
	}
	return kind
}

// End returns the page behind interval i.
func (r Regions) End(i int) uint32 {
	if i+1 < len(r) {
		return r[i+1].Start
	}
	return NumPages
}

// Extend appends pages [start, end) of the kind to a list that has no gap so
// far and covers the pages up to start or less; the gap becomes KindNone.
// at is the page up to which the list reaches; Extend returns the new one.
func (r Regions) Extend(at, start, end uint32, kind Kind) (Regions, uint32) {
	if start > at {
		r = r.Push(at, KindNone)
	}
	return r.Push(max(at, start), kind), end
}

// Push appends pages from start on, if their kind differs from that of the last interval.
func (r Regions) Push(start uint32, kind Kind) Regions {
	if n := len(r); n > 0 && r[n-1].Kind == kind {
		return r
	}
	return append(r, Interval{start, kind})
}
