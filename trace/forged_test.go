package trace

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Forged rows of the chips that compute: each test builds the row with which a prover
// would have got away in a system that lacked a constraint, and names the check that
// catches it.

// forge is an honest row for editing.
type forge struct {
	t   *testing.T
	c   testChip
	row []field.M31
}

func newForge(t *testing.T, c testChip, op rv.Op, a, b uint32) *forge {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(op)))
	inst := rv.Inst{Op: op, Rd: 5, Rs1: 6}
	if op.ReadsRs2() {
		inst.Rs2 = 7
	} else {
		inst.Imm = b
	}
	if c.inPlace {
		inst.Rs1 = inst.Rd
	}
	f := &forge{t, c, c.row(t, newRow(rng, inst, a, b))}
	if _, err := c.verdict(f.row); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *forge) set(c air.Col, v int64) *forge {
	f.row[c] = field.FromInt64(v)
	return f
}

func (f *forge) get(c air.Col) field.M31 { return f.row[c] }

func (f *forge) word(c rv32im.Word, v uint32) *forge {
	return f.set(c.Lo, int64(v&0xffff)).set(c.Hi, int64(v>>16))
}

// fill lets a function write some columns of the row.
func (f *forge) fill(write func(w columns)) *forge {
	w := make(columns, len(f.row))
	for i := range w {
		w[i] = f.row[i : i+1]
	}
	write(w)
	return f
}

func (f *forge) fails(what string) {
	f.t.Helper()
	f.c.checkForged(f.t, f.row, what)
}

const falseLookUp = "false look-up"

// The carries of a wrong product exist in the field; scaled by 2^8 they satisfy all
// constraints, but they are no small numbers.
func TestForgedMulCarry(t *testing.T) {
	c, chip := mulChip(t)
	inv := field.M31(256).Inv()
	for _, wrong := range []uint32{1, 256, 1 << 16, 1 << 24, 0xffff_ffff} {
		const a, b = 0xdead_beef, 0x1234_5678
		f := newForge(t, c, rv.MUL, a, b)
		z := a*b&0xffff_ffff + wrong
		f.word(chip.Result, z)
		s := partialProducts(newOperand(a, false), newOperand(b, false))
		k := field.M31(0)
		for i, col := range chip.Carry {
			sum := field.FromInt64(s[i]).Add(k)
			switch i {
			case 0:
				sum = sum.Sub(field.M31(z & 0xffff))
			case 2:
				sum = sum.Sub(field.M31(z >> 16))
			}
			k = sum.Mul(inv)
			f.row[col.Value] = k
			if col.Wide {
				f.set(col.High, 0)
			}
		}
		f.fails(falseLookUp)
	}
}

func TestForgedMulhCarry(t *testing.T) {
	c, chip := mulhChip(t)
	inv := field.M31(256).Inv()
	for _, op := range []rv.Op{rv.MULH, rv.MULHSU, rv.MULHU} {
		const a, b = 0xdead_beef, 0x9234_5678
		f := newForge(t, c, op, a, b)
		// The high word off by one: any carry 4 that the two equations around it allow.
		k3 := f.get(chip.Carry[3].Value)
		lo := f.get(chip.Result.Lo).Add(1)
		s := partialProducts(newOperand(a, op != rv.MULHU), newOperand(b, op == rv.MULH))
		k4 := field.FromInt64(s[4]).Add(k3).Sub(lo).Mul(inv)
		hi := field.FromInt64(s[5]).Add(k4).Mul(inv)
		f.row[chip.Result.Lo], f.row[chip.Carry[4].Value] = lo, k4
		f.row[chip.Result.Hi] = hi
		f.set(chip.Negative, 0).set(chip.Carry[4].High, 0).fails(falseLookUp)
	}
}

