package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// ops gives the op numbers. JAL to a misaligned target and shifts by an immediate have
// other ones, see programOp.
var ops = [rv.NumOps]uint32{
	rv.ILLEGAL: rv32im.OpIllegal,
	rv.LUI:     rv32im.OpConst,
	rv.AUIPC:   rv32im.OpConst,
	rv.JAL:     rv32im.OpConst,
	rv.FENCE:   rv32im.OpConst,
	rv.JALR:    rv32im.OpJalr,
	rv.BEQ:     rv32im.OpBeq,
	rv.BNE:     rv32im.OpBne,
	rv.BLT:     rv32im.OpBlt,
	rv.BGE:     rv32im.OpBge,
	rv.BLTU:    rv32im.OpBltu,
	rv.BGEU:    rv32im.OpBgeu,
	rv.LB:      rv32im.OpLb,
	rv.LH:      rv32im.OpLh,
	rv.LW:      rv32im.OpLw,
	rv.LBU:     rv32im.OpLbu,
	rv.LHU:     rv32im.OpLhu,
	rv.SB:      rv32im.OpSb,
	rv.SH:      rv32im.OpSh,
	rv.SW:      rv32im.OpSw,
	rv.ADDI:    rv32im.OpAddi,
	rv.SLTI:    rv32im.OpSlti,
	rv.SLTIU:   rv32im.OpSltiu,
	rv.XORI:    rv32im.OpXori,
	rv.ORI:     rv32im.OpOri,
	rv.ANDI:    rv32im.OpAndi,
	rv.ADD:     rv32im.OpAdd,
	rv.SUB:     rv32im.OpSub,
	rv.SLL:     rv32im.OpSll,
	rv.SLT:     rv32im.OpSlt,
	rv.SLTU:    rv32im.OpSltu,
	rv.XOR:     rv32im.OpXor,
	rv.SRL:     rv32im.OpSrl,
	rv.SRA:     rv32im.OpSra,
	rv.OR:      rv32im.OpOr,
	rv.AND:     rv32im.OpAnd,
	rv.MUL:     rv32im.OpMul,
	rv.MULH:    rv32im.OpMulh,
	rv.MULHSU:  rv32im.OpMulhsu,
	rv.MULHU:   rv32im.OpMulhu,
	rv.DIV:     rv32im.OpDiv,
	rv.DIVU:    rv32im.OpDivu,
	rv.REM:     rv32im.OpRem,
	rv.REMU:    rv32im.OpRemu,
	rv.ECALL:   rv32im.OpEcall,
	rv.EBREAK:  rv32im.OpEbreak,
}

// programOp gives what the program bus says about the instruction at pc: op and x0 to x3,
// as rv32im/ops.go describes them.
func programOp(pc uint32, in rv.Inst) (op uint32, x [4]uint32) {
	op = ops[in.Op]
	rd, rs1, rs2 := destination(in.Rd), uint32(in.Rs1), uint32(in.Rs2)
	lo, hi := in.Imm&0xffff, in.Imm>>16
	target := pc + in.Imm
	switch {
	case in.Op == rv.ILLEGAL:
		x = [4]uint32{in.Word & 0xffff, in.Word >> 16}
	case in.Op == rv.ECALL || in.Op == rv.EBREAK:
	case in.Op == rv.JAL && target%4 != 0:
		op, x = rv32im.OpJalMisaligned, [4]uint32{target / 4}
	case op == rv32im.OpConst:
		v, next := constEffect(pc, in)
		x = [4]uint32{rd, v & 0xffff, v >> 16, next / 4}
	case in.Op.IsBranch():
		x = [4]uint32{rs1, rs2, target / 4, target % 4 / 2}
	case in.Op.IsStore():
		x = [4]uint32{rs2, rs1, lo, hi}
	case in.Op == rv.SLLI || in.Op == rv.SRLI || in.Op == rv.SRAI:
		op, x = shiftOp(in)
	case in.Op.ReadsRs2():
		x = [4]uint32{rd, rs1, rs2}
	default:
		x = [4]uint32{rd, rs1, lo, hi}
	}
	return op, x
}

// shiftOp is programOp for shifts by an immediate.
func shiftOp(in rv.Inst) (op uint32, x [4]uint32) {
	x = [4]uint32{destination(in.Rd), uint32(in.Rs1), shiftPower(&in)}
	if in.Imm%16 == 0 {
		x[3] = 1
	}
	switch in.Op {
	case rv.SLLI:
		op = rv32im.OpSlliLow
	case rv.SRLI:
		op = rv32im.OpSrliLow
	default:
		op = rv32im.OpSraiLow
	}
	return op + in.Imm/16, x
}

// shiftPower is the factor of a shift by an immediate, see rv32im.ShiftImm.
func shiftPower(in *rv.Inst) uint32 {
	s := in.Imm % 16
	switch {
	case s == 0:
		return 1 << 15
	case in.Op == rv.SLLI:
		return 1 << s
	}
	return 1 << (16 - s)
}
