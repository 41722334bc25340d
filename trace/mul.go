package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
)

func fillMul(c *rv32im.Mul, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.rs1(c.Rs1, rows)
	w.bytes2(c.Rs2, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		w.set(c.And01, r, x.B&(x.B>>8)&0xff)
		w.set(c.And23, r, x.B>>16&(x.B>>24))
		z := x.A * x.B
		w.word(c.Result, r, z)
		s := partialProducts(newOperand(x.A, false), newOperand(x.B, false))
		k := w.carry(c.Carry[0], r, s[0]-int64(z&0xffff), 256)
		k = w.carry(c.Carry[1], r, s[1]+k, 0)
		k = w.carry(c.Carry[2], r, s[2]+k-int64(z>>16), 256)
		w.carry(c.Carry[3], r, s[3]+k, 0)
	}
}

func fillMulh(c *rv32im.Mulh, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.rs1(c.Rs1, rows)
	w.bytes2(c.Rs2, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		signedA, signedB := x.Inst.Op != rv.MULHU, x.Inst.Op == rv.MULH
		w.bit(c.SignedA, r, signedA)
		w.bit(c.SignedB, r, signedB)
		w.bit(c.SignA, r, signedA && x.A>>31 != 0)
		w.bit(c.SignB, r, signedB && x.B>>31 != 0)
		top := x.B >> 24 // as it is looked up: plus 128 modulo 256 if signed
		if signedB {
			top ^= 128
		}
		w.set(c.And01, r, x.B&(x.B>>8)&0xff)
		w.set(c.And23, r, x.B>>16&top)

		a, b := int64(x.A), int64(x.B)
		if signedA {
			a = int64(int32(x.A))
		}
		if signedB {
			b = int64(int32(x.B))
		}
		product := a * b // wraps for MULHU, with the right bits
		low, z := uint32(product), uint32(uint64(product)>>32)
		w.word(c.Low, r, low)
		w.word(c.Result, r, z)
		w.bit(c.Negative, r, signedA && product < 0)

		offset2, offset3 := int64(256), int64(1)
		if signedA {
			offset2, offset3 = 32896, 32769
		}
		if signedB {
			offset3 = 65536
		}
		s := partialProducts(newOperand(x.A, signedA), newOperand(x.B, signedB))
		k := w.carry(c.Carry[0], r, s[0]-int64(low&0xffff), 256)
		k = w.carry(c.Carry[1], r, s[1]+k, 0)
		k = w.carry(c.Carry[2], r, s[2]+k-int64(low>>16), offset2)
		k = w.carry(c.Carry[3], r, s[3]+k, offset3)
		w.carry(c.Carry[4], r, s[4]+k-int64(z&0xffff), 33280)
	}
}