// A row of one operation is passed off as one of another, which differs in the signs of
// its negative operands. All constraints hold; the look-ups of the signs don't.
func TestForgedMulhSigns(t *testing.T) {
	c, chip := mulhChip(t)
	const a, b = 0x9876_0001, 0xfedc_0003
	for _, k := range []struct {
		from, to rv.Op
		what     string
	}{
		{rv.MULHU, rv.MULH, fmt.Sprintf("range16[%d]", 0x9876+0x8000)},
		{rv.MULHU, rv.MULHSU, fmt.Sprintf("range16[%d]", 0x9876+0x8000)},
		{rv.MULH, rv.MULHU, fmt.Sprintf("range16[%d]", field.FromInt64(0x9876-0x1_0000))},
		{rv.MULHSU, rv.MULHU, fmt.Sprintf("range16[%d]", field.FromInt64(0x9876-0x1_0000))},
		{rv.MULHSU, rv.MULH, fmt.Sprintf("bytes[0 %d %d ", 0xdc, 0xfe+0x80)},
		{rv.MULH, rv.MULHSU, fmt.Sprintf("bytes[0 %d %d ", 0xdc, field.FromInt64(0xfe-0x100))},
	} {
		f := newForge(t, c, k.from, a, b)
		f.set(chip.SignedA, int64(bit(k.to != rv.MULHU))).set(chip.SignedB, int64(bit(k.to == rv.MULH)))
		f.fails(k.what)
	}
	newForge(t, c, rv.MULHSU, 3, 5).set(chip.SignedA, 0).set(chip.SignedB, 1).fails("only MULH has a signed second operand")
}

// forgeDivision is a row of a division that claims quotient q and remainder r. The other
// columns are such that q*b + r = a holds wherever it can.
func forgeDivision(t *testing.T, op rv.Op, a, b, q, r uint32) (*forge, *rv32im.Div) {
	t.Helper()
	c, chip := divChip(t)
	f := newForge(t, c, op, a, b)
	unsigned := op == rv.DIVU || op == rv.REMU
	f.fill(func(w columns) {
		w.bytes(chip.Quotient[:], 0, q)
		w.word(chip.Remainder, 0, r)
		if op == rv.REM || op == rv.REMU {
			w.word(chip.Result, 0, r)
		} else {
			w.word(chip.Result, 0, q)
		}
		w.division(chip, 0, a, b, q, r, unsigned)
	})
	return f, chip
}

func neg(v uint32) uint32 { return -v }

func TestForgedQuotients(t *testing.T) {
	const minimum = 1 << 31
	for _, k := range []struct {
		name       string
		op         rv.Op
		a, b, q, r uint32
		what       string
	}{
		{"floor division", rv.REM, neg(7), 3, neg(3), 2, "remainder zero if its sign"},
		{"floor division, divisor negative", rv.REM, 7, neg(3), neg(3), neg(2), "remainder negative only"},
		{"ceiling division of a negative", rv.DIV, neg(7), neg(3), 3, 2, "remainder zero if its sign"},
		{"1 / -1 = 1", rv.DIV, 1, neg(1), 1, 2, falseLookUp},
		{"remainder not below divisor", rv.DIVU, 10, 3, 2, 4, falseLookUp},
		{"remainder equals divisor", rv.DIVU, 12, 3, 3, 3, falseLookUp},
		{"|r| = |b|", rv.DIV, neg(6), 3, neg(1), neg(3), falseLookUp},
		{"|r| = |b|, both negative", rv.DIV, neg(6), neg(3), 1, neg(3), falseLookUp},
		{"|r| = |b| with low limbs of zero", rv.REM, neg(0x2_0000), 0x1_0000, neg(1), neg(0x1_0000), falseLookUp},
		{"|r| = |b| = 2^31", rv.REM, minimum, minimum, 0, minimum, falseLookUp},
		{"no division", rv.REMU, 0xffff_ffff, 2, 0, 0xffff_ffff, falseLookUp},
		{"product beyond 32 bits", rv.DIVU, 0, 0x1_0000, 0x1_0000, 0, "high word of the product"},
		{"product beyond 32 bits, with a carry", rv.DIVU, 0, 0xffff, 0x1_0001, 1, "high word of the product"}, // 2^32
		{"-2^31 / -1 = 2^31 - 1", rv.DIV, minimum, neg(1), minimum - 1, neg(1), "high word of the product"},
		{"-2^31 / -1 = 1", rv.DIV, minimum, neg(1), 1, 0, "byte 0"},
		{"-2^31 rem -1 = -1", rv.REM, minimum, neg(1), minimum, neg(1), "byte 0"},
		{"0/0 = 0", rv.DIV, 0, 0, 0, 0, "quotient of a division by zero"},
		{"5/0 = 7", rv.DIVU, 5, 0, 7, 5, "quotient of a division by zero"},
		{"5 rem 0 = 0", rv.REMU, 5, 0, 0xffff_ffff, 0, "byte 0"},
		{"-5 rem 0 = 0", rv.REM, neg(5), 0, 0xffff_ffff, 0, "byte 0"},
	} {
		t.Run(k.name, func(t *testing.T) {
			f, _ := forgeDivision(t, k.op, k.a, k.b, k.q, k.r)
			f.fails(k.what)
		})
	}
}

