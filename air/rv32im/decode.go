package rv32im

import (
	"fmt"

	"github.com/orrery/orrery/air"
)

// Decode is the chip of executed code words: one in each row, whatever the number of its
// executions.
type Decode struct {
	layout air.Layout
	PC     air.Col
	Mult   air.Col
	Bit    [32]air.Col

	// One of these is 1 on a live row: the instruction's form. A word of the form may
	// still be illegal.
	Lui, Auipc, Jal, JalMisaligned, Jalr air.Col
	Branch, Load, Store                  air.Col
	Imm, ShiftImm, Reg, Fence, System    air.Col
	Unknown                              air.Col

	// Products of the bits of funct3.
	F01, F02, F12, F012 air.Col

	NoAlt            air.Col
	Unknowns         [5]air.Col
	Excess           air.Col
	ExcessInv        air.Col
	Exact            air.Col
	Illegal          air.Col
	Num, Op          air.Col
	RdZero, RdInv    air.Col
	Target, TargetHi air.Col
	Carry            air.Col
	Power2, Power    air.Col
	PowerRest        air.Col
	AmountInv        air.Col
	Swap             air.Col
	X                [4]air.Col
	FromStart, ToEnd air.Col
}

// Major opcodes: the low seven bits of a word (RISC-V unprivileged specification, chapter
// "RV32/64G Instruction Set Listings").
const (
	majorLoad   = 0x03
	majorFence  = 0x0f
	majorImm    = 0x13
	majorAuipc  = 0x17
	majorStore  = 0x23
	majorReg    = 0x33
	majorLui    = 0x37
	majorBranch = 0x63
	majorJalr   = 0x67
	majorJal    = 0x6f
	majorSystem = 0x73
)

// codeHiBits bounds the high part of a distance between code words, in units of 2^16.
const codeHiBits = 12

// NewDecode lays the chip out.
func NewDecode() *Decode {
	c := &Decode{}
	l := &c.layout
	c.PC = l.Felt("pc", "address of the word / 4; tied by the memory bus")
	c.Mult = l.Felt("mult", "number of executions")
	for i := range c.Bit {
		c.Bit[i] = l.Bit(fmt.Sprintf("bit%d", i), fmt.Sprintf("bit %d of the word", i))
	}
	c.Lui = l.Bit("lui", "major opcode LUI")
	c.Auipc = l.Bit("auipc", "major opcode AUIPC")
	c.Jal = l.Bit("jal", "major opcode JAL, target a multiple of 4")
	c.JalMisaligned = l.Bit("jal_misaligned", "major opcode JAL, target 2 modulo 4")
	c.Jalr = l.Bit("jalr", "major opcode JALR")
	c.Branch = l.Bit("branch", "major opcode BRANCH")
	c.Load = l.Bit("load", "major opcode LOAD")
	c.Store = l.Bit("store", "major opcode STORE")
	c.Imm = l.Bit("imm", "major opcode OP-IMM, no shift")
	c.ShiftImm = l.Bit("shift_imm", "major opcode OP-IMM, funct3 of a shift")
	c.Reg = l.Bit("reg", "major opcode OP")
	c.Fence = l.Bit("fence", "major opcode MISC-MEM")
	c.System = l.Bit("system", "major opcode SYSTEM")
	c.Unknown = l.Bit("unknown", "another major opcode")
	c.F01 = l.Felt("f01", "bits 0 and 1 of funct3")
	c.F02 = l.Felt("f02", "bits 0 and 2 of funct3")
	c.F12 = l.Felt("f12", "bits 1 and 2 of funct3")
	c.F012 = l.Felt("f012", "bits 0, 1 and 2 of funct3")
	c.NoAlt = l.Felt("no_alt", "0 if bit 25 is 0 and funct3 is that of ADD or SRL, else 1")
	for i := range c.Unknowns {
		c.Unknowns[i] = l.Felt(fmt.Sprintf("unknown%d", i), fmt.Sprintf("unknown times %d differences between the major opcode and known ones", 2*(i+1)))
	}
	c.Excess = l.Felt("excess", "0 if the bits that the form fixes are as they must be")
	c.ExcessInv = l.Felt("excess_inv", "inverse of excess, or 0")
	c.Exact = l.Felt("exact", "1 if excess is 0 on a live row")
	c.Illegal = l.Felt("illegal", "1 if the word is no instruction")
	c.Num = l.Felt("num", "op of the word if it is legal")
	c.Op = l.Felt("op", "op")
	c.RdZero = l.Felt("rd_zero", "1 if the rd field is 0 on a live row")
	c.RdInv = l.Felt("rd_inv", "inverse of the rd field, or 0")
	c.Target = l.Felt("target", "target / 4, rounded down, of branches and JAL")
	c.TargetHi = l.Felt("target_hi", "target / 2^16 rounded down")
	c.Carry = l.Bit("carry", "1 if a target is negative before reduction, or the value of AUIPC not below 2^32")
	c.Power2 = l.Felt("power2", "2^(s mod 4) for an immediate shift by s")
	c.Power = l.Felt("power", "2^(s mod 16) for an immediate shift by s")
	c.PowerRest = l.Felt("power_rest", "2^(16 - s mod 16) for an immediate shift by s")
	c.AmountInv = l.Felt("amount_inv", "inverse of s mod 16 for an immediate shift by s, or 0")
	c.Swap = l.Bit("swap", "1 if the operands of ADD, AND, OR or XOR are exchanged; the prover's choice")
	for i := range c.X {
		c.X[i] = l.Felt(fmt.Sprintf("x%d", i), fmt.Sprintf("argument %d of the op", i))
	}
	c.FromStart = l.Felt("from_start", "(pc - start of the code) / 2^16 rounded down")
	c.ToEnd = l.Felt("to_end", "(end of the code - 1 - pc) / 2^16 rounded down")
	return c
}

