package exec

//go:generate go run genloop.go

// group is what the interpreter's loop does in one go: an instruction, by its rv.Op, or
// a pair.
type group uint16

// fusedOp is an instruction in the form that the interpreter runs, with the one
// behind it where they are a pair: 16 bytes. The second of a pair has a fusedOp of its
// own too, so that jumps may lead to it.
type fusedOp struct {
	code group
	rd   uint8 // slot, as in microOp
	rs1  uint8
	rs2  uint8

	rd2, rs12, rs22 uint8

	imm, imm2 uint32
}

// fuse makes pairs of what lower returns.
func fuse(ops []microOp) []fusedOp {
	fused := make([]fusedOp, len(ops))
	for i := range ops {
		fused[i] = fusedOp{code: group(ops[i].code), rd: ops[i].rd, rs1: ops[i].rs1, rs2: ops[i].rs2, imm: ops[i].imm}
		if i+1 < len(ops) {
			fused[i].join(ops[i+1])
		}
	}
	return fused
}

// join makes a pair of an instruction and the next one, if there is such a pair.
func (f *fusedOp) join(next microOp) {
	if code := pairs[f.code][next.code]; code != 0 {
		f.code, f.rd2, f.rs12, f.rs22, f.imm2 = code, next.rd, next.rs1, next.rs2, next.imm
	}
}