// Flags that excuse a quotient are set where they don't belong.
func TestForgedDivisionFlags(t *testing.T) {
	f, chip := forgeDivision(t, rv.DIVU, 5, 0, 7, 5)
	f.set(chip.ByZero, 0).fails(falseLookUp)

	f, chip = forgeDivision(t, rv.DIVU, 10, 3, 0, 10)
	f.set(chip.ByZero, 1).fails("divisor in a division by zero")

	// q*b + r = a + 2^32 = 7.
	f, chip = forgeDivision(t, rv.DIV, neg(1)-1, 3, 0x5555_5554, 2)
	f.set(chip.Overflow, 1).fails("divisor of an overflow")

	f, chip = forgeDivision(t, rv.DIV, neg(5), neg(1), 5, 0)
	f.set(chip.Overflow, 1).fails("high word of the product")

	f, chip = forgeDivision(t, rv.DIVU, 10, 0xffff_ffff, 0, 10)
	f.set(chip.Overflow, 1).fails("high word of the product")

	c, chip := divChip(t)
	row := make([]field.M31, len(c.air.Main))
	row[chip.ByZero] = 1
	c.checkForged(t, row, "division by zero on live rows only")
}

// With the sign of the quotient free, q*b + r = a + 2^32 p would have solutions, because
// the product of the high limbs is then equal to p modulo p.
func TestForgedQuotientModuloP(t *testing.T) {
	for _, k := range []struct{ a, q, r, signQ uint32 }{
		{12345, 2, 12345, 1},             // (2 - 2^32) * -2^31 = 2^32 p
		{1 << 31, 0xffff_ffff, 0, 0},     // (2^32 - 1) * -2^31 = -2^31 - 2^32 p
		{neg(7), 0xffff_fffe, neg(7), 0}, // (2^32 - 2) * -2^31 = -2^32 p
	} {
		const b = 1 << 31
		c, chip := divChip(t)
		f := newForge(t, c, rv.DIV, k.a, b)
		f.fill(func(w columns) {
			w.bytes(chip.Quotient[:], 0, k.q)
			w.word(chip.Remainder, 0, k.r)
			w.word(chip.Result, 0, k.q)
			w.division(chip, 0, k.a, b, k.q, k.r, false)
			// The carries for the forged sign.
			q := newOperand(k.q, false)
			q.bytes[3] -= 256 * int64(k.signQ)
			n, d, m := newOperand(k.a, true), newOperand(b, true), newOperand(k.r, true)
			s := partialProducts(d, q)
			v := w.carry(chip.Carry[0], 0, s[0]+m.lo-n.lo, 256)
			v = w.carry(chip.Carry[1], 0, s[1]+v, 0)
			v = w.carry(chip.Carry[2], 0, s[2]+v+m.hi-n.hi, 32768)
			w.carry(chip.Carry[3], 0, s[3]+v, 32768)
		})
		// Only the look-up of the highest byte stands against this row.
		f.set(chip.SignQuotient, int64(k.signQ)).fails("bytes[0 ")
	}
}

