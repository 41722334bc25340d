package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

const (
	testCodeStart = 0x0001_0000
	testCodeEnd   = 0x4000_0000
)

// decodeChip is the chip with code from testCodeStart to testCodeEnd.
func decodeChip(t testing.TB) (*rv32im.Decode, factChip) {
	publics := make([]field.M31, rv32im.NumPublics)
	publics[rv32im.PublicCodeStart] = testCodeStart / 4
	publics[rv32im.PublicCodeEnd] = testCodeEnd / 4
	c := rv32im.NewDecode()
	return c, compileFacts(t, c, publics)
}

// decodeRow fills the row of a word that is executed three times.
func decodeRow(t testing.TB, c *rv32im.Decode, f factChip, pc, word uint32) []field.M31 {
	row := f.write(t, func(w columns, r int) { fillDecode(c, w, r, pc, word, f.publics) })
	row[c.Mult] = 3
	return row
}

// decodeDemands is what the row must send and take; the instruction comes from rv.Decode, in
// the order of rv.Code.
func decodeDemands(pc, word uint32) links {
	l := links{}
	l.add(received(rv32im.Memory, pc/4, word&0xffff, word>>16, 0))
	l.add(sent(rv32im.Memory, pc/4, word&0xffff, word>>16, 1))
	op, x := programOp(pc, rv.Decode(word).Ordered())
	m := sent(rv32im.Program, pc/4, op, x[0], x[1], x[2], x[3])
	m.Mult = 3
	l.add(m)
	return l
}

// decodeWords has all combinations of major opcode, funct3 and funct7 that matter, with
// random other bits, words at the limits of immediates, and random words.
func decodeWords(rng *rand.Rand) []uint32 {
	var words []uint32
	for major := range uint32(128) {
		known := slices.Contains(knownOpcodes[:], major)
		for funct3 := range uint32(8) {
			for funct7 := range uint32(128) {
				if !known && funct7%41 != 0 {
					continue
				}
				rest := rng.Uint32() & (0x1f<<7 | 0x3ff<<15)
				if rng.IntN(4) == 0 {
					rest &^= 0x1f << 7 // rd = 0
				}
				words = append(words, funct7<<25|funct3<<12|major|rest)
			}
		}
	}
	for _, major := range knownOpcodes {
		for range 200 {
			words = append(words, rng.Uint32()&^0x7f|major)
		}
		for _, top := range []uint32{0, 1, 1 << 24, 1<<24 - 1, 1<<25 - 1, 0xff_f800, 0x100_0000} {
			words = append(words, top<<7|major)
		}
	}
	for s := range uint32(32) { // shifts by an immediate
		for _, op := range []uint32{0x1013, 0x5013, 0x4000_5013} {
			words = append(words, op|s<<20|rng.Uint32()&0xf_8f80)
		}
	}
	words = append(words, 0, 1, 0xffff_ffff, 0x73, 0x0010_0073, 0x0020_0073, 0x0000_00f3, 0x3020_0073, 0x8000_0073, 0x0010_1073, 0x0000_100f, 0x0ff0_000f)
	for range 1000 {
		words = append(words, rng.Uint32())
	}
	return words
}

// freeSwap is the column swap where it is of no consequence: both operands are one register.
func freeSwap(c *rv32im.Decode, word uint32) []air.Col {
	if word>>15&31 == word>>20&31 {
		return []air.Col{c.Swap}
	}
	return nil
}

