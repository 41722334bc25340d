package amd64

import "encoding/binary"

// Slack is the room that every method of Buf needs behind N: the longest
// instruction has 15 bytes, and writing one touches up to 8 bytes more.
const Slack = 24

// Buf is code being written to B from N on. Its methods panic where less than
// Slack bytes of room are left; nothing grows.
type Buf struct {
	B []byte
	N int
}

// put appends the n low bytes of v, at most 8.
func (b *Buf) put(v uint64, n int) {
	binary.LittleEndian.PutUint64(b.B[b.N:b.N+8], v)
	b.N += n
}

// put32 appends 4 bytes.
func (b *Buf) put32(v uint32) {
	binary.LittleEndian.PutUint32(b.B[b.N:b.N+4], v)
	b.N += 4
}

// Forms of an instruction, in the bits above the opcode byte.
const (
	twoByte = 1 << 8  // opcode follows 0x0f
	wide    = 1 << 9  // operands of 64 bits
	half    = 1 << 10 // operands of 16 bits
	byteReg = 1 << 11 // the register operands are of 8 bits
)

// rr encodes an instruction with two registers, reg and r/m.
func (b *Buf) rr(op uint32, reg, rm Reg) {
	var v uint64
	n := 0
	if op&half != 0 {
		v, n = 0x66, 1
	}
	rex := uint64(0x40) | uint64(op>>9&1)<<3 | uint64(reg>>3)<<2 | uint64(rm>>3)
	if rex != 0x40 || op&byteReg != 0 && (reg >= RSP || rm >= RSP) {
		v |= rex << (8 * n)
		n++
	}
	if op&twoByte != 0 {
		v |= 0x0f << (8 * n)
		n++
	}
	v |= uint64(op&0xff) << (8 * n)
	v |= uint64(0xc0|reg&7<<3|rm&7) << (8*n + 8)
	b.put(v, n+2)
}

// rm encodes an instruction with a register (or the opcode's extension) and memory.
func (b *Buf) rm(op uint32, reg Reg, m Mem) {
	var v uint64
	n := 0
	if op&half != 0 {
		v, n = 0x66, 1
	}
	rex := uint64(0x40) | uint64(op>>9&1)<<3 | uint64(reg>>3&1)<<2
	if m.Index != NoReg {
		rex |= uint64(m.Index >> 3 << 1)
	}
	if m.Base != NoReg {
		rex |= uint64(m.Base >> 3)
	}
	if rex != 0x40 || op&byteReg != 0 && reg >= RSP {
		v |= rex << (8 * n)
		n++
	}
	if op&twoByte != 0 {
		v |= 0x0f << (8 * n)
		n++
	}
	v |= uint64(op&0xff) << (8 * n)
	n++

	mod, disp := uint64(0x80), 4
	switch {
	case m.Base == NoReg:
		mod = 0 // with base 5 in the SIB byte: a displacement of 32 bits, no base
	case m.Disp == 0 && m.Base&7 != RBP:
		mod, disp = 0, 0
	case m.Disp == int32(int8(m.Disp)):
		mod, disp = 0x40, 1
	}
	if m.Index == NoReg && m.Base != NoReg && m.Base&7 != RSP {
		v |= (mod | uint64(reg&7)<<3 | uint64(m.Base&7)) << (8 * n)
		n++
	} else {
		base, index := uint64(5), uint64(4)
		if m.Base != NoReg {
			base = uint64(m.Base & 7)
		}
		if m.Index != NoReg {
			index = uint64(m.Index & 7)
		}
		v |= (mod | uint64(reg&7)<<3 | 4) << (8 * n)
		v |= (uint64(m.Scale)<<6 | index<<3 | base) << (8*n + 8)
		n += 2
	}
	b.put(v, n)
	if disp != 0 {
		binary.LittleEndian.PutUint32(b.B[b.N:b.N+4], uint32(m.Disp))
		b.N += disp
	}
}

// vex encodes an instruction with the prefix VEX.LZ.pp.mmmmm.W0, three registers.
func (b *Buf) vex(pp, mmmmm byte, op byte, reg, vvvv, rm Reg) {
	b.put(0xc4|
		uint64(mmmmm|byte(^reg>>3&1)<<7|1<<6|byte(^rm>>3&1)<<5)<<8|
		uint64(byte(^vvvv&15)<<3|pp)<<16|
		uint64(op)<<24|
		uint64(0xc0|reg&7<<3|rm&7)<<32, 5)
}

// vexMem is vex with memory at RSP + disp8 or disp32 as the r/m operand.
func (b *Buf) vexMem(pp, mmmmm byte, op byte, reg, vvvv Reg, disp int32) {
	mod, n := uint64(0x40), 1
	if disp != int32(int8(disp)) {
		mod, n = 0x80, 4
	}
	b.put(0xc4|
		uint64(mmmmm|byte(^reg>>3&1)<<7|1<<6|1<<5)<<8|
		uint64(byte(^vvvv&15)<<3|pp)<<16|
		uint64(op)<<24|
		(mod|uint64(reg&7)<<3|4)<<32|
		0x24<<40, 6)
	binary.LittleEndian.PutUint32(b.B[b.N:b.N+4], uint32(disp))
	b.N += n
}