// The amount that is looked up and the one that is used are the same columns; what is used
// can be changed only together with what is looked up.
func TestForgedShiftAmount(t *testing.T) {
	c, chip := shiftChip(t)
	const a, b = 0x1234_5678, 5
	for _, op := range []rv.Op{rv.SLL, rv.SRL, rv.SRA} {
		for other := range uint32(32) {
			if other == b {
				continue
			}
			shifted := func() *forge {
				f := newForge(t, c, op, a, b)
				return f.fill(func(w columns) {
					w.shift(chip.ShiftCols, 0, op, a, other)
					w.set(chip.Rs2.Power, 0, 1<<(other%16))
				})
			}
			shifted().fails(falseLookUp)
			// The amount with its remainder modulo 32 in the field.
			f := shifted().set(chip.Rs2.Amount, int64(other))
			f.row[chip.Rs2.Ignored] = field.M31(b).Sub(field.M31(other)).Mul(field.M31(32).Inv())
			f.fails(falseLookUp)
		}
	}
}

// The parts of the operand are bounded by powers of two, not modulo p.
func TestForgedShiftParts(t *testing.T) {
	c, chip := shiftChip(t)
	for s := uint32(1); s < 16; s++ {
		f := newForge(t, c, rv.SRL, 0, s)
		// 0 = x0 + 2^s x1 with x0 = 2^s - 1, and for s = 15 with a limb for x1.
		u := field.M31(1 << s)
		f.row[chip.X1] = u.Sub(1).Neg().Mul(u.Inv())
		f.row[chip.X0] = u.Sub(1)
		f.row[chip.Result.Lo] = f.row[chip.X1]
		f.fails(falseLookUp)
	}
}

func TestForgedShiftCases(t *testing.T) {
	c, chip := shiftChip(t)
	newForge(t, c, rv.SLL, 3, 4).set(chip.RightLow, 1).fails("one case at most")
	// SLL + 1 is the op of SRL: a left shift in its place.
	newForge(t, c, rv.SLL, 3, 4).set(chip.Arithmetic, 1).fails("left shifts are logical")
	// The sign of a logical shift.
	f := newForge(t, c, rv.SRL, 0x8000_0000, 4)
	y1 := field.M31(0x800).Sub(1 << 12)
	f.row[chip.Y1] = y1
	f.set(chip.Sign, 1).set(chip.Result.Hi, 0x1_0800-1<<12).fails("range-small[4096 ")
}

// The bit that is written is the one that the subtraction yields.
func TestForgedComparison(t *testing.T) {
	for _, immediate := range []bool{false, true} {
		c, chip := compareChip(t, immediate)
		ops := []rv.Op{rv.SLT, rv.SLTU}
		if immediate {
			ops = []rv.Op{rv.SLTI, rv.SLTIU}
		}
		for _, op := range ops {
			for _, a := range edgeWords {
				for _, b := range []uint32{0, 1, 0x7ff, 0xffff_f800, 0xffff_ffff, a} {
					if immediate && b+0x800 >= 0x1000 {
						continue
					}
					// The other bit, with every choice for what it depends on.
					f := newForge(t, c, op, a, b)
					signY := f.get(chip.SignY)
					f.set(chip.Less, 1-int64(f.get(chip.Less)))
					for choice := range int64(8) {
						f.set(chip.Borrow, choice&1).set(chip.SignX, choice>>1&1).set(chip.SignY, choice>>2)
						if immediate && f.get(chip.SignY) != signY {
							f.fails("sign of the immediate")
						} else {
							f.fails("range16[")
						}
					}
				}
			}
		}
	}
}

func TestForgedBitwiseOp(t *testing.T) {
	for _, inPlace := range []bool{false, true} {
		c, chip := bitwiseChip(t, inPlace)
		newForge(t, c, rv.XOR, 3, 4).set(chip.Which, 3).fails(falseLookUp)
		newForge(t, c, rv.OR, 3, 4).set(chip.Which, -1).fails(falseLookUp)
	}
	ci, chipImm := bitwiseImmChip(t)
	newForge(t, ci, rv.XORI, 0, 4).set(chipImm.Or, 1).fails(falseLookUp)
}