// Name is the chip's name.
func (c *Decode) Name() string { return "decode" }

// Columns is the chip's layout.
func (c *Decode) Columns() *air.Layout { return &c.layout }

// decoding holds the expressions that the parts of Define share.
type decoding struct {
	*Decode
	b               *air.Builder
	live            air.Expr
	legal           air.Expr // 1 unless illegal; also 1 on rows that aren't live
	pc              air.Expr
	f               [8]air.Expr // 1 for the value of funct3, degree 1
	rd, rs1, rs2    air.Expr
	targets, values air.Expr // 1 where a target, where a value relative to pc is formed
}

// Define proves, given a live row (one with a form), that the word at pc lies in the code
// and decodes to the op and arguments that ops.go lists, and offers that on the program
// bus any number of times. It takes the word from the memory bus with timestamp 0, so
// before any access, and puts it back with timestamp 1.
//
// Assumes that the public bounds are below 2^28 and the code doesn't begin at address 0.
//
// The word fixes every column but swap: a form implies its major opcode, so that at most one
// form is possible, and unknown implies that no other is; within a form, illegal is computed
// from the word's bits. Where swap may be 1, x1 and x2 are the operands of a commutative
// operation: both orders say the same of the program, so nothing need fix the one.
func (c *Decode) Define(b *air.Builder) {
	d := &decoding{Decode: c, b: b}
	d.pc = b.Col(c.PC)
	d.rd, d.rs1, d.rs2 = d.field(7, 5), d.field(15, 5), d.field(20, 5)
	d.defineForm()
	d.defineFunct3()
	d.defineIllegal()
	d.defineOp()
	d.defineRelative()
	d.defineSwap()
	d.defineArguments()

	lo, hi := d.field(0, 16), d.field(16, 16)
	b.Receive(Memory, d.live, d.pc, lo, hi, b.Nil())
	b.Send(Memory, d.live, d.pc, lo, hi, b.One())
	mult := b.Col(c.Mult)
	b.Zero("only live rows are executed", mult.Mul(d.live.Not()))
	b.Send(Program, mult, d.pc, b.Col(c.Op), b.Col(c.X[0]), b.Col(c.X[1]), b.Col(c.X[2]), b.Col(c.X[3]))

	// Both distances are below 2^28, so that they add up to end - 1 - start as integers.
	d.distance(d.pc.Sub(b.Public(PublicCodeStart)), b.Col(c.FromStart))
	d.distance(b.Public(PublicCodeEnd).Plus(-1).Sub(d.pc), b.Col(c.ToEnd))
}

// distance looks up that v = low + 2^16 hi with low < 2^16 and hi < 2^codeHiBits.
func (d *decoding) distance(v, hi air.Expr) {
	d.b.Receive(Range16, d.live, v.Sub(hi.Scale(limb)))
	d.b.Receive(RangeSmall, d.live, d.b.Int(1<<codeHiBits), hi)
}

func (d *decoding) bit(i int) air.Expr { return d.b.Col(d.Bit[i]) }

