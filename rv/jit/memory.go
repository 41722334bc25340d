//go:build linux && amd64 && !purego

package jit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"syscall"
	"unsafe"

	"github.com/orrery/orrery/rv"
)

// guard is the room below and above guest memory: translated code adds offsets of 12
// bits and accesses of 4 bytes to 32-bit addresses.
const guard = 1 << 16

// memory is the guest's memory: a range of 4 GiB of host addresses, in which the
// regions have the permissions of the guest's and all else faults. The host's kernel
// makes its pages when they are first touched.
type memory struct {
	program  *rv.Program
	reserved []byte
	bytes    []byte // from guest address 0 on

	// While watch is set, stores may touch the pages in open only, which are those
	// written since the last look.
	watch bool
	open  map[uint32]bool
	err   error // of the host's, where no call could return it
}

func newMemory(program *rv.Program, input []byte) (*memory, error) {
	b, err := syscall.Mmap(-1, 0, 1<<32+2*guard, syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("jit: reserving guest memory: %w", err)
	}
	m := &memory{program: program, reserved: b, bytes: b[guard : guard+1<<32]}
	if err := m.fill(input); err != nil {
		_ = m.close()
		return nil, err
	}
	return m, nil
}

// fill writes image and input and sets the permissions.
func (m *memory) fill(input []byte) error {
	for i, region := range m.program.Header.Regions {
		if region.Kind == rv.KindNone {
			continue
		}
		start, end := region.Start, m.program.Header.Regions.End(i)
		if region.Kind == rv.KindInput {
			// Behind the input all is zero, and stays so.
			if err := m.fillInput(input); err != nil {
				return err
			}
		}
		if region.Kind.Writable() {
			if err := m.protect(start, end, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
				return err
			}
		}
		if err := m.fillImage(start, end, region.Kind.Writable()); err != nil {
			return err
		}
		if !region.Kind.Writable() {
			if err := m.protect(start, end, syscall.PROT_READ); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillImage writes what the image has in pages [start, end).
func (m *memory) fillImage(start, end uint32, writable bool) error {
	const blocks = rv.PageSize / rv.BlockSize
	image := m.program.Image.From(start * blocks)
	image = image[:len(image)-len(image.From(end*blocks))]
	if len(image) == 0 {
		return nil
	}
	if !writable {
		last := image[len(image)-1].Index/blocks + 1
		if err := m.protect(start, last, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			return err
		}
	}
	for i := range image {
		b := m.bytes[uint64(image[i].Index)*rv.BlockSize:]
		for j, w := range image[i].Words {
			binary.LittleEndian.PutUint32(b[4*j:], w)
		}
	}
	return nil
}

func (m *memory) fillInput(input []byte) error {
	end := (rv.InputStart + rv.IOHeader + uint64(len(input)) + rv.PageSize - 1) >> rv.PageBits
	if err := m.protect(rv.InputStart>>rv.PageBits, uint32(end), syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(m.bytes[rv.InputStart:], uint32(len(input)))
	copy(m.bytes[rv.InputStart+rv.IOHeader:], input)
	return nil
}

// protect sets the permissions of pages [start, end).
func (m *memory) protect(start, end uint32, prot int) error {
	if err := syscall.Mprotect(m.bytes[uint64(start)<<rv.PageBits:uint64(end)<<rv.PageBits], prot); err != nil {
		return fmt.Errorf("jit: permissions of guest memory: %w", err)
	}
	return nil
}

// address is the host address of guest address 0.
func (m *memory) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(m.bytes))) }

func (m *memory) close() error {
	if err := syscall.Munmap(m.reserved); err != nil {
		return fmt.Errorf("jit: freeing guest memory: %w", err)
	}
	return nil
}

func (m *memory) kind(addr uint32) rv.Kind { return m.program.Header.Regions.Kind(addr) }

// Load is as in exec.Memory.
func (m *memory) Load(op rv.Op, addr uint32) (uint32, bool) {
	last := addr + op.AccessSize() - 1
	if !m.kind(addr).Readable() || !m.kind(last).Readable() {
		return 0, false
	}
	b := m.bytes[addr:]
	switch op {
	case rv.LB:
		return uint32(int8(b[0])), true
	case rv.LBU:
		return uint32(b[0]), true
	case rv.LH:
		return uint32(int16(binary.LittleEndian.Uint16(b))), true
	case rv.LHU:
		return uint32(binary.LittleEndian.Uint16(b)), true
	}
	return binary.LittleEndian.Uint32(b), true
}

// Store is as in exec.Memory.
func (m *memory) Store(op rv.Op, addr, value uint32) bool {
	last := addr + op.AccessSize() - 1
	if !m.kind(addr).Writable() || !m.kind(last).Writable() {
		return false
	}
	m.unlock(addr >> rv.PageBits)
	m.unlock(last >> rv.PageBits)
	if m.err != nil {
		return true // the run ends with the error
	}
	b := m.bytes[addr:]
	switch op {
	case rv.SB:
		b[0] = byte(value)
	case rv.SH:
		binary.LittleEndian.PutUint16(b, uint16(value))
	default:
		binary.LittleEndian.PutUint32(b, value)
	}
	return true
}

// word returns the word that holds addr, 0 where the guest can't read.
func (m *memory) word(addr uint32) uint32 {
	if !m.kind(addr).Readable() {
		return 0
	}
	return binary.LittleEndian.Uint32(m.bytes[addr&^3:])
}

// output is what the output region says.
func (m *memory) output() []byte {
	n := min(m.word(rv.OutputStart), rv.MaxOutput)
	return slices.Clone(m.bytes[rv.OutputStart+rv.IOHeader:][:n])
}

// watchWrites returns the pages written since its last call, in increasing order, and
// takes the permission to write from all pages. The first call returns none.
func (m *memory) watchWrites() []uint32 {
	pages := slices.Sorted(maps.Keys(m.open))
	m.watch, m.open = true, make(map[uint32]bool)
	for i, region := range m.program.Header.Regions {
		if region.Kind.Writable() {
			m.err = errors.Join(m.err, m.protect(region.Start, m.program.Header.Regions.End(i), syscall.PROT_READ))
		}
	}
	return pages
}

// unlock notes that a page is written, and allows that.
func (m *memory) unlock(page uint32) {
	if m.watch && !m.open[page] {
		m.open[page] = true
		m.err = errors.Join(m.err, m.protect(page, page+1, syscall.PROT_READ|syscall.PROT_WRITE))
	}
}
