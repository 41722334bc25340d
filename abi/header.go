package abi

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrHeader marks a program header encoding that is not canonical.
var ErrHeader = errors.New("abi: bad program header")

// Header is what a program is beside its memory image: together with the image
// it fixes the program id.
type Header struct {
	ABIVersion uint32
	// Entry is the address of the first instruction.
	Entry uint32
	// CodeStart and CodeEnd bound the code in bytes; both are multiples of 4.
	CodeStart, CodeEnd uint32
	// MemoryLimit is the size of heap and stack in bytes.
	MemoryLimit uint32
	// Regions covers the whole address space.
	Regions Regions
}

const (
	headerFixed    = 6 * 4
	headerInterval = 2 * 4
)

// AppendBinary appends the canonical encoding of h to b: as little-endian u32
// the ABI version, entry, code start, code end, memory limit, the number of
// intervals, and for each interval its first page and its kind. The error is
// always nil.
func (h *Header) AppendBinary(b []byte) ([]byte, error) {
	for _, v := range [...]uint32{h.ABIVersion, h.Entry, h.CodeStart, h.CodeEnd, h.MemoryLimit, uint32(len(h.Regions))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for _, iv := range h.Regions {
		b = binary.LittleEndian.AppendUint32(b, iv.Start)
		b = binary.LittleEndian.AppendUint32(b, uint32(iv.Kind))
	}
	return b, nil
}

// ParseHeader reads what AppendBinary wrote. It refuses anything that the loader
// couldn't have produced, and bytes that are left over.
func ParseHeader(b []byte) (Header, error) {
	var h Header
	if len(b) < headerFixed {
		return h, fmt.Errorf("%w: %d bytes, at least %d needed", ErrHeader, len(b), headerFixed)
	}
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	n := u32(5)
	if n > MaxIntervals || len(b) != headerFixed+int(n)*headerInterval {
		return h, fmt.Errorf("%w: %d bytes don't fit %d intervals (at most %d)", ErrHeader, len(b), n, MaxIntervals)
	}
	h = Header{ABIVersion: u32(0), Entry: u32(1), CodeStart: u32(2), CodeEnd: u32(3), MemoryLimit: u32(4)}
	for i := range int(n) {
		start, kind := u32(6+2*i), u32(7+2*i)
		if kind >= uint32(numKinds) {
			return Header{}, fmt.Errorf("%w: interval %d has the unknown kind %d", ErrHeader, i, kind)
		}
		h.Regions = append(h.Regions, Interval{start, Kind(kind)})
	}
	if err := h.Validate(); err != nil {
		return Header{}, err
	}
	return h, nil
}

// Validate checks that h is the header of a program that the loader can produce.
func (h *Header) Validate() error {
	switch {
	case h.ABIVersion != ABIVersion:
		return fmt.Errorf("%w: ABI version %d, only %d is known", ErrHeader, h.ABIVersion, ABIVersion)
	case h.CodeStart%4 != 0 || h.CodeEnd%4 != 0 || h.CodeStart >= h.CodeEnd ||
		h.CodeStart < ProgramStart || h.CodeEnd > ProgramEnd:
		return fmt.Errorf("%w: code [%#x, %#x) is no range of words in the program region", ErrHeader, h.CodeStart, h.CodeEnd)
	case h.Entry%4 != 0 || h.Entry < h.CodeStart || h.Entry >= h.CodeEnd:
		return fmt.Errorf("%w: the entry %#x is not in the code [%#x, %#x)", ErrHeader, h.Entry, h.CodeStart, h.CodeEnd)
	case h.MemoryLimit == 0 || h.MemoryLimit%PageSize != 0 || h.MemoryLimit > ProgramEnd-ProgramStart:
		return fmt.Errorf("%w: a memory limit of %d bytes is no multiple of 64 KiB within the program region", ErrHeader, h.MemoryLimit)
	}
	return h.validateRegions()
}

// validateRegions checks order, canonical form, the fixed regions, that one
// code interval holds the code exactly, and that the heap fits.
func (h *Header) validateRegions() error {
	r := h.Regions
	if len(r) == 0 || len(r) > MaxIntervals || r[0] != (Interval{0, KindNone}) {
		return fmt.Errorf("%w: the region list must have 1 to %d intervals and begin with page 0 unmapped", ErrHeader, MaxIntervals)
	}
	var code int
	var heap uint32 // pages of the last read-write interval of the program region
	for i, iv := range r {
		if iv.Kind >= numKinds || iv.Start >= NumPages || i > 0 && (iv.Start <= r[i-1].Start || iv.Kind == r[i-1].Kind) {
			return fmt.Errorf("%w: interval %d is out of order or equals its neighbour", ErrHeader, i)
		}
		end := r.End(i)
		switch iv.Kind {
		case KindCode:
			code++
			if iv.Start != h.CodeStart>>PageBits || end != (h.CodeEnd-1)>>PageBits+1 {
				return fmt.Errorf("%w: the code interval doesn't fit the code [%#x, %#x)", ErrHeader, h.CodeStart, h.CodeEnd)
			}
		case KindReadWrite:
			heap = end - iv.Start
		}
		lo, hi := uint32(ProgramStart>>PageBits), uint32(ProgramEnd>>PageBits)
		switch iv.Kind {
		case KindNone:
			continue
		case KindInput:
			lo, hi = InputStart>>PageBits, InputEnd>>PageBits
		case KindOutput:
			lo, hi = OutputStart>>PageBits, OutputEnd>>PageBits
		}
		fixed := iv.Kind == KindInput || iv.Kind == KindOutput
		if iv.Start < lo || end > hi || fixed && (iv.Start != lo || end != hi) {
			return fmt.Errorf("%w: interval %d (%v, pages [%#x, %#x)) is not where such a region may be", ErrHeader, i, iv.Kind, iv.Start, end)
		}
	}
	switch {
	case code != 1:
		return fmt.Errorf("%w: %d code intervals instead of 1", ErrHeader, code)
	case r.Kind(InputStart) != KindInput || r.Kind(OutputStart) != KindOutput:
		return fmt.Errorf("%w: the input or output region is missing", ErrHeader)
	case heap < h.MemoryLimit>>PageBits:
		return fmt.Errorf("%w: no interval has room for the heap of %d bytes", ErrHeader, h.MemoryLimit)
	}
	return nil
}