// TestDecodeSwap: the words of four operations can be read in two orders, and no other word.
// The row that is built has the order of rv.Code.
func TestDecodeSwap(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	exchange := func(row []field.M31) {
		row[c.Swap] = field.M31(1).Sub(row[c.Swap])
		row[c.X[1]], row[c.X[2]] = row[c.X[2]], row[c.X[1]]
	}
	for _, op := range []rv.Op{rv.ADD, rv.AND, rv.OR, rv.XOR} {
		for _, r := range [][3]uint8{{5, 6, 7}, {5, 5, 7}, {5, 6, 5}, {5, 0, 5}, {5, 5, 5}, {0, 6, 0}, {0, 0, 6}} {
			word := rvtest.R(op, r[0], r[1], r[2])
			what := rv.Disassemble(pc, rv.Decode(word))
			row := decodeRow(t, c, f, pc, word)
			f.honest(t, what, row, decodeDemands(pc, word))
			if want := r[2] == 5 && r[1] != 5; want != (row[c.Swap] == 1) {
				t.Errorf("%s: swap = %d", what, row[c.Swap])
			}
			x := row[c.X[2]]
			exchange(row)
			if _, err := f.verdict(row); err != nil || row[c.X[1]] != x {
				t.Errorf("%s, exchanged: %v", what, err)
			}
			// One without the other.
			if row[c.X[1]] != row[c.X[2]] {
				row[c.X[1]], row[c.X[2]] = row[c.X[2]], row[c.X[1]]
				f.rejects(t, row, "x1")
				row[c.X[1]] = row[c.X[2]]
				f.rejects(t, row, "x")
			}
			// In part.
			row = decodeRow(t, c, f, pc, word)
			d := row[c.X[2]].Sub(row[c.X[1]])
			row[c.Swap] = row[c.Swap].Add(2)
			row[c.X[1]], row[c.X[2]] = row[c.X[1]].Add(d.Double()), row[c.X[2]].Sub(d.Double())
			f.rejects(t, row, "swap")
		}
	}
}

// TestAttackDecodeSwap: exchanged operands of other operations make another result.
func TestAttackDecodeSwap(t *testing.T) {
	c, f := decodeChip(t)
	const pc = testCodeStart + 400
	forged := func(word uint32, name string) {
		t.Helper()
		row := decodeRow(t, c, f, pc, word)
		d := field.FromInt64(int64(word>>20&31) - int64(word>>15&31))
		row[c.Swap] = 1
		row[c.X[1]], row[c.X[2]] = row[c.X[1]].Add(d), row[c.X[2]].Sub(d)
		f.rejectsOnly(t, row, name)
	}
	forged(rvtest.R(rv.SUB, 5, 6, 7), "swap: bit 30")
	for _, op := range []rv.Op{rv.SLL, rv.SRL, rv.SLT, rv.SLTU} {
		forged(rvtest.R(op, 5, 6, 7), "swap: funct3")
	}
	for _, op := range []rv.Op{rv.MUL, rv.DIV, rv.REM, rv.REMU} { // with the values of funct3
		forged(rvtest.R(op, 5, 6, 7), "swap: bit 25")
	}
	forged(rvtest.R(rv.ADD, 5, 6, 7)|1<<26, "swap: legal")
	forged(rvtest.R(rv.AND, 5, 6, 7)|1<<31, "swap: legal")
	for _, word := range []uint32{
		rvtest.I(rv.ADDI, 5, 6, 7), rvtest.I(rv.ORI, 5, 6, 7), rvtest.B(rv.BEQ, 6, 7, 8), rvtest.B(rv.BLT, 6, 7, 8),
		rvtest.S(rv.SB, 7, 8, 6), rvtest.I(rv.LB, 5, 6, 7), rvtest.I(rv.LBU, 5, 6, 7), rvtest.I(rv.JALR, 5, 6, 7),
		rvtest.Encode(rv.LUI, 5, 0, 0, 0x0073_0000),
	} {
		forged(word, "swap: form")
	}
	for _, word := range []uint32{rvtest.R(rv.SRA, 5, 6, 7), rvtest.R(rv.MULH, 5, 6, 7), rvtest.R(rv.DIVU, 5, 6, 7)} {
		row := decodeRow(t, c, f, pc, word)
		row[c.Swap], row[c.X[1]], row[c.X[2]] = 1, row[c.X[2]], row[c.X[1]]
		f.rejects(t, row, "swap: funct3")
	}
	dead := make([]field.M31, len(f.air.Main))
	dead[c.Swap] = 1
	f.rejectsOnly(t, dead, "swap: form")
}

