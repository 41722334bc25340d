package amd64

// Alu is an operation of two operands; its value is the extension of opcode 0x81.
type Alu uint8

// The operations of Alu.
const (
	Add Alu = 0
	Or  Alu = 1
	Adc Alu = 2
	Sbb Alu = 3
	And Alu = 4
	Sub Alu = 5
	Xor Alu = 6
	Cmp Alu = 7
)

// AluRR is dst = dst op src.
func (b *Buf) AluRR(op Alu, dst, src Reg) { b.rr(uint32(op)<<3|3, dst, src) }

// AluRM is dst = dst op [m].
func (b *Buf) AluRM(op Alu, dst Reg, m Mem) { b.rm(uint32(op)<<3|3, dst, m) }

// AluMR is [m] = [m] op src.
func (b *Buf) AluMR(op Alu, m Mem, src Reg) { b.rm(uint32(op)<<3|1, src, m) }

// AluRI is dst = dst op imm.
func (b *Buf) AluRI(op Alu, dst Reg, imm int32) { b.aluRI(0, op, dst, imm) }

// AluRI64 is AluRI on 64 bits.
func (b *Buf) AluRI64(op Alu, dst Reg, imm int32) { b.aluRI(wide, op, dst, imm) }

func (b *Buf) aluRI(form uint32, op Alu, dst Reg, imm int32) {
	if imm == int32(int8(imm)) {
		b.rr(form|0x83, Reg(op), dst)
		b.put(uint64(uint8(imm)), 1)
		return
	}
	b.rr(form|0x81, Reg(op), dst)
	b.put32(uint32(imm))
}

// AluMI is [m] = [m] op imm, on 32 bits.
func (b *Buf) AluMI(op Alu, m Mem, imm int32) {
	if imm == int32(int8(imm)) {
		b.rm(0x83, Reg(op), m)
		b.put(uint64(uint8(imm)), 1)
		return
	}
	b.rm(0x81, Reg(op), m)
	b.put32(uint32(imm))
}

// MovRR is dst = src; it clears the upper half of dst.
func (b *Buf) MovRR(dst, src Reg) { b.rr(0x8b, dst, src) }

// MovRM is dst = [m].
func (b *Buf) MovRM(dst Reg, m Mem) { b.rm(0x8b, dst, m) }

// MovMR is [m] = src.
func (b *Buf) MovMR(m Mem, src Reg) { b.rm(0x89, src, m) }

// MovMR8 is [m] = the low byte of src.
func (b *Buf) MovMR8(m Mem, src Reg) { b.rm(byteReg|0x88, src, m) }

// MovMR16 is [m] = the low 16 bits of src.
func (b *Buf) MovMR16(m Mem, src Reg) { b.rm(half|0x89, src, m) }

// MovRI is dst = imm.
func (b *Buf) MovRI(dst Reg, imm uint32) {
	if dst >= R8 {
		b.put(0x41|uint64(0xb8|dst&7)<<8, 2)
	} else {
		b.put(uint64(0xb8|dst), 1)
	}
	b.put32(imm)
}

// MovMI is [m] = imm.
func (b *Buf) MovMI(m Mem, imm uint32) {
	b.rm(0xc7, 0, m)
	b.put32(imm)
}

// MovMI8 is the byte at m = imm.
func (b *Buf) MovMI8(m Mem, imm uint8) {
	b.rm(0xc6, 0, m)
	b.put(uint64(imm), 1)
}

// MovMI16 is the 16 bits at m = imm.
func (b *Buf) MovMI16(m Mem, imm uint16) {
	b.rm(half|0xc7, 0, m)
	b.put(uint64(imm), 2)
}

// MovRM64 is dst = [m], 64 bits.
func (b *Buf) MovRM64(dst Reg, m Mem) { b.rm(wide|0x8b, dst, m) }

// MovMR64 is [m] = src, 64 bits.
func (b *Buf) MovMR64(m Mem, src Reg) { b.rm(wide|0x89, src, m) }

// PopM is [m] = the 64 bits at RSP, which moves up before m is formed.
func (b *Buf) PopM(m Mem) { b.rm(0x8f, 0, m) }

