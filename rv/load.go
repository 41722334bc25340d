package rv

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrRefused marks all errors of Load: the file breaks a rule of the guest ABI.
var ErrRefused = errors.New("rv: program refused")

// LoadOptions says how a program is to be loaded.
type LoadOptions struct {
	// MemoryLimit is the size of heap and stack in bytes, a multiple of 64 KiB;
	// 0 means DefaultMemory. It is part of the program id.
	MemoryLimit uint64
}

// Load checks an ELF file against the rules of the guest ABI and decodes its
// code. Errors wrap ErrRefused and say what is wrong, in which segment (counted
// from 0, as readelf -l lists them) and at which address, and how to mend it.
// Time and memory are bounded by the size of the file, whatever sizes it names.
// The program keeps no reference to elf.
func Load(elf []byte, opts LoadOptions) (*Program, error) {
	p, err := load(elf, opts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return p, nil
}

func load(elf []byte, opts LoadOptions) (*Program, error) {
	limit, err := memoryLimit(opts.MemoryLimit)
	if err != nil {
		return nil, err
	}
	h, err := checkELFHeader(elf)
	if err != nil {
		return nil, err
	}
	segments, err := readSegments(elf, h)
	if err != nil {
		return nil, err
	}
	code, err := findCode(segments, h.entry)
	if err != nil {
		return nil, err
	}
	if err := checkLayout(segments); err != nil {
		return nil, err
	}
	heap := segments[len(segments)-1].endPage() << PageBits
	if uint64(heap)+uint64(limit) > ProgramEnd {
		return nil, fmt.Errorf("the heap of %d bytes from %#x on doesn't fit below %#x: %d bytes are free; lower the memory limit, or link the program to lower addresses",
			limit, heap, ProgramEnd, ProgramEnd-heap)
	}
	regions, err := layRegions(segments, heap, limit)
	if err != nil {
		return nil, err
	}
	p := &Program{
		Header: Header{
			ABIVersion: ABIVersion, Entry: h.entry,
			CodeStart: code.addr, CodeEnd: uint32(code.end()+3) &^ 3,
			MemoryLimit: limit, Regions: regions,
		},
		HeapStart: heap, HeapEnd: heap + limit,
	}
	for i := range segments {
		s := &segments[i]
		p.Image = p.Image.add(s.addr, elf[s.offset:uint64(s.offset)+uint64(s.filesz)])
	}
	p.Code = Code{Start: p.Header.CodeStart, End: p.Header.CodeEnd, Insts: make([]Inst, code.filesz/4)}
	for i := range p.Code.Insts {
		p.Code.Insts[i] = Decode(binary.LittleEndian.Uint32(elf[int(code.offset)+4*i:])).Ordered()
	}
	return p, nil
}

func memoryLimit(n uint64) (uint32, error) {
	if n == 0 {
		n = DefaultMemory
	}
	if n > ProgramEnd-ProgramStart {
		return 0, fmt.Errorf("a memory limit of %d bytes is more than the program region has (%d)", n, ProgramEnd-ProgramStart)
	}
	if n%PageSize != 0 {
		return 0, fmt.Errorf("a memory limit of %d bytes is no multiple of 64 KiB: take %d", n, n&^(PageSize-1)+PageSize)
	}
	return uint32(n), nil
}

func checkELFHeader(elf []byte) (elfHeader, error) {
	if len(elf) < 4 || string(elf[:4]) != "\x7fELF" {
		return elfHeader{}, errors.New("this is no ELF file")
	}
	if len(elf) < elfHeaderSize {
		return elfHeader{}, fmt.Errorf("the file ends within the ELF header (%d of %d bytes)", len(elf), elfHeaderSize)
	}
	h := parseELFHeader(elf)
	switch {
	case elf[4] != elfClass32:
		return h, fmt.Errorf("ELF class %d instead of 1 (32 bits): compile with --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32", elf[4])
	case elf[5] != elfLittle:
		return h, fmt.Errorf("ELF data encoding %d instead of 1 (little endian)", elf[5])
	case elf[6] != elfVersion || h.version != elfVersion:
		return h, fmt.Errorf("ELF version %d/%d instead of 1", elf[6], h.version)
	case h.machine != elfMachine:
		return h, fmt.Errorf("ELF machine %d instead of 243 (RISC-V): compile with --target=riscv32-unknown-elf -march=rv32im -mabi=ilp32", h.machine)
	case h.typ != elfExec:
		return h, fmt.Errorf("ELF type %d instead of 2 (ET_EXEC): link with -static -no-pie", h.typ)
	case h.ehsize != elfHeaderSize:
		return h, fmt.Errorf("ELF header size %d instead of %d", h.ehsize, elfHeaderSize)
	case h.phentsize != elfSegmentSize:
		return h, fmt.Errorf("program header size %d instead of %d", h.phentsize, elfSegmentSize)
	case h.flags&flagRVC != 0:
		return h, fmt.Errorf("the ELF flags %#x say compressed instructions (EF_RISCV_RVC): compile with -march=rv32im, libraries and assembly too", h.flags)
	case h.flags&flagFloatMask != 0:
		return h, fmt.Errorf("the ELF flags %#x say a floating-point ABI: compile with -march=rv32im -mabi=ilp32", h.flags)
	case h.flags&flagRVE != 0:
		return h, fmt.Errorf("the ELF flags %#x say RV32E: compile with -march=rv32im -mabi=ilp32", h.flags)
	case h.phnum == elfManyPhdrs:
		return h, fmt.Errorf("too many program headers (%d or more)", elfManyPhdrs)
	case uint64(h.phoff)+uint64(h.phnum)*elfSegmentSize > uint64(len(elf)):
		return h, fmt.Errorf("the %d program headers at offset %#x reach behind the end of the file (%d bytes)", h.phnum, h.phoff, len(elf))
	}
	return h, nil
}

// readSegments returns the segments to load, each checked by itself, in
// increasing order of address.
func readSegments(elf []byte, h elfHeader) ([]segment, error) {
	var segments []segment
	var total uint64
	for i := range int(h.phnum) {
		s := parseSegment(i, elf[int(h.phoff)+i*elfSegmentSize:])
		switch s.typ {
		case segInterp:
			return nil, fmt.Errorf("segment %d is PT_INTERP, so the program wants a dynamic linker: link with -static", i)
		case segDynamic:
			return nil, fmt.Errorf("segment %d (address %#x) is PT_DYNAMIC: link with -static -no-pie", i, s.addr)
		}
		if s.typ != segLoad || s.memsz == 0 {
			continue
		}
		if err := checkSegment(&s, uint64(len(elf))); err != nil {
			return nil, fmt.Errorf("segment %d (address %#x): %w", i, s.addr, err)
		}
		// Keeps the image linear in the file: a thousand segments could name
		// the same bytes.
		if total += uint64(s.filesz); total > uint64(len(elf)) {
			return nil, fmt.Errorf("segment %d (address %#x): the segments up to here take %d bytes from a file of %d: segments must not share bytes of the file", i, s.addr, total, len(elf))
		}
		segments = append(segments, s)
	}
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.addr, b.addr) })
	return segments, nil
}

