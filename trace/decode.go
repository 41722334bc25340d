package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
)

// fillDecode writes the row of an executed code word at pc, with multiplicity 0. The
// public values bound the code.
func fillDecode(c *rv32im.Decode, w columns, r int, pc, word uint32, publics []field.M31) {
	w.set(c.PC, r, pc/4)
	w.set(c.Mult, r, 0)
	for i, col := range c.Bit {
		w.set(col, r, word>>i&1)
	}
	w.set(c.FromStart, r, (pc/4-uint32(publics[rv32im.PublicCodeStart]))>>16)
	w.set(c.ToEnd, r, (uint32(publics[rv32im.PublicCodeEnd])-1-pc/4)>>16)

	funct3 := word >> 12 & 7
	w.bit(c.F01, r, funct3&3 == 3)
	w.bit(c.F02, r, funct3&5 == 5)
	w.bit(c.F12, r, funct3&6 == 6)
	w.bit(c.F012, r, funct3 == 7)
	w.bit(c.NoAlt, r, word>>25&1 == 1 || funct3 != 0 && funct3 != 5)

	form := decodeForm(c, word)
	for _, f := range decodeForms(c) {
		w.bit(f, r, f == form)
	}
	fillLegality(c, w, r, form, word)

	read := rv.Decode(word)
	inst := read.Ordered()
	w.bit(c.Swap, r, inst != read)
	w.bit(c.Illegal, r, inst.Op == rv.ILLEGAL)
	op, x := programOp(pc, inst)
	w.set(c.Op, r, op)
	for i, col := range c.X {
		w.set(col, r, x[i])
	}
	num := field.M31(op)
	if inst.Op == rv.ILLEGAL {
		num = opIfLegal(c, form, word)
	}
	w.elem(c.Num, r, num)

	rd := field.M31(word >> 7 & 31)
	w.bit(c.RdZero, r, rd == 0)
	w.elem(c.RdInv, r, rd.Inv())
	fillRelative(c, w, r, form, pc, word)
}

// decodeForms lists the columns of which one is 1.
func decodeForms(c *rv32im.Decode) []air.Col {
	return []air.Col{
		c.Lui, c.Auipc, c.Jal, c.JalMisaligned, c.Jalr, c.Branch, c.Load, c.Store,
		c.Imm, c.ShiftImm, c.Reg, c.Fence, c.System, c.Unknown,
	}
}

// knownOpcodes are the major opcodes in the order in which the chip multiplies the
// differences from them.
var knownOpcodes = [...]uint32{0x37, 0x17, 0x6f, 0x67, 0x63, 0x03, 0x23, 0x13, 0x33, 0x0f, 0x73}

// decodeForm is the column that is 1 for the word.
func decodeForm(c *rv32im.Decode, word uint32) air.Col {
	switch word & 0x7f {
	case 0x37:
		return c.Lui
	case 0x17:
		return c.Auipc
	case 0x6f:
		if word>>21&1 == 1 {
			return c.JalMisaligned
		}
		return c.Jal
	case 0x67:
		return c.Jalr
	case 0x63:
		return c.Branch
	case 0x03:
		return c.Load
	case 0x23:
		return c.Store
	case 0x13:
		if word>>12&3 == 1 {
			return c.ShiftImm
		}
		return c.Imm
	case 0x33:
		return c.Reg
	case 0x0f:
		return c.Fence
	case 0x73:
		return c.System
	}
	return c.Unknown
}

// opIfLegal is what the chip computes as the op of an illegal word.
func opIfLegal(c *rv32im.Decode, form air.Col, word uint32) field.M31 {
	funct3, bit30 := word>>12&7, word>>30&1 == 1
	var op, alt uint32
	switch form {
	case c.Jalr:
		op = rv32im.OpJalr
	case c.Fence:
		op = rv32im.OpConst
	case c.System:
		op = rv32im.OpEcall + word>>20&1*(rv32im.OpEbreak-rv32im.OpEcall)
	case c.ShiftImm:
		op, alt = rv32im.OpSlliLow, rv32im.OpSraiLow-rv32im.OpSrliLow
		if funct3 == 5 {
			op = rv32im.OpSrliLow
		}
		op += word >> 24 & 1
	case c.Reg:
		op = ops[rv.Decode(word&(1<<26-1)).Op]
		switch funct3 {
		case 0:
			alt = rv32im.OpSub - rv32im.OpAdd
		case 5:
			alt = rv32im.OpSra - rv32im.OpSrl
		}
	}
	if bit30 {
		op += alt
	}
	return field.M31(op)
}

// fillLegality writes the columns that show whether fixed bits are as they must be.
func fillLegality(c *rv32im.Decode, w columns, r int, form air.Col, word uint32) {
	funct3, funct7 := word>>12&7, word>>25
	alt := funct7&1 == 0 && (funct3 == 0 || funct3 == 5)
	bit30 := word >> 30 & 1
	var excess, product field.M31
	switch form {
	case c.ShiftImm:
		excess = field.M31(funct7&0x1f | word>>31<<5)
		if bit30 == 1 && funct3 != 5 {
			excess = excess.Add(1 << 6)
		}
	case c.Reg:
		excess = field.M31(word>>26&15 | word>>31<<4)
		if bit30 == 1 && !alt {
			excess = excess.Add(1 << 5)
		}
	case c.System:
		excess = field.M31(word>>7&0x1fff | word>>21<<13)
	case c.Unknown:
		product = 1
	}
	difference := func(i int) field.M31 { return field.FromInt64(int64(word&0x7f) - int64(knownOpcodes[i])) }
	for i, col := range c.Unknowns {
		product = product.Mul(difference(2 * i)).Mul(difference(2*i + 1))
		w.elem(col, r, product)
	}
	excess = excess.Add(product.Mul(difference(len(knownOpcodes) - 1)))
	w.elem(c.Excess, r, excess)
	w.elem(c.ExcessInv, r, excess.Inv())
	w.bit(c.Exact, r, excess == 0)
}

// fillRelative writes the columns of targets, values relative to pc, and shifts.
func fillRelative(c *rv32im.Decode, w columns, r int, form air.Col, pc, word uint32) {
	var target uint32
	var carry bool
	switch form {
	case c.Jal, c.JalMisaligned, c.Branch:
		imm := rv.Decode(word).Imm
		if form == c.Branch {
			imm = rv.Decode(word &^ (7 << 12)).Imm // the immediate of illegal ones, too
		}
		target = (pc + imm) / 4
		carry = int64(pc)+int64(int32(imm)) < 0
	case c.Auipc:
		carry = uint64(pc)+uint64(word&^0xfff) >= 1<<32
	}
	w.set(c.Target, r, target)
	w.set(c.TargetHi, r, target>>16)
	w.bit(c.Carry, r, carry)
	var low, power, rest, amount uint32
	if form == c.ShiftImm {
		amount = word >> 20 & 15
		low, power, rest = 1<<(amount&3), 1<<amount, 1<<(16-amount)
	}
	w.set(c.Power2, r, low)
	w.set(c.Power, r, power)
	w.set(c.PowerRest, r, rest)
	w.elem(c.AmountInv, r, field.M31(amount).Inv())
}