// Ext is a load or move that widens a byte or 16 bits to 32 bits.
type Ext uint8

// The widenings, by their opcode behind 0x0f.
const (
	ZeroByte Ext = 0xb6
	ZeroHalf Ext = 0xb7
	SignByte Ext = 0xbe
	SignHalf Ext = 0xbf
)

// ExtRR is dst = src widened.
func (b *Buf) ExtRR(e Ext, dst, src Reg) {
	form := uint32(twoByte) | uint32(e)
	if e&1 == 0 && src >= RSP {
		form |= byteReg
	}
	b.rr(form, dst, src)
}

// ExtRM is dst = [m] widened.
func (b *Buf) ExtRM(e Ext, dst Reg, m Mem) { b.rm(twoByte|uint32(e), dst, m) }

// MovsxdRR is dst = src widened with its sign from 32 to 64 bits.
func (b *Buf) MovsxdRR(dst, src Reg) { b.rr(wide|0x63, dst, src) }

// MovsxdRM is dst = [m] widened with its sign from 32 to 64 bits.
func (b *Buf) MovsxdRM(dst Reg, m Mem) { b.rm(wide|0x63, dst, m) }

// Lea is dst = the address m modulo 2^32.
func (b *Buf) Lea(dst Reg, m Mem) { b.rm(0x8d, dst, m) }

// LeaRIP is dst = the address of the place at offset to of the buffer, 64 bits.
func (b *Buf) LeaRIP(dst Reg, to int) {
	b.put(uint64(0x48|dst>>3<<2)|0x8d<<8|uint64(dst&7<<3|5)<<16, 3)
	b.put32(uint32(to - b.N - 4))
}

// ImulRR is dst = dst * src.
func (b *Buf) ImulRR(dst, src Reg) { b.rr(twoByte|0xaf, dst, src) }

// ImulRM is dst = dst * [m].
func (b *Buf) ImulRM(dst Reg, m Mem) { b.rm(twoByte|0xaf, dst, m) }

// ImulRR64 is ImulRR on 64 bits.
func (b *Buf) ImulRR64(dst, src Reg) { b.rr(wide|twoByte|0xaf, dst, src) }

// Unary is an operation of one operand; its value is the extension of opcode 0xf7.
type Unary uint8

// The operations of Unary. Mul and Imul multiply EAX, with the product in EDX:EAX;
// Div and Idiv divide EDX:EAX, with the quotient in EAX and the remainder in EDX.
const (
	Not  Unary = 2
	Neg  Unary = 3
	Mul  Unary = 4
	Imul Unary = 5
	Div  Unary = 6
	Idiv Unary = 7
)

// UnaryR is op on a register.
func (b *Buf) UnaryR(op Unary, r Reg) { b.rr(0xf7, Reg(op), r) }

// UnaryM is op on memory.
func (b *Buf) UnaryM(op Unary, m Mem) { b.rm(0xf7, Reg(op), m) }

// Cdq widens EAX with its sign to EDX:EAX.
func (b *Buf) Cdq() { b.put(0x99, 1) }

// TestRR sets the flags of x & y.
func (b *Buf) TestRR(x, y Reg) { b.rr(0x85, y, x) }

// TestRI8 sets the flags of the low byte of r & imm.
func (b *Buf) TestRI8(r Reg, imm uint8) {
	if r == RAX {
		b.put(0xa8|uint64(imm)<<8, 2)
		return
	}
	b.rr(byteReg|0xf6, 0, r)
	b.put(uint64(imm), 1)
}

// TestMI8 sets the flags of the byte at m & imm.
func (b *Buf) TestMI8(m Mem, imm uint8) {
	b.rm(0xf6, 0, m)
	b.put(uint64(imm), 1)
}

// Shift is a shift or rotation; its value is the extension of opcode 0xc1.
type Shift uint8

// The operations of Shift.
const (
	Rol Shift = 0
	Ror Shift = 1
	Shl Shift = 4
	Shr Shift = 5
	Sar Shift = 7
)

// ShiftRI shifts r by n bits.
func (b *Buf) ShiftRI(op Shift, r Reg, n uint8) {
	b.rr(0xc1, Reg(op), r)
	b.put(uint64(n), 1)
}

