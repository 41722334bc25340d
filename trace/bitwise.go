package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

// bytes writes as many bytes of v as there are columns.
func (w columns) bytes(cols []air.Col, r int, v uint32) {
	for i, c := range cols {
		w.set(c, r, v>>(8*i)&0xff)
	}
}

// whichBitwise is the number of a bitwise operation on the look-up bus.
func whichBitwise(op rv.Op) uint32 {
	switch op {
	case rv.AND, rv.ANDI:
		return rv32im.ByteAnd
	case rv.OR, rv.ORI:
		return rv32im.ByteOr
	}
	return rv32im.ByteXor
}

// bitwise is the result of a bitwise operation.
func bitwise(op rv.Op, a, b uint32) uint32 {
	switch op {
	case rv.AND, rv.ANDI:
		return a & b
	case rv.OR, rv.ORI:
		return a | b
	}
	return a ^ b
}

func fillBitwise(c *rv32im.Bitwise, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.bytes1(c.Rs1, rows)
	w.bytes2(c.Rs2, rows)
	if !c.InPlace {
		w.rs1Reg(c.Rs1Reg, rows)
		w.old(c.Rd, rows)
	}
	w.each(c.Which, rows, func(x *Row) uint32 { return whichBitwise(x.Inst.Op) })
	w.eachBytes([2]air.Col(c.Result[:2]), rows, func(x *Row) uint32 { return bitwise(x.Inst.Op, x.A, x.B) })
	w.eachBytes([2]air.Col(c.Result[2:]), rows, func(x *Row) uint32 { return bitwise(x.Inst.Op, x.A, x.B) >> 16 })
}

func fillBitwiseImm(c *rv32im.BitwiseImm, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.old(c.Rd, rows)
	w.eachBit(c.Or, rows, func(x *Row) bool { return x.Inst.Op == rv.ORI })
	w.eachBit(c.Xor, rows, func(x *Row) bool { return x.Inst.Op == rv.XORI })
	w.eachBytes(c.Low, rows, func(x *Row) uint32 { return x.A })
	w.each(c.High, rows, func(x *Row) uint32 { return x.A >> 16 })
	w.each(c.Rs1Ts, rows, func(x *Row) uint32 { return x.TsA })
	w.eachBytes(c.ImmLow, rows, func(x *Row) uint32 { return x.Inst.Imm })
	w.each(c.ImmNegative, rows, func(x *Row) uint32 { return x.Inst.Imm >> 31 })
	w.eachBytes(c.ResultLow, rows, func(x *Row) uint32 { return bitwise(x.Inst.Op, x.A, x.Inst.Imm) })
	w.each(c.ResultHigh, rows, func(x *Row) uint32 { return bitwise(x.Inst.Op, x.A, x.Inst.Imm) >> 16 })
}
