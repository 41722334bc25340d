package trace

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// Helpers for testing one row of a chip: what a fill function writes must satisfy the
// constraints, look up true facts only, and send exactly what the instruction demands
// (checkHonest); no cell may be changed without one of these failing (checkMutations); and
// a forged row must fail in the way that the test names (forged).

// edgeWords are the operands that every instruction is tested with.
var edgeWords = []uint32{
	0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x1_0001, 0x7fff_0000, 0x7fff_fffe,
	0x7fff_ffff /* p */, 0x8000_0000 /* p + 1 */, 0x8000_0001, 0xffff_0000, 0xffff_8000, 0xffff_fffe, 0xffff_ffff,
}

// linkedBuses are those whose messages say what an instruction does. Their multiset on a
// row is compared with what the test demands.
func linked(bus air.Bus) bool { return !rv32im.IsLookup(bus) }

// testChip is a chip with its fill function.
type testChip struct {
	air     *air.AIR
	fill    func(w columns, rows []Row)
	inPlace bool // of instructions whose rd is rs1
}

// compileChip compiles a chip. fill writes rows of it.
func compileChip(t testing.TB, c air.Chip, fill func(w columns, rows []Row)) testChip {
	t.Helper()
	a, err := air.Compile(c, rv32im.NumPublics)
	if err != nil {
		t.Fatal(err)
	}
	return testChip{a, fill, strings.HasSuffix(a.Name, "-in-place")}
}

// checkCost compares the cells of a row with a budget, so that growth is noticed.
func (c testChip) checkCost(t *testing.T, cells int) {
	t.Helper()
	if got := c.air.Cells(); got != cells {
		t.Errorf("chip %s: %d cells a row (%d columns, %d messages), want %d",
			c.air.Name, got, len(c.air.Main), len(c.air.Messages), cells)
	}
}

// checkPadding checks that a row of zeros satisfies the constraints and sends nothing.
func (c testChip) checkPadding(t *testing.T) {
	t.Helper()
	row := make([]field.M31, len(c.air.Main))
	publics := testPublics()
	if err := check.Row(c.air, row, nil, publics); err != nil {
		t.Error(err)
	}
	if m := check.Messages(c.air, row, nil, publics); len(m) != 0 {
		t.Errorf("chip %s: padding sends %v", c.air.Name, m)
	}
}

// row fills one row, on top of two kinds of garbage, so that a cell which the fill
// function leaves as it was shows.
func (c testChip) row(t testing.TB, x *Row) []field.M31 {
	t.Helper()
	const row, height = 1, 3
	poisoned := func(poison field.M31) columns {
		w, block := make(columns, len(c.air.Main)), make(columns, len(c.air.Main))
		for i := range w {
			w[i] = []field.M31{poison, poison, poison}
			block[i] = w[i][row:][:1]
		}
		c.fill(block, []Row{*x})
		for i := range w {
			for r := range height {
				if r != row && w[i][r] != poison {
					t.Fatalf("chip %s: filling row %d wrote column %s of row %d", c.air.Name, row, c.air.Main[i].Name, r)
				}
			}
		}
		return w
	}
	first, second := poisoned(0x1234_5678), poisoned(0x2345_6789)
	out := make([]field.M31, len(first))
	for i := range first {
		if first[i][row] != second[i][row] {
			t.Fatalf("chip %s: column %s is not written", c.air.Name, c.air.Main[i].Name)
		}
		out[i] = first[i][row]
	}
	return out
}

// testPublics is a vector of public values for chips that read some.
func testPublics() []field.M31 {
	v := make([]field.M31, rv32im.NumPublics)
	for i := range v {
		v[i] = field.M31(i)
	}
	return v
}

