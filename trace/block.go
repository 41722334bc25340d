package trace

import (
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
)

// Blocks of rows are written column by column where several chips have the same columns or a
// cell is easily computed: a loop that writes one or two columns is much faster than one
// that goes through all of them in each row.

// each writes what f gives for each row.
func (w columns) each(c air.Col, rows []Row, f func(x *Row) uint32) {
	col := w[c][:len(rows)]
	for r := range rows {
		col[r] = field.M31(f(&rows[r]))
	}
}

func (w columns) eachBit(c air.Col, rows []Row, f func(x *Row) bool) {
	col := w[c][:len(rows)]
	for r := range rows {
		v := field.M31(0)
		if f(&rows[r]) {
			v = 1
		}
		col[r] = v
	}
}

func (w columns) eachWord(c rv32im.Word, rows []Row, f func(x *Row) uint32) {
	lo, hi := w[c.Lo][:len(rows)], w[c.Hi][:len(rows)]
	for r := range rows {
		v := f(&rows[r])
		lo[r], hi[r] = field.M31(v&0xffff), field.M31(v>>16)
	}
}

// eachBytes writes the low bytes of what f gives.
func (w columns) eachBytes(c [2]air.Col, rows []Row, f func(x *Row) uint32) {
	b0, b1 := w[c[0]][:len(rows)], w[c[1]][:len(rows)]
	for r := range rows {
		v := f(&rows[r])
		b0[r], b1[r] = field.M31(v&0xff), field.M31(v>>8&0xff)
	}
}

// ones writes a column of ones.
func (w columns) ones(c air.Col, rows []Row) {
	col := w[c][:len(rows)]
	for r := range col {
		col[r] = 1
	}
}

func (w columns) step(c rv32im.Step, rows []Row) {
	w.each(c.PC, rows, func(x *Row) uint32 { return x.PC / 4 })
	w.each(c.Clk, rows, func(x *Row) uint32 { return x.Clk })
}

func (w columns) rdReg(c air.Col, rows []Row) {
	w.each(c, rows, func(x *Row) uint32 { return destination(x.Inst.Rd) })
}

func (w columns) rs1Reg(c air.Col, rows []Row) {
	w.each(c, rows, func(x *Row) uint32 { return uint32(x.Inst.Rs1) })
}

func (w columns) rs2Reg(c air.Col, rows []Row) {
	w.each(c, rows, func(x *Row) uint32 { return uint32(x.Inst.Rs2) })
}

func (w columns) imm(c rv32im.Word, rows []Row) {
	w.eachWord(c, rows, func(x *Row) uint32 { return x.Inst.Imm })
}

// rs1 and rs2 write the operands that the record holds, with the timestamps of the accesses before.
func (w columns) rs1(c rv32im.Read, rows []Row) {
	w.eachWord(c.Value, rows, func(x *Row) uint32 { return x.A })
	w.each(c.Ts, rows, func(x *Row) uint32 { return x.TsA })
}

func (w columns) rs2(c rv32im.Read, rows []Row) {
	w.eachWord(c.Value, rows, func(x *Row) uint32 { return x.B })
	w.each(c.Ts, rows, func(x *Row) uint32 { return x.TsB })
}

// bytes1 and bytes2 are those for operands in bytes.
func (w columns) bytes1(c rv32im.ByteRead, rows []Row) {
	w.eachBytes([2]air.Col(c.Value[:2]), rows, func(x *Row) uint32 { return x.A })
	w.eachBytes([2]air.Col(c.Value[2:]), rows, func(x *Row) uint32 { return x.A >> 16 })
	w.each(c.Ts, rows, func(x *Row) uint32 { return x.TsA })
}

func (w columns) bytes2(c rv32im.ByteRead, rows []Row) {
	w.eachBytes([2]air.Col(c.Value[:2]), rows, func(x *Row) uint32 { return x.B })
	w.eachBytes([2]air.Col(c.Value[2:]), rows, func(x *Row) uint32 { return x.B >> 16 })
	w.each(c.Ts, rows, func(x *Row) uint32 { return x.TsB })
}

// old writes what the destination (register, or memory word of a store) held before.
func (w columns) old(c rv32im.Write, rows []Row) {
	w.eachWord(c.Old, rows, func(x *Row) uint32 { return x.Old })
	w.each(c.Ts, rows, func(x *Row) uint32 { return x.TsD })
}

// address writes the carries of rs1 + imm.
func (w columns) address(c rv32im.Address, rows []Row) {
	lo, hi := w[c.CarryLo][:len(rows)], w[c.CarryHi][:len(rows)]
	for r := range rows {
		x := &rows[r]
		carry := (x.A&0xffff + x.Inst.Imm&0xffff) >> 16
		lo[r], hi[r] = field.M31(carry), field.M31((x.A>>16+x.Inst.Imm>>16+carry)>>16)
	}
}