// decodePC is a word of the code, often at its borders.
func decodePC(rng *rand.Rand) uint32 {
	switch rng.IntN(6) {
	case 0:
		return testCodeStart + 4*rng.Uint32N(0x400)
	case 1:
		return testCodeEnd - 4 - 4*rng.Uint32N(0x400)
	}
	return testCodeStart + rng.Uint32N(testCodeEnd-testCodeStart)&^3
}

// TestDecode compares the chip with rv.Decode.
func TestDecode(t *testing.T) {
	c, f := decodeChip(t)
	f.padding(t)
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[uint32]int{}
	for i, word := range decodeWords(rng) {
		pc := decodePC(rng)
		what := fmt.Sprintf("%#x: %#08x (%s)", pc, word, rv.Disassemble(pc, rv.Decode(word)))
		row := decodeRow(t, c, f, pc, word)
		f.honest(t, what, row, decodeDemands(pc, word))
		op := uint32(row[c.Op])
		if seen[op]++; seen[op] < 12 || i%997 == 0 {
			f.mutate(t, what, row, rng, freeSwap(c, word)...)
		}
		if t.Failed() {
			return
		}
	}
	for op := range uint32(rv32im.NumOps) {
		if seen[op] == 0 {
			t.Errorf("no word of op %d", op)
		}
	}
}

// TestDecodeForgedForm gives words other forms, with everything else adapted as well as
// can be: a legal word must not pass for an illegal one or for another instruction, nor
// the reverse.
func TestDecodeForgedForm(t *testing.T) {
	c, f := decodeChip(t)
	rng := rand.New(rand.NewPCG(3, 4))
	words := decodeWords(rng)
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	for _, word := range words[:1500] {
		pc := decodePC(rng)
		honest := decodeRow(t, c, f, pc, word)
		form := decodeForm(c, word)
		for _, other := range decodeForms(c) {
			if other == form {
				continue
			}
			row := slices.Clone(honest)
			row[form], row[other] = 0, 1
			repairDecode(c, row)
			if got, err := f.verdict(row); err == nil {
				t.Fatalf("%#08x of form %s passes for %s: %v", word, f.air.Main[form].Name, f.air.Main[other].Name, got)
			}
		}
		// Claim that a legal word is illegal, or the reverse, within its form.
		row := slices.Clone(honest)
		row[c.Illegal] = field.M31(1).Sub(row[c.Illegal])
		repairDecode(c, row)
		if _, err := f.verdict(row); err == nil {
			t.Fatalf("%#08x: illegal = %d passes", word, row[c.Illegal])
		}
		// Both forms at once, and none.
		row = slices.Clone(honest)
		row[form] = 0
		if got, err := f.verdict(row); err == nil && len(got) != 0 {
			t.Fatalf("%#08x without form sends %v", word, got)
		}
		row[form], row[c.Unknown] = 1, 1
		if form != c.Unknown {
			f.rejects(t, row, "at most one form")
		}
	}
}

// repairDecode recomputes the columns that a cheating prover would adapt to a forged form:
// those of legality, from the forms in the row.
func repairDecode(c *rv32im.Decode, row []field.M31) {
	var word uint32
	for i, col := range c.Bit {
		word |= uint32(row[col]) << i
	}
	w := make(columns, len(row))
	for i := range w {
		w[i] = []field.M31{row[i]}
	}
	for _, form := range decodeForms(c) {
		if row[form] == 1 {
			fillLegality(c, w, 0, form, word)
		}
	}
	for _, col := range append([]air.Col{c.Excess, c.ExcessInv, c.Exact}, c.Unknowns[:]...) {
		row[col] = w[col][0]
	}
	row[c.Op] = row[c.Num].Mul(field.M31(1).Sub(row[c.Illegal]))
	if row[c.Illegal] == 1 {
		row[c.X[0]], row[c.X[1]], row[c.X[2]], row[c.X[3]] = field.M31(word&0xffff), field.M31(word>>16), 0, 0
	}
}

