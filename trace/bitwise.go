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

// readBytes is read for an access whose value is in bytes.
func (w columns) readBytes(c rv32im.ByteRead, r int, value, ts uint32) {
	w.bytes(c.Value[:], r, value)
	w.set(c.Ts, r, ts)
}

// bitwise gives the number of a bitwise operation on the look-up bus, and its result.
func bitwise(op rv.Op, a, b uint32) (which, result uint32) {
	switch op {
	case rv.AND, rv.ANDI:
		return rv32im.ByteAnd, a & b
	case rv.OR, rv.ORI:
		return rv32im.ByteOr, a | b
	}
	return rv32im.ByteXor, a ^ b
}

func fillBitwise(c *rv32im.Bitwise, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs2Reg, r, uint32(x.Inst.Rs2))
	w.readBytes(c.Rs1, r, x.A, x.TsA)
	w.readBytes(c.Rs2, r, x.B, x.TsB)
	if !c.InPlace {
		w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
		w.old(c.Rd, r, x)
	}
	which, z := bitwise(x.Inst.Op, x.A, x.B)
	w.set(c.Which, r, which)
	w.bytes(c.Result[:], r, z)
}

func fillBitwiseImm(c *rv32im.BitwiseImm, w columns, r int, x *Row) {
	w.step(c.Step, r, x)
	w.set(c.Live, r, 1)
	w.bit(c.Or, r, x.Inst.Op == rv.ORI)
	w.bit(c.Xor, r, x.Inst.Op == rv.XORI)
	w.set(c.RdReg, r, destination(x.Inst.Rd))
	w.set(c.Rs1Reg, r, uint32(x.Inst.Rs1))
	w.bytes(c.Low[:], r, x.A)
	w.set(c.High, r, x.A>>16)
	w.set(c.Rs1Ts, r, x.TsA)
	w.bytes(c.ImmLow[:], r, x.Inst.Imm)
	w.bit(c.ImmNegative, r, x.Inst.Imm>>31 != 0)
	w.old(c.Rd, r, x)
	_, z := bitwise(x.Inst.Op, x.A, x.Inst.Imm)
	w.bytes(c.ResultLow[:], r, z)
	w.set(c.ResultHigh, r, z>>16)
}
