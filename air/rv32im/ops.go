package rv32im

// Op numbers of the program bus. The comment gives x0, x1, x2, x3; a missing one is 0.
// Register numbers of destinations are JunkRegister where the instruction names x0.
// Immediates are sign-extended to 32 bits and given as two 16-bit limbs. rs1 and rs2 of ADD, AND,
// OR and XOR may be exchanged.
const (
	OpIllegal       = iota // low and high limb of the word
	OpAdd                  // rd, rs1, rs2
	OpSub                  // rd, rs1, rs2
	OpAddi                 // rd, rs1, imm low, imm high
	OpAnd                  // rd, rs1, rs2; OpAnd + ByteAnd, ByteOr, ByteXor
	OpOr                   // rd, rs1, rs2
	OpXor                  // rd, rs1, rs2
	OpAndi                 // rd, rs1, imm low, imm high; OpAndi + ByteAnd, ByteOr, ByteXor
	OpOri                  // rd, rs1, imm low, imm high
	OpXori                 // rd, rs1, imm low, imm high
	OpSll                  // rd, rs1, rs2
	OpSrl                  // rd, rs1, rs2
	OpSra                  // rd, rs1, rs2
	OpSlliLow              // rd, rs1, w, s = 0 for a shift by s < 16; w is 2^s, or 2^15 where s = 0
	OpSlliHigh             // as OpSlliLow for a shift by 16 + s
	OpSrliLow              // rd, rs1, w, s = 0 for a shift by s < 16; w is 2^(16-s), or 2^15 where s = 0
	OpSrliHigh             // as OpSrliLow for a shift by 16 + s
	OpSraiLow              // as OpSrliLow
	OpSraiHigh             // as OpSrliHigh
	OpSlt                  // rd, rs1, rs2
	OpSltu                 // rd, rs1, rs2
	OpSlti                 // rd, rs1, imm low, imm high
	OpSltiu                // rd, rs1, imm low, imm high
	OpBeq                  // rs1, rs2, target/4 rounded down, target mod 4 = 2
	OpBne                  // as OpBeq
	OpBlt                  // as OpBeq
	OpBge                  // as OpBeq
	OpBltu                 // as OpBeq
	OpBgeu                 // as OpBeq
	OpJalr                 // rd, rs1, imm low, imm high
	OpConst                // rd, value low, value high, next pc/4: LUI, AUIPC, JAL and FENCE (into JunkRegister)
	OpJalMisaligned        // target/4 rounded down: a JAL whose target is 2 modulo 4
	OpLb                   // rd, rs1, imm low, imm high
	OpLh                   // rd, rs1, imm low, imm high
	OpLw                   // rd, rs1, imm low, imm high
	OpLbu                  // rd, rs1, imm low, imm high
	OpLhu                  // rd, rs1, imm low, imm high
	OpSb                   // rs2, rs1, imm low, imm high
	OpSh                   // rs2, rs1, imm low, imm high
	OpSw                   // rs2, rs1, imm low, imm high
	OpMul                  // rd, rs1, rs2
	OpMulh                 // rd, rs1, rs2
	OpMulhsu               // rd, rs1, rs2
	OpMulhu                // rd, rs1, rs2
	OpDiv                  // rd, rs1, rs2
	OpDivu                 // rd, rs1, rs2
	OpRem                  // rd, rs1, rs2
	OpRemu                 // rd, rs1, rs2
	OpEcall                //
	OpEbreak               //
	NumOps
)