// field is the number in n bits of the word from bit lo on. n is at most 30.
func (d *decoding) field(lo, n int) air.Expr {
	sum := d.b.Nil()
	for i := range n {
		sum = sum.Add(d.bit(lo + i).Scale(1 << i))
	}
	return sum
}

// sum adds the columns.
func (d *decoding) sum(cols ...air.Col) air.Expr {
	s := d.b.Nil()
	for _, c := range cols {
		s = s.Add(d.b.Col(c))
	}
	return s
}

// defineForm ties the forms to the major opcode.
func (d *decoding) defineForm() {
	b := d.b
	d.live = d.sum(d.Lui, d.Auipc, d.Jal, d.JalMisaligned, d.Jalr, d.Branch, d.Load, d.Store,
		d.Imm, d.ShiftImm, d.Reg, d.Fence, d.System, d.Unknown)
	b.Bit("at most one form", d.live)
	known := []struct {
		major int64
		forms air.Expr
	}{
		{majorLui, d.sum(d.Lui)},
		{majorAuipc, d.sum(d.Auipc)},
		{majorJal, d.sum(d.Jal, d.JalMisaligned)},
		{majorJalr, d.sum(d.Jalr)},
		{majorBranch, d.sum(d.Branch)},
		{majorLoad, d.sum(d.Load)},
		{majorStore, d.sum(d.Store)},
		{majorImm, d.sum(d.Imm, d.ShiftImm)},
		{majorReg, d.sum(d.Reg)},
		{majorFence, d.sum(d.Fence)},
		{majorSystem, d.sum(d.System)},
	}
	major := d.field(0, 7)
	all, want := b.Nil(), b.Nil()
	for _, k := range known {
		all = all.Add(k.forms)
		want = want.Add(k.forms.Scale(k.major))
	}
	b.Equal("major opcode of the form", all.Mul(major), want)
	// Unknown: the product of all differences, two in each step, is not zero. The last
	// difference is multiplied in where Excess is formed.
	product := b.Col(d.Unknown)
	for i, col := range d.Unknowns {
		x, y := major.Plus(-known[2*i].major), major.Plus(-known[2*i+1].major)
		b.Equal("differences from known opcodes", b.Col(col), product.Mul(x).Mul(y))
		product = b.Col(col)
	}
}

// lastKnown is the opcode whose difference is missing in the last of Unknowns.
const lastKnown = majorSystem

// defineFunct3 ties the products of the bits of funct3, so that its indicators f are of
// degree 1.
func (d *decoding) defineFunct3() {
	b := d.b
	x, y, z := d.bit(12), d.bit(13), d.bit(14)
	xy, xz, yz, xyz := b.Col(d.F01), b.Col(d.F02), b.Col(d.F12), b.Col(d.F012)
	b.Equal("funct3 bits 0 and 1", xy, x.Mul(y))
	b.Equal("funct3 bits 0 and 2", xz, x.Mul(z))
	b.Equal("funct3 bits 1 and 2", yz, y.Mul(z))
	b.Equal("funct3 bits 0 to 2", xyz, xy.Mul(z))
	d.f = [8]air.Expr{
		0: b.One().Sub(b.Sum(x, y, z)).Add(b.Sum(xy, xz, yz)).Sub(xyz),
		1: x.Sub(xy).Sub(xz).Add(xyz),
		2: y.Sub(xy).Sub(yz).Add(xyz),
		3: xy.Sub(xyz),
		4: z.Sub(xz).Sub(yz).Add(xyz),
		5: xz.Sub(xyz),
		6: yz.Sub(xyz),
		7: xyz,
	}
}

