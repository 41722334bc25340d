package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// fillTrapMemory takes the load or store that a page doesn't permit; regions are those of
// the program.
func fillTrapMemory(c *rv32im.TrapMemory, w columns, rows []Row, regions rv.Regions) {
	w.step(c.Step, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.imm(c.Imm, rows)
	w.rs1(c.Rs1, rows)
	w.address(c.Address, rows)
	for r := range rows {
		x := &rows[r]
		op := x.Inst.Op
		for i, col := range c.Ops {
			w.bit(col, r, ops[op] == uint32(rv32im.OpLb+i))
		}
		reg := destination(x.Inst.Rd)
		if op.IsStore() {
			reg = uint32(x.Inst.Rs2)
		}
		w.set(c.ValueReg, r, reg)
		at := x.A + x.Inst.Imm
		end := at + op.AccessSize() - 1
		last := permits(regions, at, op)
		w.bit(c.Last, r, last)
		w.bit(c.NextWord.CarryLo, r, at>>16 != end>>16)
		w.bit(c.NextWord.CarryHi, r, last && end < at)
	}
}

// permits reports whether a load or store may touch the page of addr.
func permits(regions rv.Regions, addr uint32, op rv.Op) bool {
	if op.IsStore() {
		return regions.Kind(addr).Writable()
	}
	return regions.Kind(addr).Readable()
}

// fillEcall takes any ECALL.
func fillEcall(c *rv32im.Ecall, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.rs1(c.Call, rows)
	w.rs2(c.Argument, rows)
	for r := range rows {
		x := &rows[r]
		exit := x.A == exec.CallExit
		w.bit(c.Exit, r, exit)
		w.bit(c.Unknown, r, !exit)
		w.elem(c.Inv, r, limbDistance(x.A, exec.CallExit).Inv())
	}
}

// fillTrapOp takes words that are no instruction, EBREAK, and JAL to a target that is 2
// modulo 4.
func fillTrapOp(c *rv32im.TrapOp, w columns, rows []Row) {
	w.trapOp(c, rows)
	for r := range rows {
		x := &rows[r]
		w.bit(c.Illegal, r, x.Inst.Op == rv.ILLEGAL)
		w.bit(c.Ebreak, r, x.Inst.Op == rv.EBREAK)
		w.bit(c.Jal, r, x.Inst.Op == rv.JAL)
		w.set(c.OutOfGas, r, 0)
		w.set(c.Inv, r, 0)
		_, args := programOp(x.PC, x.Inst) // that of EBREAK are all 0
		w.set(c.V0, r, args[0])
		w.set(c.V1, r, args[1])
	}
}

// fillOutOfGas takes the instruction that the gas doesn't reach, in the same chip.
func fillOutOfGas(c *rv32im.TrapOp, w columns, rows []Row) {
	w.trapOp(c, rows)
	for r := range rows {
		x := &rows[r]
		w.set(c.Illegal, r, 0)
		w.set(c.Ebreak, r, 0)
		w.set(c.Jal, r, 0)
		w.set(c.OutOfGas, r, 1)
		op, _ := programOp(x.PC, x.Inst)
		w.elem(c.Inv, r, field.M31(op).Inv())
		w.set(c.V0, r, 0)
		w.set(c.V1, r, 0)
	}
}

// trapOp fills what both have: place and instruction.
func (w columns) trapOp(c *rv32im.TrapOp, rows []Row) {
	w.step(c.Step, rows)
	for r := range rows {
		op, args := programOp(rows[r].PC, rows[r].Inst)
		w.set(c.Op, r, op)
		for i, v := range args {
			w.set(c.Args[i], r, v)
		}
	}
}
