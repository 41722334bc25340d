package rv

// Op is an operation of RV32IM.
type Op uint8

// The operations. The zero value is ILLEGAL, so that a zero Inst can do no harm.
const (
	ILLEGAL Op = iota

	LUI
	AUIPC
	JAL
	JALR

	BEQ
	BNE
	BLT
	BGE
	BLTU
	BGEU

	LB
	LH
	LW
	LBU
	LHU

	SB
	SH
	SW

	ADDI
	SLTI
	SLTIU
	XORI
	ORI
	ANDI
	SLLI
	SRLI
	SRAI

	ADD
	SUB
	SLL
	SLT
	SLTU
	XOR
	SRL
	SRA
	OR
	AND

	MUL
	MULH
	MULHSU
	MULHU
	DIV
	DIVU
	REM
	REMU

	FENCE
	ECALL
	EBREAK

	// NumOps is the number of operations, ILLEGAL included.
	NumOps = int(iota)
)

var opNames = [NumOps]string{
	"illegal",
	"lui", "auipc", "jal", "jalr",
	"beq", "bne", "blt", "bge", "bltu", "bgeu",
	"lb", "lh", "lw", "lbu", "lhu",
	"sb", "sh", "sw",
	"addi", "slti", "sltiu", "xori", "ori", "andi", "slli", "srli", "srai",
	"add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "or", "and",
	"mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu",
	"fence", "ecall", "ebreak",
}

// String returns the mnemonic, "illegal" for ILLEGAL and for values that are no
// operation.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return opNames[ILLEGAL]
}

// IsBranch reports whether o is a conditional branch.
func (o Op) IsBranch() bool { return BEQ <= o && o <= BGEU }

// IsLoad reports whether o reads memory.
func (o Op) IsLoad() bool { return LB <= o && o <= LHU }

// IsStore reports whether o writes memory.
func (o Op) IsStore() bool { return SB <= o && o <= SW }

// ReadsRs1 reports whether o reads the register named by its rs1 field.
// ECALL names no register in its word (it reads x17 and x10 by convention).
func (o Op) ReadsRs1() bool { return JALR <= o && o <= REMU }

// ReadsRs2 reports whether o reads the register named by its rs2 field.
func (o Op) ReadsRs2() bool { return o.IsBranch() || o.IsStore() || ADD <= o && o <= REMU }

// WritesRd reports whether o writes the register named by its rd field.
func (o Op) WritesRd() bool {
	return LUI <= o && o <= JALR || o.IsLoad() || ADDI <= o && o <= REMU
}

// AccessSize returns the number of bytes that a load or store touches, 0 for all
// other operations.
func (o Op) AccessSize() uint32 {
	switch o {
	case LB, LBU, SB:
		return 1
	case LH, LHU, SH:
		return 2
	case LW, SW:
		return 4
	}
	return 0
}
