package trace

import (
	"math"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

func fillDiv(c *rv32im.Div, w columns, rows []Row) {
	w.step(c.Step, rows)
	w.ones(c.Live, rows)
	w.rdReg(c.RdReg, rows)
	w.rs1Reg(c.Rs1Reg, rows)
	w.rs2Reg(c.Rs2Reg, rows)
	w.rs1(c.Rs1, rows)
	w.rs2(c.Rs2, rows)
	w.old(c.Rd, rows)
	for r := range rows {
		x := &rows[r]
		unsigned := x.Inst.Op == rv.DIVU || x.Inst.Op == rv.REMU
		rem := x.Inst.Op == rv.REM || x.Inst.Op == rv.REMU
		w.bit(c.Unsigned, r, unsigned)
		w.bit(c.Rem, r, rem)
		q, m := divide(x.A, x.B, unsigned)
		w.bytes(c.Quotient[:], r, q)
		w.word(c.Remainder, r, m)
		if rem {
			w.word(c.Result, r, m)
		} else {
			w.word(c.Result, r, q)
		}
		w.bit(c.ByZero, r, x.B == 0)
		w.bit(c.Overflow, r, !unsigned && x.A == 1<<31 && x.B == math.MaxUint32)
		w.division(c, r, x.A, x.B, q, m, unsigned)
	}
}

// division writes the columns that prove q*b + m = a and |m| < |b|.
func (w columns) division(c *rv32im.Div, r int, a, b, q, m uint32, unsigned bool) {
	n, d := newOperand(a, !unsigned), newOperand(b, !unsigned)
	t := newOperand(m, !unsigned)
	w.bit(c.SignA, r, n.hi < 0)
	w.bit(c.SignB, r, d.hi < 0)
	w.bit(c.SignQuotient, r, !unsigned && q>>31 != 0)
	w.bit(c.SignRemainder, r, t.hi < 0)

	offset := int64(32768)
	if unsigned {
		offset = 256
	}
	s := partialProducts(d, newOperand(q, !unsigned))
	k := w.carry(c.Carry[0], r, s[0]+t.lo-n.lo, 256)
	k = w.carry(c.Carry[1], r, s[1]+k, 0)
	k = w.carry(c.Carry[2], r, s[2]+k+t.hi-n.hi, offset)
	w.carry(c.Carry[3], r, s[3]+k, 32768)
	w.distance(c, r, b, m, d.hi < 0, t.hi < 0)
}

// distance writes |b| - |m| - 1, limb by limb, from the complements of what is negative.
func (w columns) distance(c *rv32im.Div, r int, b, m uint32, negativeB, negativeM bool) {
	var signs int64
	if negativeB {
		b = ^b
		signs++
	}
	if negativeM {
		m = ^m
		signs--
	}
	lo := int64(b&0xffff) - int64(m&0xffff) + signs - 1
	hi := int64(b>>16) - int64(m>>16) + lo>>16
	w.elem(c.Distance.Lo, r, field.FromInt64(lo&0xffff))
	w.elem(c.Distance.Hi, r, field.FromInt64(hi))
	w.elem(c.DistanceCarry, r, field.FromInt64(lo>>16))
}

// divide gives quotient and remainder as the instructions define them.
func divide(a, b uint32, unsigned bool) (q, r uint32) {
	switch {
	case b == 0:
		return math.MaxUint32, a
	case unsigned:
		return a / b, a % b
	case a == 1<<31 && b == math.MaxUint32:
		return a, 0
	}
	return uint32(int32(a) / int32(b)), uint32(int32(a) % int32(b))
}
