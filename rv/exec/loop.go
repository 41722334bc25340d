package exec

import "github.com/orrery/orrery/rv"

// loop executes up to n instructions and returns how many of them are left. It
// stops early, before the instruction in question, at anything that isn't plain
// and frequent: ends of all kinds, calls, misaligned accesses, the first touch of
// a page, jumps out of the code or to odd addresses. step knows about those.
func (m *Machine) loop(n uint64) uint64 {
	var (
		ops         = m.ops
		x           = &m.x
		read, write = &m.memory.read, &m.memory.write
		base        = m.memory.source.program.Code.Start
		i           = m.next
	)
	for ; n != 0; n-- {
		if i >= uint32(len(ops)) {
			break
		}
		o := &ops[i]
		switch o.code {
		case rv.LUI:
			x[o.rd] = o.imm
		case rv.JAL:
			x[o.rd] = base + 4*i + 4
			i = o.imm
			continue
		case rv.JALR:
			target := x[o.rs1] + o.imm
			if target&2 != 0 {
				goto slow
			}
			x[o.rd] = base + 4*i + 4
			i = (target - base) >> 2
			continue

		case rv.BEQ:
			if x[o.rs1] == x[o.rs2] {
				i = o.imm
				continue
			}
		case rv.BNE:
			if x[o.rs1] != x[o.rs2] {
				i = o.imm
				continue
			}
		case rv.BLT:
			if int32(x[o.rs1]) < int32(x[o.rs2]) {
				i = o.imm
				continue
			}
		case rv.BGE:
			if int32(x[o.rs1]) >= int32(x[o.rs2]) {
				i = o.imm
				continue
			}
		case rv.BLTU:
			if x[o.rs1] < x[o.rs2] {
				i = o.imm
				continue
			}
		case rv.BGEU:
			if x[o.rs1] >= x[o.rs2] {
				i = o.imm
				continue
			}

		case rv.LB:
			addr := x[o.rs1] + o.imm
			p := read[addr>>16]
			if p == nil {
				goto slow
			}
			x[o.rd] = uint32(int32(int8(p[addr>>2&(pageWords-1)] >> (addr & 3 * 8))))
		case rv.LBU:
			addr := x[o.rs1] + o.imm
			p := read[addr>>16]
			if p == nil {
				goto slow
			}
			x[o.rd] = p[addr>>2&(pageWords-1)] >> (addr & 3 * 8) & 0xff
		case rv.LH:
			addr := x[o.rs1] + o.imm
			p := read[addr>>16]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			x[o.rd] = uint32(int32(int16(p[addr>>2&(pageWords-1)] >> (addr & 2 * 8))))
		case rv.LHU:
			addr := x[o.rs1] + o.imm
			p := read[addr>>16]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			x[o.rd] = p[addr>>2&(pageWords-1)] >> (addr & 2 * 8) & 0xffff
		case rv.LW:
			addr := x[o.rs1] + o.imm
			p := read[addr>>16]
			if p == nil || addr&3 != 0 {
				goto slow
			}
			x[o.rd] = p[addr>>2&(pageWords-1)]

		case rv.SB:
			addr := x[o.rs1] + o.imm
			p := write[addr>>16]
			if p == nil {
				goto slow
			}
			w, shift := &p[addr>>2&(pageWords-1)], addr&3*8
			*w = *w&^(0xff<<shift) | x[o.rs2]&0xff<<shift
		case rv.SH:
			addr := x[o.rs1] + o.imm
			p := write[addr>>16]
			if p == nil || addr&1 != 0 {
				goto slow
			}
			w, shift := &p[addr>>2&(pageWords-1)], addr&2*8
			*w = *w&^(0xffff<<shift) | x[o.rs2]&0xffff<<shift
		case rv.SW:
			addr := x[o.rs1] + o.imm
			p := write[addr>>16]
			if p == nil || addr&3 != 0 {
				goto slow
			}
			p[addr>>2&(pageWords-1)] = x[o.rs2]

		case rv.ADDI:
			x[o.rd] = x[o.rs1] + o.imm
		case rv.SLTI:
			x[o.rd] = bit(int32(x[o.rs1]) < int32(o.imm))
		case rv.SLTIU:
			x[o.rd] = bit(x[o.rs1] < o.imm)
		case rv.XORI:
			x[o.rd] = x[o.rs1] ^ o.imm
		case rv.ORI:
			x[o.rd] = x[o.rs1] | o.imm
		case rv.ANDI:
			x[o.rd] = x[o.rs1] & o.imm
		case rv.SLLI:
			x[o.rd] = x[o.rs1] << (o.imm & 31)
		case rv.SRLI:
			x[o.rd] = x[o.rs1] >> (o.imm & 31)
		case rv.SRAI:
			x[o.rd] = uint32(int32(x[o.rs1]) >> (o.imm & 31))

		case rv.ADD:
			x[o.rd] = x[o.rs1] + x[o.rs2]
		case rv.SUB:
			x[o.rd] = x[o.rs1] - x[o.rs2]
		case rv.SLL:
			x[o.rd] = x[o.rs1] << (x[o.rs2] & 31)
		case rv.SLT:
			x[o.rd] = bit(int32(x[o.rs1]) < int32(x[o.rs2]))
		case rv.SLTU:
			x[o.rd] = bit(x[o.rs1] < x[o.rs2])
		case rv.XOR:
			x[o.rd] = x[o.rs1] ^ x[o.rs2]
		case rv.SRL:
			x[o.rd] = x[o.rs1] >> (x[o.rs2] & 31)
		case rv.SRA:
			x[o.rd] = uint32(int32(x[o.rs1]) >> (x[o.rs2] & 31))
		case rv.OR:
			x[o.rd] = x[o.rs1] | x[o.rs2]
		case rv.AND:
			x[o.rd] = x[o.rs1] & x[o.rs2]

		case rv.MUL:
			x[o.rd] = x[o.rs1] * x[o.rs2]
		case rv.MULH:
			x[o.rd] = mulh(x[o.rs1], x[o.rs2])
		case rv.MULHSU:
			x[o.rd] = mulhsu(x[o.rs1], x[o.rs2])
		case rv.MULHU:
			x[o.rd] = mulhu(x[o.rs1], x[o.rs2])
		case rv.DIV:
			x[o.rd] = div(x[o.rs1], x[o.rs2])
		case rv.DIVU:
			x[o.rd] = divu(x[o.rs1], x[o.rs2])
		case rv.REM:
			x[o.rd] = rem(x[o.rs1], x[o.rs2])
		case rv.REMU:
			x[o.rd] = remu(x[o.rs1], x[o.rs2])

		case rv.FENCE:
			x[sink] = 0 // as the recorder does
		default:
			goto slow
		}
		i++
	}
slow:
	m.next = i
	return n
}
