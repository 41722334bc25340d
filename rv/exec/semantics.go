package exec

import (
	"math"

	"github.com/orrery/orrery/rv"
)

// Registers of the calling convention that ECALL reads.
const (
	regA0 = 10
	regA7 = 17
)

// sink is the slot that takes writes to x0; nothing reads it.
const sink = 32

// slot returns the register slot that a write to rd goes to.
func slot(rd uint8) uint8 {
	if rd == 0 {
		return sink
	}
	return rd
}

// operands returns the register numbers that an instruction reads, and which
// of them it reads at all.
func operands(in *rv.Inst) (rs1, rs2 uint8, reads1, reads2 bool) {
	if in.Op == rv.ECALL {
		return regA7, regA0, true, true
	}
	return in.Rs1, in.Rs2, in.Op.ReadsRs1(), in.Op.ReadsRs2()
}

// effect is what an instruction does beside memory accesses.
type effect struct {
	next   uint32 // pc behind it
	result uint32 // for rd; loads know it later
	addr   uint32 // first byte of a memory access
	exit   Exit
	ends   bool // the run ends with exit
}

func trap(cause, pc, value uint32) effect {
	return effect{ends: true, exit: Exit{Kind: Trap, Cause: cause, PC: pc, Value: value}}
}

// evaluate gives the meaning of a legal instruction at pc with operand values a
// and b. It is written for reading: the interpreters' loops have the frequent
// cases again, in a form made for speed, and come here for all others.
func evaluate(pc uint32, in *rv.Inst, a, b uint32) effect {
	e := effect{next: pc + 4}
	switch op := in.Op; {
	case op == rv.LUI:
		e.result = in.Imm
	case op == rv.AUIPC:
		e.result = pc + in.Imm
	case op == rv.JAL:
		return jump(pc, pc+in.Imm)
	case op == rv.JALR:
		return jump(pc, (a+in.Imm)&^1)
	case op.IsBranch():
		if taken(op, a, b) {
			return jump(pc, pc+in.Imm)
		}
	case op.IsLoad() || op.IsStore():
		e.addr = a + in.Imm
	case rv.ADDI <= op && op <= rv.SRAI:
		e.result = compute(op, a, in.Imm)
	case rv.ADD <= op && op <= rv.REMU:
		e.result = compute(op, a, b)
	case op == rv.EBREAK:
		return trap(CauseBreakpoint, pc, pc)
	case op == rv.ECALL && a == CallExit:
		e.ends, e.exit = true, Exit{Kind: Halt, Code: b}
	case op == rv.ECALL:
		return trap(CauseUnknownCall, pc, 0)
	}
	return e
}

// jump goes from pc to target; the result is the return address.
func jump(pc, target uint32) effect {
	if target%4 != 0 {
		return trap(CauseMisalignedFetch, pc, target)
	}
	return effect{next: target, result: pc + 4}
}

// taken reports whether a branch is taken.
func taken(op rv.Op, a, b uint32) bool {
	switch op {
	case rv.BEQ:
		return a == b
	case rv.BNE:
		return a != b
	case rv.BLT:
		return int32(a) < int32(b)
	case rv.BGE:
		return int32(a) >= int32(b)
	case rv.BLTU:
		return a < b
	}
	return a >= b // BGEU
}

// compute returns the result of a register-register operation, or of its form
// with an immediate.
func compute(op rv.Op, a, b uint32) uint32 {
	switch op {
	case rv.ADD, rv.ADDI:
		return a + b
	case rv.SUB:
		return a - b
	case rv.SLL, rv.SLLI:
		return a << (b & 31)
	case rv.SLT, rv.SLTI:
		return bit(int32(a) < int32(b))
	case rv.SLTU, rv.SLTIU:
		return bit(a < b)
	case rv.XOR, rv.XORI:
		return a ^ b
	case rv.SRL, rv.SRLI:
		return a >> (b & 31)
	case rv.SRA, rv.SRAI:
		return uint32(int32(a) >> (b & 31))
	case rv.OR, rv.ORI:
		return a | b
	case rv.AND, rv.ANDI:
		return a & b
	case rv.MUL:
		return a * b
	case rv.MULH:
		return mulh(a, b)
	case rv.MULHSU:
		return mulhsu(a, b)
	case rv.MULHU:
		return mulhu(a, b)
	case rv.DIV:
		return div(a, b)
	case rv.DIVU:
		return divu(a, b)
	case rv.REM:
		return rem(a, b)
	}
	return remu(a, b) // REMU
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func mulh(a, b uint32) uint32   { return uint32(int64(int32(a)) * int64(int32(b)) >> 32) }
func mulhsu(a, b uint32) uint32 { return uint32(int64(int32(a)) * int64(b) >> 32) }
func mulhu(a, b uint32) uint32  { return uint32(uint64(a) * uint64(b) >> 32) }

// div and its kin: by zero the quotient is all ones and the remainder the
// dividend; -2^31 / -1 is -2^31, remainder 0 (RISC-V unprivileged
// specification, "M" extension).
func div(a, b uint32) uint32 {
	switch {
	case b == 0:
		return math.MaxUint32
	case b == math.MaxUint32:
		return -a
	}
	return uint32(int32(a) / int32(b))
}

func divu(a, b uint32) uint32 {
	if b == 0 {
		return math.MaxUint32
	}
	return a / b
}

func rem(a, b uint32) uint32 {
	switch b {
	case 0:
		return a
	case math.MaxUint32:
		return 0
	}
	return uint32(int32(a) % int32(b))
}

func remu(a, b uint32) uint32 {
	if b == 0 {
		return a
	}
	return a % b
}

// crosses reports whether an access of size bytes reaches into the next word.
func crosses(addr, size uint32) bool { return addr%4+size > 4 }

// extract returns what a load finds at addr in the word that holds it and the
// word behind it.
func extract(op rv.Op, addr, lo, hi uint32) uint32 {
	v := uint32((uint64(hi)<<32 | uint64(lo)) >> (8 * (addr % 4)))
	switch op {
	case rv.LB:
		return uint32(int32(int8(v)))
	case rv.LBU:
		return v & 0xff
	case rv.LH:
		return uint32(int32(int16(v)))
	case rv.LHU:
		return v & 0xffff
	}
	return v // LW
}

// insert returns both words after a store of size bytes of v at addr.
func insert(addr, size, lo, hi, v uint32) (newLo, newHi uint32) {
	shift := 8 * (addr % 4)
	mask := (uint64(1)<<(8*size) - 1) << shift
	w := (uint64(hi)<<32|uint64(lo))&^mask | uint64(v)<<shift&mask
	return uint32(w), uint32(w >> 32)
}
