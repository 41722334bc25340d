package amd64

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/arch/x86/x86asm"
)

func encode(f func(b *Buf)) []byte {
	b := Buf{B: make([]byte, 64)}
	f(&b)
	return b.B[:b.N]
}

var table = []struct {
	text string // as x86asm prints it; in parentheses what it doesn't know, as objdump has it
	code string
	emit func(b *Buf)
}{
	{"add ecx, esi", "03ce", func(b *Buf) { b.AluRR(Add, RCX, RSI) }},
	{"xor r8d, r15d", "4533c7", func(b *Buf) { b.AluRR(Xor, R8, R15) }},
	{"cmp r9d, dword ptr [rsp+0x7c]", "443b4c247c", func(b *Buf) { b.AluRM(Cmp, R9, At(RSP, 0x7c)) }},
	{"sub dword ptr [rsp+0x10], edi", "297c2410", func(b *Buf) { b.AluMR(Sub, At(RSP, 16), RDI) }},
	{"and ebp, 0x7f", "83e57f", func(b *Buf) { b.AluRI(And, RBP, 127) }},
	{"or r12d, 0x80", "4181cc80000000", func(b *Buf) { b.AluRI(Or, R12, 128) }},
	{"sub r15, 0x5", "4983ef05", func(b *Buf) { b.AluRI64(Sub, R15, 5) }},
	{"sub r15, 0x200", "4981ef00020000", func(b *Buf) { b.AluRI64(Sub, R15, 512) }},
	{"cmp dword ptr [rsp+0x4], 0x0", "837c240400", func(b *Buf) { b.AluMI(Cmp, At(RSP, 4), 0) }},
	{"add dword ptr [rsp+0x4], 0x7ff", "81442404ff070000", func(b *Buf) { b.AluMI(Add, At(RSP, 4), 2047) }},
	{"mov eax, r14d", "418bc6", func(b *Buf) { b.MovRR(RAX, R14) }},
	{"mov ecx, dword ptr [rbx+rsi]", "8b0c33", func(b *Buf) { b.MovRM(RCX, Mem{Base: RBX, Index: RSI}) }},
	{"mov r10d, dword ptr [rbx+r11+0x7ff]", "468b941bff070000", func(b *Buf) { b.MovRM(R10, Mem{Base: RBX, Index: R11, Disp: 2047}) }},
	{"mov eax, dword ptr [rbx+0x12345678]", "8b8378563412", func(b *Buf) { b.MovRM(RAX, At(RBX, 0x12345678)) }},
	{"mov dword ptr [rbx+rbp-0x8], r13d", "44896c2bf8", func(b *Buf) { b.MovMR(Mem{Base: RBX, Index: RBP, Disp: -8}, R13) }},
	{"mov byte ptr [rbx+rcx], sil", "4088340b", func(b *Buf) { b.MovMR8(Mem{Base: RBX, Index: RCX}, RSI) }},
	{"mov byte ptr [rbx+rcx], cl", "880c0b", func(b *Buf) { b.MovMR8(Mem{Base: RBX, Index: RCX}, RCX) }},
	{"mov word ptr [rbx+r9+0x2], r8w", "664689440b02", func(b *Buf) { b.MovMR16(Mem{Base: RBX, Index: R9, Disp: 2}, R8) }},
	{"mov r11d, 0x7eadbeef", "41bbefbead7e", func(b *Buf) { b.MovRI(R11, 0x7eadbeef) }},
	{"mov ebp, 0x1", "bd01000000", func(b *Buf) { b.MovRI(RBP, 1) }},
	{"mov dword ptr [rsp+0x8], -0x1", "c7442408ffffffff", func(b *Buf) { b.MovMI(At(RSP, 8), 0xffffffff) }},
	{"mov byte ptr [rbx+rdi], 0xff", "c6043bff", func(b *Buf) { b.MovMI8(Mem{Base: RBX, Index: RDI}, 255) }},
	{"mov word ptr [rbx+rdi], 0x1234", "66c7043b3412", func(b *Buf) { b.MovMI16(Mem{Base: RBX, Index: RDI}, 0x1234) }},
	{"mov rbx, qword ptr [rsp+0xb0]", "488b9c24b0000000", func(b *Buf) { b.MovRM64(RBX, At(RSP, 176)) }},
	{"mov qword ptr [rsp+0xa8], r15", "4c89bc24a8000000", func(b *Buf) { b.MovMR64(At(RSP, 168), R15) }},
	{"pop qword ptr [rsp+0x88]", "8f842488000000", func(b *Buf) { b.PopM(At(RSP, 136)) }},
	{"movzx r8d, sil", "440fb6c6", func(b *Buf) { b.ExtRR(ZeroByte, R8, RSI) }},
	{"movzx ecx, al", "0fb6c8", func(b *Buf) { b.ExtRR(ZeroByte, RCX, RAX) }},
	{"movsx esi, word ptr [rbx+rcx]", "0fbf340b", func(b *Buf) { b.ExtRM(SignHalf, RSI, Mem{Base: RBX, Index: RCX}) }},
	{"movsx esi, byte ptr [rbx+rcx]", "0fbe340b", func(b *Buf) { b.ExtRM(SignByte, RSI, Mem{Base: RBX, Index: RCX}) }},
	{"movzx esi, word ptr [rbx+rcx]", "0fb7340b", func(b *Buf) { b.ExtRM(ZeroHalf, RSI, Mem{Base: RBX, Index: RCX}) }},
	{"movsxd rax, r9d", "4963c1", func(b *Buf) { b.MovsxdRR(RAX, R9) }},
	{"movsxd rax, dword ptr [rsp+0x4]", "4863442404", func(b *Buf) { b.MovsxdRM(RAX, At(RSP, 4)) }},
	{"lea eax, ptr [rcx+rsi]", "8d0431", func(b *Buf) { b.Lea(RAX, Mem{Base: RCX, Index: RSI}) }},
	{"lea eax, ptr [r13-0x1]", "418d45ff", func(b *Buf) { b.Lea(RAX, At(R13, -1)) }},
	{"lea eax, ptr [8*r13]", "428d04ed00000000", func(b *Buf) { b.Lea(RAX, Mem{Base: NoReg, Index: R13, Scale: 3}) }},
	{"lea rdx, ptr [rip+0xfffffff9]", "488d15f9ffffff", func(b *Buf) { b.LeaRIP(RDX, 0) }},
	{"imul ecx, r8d", "410fafc8", func(b *Buf) { b.ImulRR(RCX, R8) }},
	{"imul ecx, dword ptr [rsp+0x4]", "0faf4c2404", func(b *Buf) { b.ImulRM(RCX, At(RSP, 4)) }},
	{"imul rax, rdx", "480fafc2", func(b *Buf) { b.ImulRR64(RAX, RDX) }},
	{"not r9d", "41f7d1", func(b *Buf) { b.UnaryR(Not, R9) }},
	{"neg edx", "f7da", func(b *Buf) { b.UnaryR(Neg, RDX) }},
	{"idiv dword ptr [rsp+0x4]", "f77c2404", func(b *Buf) { b.UnaryM(Idiv, At(RSP, 4)) }},
	{"div esi", "f7f6", func(b *Buf) { b.UnaryR(Div, RSI) }},
	{"cdq", "99", func(b *Buf) { b.Cdq() }},
	{"test ecx, ecx", "85c9", func(b *Buf) { b.TestRR(RCX, RCX) }},
	{"test al, 0x3", "a803", func(b *Buf) { b.TestRI8(RAX, 3) }},
	{"test bpl, 0x3", "40f6c503", func(b *Buf) { b.TestRI8(RBP, 3) }},
	{"test r9b, 0x1", "41f6c101", func(b *Buf) { b.TestRI8(R9, 1) }},
	{"shl ecx, 0x5", "c1e105", func(b *Buf) { b.ShiftRI(Shl, RCX, 5) }},
	{"ror eax, 0x2", "c1c802", func(b *Buf) { b.ShiftRI(Ror, RAX, 2) }},
	{"shr rax, 0x20", "48c1e820", func(b *Buf) { b.ShiftRI64(Shr, RAX, 32) }},
	{"sar dword ptr [rsp+0x4], 0x1f", "c17c24041f", func(b *Buf) { b.ShiftMI(Sar, At(RSP, 4), 31) }},
	{"setb al", "0f92c0", func(b *Buf) { b.Setcc(CondB, RAX) }},
	{"setl sil", "400f9cc6", func(b *Buf) { b.Setcc(CondL, RSI) }},
	{"setnbe r9b", "410f97c1", func(b *Buf) { b.Setcc(CondA, R9) }},
	{"jnz .-0x2", "75fe", func(b *Buf) { b.Jcc(CondNE, 0) }},
	{"jb .+0x100", "0f8200010000", func(b *Buf) { b.Jcc(CondB, 0x106) }},
	{"jmp .-0x2", "ebfe", func(b *Buf) { b.Jmp(0) }},
	{"jmp .+0x100", "e900010000", func(b *Buf) { b.Jmp(0x105) }},
	{"jmp qword ptr [rdx+8*rax]", "ff24c2", func(b *Buf) { b.JmpM(Mem{Base: RDX, Index: RAX, Scale: 3}) }},
	{"inc qword ptr [rsp+0x80]", "48ff842480000000", func(b *Buf) { b.IncM64(At(RSP, 128)) }},
	{"(shlx ecx, r9d, esi)", "c4c249f7c9", func(b *Buf) { b.ShiftRRR(Shl, RCX, R9, RSI) }},
	{"(shrx r8d, edi, edx)", "c4626bf7c7", func(b *Buf) { b.ShiftRRR(Shr, R8, RDI, RDX) }},
	{"(sarx eax, r14d, r10d)", "c4c22af7c6", func(b *Buf) { b.ShiftRRR(Sar, RAX, R14, R10) }},
	{"(shlx eax, dword ptr [rsp+0x7c], edx)", "c4e269f744247c", func(b *Buf) { b.ShiftRMR(Shl, RAX, 0x7c, RDX) }},
	{"(mulx r9d, eax, r13d)", "c4427bf6cd", func(b *Buf) { b.Mulx(R9, RAX, R13) }},
	{"(mulx ecx, eax, dword ptr [rsp+0x4])", "c4e27bf64c2404", func(b *Buf) { b.MulxM(RCX, RAX, 4) }},
	{"(rorx ecx, r9d, 0x7)", "c4c37bf0c907", func(b *Buf) { b.Rorx(RCX, R9, 7) }},
}

