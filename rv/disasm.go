package rv

import (
	"fmt"
	"strings"
)

var registerNames = [32]string{
	"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2",
	"s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
	"a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7",
	"s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
}

// RegisterName returns the ABI name of register x0..x31 ("zero", "ra", ...).
func RegisterName(r uint8) string { return registerNames[r&31] }

// Disassemble returns in as GNU assembler text without pseudo-instructions, one
// blank after the mnemonic: "addi a0,a1,-5", "lw a0,8(sp)", "beq a0,a1,0x10078".
// Jumps and branches show the target's address, for which pc is needed. A word
// that is no instruction shows as ".word 0x00000000".
func Disassemble(pc uint32, in Inst) string {
	rd, rs1, rs2 := RegisterName(in.Rd), RegisterName(in.Rs1), RegisterName(in.Rs2)
	op := in.Op
	switch {
	case op == LUI || op == AUIPC:
		return fmt.Sprintf("%s %s,%#x", op, rd, in.Imm>>12)
	case op == JAL:
		return fmt.Sprintf("%s %s,%#x", op, rd, pc+in.Imm)
	case op == JALR || op.IsLoad():
		return fmt.Sprintf("%s %s,%d(%s)", op, rd, int32(in.Imm), rs1)
	case op.IsStore():
		return fmt.Sprintf("%s %s,%d(%s)", op, rs2, int32(in.Imm), rs1)
	case op.IsBranch():
		return fmt.Sprintf("%s %s,%s,%#x", op, rs1, rs2, pc+in.Imm)
	case op == SLLI || op == SRLI || op == SRAI:
		return fmt.Sprintf("%s %s,%s,%#x", op, rd, rs1, in.Imm)
	case ADDI <= op && op <= ANDI:
		return fmt.Sprintf("%s %s,%s,%d", op, rd, rs1, int32(in.Imm))
	case ADD <= op && op <= REMU:
		return fmt.Sprintf("%s %s,%s,%s", op, rd, rs1, rs2)
	case op == FENCE:
		return disassembleFence(in.Word)
	case op == ECALL || op == EBREAK:
		return op.String()
	}
	return fmt.Sprintf(".word 0x%08x", in.Word)
}

// disassembleFence shows the predecessor and successor sets. The reserved fields
// (fm, rd, rs1) have no assembler text; the machine ignores all of them alike.
func disassembleFence(word uint32) string {
	if word == 0x8330000f {
		return "fence.tso"
	}
	return fmt.Sprintf("fence %s,%s", fenceSet(word>>24), fenceSet(word>>20))
}

func fenceSet(bits uint32) string {
	var b strings.Builder
	for i, c := range "iorw" {
		if bits>>(3-i)&1 != 0 {
			b.WriteRune(c)
		}
	}
	if b.Len() == 0 {
		return "0"
	}
	return b.String()
}