// defineIllegal computes illegal from the word.
func (d *decoding) defineIllegal() {
	b, f := d.b, &d.f
	shift := f[1].Add(f[5])
	b.Zero("funct3 of a shift by an immediate", b.Col(d.ShiftImm).Mul(shift.Not()))
	b.Zero("funct3 of no shift", b.Col(d.Imm).Mul(shift))

	// Bits that must be 0. Shifts by an immediate and OP allow bit 30 (SRAI, SUB, SRA)
	// and OP allows bit 25 (multiplication), not both; SYSTEM allows bit 20 (EBREAK).
	b.Equal("no alternative operation", b.Col(d.NoAlt), d.bit(25).Not().Mul(f[0].Add(f[5])).Not())
	bit30 := d.bit(30)
	shiftExcess := d.field(25, 5).Add(d.bit(31).Scale(1 << 5)).Add(bit30.Mul(f[5].Not()).Scale(1 << 6))
	regExcess := d.field(26, 4).Add(d.bit(31).Scale(1 << 4)).Add(bit30.Mul(b.Col(d.NoAlt)).Scale(1 << 5))
	systemExcess := d.field(7, 13).Add(d.field(21, 11).Scale(1 << 13))
	unknown := b.Col(d.Unknowns[len(d.Unknowns)-1]).Mul(d.field(0, 7).Plus(-lastKnown))
	excess, exact, inverse := b.Col(d.Excess), b.Col(d.Exact), b.Col(d.ExcessInv)
	b.Equal("excess", excess, b.Sum(
		b.Col(d.ShiftImm).Mul(shiftExcess),
		b.Col(d.Reg).Mul(regExcess),
		b.Col(d.System).Mul(systemExcess),
		unknown))
	b.Zero("exact implies excess = 0", exact.Mul(excess))
	b.Equal("excess = 0 implies exact", excess.Mul(inverse), d.live.Sub(exact))
	b.Zero("inverse of 0", exact.Mul(inverse))
	b.Zero("an unknown opcode is no known one", b.Col(d.Unknown).Mul(exact))

	illegal := b.Col(d.Illegal)
	b.Equal("illegal", illegal, b.Sum(
		b.Col(d.Unknown),
		d.sum(d.Jalr, d.Fence).Mul(f[0].Not()),
		b.Col(d.Branch).Mul(f[2].Add(f[3])),
		b.Col(d.Load).Mul(b.Sum(f[3], f[6], f[7])),
		b.Col(d.Store).Mul(b.Sum(f[3], f[4], f[5], f[6], f[7])),
		d.sum(d.ShiftImm, d.Reg, d.System).Mul(exact.Not())))
	d.legal = illegal.Not()
}

// pick gives the op for each value of funct3.
func (d *decoding) pick(ops map[int]int64) air.Expr {
	s := d.b.Nil()
	for i, f := range d.f {
		s = s.Add(f.Scale(ops[i]))
	}
	return s
}

// defineOp computes the op. Where the word is illegal, num is of no consequence.
func (d *decoding) defineOp() {
	b, f := d.b, &d.f
	base := d.pick(map[int]int64{0: OpAdd, 1: OpSll, 2: OpSlt, 3: OpSltu, 4: OpXor, 5: OpSrl, 6: OpOr, 7: OpAnd})
	mul := d.pick(map[int]int64{0: OpMul, 1: OpMulh, 2: OpMulhsu, 3: OpMulhu, 4: OpDiv, 5: OpDivu, 6: OpRem, 7: OpRemu})
	alt := f[0].Scale(OpSub - OpAdd).Add(f[5].Scale(OpSra - OpSrl))
	reg := base.Add(d.bit(25).Mul(mul.Sub(base))).Add(d.bit(30).Mul(alt))

	// Ops of immediate shifts come in pairs, by less than 16 and by more.
	shift := f[1].Scale(OpSlliLow).Add(f[5].Scale(OpSrliLow)).
		Add(d.bit(24).Scale(OpSlliHigh - OpSlliLow)).
		Add(d.bit(30).Scale(OpSraiLow - OpSrliLow))

	num := b.Col(d.Num)
	b.Equal("op of a legal word", num, b.Sum(
		d.sum(d.Lui, d.Auipc, d.Jal, d.Fence).Scale(OpConst),
		b.Col(d.JalMisaligned).Scale(OpJalMisaligned),
		b.Col(d.Jalr).Scale(OpJalr),
		b.Col(d.Branch).Mul(d.pick(map[int]int64{0: OpBeq, 1: OpBne, 4: OpBlt, 5: OpBge, 6: OpBltu, 7: OpBgeu})),
		b.Col(d.Load).Mul(d.pick(map[int]int64{0: OpLb, 1: OpLh, 2: OpLw, 4: OpLbu, 5: OpLhu})),
		b.Col(d.Store).Mul(d.pick(map[int]int64{0: OpSb, 1: OpSh, 2: OpSw})),
		b.Col(d.Imm).Mul(d.pick(map[int]int64{0: OpAddi, 2: OpSlti, 3: OpSltiu, 4: OpXori, 6: OpOri, 7: OpAndi})),
		b.Col(d.ShiftImm).Mul(shift),
		b.Col(d.Reg).Mul(reg),
		b.Col(d.System).Mul(d.bit(20).Scale(OpEbreak-OpEcall).Plus(OpEcall))))
	b.Equal("op", b.Col(d.Op), d.legal.Mul(num).Add(b.Col(d.Illegal).Scale(OpIllegal)))
}

