package amd64

// Reg is a general register; its width is the instruction's.
type Reg uint8

// The registers, by number.
const (
	RAX Reg = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
)

// NoReg in Mem.Base or Mem.Index stands for no register.
const NoReg Reg = 0xff

// Mem is a memory operand: Base + Index<<Scale + Disp. Index is not RSP. Without
// Base, Disp is all of the address beside the index.
type Mem struct {
	Base, Index Reg
	Scale       uint8
	Disp        int32
}

// At is the operand at base + disp.
func At(base Reg, disp int32) Mem { return Mem{Base: base, Index: NoReg, Disp: disp} }

// Cond is a condition, as the low four bits of Jcc and SETcc have it.
type Cond uint8

// The conditions. Those of unsigned comparisons are B, AE, BE and A.
const (
	CondB  Cond = 2
	CondAE Cond = 3
	CondE  Cond = 4
	CondNE Cond = 5
	CondBE Cond = 6
	CondA  Cond = 7
	CondS  Cond = 8
	CondL  Cond = 12
	CondGE Cond = 13
	CondLE Cond = 14
	CondG  Cond = 15
)

// Not returns the opposite condition.
func (c Cond) Not() Cond { return c ^ 1 }