func checkSegment(s *segment, fileSize uint64) error {
	switch {
	case s.filesz > s.memsz:
		return fmt.Errorf("its size in the file (%d) is larger than in memory (%d)", s.filesz, s.memsz)
	case uint64(s.offset)+uint64(s.filesz) > fileSize:
		return fmt.Errorf("its bytes (offset %#x, %d bytes) reach behind the end of the file (%d bytes)", s.offset, s.filesz, fileSize)
	case s.addr < ProgramStart:
		return fmt.Errorf("it begins in the null region below %#x: link with --image-base=%#x or -Ttext-segment=%#x", ProgramStart, ProgramStart, ProgramStart)
	case s.end() > ProgramEnd:
		return fmt.Errorf("it ends at %#x, behind the program region [%#x, %#x): link the program to lower addresses", s.end(), ProgramStart, ProgramEnd)
	}
	if s.flags&segExecute == 0 {
		return nil
	}
	switch {
	case s.flags&segWrite != 0:
		return errors.New("it is executable and writable: keep code and data apart (link without -N or --omagic, check the PHDRS of the linker script)")
	case s.addr%4 != 0:
		return errors.New("the address of the executable segment is no multiple of 4: align its first section to 4")
	case s.filesz%4 != 0:
		return fmt.Errorf("the file size %d of the executable segment is no multiple of 4: end its last section with . = ALIGN(4) in the linker script, or separate read-only data with --rosegment (lld) or -z separate-code (GNU ld)", s.filesz)
	}
	return nil
}