// defineRelative forms what is relative to pc: targets, the value of AUIPC, and the link
// of JAL, all modulo 2^32.
func (d *decoding) defineRelative() {
	b, c := d.b, d.Decode
	carry, target, targetHi := b.Col(c.Carry), b.Col(c.Target), b.Col(c.TargetHi)
	jal := d.sum(c.Jal, c.JalMisaligned)
	d.targets = jal.Add(b.Col(c.Branch))
	d.values = d.sum(c.Jal, c.Auipc)
	b.Zero("carry only where there is one", carry.Mul(d.targets.Add(b.Col(c.Auipc)).Not()))

	// Bit 1 of the immediate tells whether the target is a multiple of 4, as pc is.
	b.Zero("JAL: aligned", b.Col(c.Jal).Mul(d.bit(21)))
	b.Zero("JAL: misaligned", b.Col(c.JalMisaligned).Mul(d.bit(21).Not()))

	// Target: pc/4 is below 2^28 and the immediate/4 at least -2^18 and below 2^18, so
	// their sum or their sum plus 2^30, not both, is between 0 and 2^30.
	branchImm := d.field(9, 3).Add(d.field(25, 6).Scale(1 << 3)).Add(d.bit(7).Scale(1 << 9)).Sub(d.bit(31).Scale(1 << 10))
	jalImm := d.field(22, 9).Add(d.bit(20).Scale(1 << 9)).Add(d.field(12, 8).Scale(1 << 10)).Sub(d.bit(31).Scale(1 << 18))
	wrapped := d.pc.Add(carry.Scale(1 << 30))
	b.Equal("target", target, b.Col(c.Branch).Mul(wrapped.Add(branchImm)).Add(jal.Mul(wrapped.Add(jalImm))))
	b.Zero("no target", targetHi.Mul(d.targets.Not()))
	b.Receive(Range16, d.targets, target.Sub(targetHi.Scale(limb)))
	b.Receive(RangeSmall, d.targets, b.Int(1<<14), targetHi)

	// Value, a multiple of 4: value/4 = x1/4 + 2^14 x2 with x1/4 < 2^14 and x2 < 2^16 is
	// below 2^30. For JAL it is pc/4 + 1. For AUIPC it is s = pc/4 + 2^10 imm, less than
	// 2^28 + 2^30 < p, or s - 2^30; if that is negative, it is p + s - 2^30 in the field,
	// not below 2^30 because s is at least pc/4, which isn't 0. So only one carry fits.
	x1, x2 := b.Col(c.X[1]), b.Col(c.X[2])
	b.Equal("value relative to pc",
		d.values.Mul(x1.Scale(quarter).Add(x2.Scale(1<<14)).Sub(d.pc)),
		b.Col(c.Jal).Add(b.Col(c.Auipc).Mul(d.field(12, 20).Scale(1<<10).Sub(carry.Scale(1<<30)))))
	b.Receive(RangeSmall, d.values, b.Int(1<<14), x1.Scale(quarter))
	b.Receive(Range16, d.values, x2)
}

// defineSwap allows swap on legal words of ADD, AND, OR and XOR only. Bit 25 tells these from
// multiplications, bit 30 ADD from SUB.
func (d *decoding) defineSwap() {
	b, f, swap := d.b, &d.f, d.b.Col(d.Swap)
	b.Zero("swap: form", swap.Mul(b.Col(d.Reg).Not()))
	b.Zero("swap: legal", swap.Mul(b.Col(d.Illegal)))
	b.Zero("swap: funct3", swap.Mul(b.Sum(f[0], f[4], f[6], f[7]).Not()))
	b.Zero("swap: bit 25", swap.Mul(d.bit(25)))
	b.Zero("swap: bit 30", swap.Mul(d.bit(30)))
}

