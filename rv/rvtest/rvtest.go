// Package rvtest builds guest programs for tests: it encodes instructions and
// wraps words in ELF files. It is the opposite of what package rv does and
// shares no code with it beyond the names of the operations.
package rvtest

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/orrery/orrery/rv"
)

// CodeStart is where Program puts the code.
const CodeStart = 0x0001_0000

// Segment is a program header and its bytes.
type Segment struct {
	Type  uint32 // 1: PT_LOAD, also for 0
	Flags uint32 // 1 execute, 2 write, 4 read
	Addr  uint32
	Data  []byte
	// MemSize is the size in memory; 0 means len(Data).
	MemSize uint32
}

// ELF is an ELF32 executable for RISC-V; the zero value has no segments.
type ELF struct {
	Entry    uint32
	Flags    uint32
	Segments []Segment
	// Mappable places each segment's bytes so that an operating system with
	// pages of 4 KiB can map them, as qemu-riscv32 wants it.
	Mappable bool
}

// Bytes returns the file: header, program headers, then the segments' bytes.
func (e ELF) Bytes() []byte {
	const header, entry = 52, 32
	le := binary.LittleEndian
	b := make([]byte, header+entry*len(e.Segments))
	copy(b, "\x7fELF\x01\x01\x01")
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], 243)
	le.PutUint32(b[20:], 1)
	le.PutUint32(b[24:], e.Entry)
	le.PutUint32(b[28:], header)
	le.PutUint32(b[36:], e.Flags)
	le.PutUint16(b[40:], header)
	le.PutUint16(b[42:], entry)
	le.PutUint16(b[44:], uint16(len(e.Segments)))
	for i, s := range e.Segments {
		if s.Type == 0 {
			s.Type = 1
		}
		if s.MemSize == 0 {
			s.MemSize = uint32(len(s.Data))
		}
		if e.Mappable {
			b = append(b, make([]byte, (s.Addr-uint32(len(b)))%4096)...)
		}
		for j, v := range [...]uint32{s.Type, uint32(len(b)), s.Addr, s.Addr, uint32(len(s.Data)), s.MemSize, s.Flags, 4} {
			le.PutUint32(b[header+entry*i+4*j:], v)
		}
		b = append(b, s.Data...)
	}
	return b
}