func TestTable(t *testing.T) {
	for _, c := range table {
		code := encode(c.emit)
		require.Equal(t, c.code, hex.EncodeToString(code), c.text)
		if c.text[0] == '(' {
			continue // VEX
		}
		inst, err := x86asm.Decode(code, 64)
		require.NoError(t, err, c.text)
		require.Equal(t, len(code), inst.Len, c.text)
		require.Equal(t, c.text, x86asm.IntelSyntax(inst, 0, nil))
	}
}

// All registers and kinds of memory operands, against the disassembler.
func TestOperands(t *testing.T) {
	mems := []Mem{{Base: NoReg, Index: R13, Scale: 3}, {Base: NoReg, Index: RAX, Scale: 2, Disp: 0x10000}}
	for base := RAX; base <= R15; base++ {
		for _, disp := range []int32{0, 1, -1, 127, 128, -128, -129, 1<<31 - 1} {
			mems = append(mems, At(base, disp))
			for index := RAX; index <= R15; index++ {
				if index != RSP {
					mems = append(mems, Mem{Base: base, Index: index, Scale: uint8(index) % 4, Disp: disp})
				}
			}
		}
	}
	check := func(code []byte, op x86asm.Op, args ...x86asm.Arg) {
		inst, err := x86asm.Decode(code, 64)
		require.NoError(t, err, "%x", code)
		require.Equal(t, len(code), inst.Len, "%x", code)
		require.Equal(t, op, inst.Op, "%x", code)
		for i, a := range args {
			if m, ok := inst.Args[i].(x86asm.Mem); ok {
				m.Disp = int64(int32(m.Disp)) // it is printed with its sign, but decoded without
				if m.Index == 0 {
					m.Scale = 0
				}
				inst.Args[i] = m
			}
			require.Equal(t, a, inst.Args[i], "%x: %v", code, inst)
		}
	}
	reg := func(base x86asm.Reg, r Reg) x86asm.Reg { return base + x86asm.Reg(r) }
	reg8 := func(r Reg) x86asm.Reg {
		if r < RSP {
			return reg(x86asm.AL, r)
		}
		return reg(x86asm.SPB, r-RSP)
	}
	memory := func(m Mem) x86asm.Mem {
		a := x86asm.Mem{Disp: int64(m.Disp)}
		if m.Base != NoReg {
			a.Base = reg(x86asm.RAX, m.Base)
		}
		if m.Index != NoReg {
			a.Index, a.Scale = reg(x86asm.RAX, m.Index), 1<<m.Scale
		}
		return a
	}
	for r := RAX; r <= R15; r++ {
		for s := RAX; s <= R15; s++ {
			check(encode(func(b *Buf) { b.MovRR(r, s) }), x86asm.MOV, reg(x86asm.EAX, r), reg(x86asm.EAX, s))
			check(encode(func(b *Buf) { b.ImulRR64(r, s) }), x86asm.IMUL, reg(x86asm.RAX, r), reg(x86asm.RAX, s))
			check(encode(func(b *Buf) { b.ExtRR(ZeroByte, r, s) }), x86asm.MOVZX, reg(x86asm.EAX, r), reg8(s))
			check(encode(func(b *Buf) { b.ExtRR(SignHalf, r, s) }), x86asm.MOVSX, reg(x86asm.EAX, r), reg(x86asm.AX, s))
		}
		check(encode(func(b *Buf) { b.Setcc(CondE, r) }), x86asm.SETE, reg8(r))
		check(encode(func(b *Buf) { b.TestRI8(r, 3) }), x86asm.TEST, reg8(r), x86asm.Imm(3))
		for _, m := range mems {
			check(encode(func(b *Buf) { b.MovRM(r, m) }), x86asm.MOV, reg(x86asm.EAX, r), memory(m))
			check(encode(func(b *Buf) { b.MovMR8(m, r) }), x86asm.MOV, memory(m), reg8(r))
			check(encode(func(b *Buf) { b.MovMR16(m, r) }), x86asm.MOV, memory(m), reg(x86asm.AX, r))
			check(encode(func(b *Buf) { b.ExtRM(SignByte, r, m) }), x86asm.MOVSX, reg(x86asm.EAX, r), memory(m))
		}
	}
}

func TestPatch(t *testing.T) {
	code := encode(func(b *Buf) {
		b.Jcc(CondE, Forward)
		end := b.N
		b.Cdq()
		b.Patch(end, b.N)
	})
	require.Equal(t, "0f840100000099", hex.EncodeToString(code))
}
