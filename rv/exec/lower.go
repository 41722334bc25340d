package exec

import "github.com/orrery/orrery/rv"

// microOp is an instruction in the form that the loops run: 8 bytes.
type microOp struct {
	code     rv.Op // one of those that a loop knows; others go the slow way
	rd       uint8 // slot: 32 instead of 0
	rs1, rs2 uint8
	// imm is the immediate; the value itself for LUI and AUIPC (which both
	// become LUI), the index of the target for JAL and branches.
	imm uint32
}

// Codes of the recorder's loop for branches that compare with x0 and don't read it.
const (
	beqz = rv.Op(rv.NumOps) + iota
	bnez
)

// withoutZero replaces such branches by their own codes.
func withoutZero(ops []microOp) []microOp {
	for i := range ops {
		switch o := &ops[i]; {
		case o.rs2 != 0:
		case o.code == rv.BEQ:
			o.code = beqz
		case o.code == rv.BNE:
			o.code = bnez
		}
	}
	return ops
}

// lower translates the code. Jumps whose target isn't a multiple of 4 become
// ILLEGAL, which sends them to the slow way like everything unusual.
func lower(code *rv.Code) []microOp {
	ops := make([]microOp, len(code.Insts))
	for i := range code.Insts {
		in := &code.Insts[i]
		o := microOp{code: in.Op, rd: slot(in.Rd), rs1: in.Rs1, rs2: in.Rs2, imm: in.Imm}
		switch {
		case in.Op == rv.AUIPC:
			o.code, o.imm = rv.LUI, code.Start+4*uint32(i)+in.Imm
		case in.Op == rv.JAL || in.Op.IsBranch():
			if in.Imm%4 != 0 {
				o.code = rv.ILLEGAL
			}
			// 30 bits name any target, also one without code.
			o.imm = (4*uint32(i) + in.Imm) >> 2
		}
		ops[i] = o
	}
	return ops
}