// verdict evaluates a row: the error names a violated constraint or a look-up of something
// false; if there is none, it gives the multiset of messages on the linked buses.
func (c testChip) verdict(row []field.M31) (links, error) {
	publics := testPublics()
	if err := check.Row(c.air, row, nil, publics); err != nil {
		return nil, err
	}
	out := links{}
	for _, m := range check.Messages(c.air, row, nil, publics) {
		if linked(m.Bus) {
			out.add(m)
			continue
		}
		if m.Mult != field.M31(1).Neg() || !rv32im.Holds(m.Bus, m.Tuple) {
			return nil, fmt.Errorf("false look-up: %s%v, multiplicity %d", m.Bus.Name, m.Tuple, m.Mult)
		}
	}
	return out, nil
}

// links is a multiset of messages: multiplicities by bus and tuple.
type links map[string]field.M31

func (l links) add(m check.Message) {
	k := fmt.Sprint(m.Bus.Name, m.Tuple)
	if l[k] = l[k].Add(m.Mult); l[k] == 0 {
		delete(l, k)
	}
}

// diff lists what is in one multiset only; "" if they are equal.
func (l links) diff(want links) string {
	var lines []string
	for k, m := range l {
		if want[k] != m {
			lines = append(lines, fmt.Sprintf("has %d of %s", signed(m), k))
		}
	}
	for k, m := range want {
		if l[k] != m {
			lines = append(lines, fmt.Sprintf("wants %d of %s", signed(m), k))
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "; ")
}

func signed(v field.M31) int64 {
	if v > 1<<30 {
		return int64(v) - (1<<31 - 1)
	}
	return int64(v)
}

// checkHonest fills a row and checks it: constraints, look-ups, and that it sends and
// takes exactly the messages in want.
func (c testChip) checkHonest(t testing.TB, x *Row, want links) []field.M31 {
	t.Helper()
	row := c.row(t, x)
	got, err := c.verdict(row)
	if err != nil {
		t.Fatalf("%s: %v", describe(x), err)
	}
	if d := got.diff(want); d != "" {
		t.Fatalf("%s: %s", describe(x), d)
	}
	return row
}

// checkMutations changes each cell of an honest row to several values; each change must
// violate a constraint, look up something false, or change the messages on linked buses.
func (c testChip) checkMutations(t testing.TB, x *Row, rng *rand.Rand, row []field.M31) {
	t.Helper()
	honest, err := c.verdict(row)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range row {
		for _, w := range []field.M31{v.Add(1), v.Sub(1), 0, 1, field.M31(1).Neg(), v.Add(1 << 16), v.Add(1 << 8), field.New(rng.Uint64())} {
			if w == v {
				continue
			}
			row[i] = w
			if got, err := c.verdict(row); err == nil && got.diff(honest) == "" {
				t.Errorf("%s: column %s can be %d instead of %d", describe(x), c.air.Main[i].Name, w, v)
			}
		}
		row[i] = v
	}
}

// checkForged checks that a row which claims something false fails with a message that
// contains what.
func (c testChip) checkForged(t testing.TB, row []field.M31, what string) {
	t.Helper()
	_, err := c.verdict(row)
	if err == nil {
		t.Errorf("chip %s accepts the forged row", c.air.Name)
	} else if !strings.Contains(err.Error(), what) {
		t.Errorf("chip %s: %v, want an error with %q", c.air.Name, err, what)
	}
}

func describe(x *Row) string {
	return fmt.Sprintf("%s, a = %#x, b = %#x", rv.Disassemble(x.PC, x.Inst), x.A, x.B)
}

// newRow is an instruction at a random place and time, with operands a and b and random
// previous accesses that a chip can bridge without a refresh.
func newRow(rng *rand.Rand, inst rv.Inst, a, b uint32) *Row {
	clk := 1<<15 + rng.Uint32N(1<<26-1<<15)
	before := func(slot uint32) uint32 {
		gap := rng.Uint32N(1 << 16)
		switch rng.IntN(8) {
		case 0:
			gap = 0
		case 1:
			gap = 1<<16 - 1
		}
		return 4*clk + slot - 1 - gap
	}
	x := &Row{
		Record: exec.Record{
			PC: 4 * rng.Uint32N(1<<28), A: a, B: b, Old: rng.Uint32(),
			TsA: before(rv32im.SlotRs1), TsB: before(rv32im.SlotRs2), TsD: before(rv32im.SlotRd),
		},
		Inst: inst,
		Clk:  clk,
	}
	if inst.Op.ReadsRs2() && inst.Rs1 == inst.Rs2 {
		x.B, x.TsB = a, 4*clk+rv32im.SlotRs1
	}
	return x
}

// placed moves the previous accesses of a row whose rd is rs1 to where a chip in place has
// them: rs1 is accessed in the slot of rd, behind rs2.
func (x *Row) placed() {
	if x.Inst.Op.ReadsRs2() && x.Inst.Rs1 == x.Inst.Rs2 {
		x.TsA, x.TsB = 4*x.Clk+rv32im.SlotRs2, x.TsA+rv32im.SlotRs2-rv32im.SlotRs1
		return
	}
	x.TsA += rv32im.SlotRd - rv32im.SlotRs1
}

// newInst is an operation with random registers, of which many are 0 or equal.
func newInst(rng *rand.Rand, op rv.Op, imm uint32) rv.Inst {
	inst := rv.Inst{Op: op, Imm: imm}
	reg := func() uint8 { return uint8(max(0, rng.IntN(40)-8)) }
	if op.WritesRd() {
		inst.Rd = reg()
	}
	if op.ReadsRs1() {
		inst.Rs1 = reg()
	}
	if op.ReadsRs2() {
		inst.Rs2 = reg()
		if rng.IntN(8) == 0 {
			inst.Rs2 = inst.Rs1
		}
	}
	return inst
}

func sent(bus air.Bus, tuple ...uint32) check.Message {
	m := check.Message{Bus: bus, Mult: 1}
	for _, v := range tuple {
		m.Tuple = append(m.Tuple, field.M31(v))
	}
	return m
}

func received(bus air.Bus, tuple ...uint32) check.Message {
	m := sent(bus, tuple...)
	m.Mult = m.Mult.Neg()
	return m
}

// demands starts the multiset of the messages of an instruction: its state, the state
// after it, and its entry on the program bus.
func demands(x *Row, nextPC, op uint32, args ...uint32) links {
	l := links{}
	l.add(received(rv32im.State, x.PC/4, x.Clk))
	l.add(sent(rv32im.State, nextPC/4, x.Clk+1))
	l.program(x, op, args...)
	return l
}

func (l links) program(x *Row, op uint32, args ...uint32) {
	tuple := append([]uint32{x.PC / 4, op}, args...)
	for len(tuple) < rv32im.Program.Arity {
		tuple = append(tuple, 0)
	}
	l.add(received(rv32im.Program, tuple...))
}

// access is a register access in a slot of the cycle: old with timestamp ts becomes value.
func (l links) access(x *Row, slot, address, old, ts, value uint32) {
	l.accessAt(4*x.Clk+slot, address, old, ts, value)
}

// memory is an access to a word of memory.
func (l links) memory(x *Row, address, old, ts, value uint32) {
	l.accessAt(x.Clk+rv32im.MemoryTime, address, old, ts, value)
}

func (l links) accessAt(now, address, old, ts, value uint32) {
	l.add(received(rv32im.Memory, address, old&0xffff, old>>16, ts))
	l.add(sent(rv32im.Memory, address, value&0xffff, value>>16, now))
}

func (l links) rs1(x *Row) {
	l.access(x, rv32im.SlotRs1, rv32im.RegisterBase+uint32(x.Inst.Rs1), x.A, x.TsA, x.A)
}

func (l links) rs2(x *Row) {
	l.access(x, rv32im.SlotRs2, rv32im.RegisterBase+uint32(x.Inst.Rs2), x.B, x.TsB, x.B)
}

// rd is the write of a result; those to x0 go to the junk register.
func (l links) rd(x *Row, value uint32) {
	reg := uint32(x.Inst.Rd)
	if reg == 0 {
		reg = rv32im.JunkRegister
	}
	l.access(x, rv32im.SlotRd, rv32im.RegisterBase+reg, x.Old, x.TsD, value)
}

// aluOp is an operation that writes to rd what eval makes of the operands (the second one
// is the immediate where the operation has no rs2), and goes on to the next word.
type aluOp struct {
	op   rv.Op
	eval func(a, b uint32) uint32
	// program gives the op number and the elements after rd and rs1.
	program func(inst rv.Inst) (op uint32, rest []uint32)
}

// registerOp is the program entry of an operation on two registers.
func registerOp(op uint32) func(rv.Inst) (uint32, []uint32) {
	return func(inst rv.Inst) (uint32, []uint32) { return op, []uint32{uint32(inst.Rs2)} }
}

// immediateOp is the program entry of an operation with an immediate.
func immediateOp(op uint32) func(rv.Inst) (uint32, []uint32) {
	return func(inst rv.Inst) (uint32, []uint32) {
		return op, []uint32{inst.Imm & 0xffff, inst.Imm >> 16}
	}
}

// demands is what a row of the operation must send and take, if inPlace with one access as
// rs1 and rd.
func (o aluOp) demands(x *Row, inPlace bool) links {
	op, rest := o.program(x.Inst)
	l := demands(x, x.PC+4, op, append([]uint32{destination(x.Inst.Rd), uint32(x.Inst.Rs1)}, rest...)...)
	if !inPlace {
		l.rs1(x)
	}
	b := x.Inst.Imm
	if o.op.ReadsRs2() {
		l.rs2(x)
		b = x.B
	}
	if z := o.eval(x.A, b); inPlace {
		l.access(x, rv32im.SlotRd, rv32im.RegisterBase+uint32(x.Inst.Rd), x.A, x.TsA, z)
	} else {
		l.rd(x, z)
	}
	return l
}

// testALU runs all checks on a chip of such operations: padding, honest rows on all pairs
// of edge operands and on random ones, mutations on some of them. imms are the immediates
// to test with; nil if the operations have none.
func testALU(t *testing.T, c testChip, imms []uint32, ops ...aluOp) {
	t.Helper()
	c.checkPadding(t)
	rng := rand.New(rand.NewPCG(1, uint64(len(c.air.Name))))
	for _, o := range ops {
		second := edgeWords
		if imms != nil {
			second = imms
		}
		n := 0
		try := func(a, b uint32, mutate bool) {
			inst := newInst(rng, o.op, 0)
			if imms != nil {
				inst.Imm, b = b, 0
			}
			if c.inPlace {
				inst.Rd = uint8(1 + rng.IntN(31))
				inst.Rs1 = inst.Rd
				if o.op.ReadsRs2() && rng.IntN(8) == 0 {
					inst.Rs2 = inst.Rd
				}
			}
			x := newRow(rng, inst, a, b)
			if c.inPlace {
				x.placed()
			}
			row := c.checkHonest(t, x, o.demands(x, c.inPlace))
			if mutate && !t.Failed() {
				c.checkMutations(t, x, rng, row)
			}
			n++
		}
		for _, a := range edgeWords {
			for _, b := range second {
				try(a, b, n%7 == 0)
			}
		}
		for range 100 {
			b := rng.Uint32() >> rng.IntN(32)
			if imms != nil {
				b = imms[rng.IntN(len(imms))]
			}
			try(rng.Uint32()>>rng.IntN(32), b, n%5 == 0)
		}
	}
}

// edgeImmediates are 12-bit immediates, sign-extended.
var edgeImmediates = []uint32{0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x555, 0x7ff, 0xffff_f800, 0xffff_f801, 0xffff_ff00, 0xffff_ff7f, 0xffff_fffe, 0xffff_ffff}