// ShiftRI64 is ShiftRI on 64 bits.
func (b *Buf) ShiftRI64(op Shift, r Reg, n uint8) {
	b.rr(wide|0xc1, Reg(op), r)
	b.put(uint64(n), 1)
}

// ShiftMI shifts [m] by n bits.
func (b *Buf) ShiftMI(op Shift, m Mem, n uint8) {
	b.rm(0xc1, Reg(op), m)
	b.put(uint64(n), 1)
}

// shiftPrefix is the pp field of SHLX, SHRX and SARX (BMI2).
func shiftPrefix(op Shift) byte {
	switch op {
	case Shl:
		return 1
	case Shr:
		return 3
	}
	return 2
}

// ShiftRRR is dst = src shifted by the low five bits of count; op is Shl, Shr or Sar.
func (b *Buf) ShiftRRR(op Shift, dst, src, count Reg) {
	b.vex(shiftPrefix(op), 2, 0xf7, dst, count, src)
}

// ShiftRMR is ShiftRRR of [RSP + disp].
func (b *Buf) ShiftRMR(op Shift, dst Reg, disp int32, count Reg) {
	b.vexMem(shiftPrefix(op), 2, 0xf7, dst, count, disp)
}

// Rorx is dst = src rotated right by n bits (BMI2).
func (b *Buf) Rorx(dst, src Reg, n uint8) {
	b.vex(3, 3, 0xf0, dst, 0, src)
	b.put(uint64(n), 1)
}

// RorxM is Rorx of [RSP + disp].
func (b *Buf) RorxM(dst Reg, disp int32, n uint8) {
	b.vexMem(3, 3, 0xf0, dst, 0, disp)
	b.put(uint64(n), 1)
}

// Mulx is hi:lo = EDX * src, unsigned (BMI2).
func (b *Buf) Mulx(hi, lo, src Reg) { b.vex(3, 2, 0xf6, hi, lo, src) }

// MulxM is Mulx of [RSP + disp].
func (b *Buf) MulxM(hi, lo Reg, disp int32) { b.vexMem(3, 2, 0xf6, hi, lo, disp) }

// Setcc is the low byte of r = 1 if c holds, else 0.
func (b *Buf) Setcc(c Cond, r Reg) { b.rr(byteReg|twoByte|0x90|uint32(c), 0, r) }

// Jcc jumps to offset to of the buffer if c holds. It takes 6 bytes, or 2 where the
// target lies before it and near. The displacement ends the instruction.
func (b *Buf) Jcc(c Cond, to int) {
	if d := to - b.N - 2; d >= -128 && d < 0 {
		b.put(uint64(0x70|c)|uint64(uint8(d))<<8, 2)
		return
	}
	b.put(0x0f|uint64(0x80|c)<<8, 2)
	b.put32(uint32(to - b.N - 4))
}

// Jmp jumps to offset to of the buffer. It takes 5 bytes, or 2 where the target lies
// before it and near. The displacement ends the instruction.
func (b *Buf) Jmp(to int) {
	if d := to - b.N - 2; d >= -128 && d < 0 {
		b.put(0xeb|uint64(uint8(d))<<8, 2)
		return
	}
	b.put(0xe9, 1)
	b.put32(uint32(to - b.N - 4))
}

// Forward is a target that isn't known yet: Jcc and Jmp to it take their long form,
// and Patch gives them their target.
const Forward = 1 << 30

// Patch lets the jump of the long form that ends at offset end go to offset to.
func (b *Buf) Patch(end, to int) {
	v := uint32(to - end)
	d := b.B[end-4 : end]
	d[0], d[1], d[2], d[3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
}

// JmpM jumps to the address at m.
func (b *Buf) JmpM(m Mem) { b.rm(0xff, 4, m) }

// JmpR jumps to the address in r.
func (b *Buf) JmpR(r Reg) { b.rr(0xff, 4, r) }

// IncM64 is the 64 bits at m + 1.
func (b *Buf) IncM64(m Mem) { b.rm(wide|0xff, 0, m) }

// Ret returns.
func (b *Buf) Ret() { b.put(0xc3, 1) }