// defineArguments computes x0 to x3.
func (d *decoding) defineArguments() {
	b, c := d.b, d.Decode
	col := b.Col
	rdZero, rdInv := col(c.RdZero), col(c.RdInv)
	b.Zero("rd is zero", rdZero.Mul(d.rd))
	b.Equal("rd is not zero", d.rd.Mul(rdInv), d.live.Sub(rdZero))
	b.Zero("inverse of rd = 0", rdZero.Mul(rdInv))
	rd := d.rd.Add(rdZero.Scale(JunkRegister))

	sign := d.bit(31)
	immHi := sign.Scale(limb - 1)
	immTop := sign.Scale(limb - 1<<11) // bits 11 to 15 of an immediate of 12 bits
	immI := d.field(20, 11).Add(immTop)
	immS := d.field(7, 5).Add(d.field(25, 6).Scale(1 << 5)).Add(immTop)

	w, aligned := d.defineShift()
	// Aligned shifts have 2^15 in place of 1 or 2^16. Their bit is x3, 0 if illegal.
	replaced := d.bit(14).Scale(1 - limb).Plus(1<<15 - 1)

	upper := d.sum(c.Lui, c.Auipc)
	illegal, legal, next := col(c.Illegal), d.legal, d.pc.Plus(1)
	writes := d.sum(c.Jalr, c.Load, c.Imm, c.ShiftImm, c.Reg)
	withImm := d.sum(c.Jalr, c.Load, c.Imm)
	b.Equal("x0", col(c.X[0]), b.Sum(
		illegal.Mul(d.field(0, 16)),
		upper.Add(col(c.Jal)).Mul(rd),
		col(c.JalMisaligned).Mul(col(c.Target)),
		legal.Mul(b.Sum(
			writes.Mul(rd),
			col(c.Branch).Mul(d.rs1),
			col(c.Store).Mul(d.rs2),
			col(c.Fence).Scale(JunkRegister)))))
	exchange := col(c.Swap).Mul(d.rs2.Sub(d.rs1))
	// The equations of x1 and x2 leave the values relative to pc free.
	b.Equal("x1", d.values.Not().Mul(col(c.X[1])), b.Sum(
		illegal.Mul(d.field(16, 16)),
		col(c.Lui).Mul(d.field(12, 4).Scale(1<<12)),
		legal.Mul(b.Sum(
			writes.Add(col(c.Store)).Mul(d.rs1),
			col(c.Branch).Mul(d.rs2))),
		exchange))
	b.Equal("x2", d.values.Not().Mul(col(c.X[2])), b.Sum(
		col(c.Lui).Mul(d.field(16, 16)),
		legal.Mul(b.Sum(
			withImm.Mul(immI),
			col(c.Store).Mul(immS),
			col(c.Reg).Mul(d.rs2),
			col(c.Branch).Mul(col(c.Target)),
			w)),
		col(c.ShiftImm).Mul(col(c.X[3])).Mul(replaced)).Sub(exchange))
	b.Equal("x3", col(c.X[3]), b.Sum(
		upper.Mul(next),
		col(c.Jal).Mul(col(c.Target)),
		legal.Mul(b.Sum(
			withImm.Add(col(c.Store)).Mul(immHi),
			col(c.Branch).Mul(d.bit(8)),
			col(c.Fence).Mul(next),
			aligned))))
}

// defineShift computes, for shifts by an immediate, w as ops.go gives it but for aligned
// ones, and the bit of those, whose amount is 0 or 16. Both are 0 elsewhere and of degree 2.
func (d *decoding) defineShift() (w, aligned air.Expr) {
	b, c := d.b, d.Decode
	shift, power2, power, rest := b.Col(c.ShiftImm), b.Col(c.Power2), b.Col(c.Power), b.Col(c.PowerRest)
	factor := func(i int, v int64) air.Expr { return d.bit(i).Scale(v - 1).Plus(1) }
	b.Equal("shift amount, bits 0 and 1", power2, shift.Mul(factor(20, 1<<1)).Mul(factor(21, 1<<2)))
	b.Equal("shift amount, bits 2 and 3", power, power2.Mul(factor(22, 1<<4)).Mul(factor(23, 1<<8)))
	b.Equal("rest of the shift", power.Mul(rest), shift.Scale(limb))
	b.Zero("no shift", rest.Mul(shift.Not()))

	amount, inverse := d.field(20, 4), b.Col(c.AmountInv)
	aligned = shift.Sub(amount.Mul(inverse))
	b.Zero("amount of an aligned shift", amount.Mul(aligned))
	b.Zero("inverse of amount = 0", inverse.Mul(aligned))
	b.Zero("inverse of no amount", inverse.Mul(shift.Not()))
	return power.Add(d.bit(14).Mul(rest.Sub(power))), aligned
}