// findCode returns the one executable segment and checks the entry.
func findCode(segments []segment, entry uint32) (*segment, error) {
	var code *segment
	for i := range segments {
		s := &segments[i]
		if s.kind() != KindCode {
			continue
		}
		if code != nil {
			return nil, fmt.Errorf("segments %d (address %#x) and %d (address %#x) are both executable: merge the code into one segment (one PHDRS entry with all executable sections)",
				code.number, code.addr, s.number, s.addr)
		}
		code = s
	}
	switch {
	case code == nil:
		return nil, errors.New("there is no executable PT_LOAD segment")
	case entry%4 != 0:
		return nil, fmt.Errorf("the entry %#x is no multiple of 4", entry)
	case entry < code.addr || uint64(entry) >= code.end():
		return nil, fmt.Errorf("the entry %#x is not in the executable segment %d [%#x, %#x): is the symbol _start defined?", entry, code.number, code.addr, code.end())
	}
	return code, nil
}

// checkLayout checks neighbours in the sorted list against each other.
func checkLayout(segments []segment) error {
	for i := 1; i < len(segments); i++ {
		a, b := &segments[i-1], &segments[i]
		if uint64(b.addr) < a.end() {
			return fmt.Errorf("segment %d [%#x, %#x) overlaps segment %d [%#x, %#x)", b.number, b.addr, b.end(), a.number, a.addr, a.end())
		}
		if a.kind() != b.kind() && b.firstPage() < a.endPage() {
			return fmt.Errorf("segment %d (%v, ends at %#x) and segment %d (%v, address %#x) share the 64 KiB page %#x: link with -z max-page-size=65536 (clang, gcc: -Wl,-z,max-page-size=65536)",
				a.number, a.kind(), a.end(), b.number, b.kind(), b.addr, b.firstPage()<<PageBits)
		}
	}
	return nil
}

// layRegions makes the region list of sorted, checked segments.
func layRegions(segments []segment, heap, limit uint32) (Regions, error) {
	var r Regions
	var at uint32 // first page that r doesn't cover yet
	for i := range segments {
		s := &segments[i]
		// Stops early: the list must not grow with the number of segments.
		if r, at = r.Extend(at, s.firstPage(), s.endPage(), s.kind()); len(r) > MaxIntervals {
			break
		}
	}
	r, at = r.Extend(at, heap>>PageBits, (heap+limit)>>PageBits, KindReadWrite)
	r, at = r.Extend(at, InputStart>>PageBits, InputEnd>>PageBits, KindInput)
	r, at = r.Extend(at, OutputStart>>PageBits, OutputEnd>>PageBits, KindOutput)
	r = r.Push(at, KindNone)
	if len(r) > MaxIntervals {
		return nil, fmt.Errorf("the segments lie in too many separate regions (more than %d intervals of 64 KiB pages with input, output and the gaps): place segments of the same access next to each other", MaxIntervals)
	}
	return r, nil
}