// An instruction that names a register twice reads it twice: the second read takes what
// the first one put back, so both see one value.
func TestEqualSourceRegisters(t *testing.T) {
	c, chip := addChip(t, false)
	rng := rand.New(rand.NewPCG(3, 3))
	x := newRow(rng, rv.Inst{Op: rv.ADD, Rd: 1, Rs1: 2, Rs2: 2}, 10, 0)
	row := c.row(t, x)
	honest, err := c.verdict(row)
	if err != nil {
		t.Fatal(err)
	}
	if len(honest) != 7 { // state 2, program 1, register 2, destination 2: the inner pair is gone
		t.Errorf("%d messages: %v", len(honest), honest)
	}
	row[chip.Rs2.Value.Lo] = 11
	row[chip.Result.Lo] = 21
	forged, err := c.verdict(row)
	if err != nil {
		t.Fatal(err)
	}
	if len(forged) != 9 {
		t.Errorf("two values for one register leave %d messages: %v", len(forged), forged)
	}
}

// TestForgedInPlace: what is in place is accessed in the slot of rd, behind the other operand,
// with the value that the register had, and the instruction says that rd is rs1.
func TestForgedInPlace(t *testing.T) {
	add, a := addChip(t, true)
	addi, i := addiChip(t, true)
	xor, x := bitwiseChip(t, true)
	for _, k := range []struct {
		c           testChip
		op          rv.Op
		clk, rd, ts air.Col
	}{{add, rv.SUB, a.Clk, a.RdReg, a.Rs1.Ts}, {addi, rv.ADDI, i.Clk, i.RdReg, i.Rs1.Ts}, {xor, rv.XOR, x.Clk, x.RdReg, x.Rs1.Ts}} {
		f := newForge(t, k.c, k.op, 1234, 567)
		now := int64(4*f.get(k.clk) + rv32im.SlotRd)
		for _, ts := range []int64{now, now + 1, now - 2 - 1<<16, field.P - 1} {
			f.set(k.ts, ts).fails(falseLookUp + ": range16")
		}
		f.set(k.ts, now-1)
		if _, err := f.c.verdict(f.row); err != nil {
			t.Error(err)
		}
		// No decoded instruction names the junk register, or another register, as rs1.
		for _, rd := range []int64{rv32im.JunkRegister, 0, 6} {
			got, err := f.set(k.rd, rd).c.verdict(f.row)
			if err != nil {
				t.Fatal(err)
			}
			for _, inst := range []rv.Inst{
				{Op: k.op, Rd: uint8(rd % 32), Rs1: uint8(rd % 32), Rs2: 7, Imm: 567}, {Op: k.op, Rd: 5, Rs1: 6, Rs2: 7, Imm: 567},
			} {
				op, args := programOp(4*uint32(f.get(0)), inst)
				want := links{}
				want.program(&Row{Record: exec.Record{PC: 4 * uint32(f.get(0))}}, op, args[:]...)
				if p := program(want); (p == program(got)) != (rd == 6 && inst.Rd == 6) {
					t.Errorf("%s and %s", program(got), p)
				}
			}
		}
	}
	// The result in the register is the one that was computed, of the value that was there.
	f := newForge(t, add, rv.SUB, 5, 3)
	f.word(a.Result, 0x1_0002).failsOnly("sum: carry out of the high limbs")
	f = newForge(t, addi, rv.ADDI, 5, 3)
	f.word(i.Result, 0x1_0008).failsOnly("sum: carry out of the high limbs")
	f = newForge(t, xor, rv.XOR, 5, 3)
	f.set(x.Result[0], 7).fails(falseLookUp + ": bytes")
}

