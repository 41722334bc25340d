package exec

import "github.com/orrery/orrery/rv"

// rs1 records the read of register s by the instruction whose first access
// happens at now, and returns the value.
func (rec *Record) rs1(x *[256]cell, s uint8, now uint32) uint32 {
	c := &x[s]
	rec.A, rec.TsA = c.v, c.ts
	c.ts = now + slotRs1
	return rec.A
}

// rs2 is rs1 for the second operand.
func (rec *Record) rs2(x *[256]cell, s uint8, now uint32) uint32 {
	c := &x[s]
	rec.B, rec.TsB = c.v, c.ts
	c.ts = now + slotRs2
	return rec.B
}

// rd records the write of v to slot d.
func (rec *Record) rd(x *[256]cell, d uint8, now, v uint32) {
	c := &x[d]
	rec.Old, rec.TsD = c.v, c.ts
	*c = cell{v, now + slotRd}
}

// mem records the read of a memory word and returns it.
func (rec *Record) mem(c *cell, now uint32) uint32 {
	rec.B, rec.TsB = c.v, c.ts
	c.ts = memoryTime(now)
	return rec.B
}

// loop is Machine.loop with recording: it fills places at to (exclusive) of the
// chunk and returns how far it came. What it leaves in the place behind may be
// part of a record.
func (r *Recorder) loop(buf *chunk, at, to int) int {
	var (
		ops         = r.ops
		decoded     = r.decoded[:len(ops)]
		x           = &r.x
		read, write = &r.memory.tables.read, &r.memory.tables.write
		base        = r.base
		i           = r.next
		now         = 4 * (uint32(r.records.n) + 1)
	)
	for ; at < to; at, now = at+1, now+4 {
		if i >= uint32(len(ops)) {
			break
		}
		o := &ops[i]
		decoded[i] = true
		rec := &buf[at&(chunkRecords-1)]
		rec.PC = base + 4*i
		switch o.code {
		case rv.LUI:
			rec.rd(x, o.rd, now, o.imm)
		case rv.JAL:
			rec.rd(x, o.rd, now, base+4*i+4)
			i = o.imm
			continue
		case rv.JALR:
			target := x[o.rs1].v + o.imm
			if target&2 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, base+4*i+4)
			i = (target - base) >> 2
			continue

		case rv.BEQ:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if a == b {
				i = o.imm
				continue
			}
		case rv.BNE:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if a != b {
				i = o.imm
				continue
			}
		case beqz:
			if rec.rs1(x, o.rs1, now) == 0 {
				i = o.imm
				continue
			}
		case bnez:
			if rec.rs1(x, o.rs1, now) != 0 {
				i = o.imm
				continue
			}
		case rv.BLT:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if int32(a) < int32(b) {
				i = o.imm
				continue
			}
		case rv.BGE:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if int32(a) >= int32(b) {
				i = o.imm
				continue
			}
		case rv.BLTU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if a < b {
				i = o.imm
				continue
			}
		case rv.BGEU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			if a >= b {
				i = o.imm
				continue
			}

		case rv.LB:
			addr := x[o.rs1].v + o.imm
			p := read[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			w := rec.mem(&p[addr>>2&(timedWords-1)], now)
			rec.rd(x, o.rd, now, uint32(int32(int8(w>>(addr&3*8)))))
		case rv.LBU:
			addr := x[o.rs1].v + o.imm
			p := read[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			w := rec.mem(&p[addr>>2&(timedWords-1)], now)
			rec.rd(x, o.rd, now, w>>(addr&3*8)&0xff)
		case rv.LH:
			addr := x[o.rs1].v + o.imm
			p := read[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			w := rec.mem(&p[addr>>2&(timedWords-1)], now)
			rec.rd(x, o.rd, now, uint32(int32(int16(w>>(addr&2*8)))))
		case rv.LHU:
			addr := x[o.rs1].v + o.imm
			p := read[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			w := rec.mem(&p[addr>>2&(timedWords-1)], now)
			rec.rd(x, o.rd, now, w>>(addr&2*8)&0xffff)
		case rv.LW:
			addr := x[o.rs1].v + o.imm
			p := read[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil || addr&3 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			w := rec.mem(&p[addr>>2&(timedWords-1)], now)
			rec.rd(x, o.rd, now, w)

		case rv.SB:
			addr := x[o.rs1].v + o.imm
			p := write[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			v := rec.rs2(x, o.rs2, now)
			c := &p[addr>>2&(timedWords-1)]
			rec.Old, rec.TsD = c.v, c.ts
			shift := addr & 3 * 8
			*c = cell{c.v&^(0xff<<shift) | v&0xff<<shift, memoryTime(now)}
		case rv.SH:
			addr := x[o.rs1].v + o.imm
			p := write[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			v := rec.rs2(x, o.rs2, now)
			c := &p[addr>>2&(timedWords-1)]
			rec.Old, rec.TsD = c.v, c.ts
			shift := addr & 2 * 8
			*c = cell{c.v&^(0xffff<<shift) | v&0xffff<<shift, memoryTime(now)}
		case rv.SW:
			addr := x[o.rs1].v + o.imm
			p := write[addr>>leafBits][addr>>timedBits&leafMask]
			if p == nil || addr&3 != 0 {
				goto slow
			}
			rec.rs1(x, o.rs1, now)
			v := rec.rs2(x, o.rs2, now)
			c := &p[addr>>2&(timedWords-1)]
			rec.Old, rec.TsD = c.v, c.ts
			*c = cell{v, memoryTime(now)}

		case rv.ADDI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a+o.imm)
		case rv.SLTI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, bit(int32(a) < int32(o.imm)))
		case rv.SLTIU:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, bit(a < o.imm))
		case rv.XORI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a^o.imm)
		case rv.ORI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a|o.imm)
		case rv.ANDI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a&o.imm)
		case rv.SLLI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a<<(o.imm&31))
		case rv.SRLI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, a>>(o.imm&31))
		case rv.SRAI:
			a := rec.rs1(x, o.rs1, now)
			rec.rd(x, o.rd, now, uint32(int32(a)>>(o.imm&31)))

		case rv.ADD:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a+b)
		case rv.SUB:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a-b)
		case rv.SLL:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a<<(b&31))
		case rv.SLT:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, bit(int32(a) < int32(b)))
		case rv.SLTU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, bit(a < b))
		case rv.XOR:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a^b)
		case rv.SRL:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a>>(b&31))
		case rv.SRA:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, uint32(int32(a)>>(b&31)))
		case rv.OR:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a|b)
		case rv.AND:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a&b)
		case rv.MUL:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, a*b)
		case rv.MULH:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, mulh(a, b))
		case rv.MULHSU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, mulhsu(a, b))
		case rv.MULHU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, mulhu(a, b))
		case rv.DIV:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, div(a, b))
		case rv.DIVU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, divu(a, b))
		case rv.REM:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, rem(a, b))
		case rv.REMU:
			a, b := rec.rs1(x, o.rs1, now), rec.rs2(x, o.rs2, now)
			rec.rd(x, o.rd, now, remu(a, b))

		case rv.FENCE:
			rec.rd(x, slot(0), now, 0)
		default:
			goto slow
		}
		i++
	}
slow:
	r.next = i
	return at
}