// TestDecodeOutsideCode: words outside the code are not executed, nor is a pc that wraps.
func TestDecodeOutsideCode(t *testing.T) {
	c, f := decodeChip(t)
	const word = 0x0000_0013
	for _, pc := range []uint32{testCodeStart - 4, 0, testCodeEnd, testCodeEnd + 4, 0x8000_0000, 0xffff_fffc} {
		row := f.write(t, func(w columns, r int) { fillDecode(c, w, r, pc, word, f.publics) })
		for _, hi := range []field.M31{row[c.FromStart], 0, 1<<12 - 1} {
			row[c.FromStart] = hi
			f.rejects(t, row, "")
		}
	}
	// A program with one word of code.
	f.publics[rv32im.PublicCodeEnd] = testCodeStart/4 + 1
	f.honest(t, "only word", decodeRow(t, c, f, testCodeStart, word), decodeDemands(testCodeStart, word))
	row := f.write(t, func(w columns, r int) { fillDecode(c, w, r, testCodeStart+4, word, f.publics) })
	f.rejects(t, row, "range-small")
}

// TestDecodeTargetAlias is attack 7: a target or a value relative to pc that is right
// modulo p only.
func TestDecodeTargetAlias(t *testing.T) {
	c, f := decodeChip(t)
	auipc := decodeRow(t, c, f, 0x3fff_fff0, 0xffff_f097) // auipc x1, 0xfffff
	auipc[c.Carry] = 0
	f.rejects(t, auipc, "")
	v := (uint64(0x3fff_fff0) + 0xffff_f000) / 4 % field.P // value / 4 without the carry, modulo p
	auipc[c.X[1]], auipc[c.X[2]] = field.M31(v&(1<<14-1)*4), field.M31(v>>14)
	f.rejects(t, auipc, "range16")

	low := decodeRow(t, c, f, testCodeStart, 0x0000_0097) // auipc x1, 0
	low[c.Carry] = 1
	v = (testCodeStart/4 + field.P - 1<<30) % field.P
	low[c.X[1]], low[c.X[2]] = field.M31(v&(1<<14-1)*4), field.M31(v>>14)
	f.rejects(t, low, "range16")

	jal := decodeRow(t, c, f, testCodeStart, 0x8000_00ef) // jal x1, -2^20: below 0
	jal[c.Carry] = 0
	f.rejects(t, jal, "target")
	target := field.M31(testCodeStart / 4).Sub(1 << 18)
	jal[c.Target], jal[c.X[3]], jal[c.TargetHi] = target, target, target>>16
	f.rejects(t, jal, "range-small")
}

// TestDecodeRepeats: a word that is taken from the memory bus with timestamp 0 can't be
// taken again, so a second row for a word doesn't balance.
func TestDecodeRepeats(t *testing.T) {
	c, f := decodeChip(t)
	row := decodeRow(t, c, f, testCodeStart, 0x13)
	b := check.NewBalance()
	b.Add(sent(rv32im.Memory, testCodeStart/4, 0x13, 0, 0), "page")
	b.Add(received(rv32im.Memory, testCodeStart/4, 0x13, 0, 1), "page")
	row[c.Mult] = 0
	for i := range 2 {
		for _, m := range check.Messages(f.air, row, nil, f.publics) {
			if m.Bus.ID == rv32im.Memory.ID {
				b.Add(m, "decode")
			}
		}
		if err := b.Err(); (err == nil) != (i == 0) {
			t.Errorf("%d rows: %v", i+1, err)
		}
	}
}