// Words returns words as little-endian bytes.
func Words(words ...uint32) []byte {
	var b []byte
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// Program loads a program that consists of code words at CodeStart, where it is
// entered, with 1 MiB of heap from 64 KiB behind the last code page on, and of
// the segments in more.
func Program(t testing.TB, code []uint32, more ...Segment) *rv.Program {
	t.Helper()
	file := ELF{Entry: CodeStart, Segments: append([]Segment{{Flags: 5, Addr: CodeStart, Data: Words(code...)}}, more...)}
	p, err := rv.Load(file.Bytes(), rv.LoadOptions{MemoryLimit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Encode returns the word of an instruction. Operands that the operation lacks
// are ignored; imm is as in rv.Inst. It panics where an immediate doesn't fit,
// which is a mistake in the test.
func Encode(op rv.Op, rd, rs1, rs2 uint8, imm int32) uint32 {
	e, ok := encodings[op]
	if !ok {
		panic(fmt.Sprintf("rvtest: %v has no encoding", op))
	}
	u := uint32(imm)
	fits := true
	w := e.word
	d, s1, s2 := uint32(rd&31)<<7, uint32(rs1&31)<<15, uint32(rs2&31)<<20
	switch e.format {
	case 'R':
		w |= d | s1 | s2
	case 'I':
		fits = imm >= -2048 && imm < 2048
		w |= d | s1 | u<<20
	case 'H': // shift by an immediate
		fits = u < 32
		w |= d | s1 | u<<20
	case 'S':
		fits = imm >= -2048 && imm < 2048
		w |= s1 | s2 | u&31<<7 | u>>5<<25
	case 'B':
		fits = imm >= -4096 && imm < 4096 && imm%2 == 0
		w |= s1 | s2 | u>>11&1<<7 | u>>1&15<<8 | u>>5&63<<25 | u>>12&1<<31
	case 'U':
		fits = u&0xfff == 0
		w |= d | u
	case 'J':
		fits = imm >= -1<<20 && imm < 1<<20 && imm%2 == 0
		w |= d | u>>12&255<<12 | u>>11&1<<20 | u>>1&1023<<21 | u>>20&1<<31
	}
	if !fits {
		panic(fmt.Sprintf("rvtest: immediate %#x doesn't fit %v", u, op))
	}
	return w
}

type encoding struct {
	format byte
	word   uint32
}

var encodings = map[rv.Op]encoding{
	rv.LUI: {'U', 0x37}, rv.AUIPC: {'U', 0x17}, rv.JAL: {'J', 0x6f}, rv.JALR: {'I', 0x67},
	rv.BEQ: {'B', 0x0063}, rv.BNE: {'B', 0x1063}, rv.BLT: {'B', 0x4063}, rv.BGE: {'B', 0x5063}, rv.BLTU: {'B', 0x6063}, rv.BGEU: {'B', 0x7063},
	rv.LB: {'I', 0x0003}, rv.LH: {'I', 0x1003}, rv.LW: {'I', 0x2003}, rv.LBU: {'I', 0x4003}, rv.LHU: {'I', 0x5003},
	rv.SB: {'S', 0x0023}, rv.SH: {'S', 0x1023}, rv.SW: {'S', 0x2023},
	rv.ADDI: {'I', 0x0013}, rv.SLTI: {'I', 0x2013}, rv.SLTIU: {'I', 0x3013}, rv.XORI: {'I', 0x4013}, rv.ORI: {'I', 0x6013}, rv.ANDI: {'I', 0x7013},
	rv.SLLI: {'H', 0x1013}, rv.SRLI: {'H', 0x5013}, rv.SRAI: {'H', 0x40005013},
	rv.ADD: {'R', 0x0033}, rv.SUB: {'R', 0x40000033}, rv.SLL: {'R', 0x1033}, rv.SLT: {'R', 0x2033}, rv.SLTU: {'R', 0x3033},
	rv.XOR: {'R', 0x4033}, rv.SRL: {'R', 0x5033}, rv.SRA: {'R', 0x40005033}, rv.OR: {'R', 0x6033}, rv.AND: {'R', 0x7033},
	rv.MUL: {'R', 0x02000033}, rv.MULH: {'R', 0x02001033}, rv.MULHSU: {'R', 0x02002033}, rv.MULHU: {'R', 0x02003033},
	rv.DIV: {'R', 0x02004033}, rv.DIVU: {'R', 0x02005033}, rv.REM: {'R', 0x02006033}, rv.REMU: {'R', 0x02007033},
	rv.FENCE: {'0', 0x0ff0000f}, rv.ECALL: {'0', 0x73}, rv.EBREAK: {'0', 0x00100073},
}

// R, I, S and B encode by format with operands in assembler order:
// R(op, rd, rs1, rs2), I(op, rd, rs1, imm) (also loads, JALR and shifts),
// S(op, rs2, imm, rs1), B(op, rs1, rs2, offset).
func R(op rv.Op, rd, rs1, rs2 uint8) uint32 { return Encode(op, rd, rs1, rs2, 0) }

// I encodes register-immediate operations, loads, JALR and shifts; see R.
func I(op rv.Op, rd, rs1 uint8, imm int32) uint32 { return Encode(op, rd, rs1, 0, imm) }

// S encodes stores; see R.
func S(op rv.Op, rs2 uint8, imm int32, rs1 uint8) uint32 { return Encode(op, 0, rs1, rs2, imm) }

// B encodes branches; see R.
func B(op rv.Op, rs1, rs2 uint8, offset int32) uint32 { return Encode(op, 0, rs1, rs2, offset) }

// J encodes JAL.
func J(rd uint8, offset int32) uint32 { return Encode(rv.JAL, rd, 0, 0, offset) }

// LoadImm returns the two words that put v in register rd.
func LoadImm(rd uint8, v uint32) []uint32 {
	hi := (v + 0x800) &^ 0xfff
	return []uint32{
		Encode(rv.LUI, rd, 0, 0, int32(hi)),
		I(rv.ADDI, rd, rd, int32(v-hi)),
	}
}

// Exit returns the words that end the program with the code in a0.
func Exit() []uint32 {
	return []uint32{I(rv.ADDI, 17, 0, 93), Encode(rv.ECALL, 0, 0, 0, 0)}
}
