package rv

import "encoding/binary"

// ELF32 constants (System V ABI, chapters "Object Files" and "Program Loading",
// and the RISC-V ELF psABI for machine and flags). Only what the loader looks at.
const (
	elfHeaderSize  = 52
	elfSegmentSize = 32

	elfClass32    = 1
	elfLittle     = 1
	elfVersion    = 1
	elfExec       = 2
	elfMachine    = 243
	elfManyPhdrs  = 0xffff // the number stands in section 0, which isn't read
	segLoad       = 1
	segDynamic    = 2
	segInterp     = 3
	segExecute    = 1
	segWrite      = 2
	segRead       = 4
	flagRVC       = 0x1
	flagFloatMask = 0x6
	flagRVE       = 0x8
)

// elfHeader is the ELF header as far as the loader reads it.
type elfHeader struct {
	typ, machine, ehsize, phentsize, phnum uint16
	version, entry, phoff, flags           uint32
}

func parseELFHeader(b []byte) elfHeader {
	le := binary.LittleEndian
	return elfHeader{
		typ: le.Uint16(b[16:]), machine: le.Uint16(b[18:]), version: le.Uint32(b[20:]),
		entry: le.Uint32(b[24:]), phoff: le.Uint32(b[28:]), flags: le.Uint32(b[36:]),
		ehsize: le.Uint16(b[40:]), phentsize: le.Uint16(b[42:]), phnum: le.Uint16(b[44:]),
	}
}

// segment is a program header. Sums of its fields need 64 bits.
type segment struct {
	number                                  int // as readelf -l counts, from 0
	typ, offset, addr, filesz, memsz, flags uint32
}

func parseSegment(number int, b []byte) segment {
	le := binary.LittleEndian
	return segment{
		number: number, typ: le.Uint32(b), offset: le.Uint32(b[4:]), addr: le.Uint32(b[8:]),
		filesz: le.Uint32(b[16:]), memsz: le.Uint32(b[20:]), flags: le.Uint32(b[24:]),
	}
}

// end returns the address behind the segment.
func (s *segment) end() uint64 { return uint64(s.addr) + uint64(s.memsz) }

// firstPage and endPage bound the pages that the segment touches. They hold for
// segments within the program region.
func (s *segment) firstPage() uint32 { return s.addr >> PageBits }
func (s *segment) endPage() uint32   { return uint32((s.end()-1)>>PageBits) + 1 }

// kind gives the least access that includes all of the segment's flags: as the
// System V ABI allows, executable and writable segments are readable too.
func (s *segment) kind() Kind {
	switch {
	case s.flags&segExecute != 0:
		return KindCode
	case s.flags&segWrite != 0:
		return KindReadWrite
	case s.flags&segRead != 0:
		return KindReadOnly
	}
	return KindNone
}
