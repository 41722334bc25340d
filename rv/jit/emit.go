//go:build linux && amd64 && !purego

package jit

import (
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// inst translates the instruction at index i, or several up to end that go together,
// and returns the index behind.
func (c *compiler) inst(i, end uint32) uint32 {
	in := &c.insts[i]
	pc := c.start + 4*i
	if c.postpone(in, i) || c.combine(in, i) {
		return i + 1
	}
	if in.Op == rv.JALR {
		c.settleAll() // it may leave rd as it was
	}
	c.prepare(in, i)
	switch op := in.Op; {
	case op == rv.LUI || op == rv.AUIPC:
		return c.constant(i, end, in.Rd, upper(in, pc))
	case op == rv.JAL:
		c.setConst(in.Rd, pc+4)
		c.restore()
		c.jump(pc+in.Imm, i)
	case op == rv.JALR:
		c.indirect(in, i)
	case op.IsBranch():
		c.compareBranch(in, i)
	case op.IsLoad():
		c.load(in, i)
	case op.IsStore():
		c.store(in, i)
	case op == rv.FENCE || in.Rd == 0:
	case op <= rv.SRAI:
		if c.known>>in.Rs1&1 != 0 {
			return c.constant(i, end, in.Rd, immediate(op, c.value[in.Rs1], in.Imm))
		}
		c.immediate(in)
	default:
		c.register(in)
	}
	return i + 1
}

// immediate is the result of a register-immediate operation.
func immediate(op rv.Op, a, imm uint32) uint32 {
	flag := func(b bool) uint32 {
		if b {
			return 1
		}
		return 0
	}
	switch op {
	case rv.ADDI:
		return a + imm
	case rv.SLTI:
		return flag(int32(a) < int32(imm))
	case rv.SLTIU:
		return flag(a < imm)
	case rv.XORI:
		return a ^ imm
	case rv.ORI:
		return a | imm
	case rv.ANDI:
		return a & imm
	case rv.SLLI:
		return a << (imm & 31)
	case rv.SRLI:
		return a >> (imm & 31)
	}
	return uint32(int32(a) >> (imm & 31)) // SRAI
}

// constant gives rd a value, at once with additions to it that follow.
func (c *compiler) constant(i, end uint32, rd uint8, v uint32) uint32 {
	i++
	for rd != 0 && i < end {
		in := &c.insts[i]
		if in.Op != rv.ADDI || in.Rd != rd || in.Rs1 != rd {
			break
		}
		v += in.Imm
		i++
	}
	c.setConst(rd, v)
	return i
}

// setConst gives rd a value.
func (c *compiler) setConst(rd uint8, v uint32) {
	if rd == 0 {
		return
	}
	switch h := c.dest; {
	case h == amd64.NoReg:
		c.MovMI(slot(rd), v)
	case v == 0:
		c.AluRR(amd64.Xor, h, h)
		c.done(rd, h)
	default:
		c.MovRI(h, v)
		c.done(rd, h)
	}
	c.known |= 1 << rd
	c.value[rd] = v
	c.aligned &^= 1 << rd
}

// wrote forgets what was known about rd.
func (c *compiler) wrote(rd uint8) {
	c.known &^= 1 << rd & ^uint32(1)
	c.aligned &^= 1 << rd
	c.deferred &^= 1 << rd
}

// in reports whether guest register r is in a host register.
func (c *compiler) in(r uint8) bool { return c.loc[r] != amd64.NoReg }

// get puts the value of r in host register h.
func (c *compiler) get(h amd64.Reg, r uint8) {
	switch {
	case r == 0:
		c.AluRR(amd64.Xor, h, h)
	case !c.in(r):
		c.MovRM(h, slot(r))
	case c.loc[r] != h:
		c.MovRR(h, c.loc[r])
	}
}

// target is where to compute the result of the instruction: in the host register that
// it is for, or in RAX.
func (c *compiler) target() amd64.Reg {
	if c.dest != amd64.NoReg {
		return c.dest
	}
	return amd64.RAX
}

// inSlot reports whether the result of the instruction goes where the value of r is,
// which is its slot.
func (c *compiler) inSlot(rd, r uint8) bool {
	return rd == r && c.dest == amd64.NoReg && !c.in(r)
}

// done stores the value of rd, the instruction's result, which is in t.
func (c *compiler) done(rd uint8, t amd64.Reg) {
	if c.dest == amd64.NoReg {
		c.MovMR(slot(rd), t)
	} else {
		if c.dest != t {
			c.MovRR(c.dest, t)
		}
		c.occupy(c.dest, rd)
	}
	c.wrote(rd)
}

// move is rd = rs.
func (c *compiler) move(rd, rs uint8) {
	if rd == rs {
		return
	}
	if rs == 0 {
		c.setConst(rd, 0)
		return
	}
	aligned, low := c.aligned>>rs&1, c.low[rs]
	t := c.target()
	if c.dest == amd64.NoReg && c.in(rs) {
		t = c.loc[rs]
	}
	c.get(t, rs)
	c.done(rd, t)
	c.aligned |= aligned << rd
	c.low[rd] = low
}

// alu is h = h op r.
func (c *compiler) alu(op amd64.Alu, h amd64.Reg, r uint8) {
	if c.in(r) {
		c.AluRR(op, h, c.loc[r])
	} else {
		c.AluRM(op, h, slot(r))
	}
}

// binary is rd = a op b, neither of them x0.
func (c *compiler) binary(op amd64.Alu, rd, a, b uint8) {
	if op != amd64.Sub && (rd == b && rd != a || !c.in(a) && c.in(b)) {
		a, b = b, a
	}
	t := c.target()
	switch {
	case c.inSlot(rd, a) && c.in(b):
		c.AluMR(op, slot(rd), c.loc[b])
		c.wrote(rd)
		return
	case op == amd64.Add && c.in(a) && c.in(b) && t != c.loc[a]:
		c.Lea(t, amd64.Mem{Base: c.loc[a], Index: c.loc[b]})
	case op == amd64.Sub && rd == b && rd != a && c.in(b):
		c.UnaryR(amd64.Neg, t)
		c.alu(amd64.Add, t, a)
	default:
		c.get(t, a)
		c.alu(op, t, b)
	}
	c.done(rd, t)
}

// register translates a register-register operation; rd is not x0.
func (c *compiler) register(in *rv.Inst) {
	rd, a, b := in.Rd, in.Rs1, in.Rs2
	switch in.Op {
	case rv.ADD:
		switch {
		case a == 0:
			c.move(rd, b)
		case b == 0:
			c.move(rd, a)
		default:
			both := c.aligned >> a & (c.aligned >> b) & 1
			low := (c.low[a] + c.low[b]) & 3
			c.binary(amd64.Add, rd, a, b)
			c.aligned |= both << rd
			c.low[rd] = low
		}
	case rv.SUB:
		switch {
		case b == 0:
			c.move(rd, a)
		case a == b:
			c.setConst(rd, 0)
		case a == 0:
			t := c.target()
			c.get(t, b)
			c.UnaryR(amd64.Neg, t)
			c.done(rd, t)
		default:
			c.binary(amd64.Sub, rd, a, b)
		}
	case rv.XOR, rv.OR:
		switch {
		case a == 0:
			c.move(rd, b)
		case b == 0:
			c.move(rd, a)
		case in.Op == rv.XOR && a == b:
			c.setConst(rd, 0)
		case in.Op == rv.XOR:
			c.binary(amd64.Xor, rd, a, b)
		default:
			c.binary(amd64.Or, rd, a, b)
		}
	case rv.AND:
		if a == 0 || b == 0 {
			c.setConst(rd, 0)
			return
		}
		c.binary(amd64.And, rd, a, b)
	case rv.SLT:
		c.setIf(rd, amd64.CondL, a, b)
	case rv.SLTU:
		c.setIf(rd, amd64.CondB, a, b)
	case rv.SLL:
		c.shift(amd64.Shl, rd, a, b)
	case rv.SRL:
		c.shift(amd64.Shr, rd, a, b)
	case rv.SRA:
		c.shift(amd64.Sar, rd, a, b)
	case rv.MUL, rv.MULH, rv.MULHSU, rv.MULHU:
		c.multiply(in)
	default:
		c.divide(in)
	}
}

// compare sets the flags of a - b. It leaves RAX.
func (c *compiler) compare(a, b uint8) {
	switch {
	case b == 0 && c.in(a):
		c.TestRR(c.loc[a], c.loc[a])
	case b == 0 && a != 0:
		c.AluMI(amd64.Cmp, slot(a), 0)
	case c.in(a):
		c.alu(amd64.Cmp, c.loc[a], b)
	case a != 0 && c.in(b):
		c.AluMR(amd64.Cmp, slot(a), c.loc[b])
	default:
		c.get(amd64.RDX, a)
		if b == 0 {
			c.TestRR(amd64.RDX, amd64.RDX)
		} else {
			c.alu(amd64.Cmp, amd64.RDX, b)
		}
	}
}

// setIf is rd = 1 if cond holds for a compared with b, else 0.
func (c *compiler) setIf(rd uint8, cond amd64.Cond, a, b uint8) {
	if a == 0 && b != 0 {
		// 0 < b: unsigned, b is not 0; signed, b is greater.
		a, b = b, a
		if cond == amd64.CondB {
			cond = amd64.CondNE
		} else {
			cond = amd64.CondG
		}
	}
	t := c.target()
	if rd == a || rd == b {
		t = amd64.RAX
	}
	c.AluRR(amd64.Xor, t, t)
	c.compare(a, b)
	c.Setcc(cond, t)
	c.done(rd, t)
}

// shift is rd = a shifted by b.
func (c *compiler) shift(op amd64.Shift, rd, a, b uint8) {
	switch {
	case a == 0:
		c.setConst(rd, 0)
		return
	case b == 0:
		c.move(rd, a)
		return
	}
	count, t := c.loc[b], c.target()
	if !c.in(b) {
		c.MovRM(amd64.RDX, slot(b))
		count = amd64.RDX
	}
	if c.in(a) {
		c.ShiftRRR(op, t, c.loc[a], count)
	} else {
		c.ShiftRMR(op, t, 4*int32(a), count)
	}
	c.done(rd, t)
}

// immediate translates a register-immediate operation on a register whose value
// isn't known; rd is not x0.
func (c *compiler) immediate(in *rv.Inst) {
	rd, a, imm := in.Rd, in.Rs1, int32(in.Imm)
	switch in.Op {
	case rv.ADDI:
		c.addImmediate(rd, a, imm)
	case rv.SLTI:
		c.setIfImmediate(rd, amd64.CondL, a, imm)
	case rv.SLTIU:
		c.setIfImmediate(rd, amd64.CondB, a, imm)
	case rv.XORI:
		if imm == -1 {
			if c.inSlot(rd, a) {
				c.UnaryM(amd64.Not, slot(rd))
				c.wrote(rd)
				return
			}
			t := c.target()
			c.get(t, a)
			c.UnaryR(amd64.Not, t)
			c.done(rd, t)
			return
		}
		c.aluImmediate(amd64.Xor, rd, a, imm)
	case rv.ORI:
		c.aluImmediate(amd64.Or, rd, a, imm)
	case rv.ANDI:
		if imm == 255 {
			t := c.target()
			if c.in(a) {
				c.ExtRR(amd64.ZeroByte, t, c.loc[a])
			} else {
				c.ExtRM(amd64.ZeroByte, t, slot(a))
			}
			c.done(rd, t)
			return
		}
		c.aluImmediate(amd64.And, rd, a, imm)
		if imm&3 == 0 {
			c.aligned |= 1 << rd
			c.low[rd] = 0
		}
	case rv.SLLI:
		if n := uint8(imm); n >= 1 && n <= 3 && c.in(a) && rd != a {
			t := c.target()
			c.Lea(t, amd64.Mem{Base: amd64.NoReg, Index: c.loc[a], Scale: n})
			c.done(rd, t)
		} else {
			c.shiftImmediate(amd64.Shl, rd, a, n)
		}
		if imm >= 2 {
			c.aligned |= 1 << rd
			c.low[rd] = 0
		}
	case rv.SRLI:
		c.shiftImmediate(amd64.Shr, rd, a, uint8(imm))
	case rv.SRAI:
		c.shiftImmediate(amd64.Sar, rd, a, uint8(imm))
	}
}

// addImmediate is rd = a + imm.
func (c *compiler) addImmediate(rd, a uint8, imm int32) {
	if imm == 0 {
		c.move(rd, a)
		return
	}
	aligned, low := c.aligned>>a&1, (c.low[a]+uint8(imm))&3
	t := c.target()
	if c.in(a) && c.loc[a] != t {
		c.Lea(t, amd64.At(c.loc[a], imm))
		c.done(rd, t)
	} else {
		c.aluImmediate(amd64.Add, rd, a, imm)
	}
	c.aligned |= aligned << rd
	c.low[rd] = low
}

// aluImmediate is rd = a op imm.
func (c *compiler) aluImmediate(op amd64.Alu, rd, a uint8, imm int32) {
	if c.inSlot(rd, a) {
		c.AluMI(op, slot(rd), imm)
		c.wrote(rd)
		return
	}
	t := c.target()
	c.get(t, a)
	c.AluRI(op, t, imm)
	c.done(rd, t)
}

// shiftImmediate is rd = a shifted by n.
func (c *compiler) shiftImmediate(op amd64.Shift, rd, a, n uint8) {
	switch {
	case n == 0:
		c.move(rd, a)
		return
	case c.inSlot(rd, a):
		c.ShiftMI(op, slot(rd), n)
		c.wrote(rd)
		return
	}
	t := c.target()
	c.get(t, a)
	c.ShiftRI(op, t, n)
	c.done(rd, t)
}

// setIfImmediate is rd = 1 if cond holds for a compared with imm, else 0.
func (c *compiler) setIfImmediate(rd uint8, cond amd64.Cond, a uint8, imm int32) {
	t := c.target()
	if rd == a {
		t = amd64.RAX
	}
	c.AluRR(amd64.Xor, t, t)
	switch {
	case c.in(a) && imm == 1 && cond == amd64.CondB:
		c.TestRR(c.loc[a], c.loc[a]) // a < 1: a is 0
		cond = amd64.CondE
	case c.in(a):
		c.AluRI(amd64.Cmp, c.loc[a], imm)
	default:
		c.AluMI(amd64.Cmp, slot(a), imm)
	}
	c.Setcc(cond, t)
	c.done(rd, t)
}
