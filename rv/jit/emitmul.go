//go:build linux && amd64 && !purego

package jit

import (
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// multiply translates MUL, MULH, MULHSU and MULHU; rd is not x0.
func (c *compiler) multiply(in *rv.Inst) {
	rd, a, b := in.Rd, in.Rs1, in.Rs2
	if a == 0 || b == 0 {
		c.setConst(rd, 0)
		return
	}
	t := c.target()
	switch in.Op {
	case rv.MUL:
		if rd == b || !c.in(a) && c.in(b) {
			a, b = b, a
		}
		c.get(t, a)
		if c.in(b) {
			c.ImulRR(t, c.loc[b])
		} else {
			c.ImulRM(t, slot(b))
		}
	case rv.MULHU:
		c.get(amd64.RDX, a)
		if c.in(b) {
			c.Mulx(t, amd64.RAX, c.loc[b])
		} else {
			c.MulxM(t, amd64.RAX, 4*int32(b))
		}
	case rv.MULH:
		c.get(amd64.RAX, a)
		if c.in(b) {
			c.UnaryR(amd64.Imul, c.loc[b])
		} else {
			c.UnaryM(amd64.Imul, slot(b))
		}
		t = amd64.RDX
	case rv.MULHSU:
		// a with its sign times b, in 64 bits.
		if c.in(a) {
			c.MovsxdRR(amd64.RAX, c.loc[a])
		} else {
			c.MovsxdRM(amd64.RAX, slot(a))
		}
		c.get(amd64.RDX, b)
		c.ImulRR64(amd64.RAX, amd64.RDX)
		c.ShiftRI64(amd64.Shr, amd64.RAX, 32)
		t = amd64.RAX
	}
	c.done(rd, t)
}

// divide translates DIV, DIVU, REM and REMU; rd is not x0. Divisors 0 and, signed,
// -1 are for a stub: there the host's instruction would fault, or might.
func (c *compiler) divide(in *rv.Inst) {
	rd, a, b := in.Rd, in.Rs1, in.Rs2
	signed := in.Op == rv.DIV || in.Op == rv.REM
	result := amd64.RAX
	if in.Op == rv.REM || in.Op == rv.REMU {
		result = amd64.RDX
	}
	if b == 0 {
		if result == amd64.RAX {
			c.setConst(rd, 0xffffffff)
		} else {
			c.move(rd, a)
		}
		return
	}
	s := stub{kind: stubDivision, op: in.Op, a: a, reg: c.loc[a]}
	switch {
	case signed:
		if c.in(b) {
			c.Lea(amd64.RDX, amd64.At(c.loc[b], 1))
		} else {
			c.MovRM(amd64.RDX, slot(b))
			c.AluRI(amd64.Add, amd64.RDX, 1)
		}
		c.AluRI(amd64.Cmp, amd64.RDX, 1)
		c.Jcc(amd64.CondBE, amd64.Forward)
	default:
		c.compare(b, 0)
		c.Jcc(amd64.CondE, amd64.Forward)
	}
	s.end = c.N
	c.get(amd64.RAX, a)
	op := amd64.Div
	if signed {
		op = amd64.Idiv
		c.Cdq()
	} else {
		c.AluRR(amd64.Xor, amd64.RDX, amd64.RDX)
	}
	if c.in(b) {
		c.UnaryR(op, c.loc[b])
	} else {
		c.UnaryM(op, slot(b))
	}
	s.back = c.N
	c.stubs = append(c.stubs, s)
	c.done(rd, result)
}

// divisionStub puts the result of a division by 0 (all ones, the dividend) or -1 (the
// dividend's negative, 0) where the host's instruction would have put it. If signed,
// RDX is 1 for the first and 0 for the second.
func (c *compiler) divisionStub(s *stub) {
	switch s.op {
	case rv.DIVU:
		c.MovRI(amd64.RAX, 0xffffffff)
	case rv.REMU:
		c.getStub(amd64.RDX, s)
	case rv.DIV:
		c.getStub(amd64.RAX, s)
		c.UnaryR(amd64.Neg, amd64.RAX)
		c.UnaryR(amd64.Neg, amd64.RDX)
		c.AluRR(amd64.Or, amd64.RAX, amd64.RDX)
	case rv.REM:
		c.UnaryR(amd64.Neg, amd64.RDX)
		c.getStub(amd64.RAX, s)
		c.AluRR(amd64.And, amd64.RDX, amd64.RAX)
	}
	c.Jmp(s.back)
}

// getStub puts the dividend in host register h.
func (c *compiler) getStub(h amd64.Reg, s *stub) {
	switch {
	case s.a == 0:
		c.AluRR(amd64.Xor, h, h)
	case s.reg == amd64.NoReg:
		c.MovRM(h, slot(s.a))
	default:
		c.MovRR(h, s.reg)
	}
}