// All products of operands made of extreme bytes, where the carries reach their bounds.
func TestExtremeProducts(t *testing.T) {
	extreme := []uint32{0, 1, 0x7f, 0x80, 0xfe, 0xff}
	rng := rand.New(rand.NewPCG(4, 4))
	word := func() (v uint32) {
		for range 4 {
			v = v<<8 | extreme[rng.IntN(len(extreme))]
		}
		return v
	}
	mul, _ := mulChip(t)
	mulh, _ := mulhChip(t)
	div, _ := divChip(t)
	for range 3000 {
		a, b := word(), word()
		try := func(c testChip, o aluOp) {
			x := newRow(rng, newInst(rng, o.op, 0), a, b)
			c.checkHonest(t, x, o.demands(x, false))
		}
		try(mul, mulOp)
		try(mulh, mulhOps[rng.IntN(len(mulhOps))])
		if rng.IntN(2) == 0 {
			b >>= rng.IntN(32)
		}
		try(div, divOps[rng.IntN(len(divOps))])
	}
}

// Wrong quotients with the remainder that goes with them modulo 2^32, and every choice of
// signs and flags, each with the carries that fit: no choice passes. With the right
// quotient one choice does.
func TestForgedDivisionSearch(t *testing.T) {
	c, chip := divChip(t)
	rng := rand.New(rand.NewPCG(5, 5))
	words := append([]uint32{3, 7, 0xffff_fffd, 0xffff_fff9}, edgeWords...)
	for range 200 {
		o := divOps[rng.IntN(len(divOps))]
		a, b := words[rng.IntN(len(words))], words[rng.IntN(len(words))]
		f := newForge(t, c, o.op, a, b)
		unsigned := o.op == rv.DIVU || o.op == rv.REMU
		right, _ := divide(a, b, unsigned)
		for _, q := range []uint32{right, right + 1, right - 1, -right, right ^ 1<<31, ^right, words[rng.IntN(len(words))], rng.Uint32()} {
			accepted := 0
			for choice := range uint32(64) {
				f.fill(func(w columns) { forgeChoice(chip, w, o.op, a, b, q, choice) })
				if _, err := c.verdict(f.row); err == nil {
					accepted++
				}
			}
			if want := int(bit(q == right)); accepted != want {
				t.Errorf("%v of %#x and %#x: quotient %#x, remainder %#x: %d choices accepted, want %d", o.op, a, b, q, a-q*b, accepted, want)
			}
		}
	}
}

// forgeChoice writes a division with quotient q; the bits of choice are its signs and flags.
func forgeChoice(chip *rv32im.Div, w columns, op rv.Op, a, b, q, choice uint32) {
	r := a - q*b
	w.bytes(chip.Quotient[:], 0, q)
	w.word(chip.Remainder, 0, r)
	w.word(chip.Result, 0, q)
	if op == rv.REM || op == rv.REMU {
		w.word(chip.Result, 0, r)
	}
	var signs [6]int64
	for i, col := range []air.Col{chip.SignA, chip.SignB, chip.SignQuotient, chip.SignRemainder, chip.ByZero, chip.Overflow} {
		signs[i] = int64(choice >> i & 1)
		w.set(col, 0, choice>>i&1)
	}
	number := func(v uint32, sign int64) operand {
		o := newOperand(v, false)
		o.hi -= sign << 16
		o.bytes[3] -= sign << 8
		return o
	}
	n, d, m := number(a, signs[0]), number(b, signs[1]), number(r, signs[3])
	offset := int64(32768)
	if op == rv.DIVU || op == rv.REMU {
		offset = 256
	}
	s := partialProducts(d, number(q, signs[2]))
	k := w.carry(chip.Carry[0], 0, s[0]+m.lo-n.lo, 256)
	k = w.carry(chip.Carry[1], 0, s[1]+k, 0)
	k = w.carry(chip.Carry[2], 0, s[2]+k+m.hi-n.hi, offset)
	w.carry(chip.Carry[3], 0, s[3]+k, 32768)
	w.distance(chip, 0, b, r, signs[1] != 0, signs[3] != 0)
}
