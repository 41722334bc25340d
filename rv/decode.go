package rv

// Inst is a decoded instruction word. Fields that the operation doesn't have are
// zero; in particular FENCE, ECALL, EBREAK and ILLEGAL have none.
type Inst struct {
	Op           Op
	Rd, Rs1, Rs2 uint8
	// Imm is the immediate, sign-extended to 32 bits: the byte offset of
	// branches, jumps, loads and stores, the shift amount, or the word with its
	// low 12 bits zero (LUI, AUIPC).
	Imm uint32
	// Word is the instruction word itself.
	Word uint32
}

// ComparesWithZero reports whether in is BEQ or BNE with x0 as its second register. Where it
// completes it is proven without a read of x0.
func (in *Inst) ComparesWithZero() bool {
	return in.Rs2 == 0 && (in.Op == BEQ || in.Op == BNE)
}

// Major opcodes: the low seven bits of a word (RISC-V unprivileged
// specification, chapter "RV32/64G Instruction Set Listings").
const (
	majorLoad    = 0x03
	majorMiscMem = 0x0f
	majorOpImm   = 0x13
	majorAUIPC   = 0x17
	majorStore   = 0x23
	majorOp      = 0x33
	majorLUI     = 0x37
	majorBranch  = 0x63
	majorJALR    = 0x67
	majorJAL     = 0x6f
	majorSystem  = 0x73
)

const (
	wordECALL  = 0x00000073
	wordEBREAK = 0x00100073
)

// Operations by funct3; ILLEGAL where the code is not assigned in RV32IM.
var (
	branchOps = [8]Op{BEQ, BNE, ILLEGAL, ILLEGAL, BLT, BGE, BLTU, BGEU}
	loadOps   = [8]Op{LB, LH, LW, ILLEGAL, LBU, LHU, ILLEGAL, ILLEGAL}
	storeOps  = [8]Op{SB, SH, SW}
	immOps    = [8]Op{ADDI, ILLEGAL, SLTI, SLTIU, XORI, ILLEGAL, ORI, ANDI}
	baseOps   = [8]Op{ADD, SLL, SLT, SLTU, XOR, SRL, OR, AND}
	altOps    = [8]Op{0: SUB, 5: SRA}
	mulOps    = [8]Op{MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU}
)

// Decode decodes one word. Every word outside RV32IM, FENCE, ECALL and EBREAK
// (so FENCE.I, CSR instructions, compressed ones, A, F, D) decodes to ILLEGAL.
func Decode(word uint32) Inst {
	in := Inst{Word: word}
	rd := uint8(word >> 7 & 31)
	funct3 := word >> 12 & 7
	rs1 := uint8(word >> 15 & 31)
	rs2 := uint8(word >> 20 & 31)
	funct7 := word >> 25

	switch word & 0x7f {
	case majorLUI:
		in.Op, in.Rd, in.Imm = LUI, rd, word&0xfffff000
	case majorAUIPC:
		in.Op, in.Rd, in.Imm = AUIPC, rd, word&0xfffff000
	case majorJAL:
		in.Op, in.Rd, in.Imm = JAL, rd, immJ(word)
	case majorJALR:
		if funct3 == 0 {
			in.Op, in.Rd, in.Rs1, in.Imm = JALR, rd, rs1, immI(word)
		}
	case majorBranch:
		if op := branchOps[funct3]; op != ILLEGAL {
			in.Op, in.Rs1, in.Rs2, in.Imm = op, rs1, rs2, immB(word)
		}
	case majorLoad:
		if op := loadOps[funct3]; op != ILLEGAL {
			in.Op, in.Rd, in.Rs1, in.Imm = op, rd, rs1, immI(word)
		}
	case majorStore:
		if op := storeOps[funct3]; op != ILLEGAL {
			in.Op, in.Rs1, in.Rs2, in.Imm = op, rs1, rs2, immS(word)
		}
	case majorOpImm:
		if op, imm := decodeOpImm(word, funct3, funct7); op != ILLEGAL {
			in.Op, in.Rd, in.Rs1, in.Imm = op, rd, rs1, imm
		}
	case majorOp:
		var op Op
		switch funct7 {
		case 0x00:
			op = baseOps[funct3]
		case 0x20:
			op = altOps[funct3]
		case 0x01:
			op = mulOps[funct3]
		}
		if op != ILLEGAL {
			in.Op, in.Rd, in.Rs1, in.Rs2 = op, rd, rs1, rs2
		}
	case majorMiscMem:
		if funct3 == 0 {
			in.Op = FENCE
		}
	case majorSystem:
		switch word {
		case wordECALL:
			in.Op = ECALL
		case wordEBREAK:
			in.Op = EBREAK
		}
	}
	return in
}

// Ordered is the instruction as Code lists it: where the operation is commutative and only the
// second operand is the destination, the operands are exchanged. What the instruction does is
// the same; a chip for destinations that are the first operand can then prove it.
func (in Inst) Ordered() Inst {
	switch in.Op {
	case ADD, AND, OR, XOR:
		if in.Rd != 0 && in.Rd == in.Rs2 && in.Rd != in.Rs1 {
			in.Rs1, in.Rs2 = in.Rs2, in.Rs1
		}
	}
	return in
}

// decodeOpImm tells the shifts by an immediate, which use funct7, from the rest.
func decodeOpImm(word, funct3, funct7 uint32) (Op, uint32) {
	shamt := word >> 20 & 31
	switch {
	case funct3 == 1 && funct7 == 0x00:
		return SLLI, shamt
	case funct3 == 5 && funct7 == 0x00:
		return SRLI, shamt
	case funct3 == 5 && funct7 == 0x20:
		return SRAI, shamt
	}
	return immOps[funct3], immI(word)
}

func immI(w uint32) uint32 { return uint32(int32(w) >> 20) }

func immS(w uint32) uint32 { return uint32(int32(w)>>25)<<5 | w>>7&31 }

func immB(w uint32) uint32 {
	return uint32(int32(w)>>31)<<12 | w>>7&1<<11 | w>>25&63<<5 | w>>8&15<<1
}

func immJ(w uint32) uint32 {
	return uint32(int32(w)>>31)<<20 | w&0xff000 | w>>20&1<<11 | w>>21&1023<<1
}
