package trace

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air/check"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

// replay follows the buses of a recorded run, row by row: each row must take the state and
// the memory words that the rows before left, and find its instruction and its pages.
type replay struct {
	program *rv.Program
	chips   map[rv.Op]testChip
	memory  memoryChips

	addiInPlace testChip

	state [2]field.M31
	words map[field.M31][3]field.M31 // limbs and timestamp; absent: not accessed before
	end   []field.M31
}

func newReplay(t testing.TB, p *rv.Program) *replay {
	s := &replay{
		program: p, chips: make(map[rv.Op]testChip), memory: newMemoryChips(t),
		state: [2]field.M31{field.M31(p.Header.Entry / 4), 1},
		words: make(map[field.M31][3]field.M31),
	}
	constant := rv32im.NewConst()
	s.chips[rv.ADDI], _ = addiChip(t, false)
	s.addiInPlace, _ = addiChip(t, true)
	for _, op := range []rv.Op{rv.LUI, rv.AUIPC, rv.JAL, rv.FENCE} {
		s.chips[op] = compileChip(t, constant, func(w columns, rows []Row) { fillConst(constant, w, rows) })
	}
	s.chips[rv.JALR], _ = jalr(t, false)
	for _, br := range branches {
		s.chips[br.op] = branchChip(t, br.op, false)
	}
	s.chips[rv.ECALL], _ = ecall(t)
	return s
}

// trapChip is the chip of the row that ends the run other than by exit.
func (s *replay) trapChip(t testing.TB, x *Row, kind exec.ExitKind) testChip {
	var c testChip
	op := x.Inst.Op
	switch {
	case kind == exec.OutOfGas:
		c, _ = trapOp(t, fillOutOfGas)
	case op.IsBranch():
		c = branchChip(t, op, true)
	case op == rv.JALR:
		c, _ = jalr(t, true)
	case op.AccessSize() > 0:
		chip := rv32im.NewTrapMemory()
		c = compileChip(t, chip, func(w columns, rows []Row) { fillTrapMemory(chip, w, rows, s.program.Header.Regions) })
	case op == rv.ECALL:
		c = s.chips[op]
	default:
		c, _ = trapOp(t, fillTrapOp)
	}
	return c
}

// row checks one row.
func (s *replay) row(t testing.TB, c testChip, x *Row) {
	t.Helper()
	row := c.row(t, x)
	if _, err := c.verdict(row); err != nil {
		t.Fatalf("%s: %v", describe(x), err)
	}
	for _, m := range check.Messages(c.air, row, nil, testPublics()) {
		v, takes := m.Tuple, m.Mult != 1
		switch m.Bus.ID {
		case rv32im.State.ID:
			if takes && s.state != [2]field.M31(v) {
				t.Fatalf("%s: takes state %d, which is %d", describe(x), v, s.state)
			}
			s.state = [2]field.M31(v)
		case rv32im.Memory.ID:
			word, known := s.words[v[0]]
			if takes && known && word != [3]field.M31(v[1:]) {
				t.Fatalf("%s: takes word %#x as %d, which is %d", describe(x), v[0], v[1:], word)
			}
			if takes && !known && v[3] != 0 {
				t.Fatalf("%s: takes word %#x with timestamp %d, which wasn't accessed", describe(x), v[0], v[3])
			}
			s.words[v[0]] = [3]field.M31(v[1:])
		case rv32im.Program.ID:
			inst, _ := s.program.Code.At(x.PC)
			op, args := programOp(x.PC, inst)
			for i, want := range [...]uint32{x.PC / 4, op, args[0], args[1], args[2], args[3]} {
				if uint32(v[i]) != want {
					t.Fatalf("%s: finds %d on the program bus", describe(x), v)
				}
			}
		case rv32im.Region.ID:
			k := s.program.Header.Regions.Kind(uint32(v[1]) << 16)
			if want := [...]bool{k.Readable(), k.Writable(), !k.Readable(), !k.Writable()}; !want[v[0]] {
				t.Fatalf("%s: page %#x hasn't permission %d", describe(x), v[1], v[0])
			}
		case rv32im.End.ID:
			s.end = v
		}
	}
}

// replayCode are random instructions that access the page at x2 and its neighbours.
func replayCode(rng *rand.Rand, n int) []uint32 {
	reg := func() uint8 { return uint8(rng.IntN(2) * (8 + rng.IntN(8))) } // half of them x0
	var code []uint32
	for range n {
		imm := int32(rng.IntN(4096) - 2048)
		switch rng.IntN(8) {
		case 0:
			code = append(code, rvtest.I(rv.ADDI, reg(), reg(), imm))
		case 1:
			code = append(code, rvtest.Encode([]rv.Op{rv.LUI, rv.AUIPC}[rng.IntN(2)], reg(), 0, 0, int32(rng.Uint32()&^0xfff)))
		case 2:
			code = append(code, rvtest.B(branches[rng.IntN(6)].op, reg(), reg(), 8), rvtest.J(reg(), 8), rvtest.J(reg(), 4))
		case 3:
			code = append(code, rvtest.Encode(rv.AUIPC, 5, 0, 0, 0), rvtest.I(rv.JALR, reg(), 5, 8+int32(rng.IntN(2))))
		case 4, 5:
			code = append(code, rvtest.I([]rv.Op{rv.LB, rv.LBU, rv.LH, rv.LHU, rv.LW}[rng.IntN(5)], reg(), 2, imm/256))
		default:
			code = append(code, rvtest.S([]rv.Op{rv.SB, rv.SH, rv.SW}[rng.IntN(3)], reg(), imm/256, 2))
		}
	}
	return code
}

// Runs as they are recorded go through the chips, with every way to end.
func TestReplay(t *testing.T) {
	const heap = 0x2_0000
	base := rvtest.LoadImm(2, heap+0x1_0000)
	for _, c := range []struct {
		name string
		tail []uint32
		gas  uint64
		end  func(pc, clk uint32) []uint32
	}{
		{"exit", append(rvtest.LoadImm(10, 0x1234_5678), append(rvtest.LoadImm(17, 93), rvtest.R(rv.ECALL, 0, 0, 0))...), 1 << 40,
			func(_, clk uint32) []uint32 { return []uint32{rv32im.EndHalt, 0, 0, 0x5678, 0x1234, clk + 1} }},
		{"unknown call", append(rvtest.LoadImm(17, 94), rvtest.R(rv.ECALL, 0, 0, 0)), 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 8, pc / 4, 0, 0, clk} }},
		{"breakpoint", []uint32{rvtest.R(rv.EBREAK, 0, 0, 0)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 3, pc / 4, 0, 0, clk} }},
		{"illegal", []uint32{0xffff_0000}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 2, pc / 4, 0, 0xffff, clk} }},
		{"jal", []uint32{rvtest.J(1, 6)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 0, pc / 4, pc/4 + 1, 0, clk} }},
		{"jalr", []uint32{rvtest.I(rv.JALR, 1, 0, 0x7f)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 0, pc / 4, 0x7e / 4, 0, clk} }},
		{"beq", []uint32{rvtest.B(rv.BEQ, 3, 3, -6)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 0, pc / 4, pc/4 - 2, 0, clk} }},
		{"bge", []uint32{rvtest.B(rv.BGE, 0, 0, 6)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 0, pc / 4, pc/4 + 1, 0, clk} }},
		{"load", []uint32{rvtest.I(rv.LW, 1, 0, -2)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 5, pc / 4, 0xfffe, 0xffff, clk} }},
		{"store", []uint32{rvtest.S(rv.SB, 1, 3, 0)}, 1 << 40,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndTrap, 7, pc / 4, 3, 0, clk} }},
		{"gas", []uint32{rvtest.R(rv.EBREAK, 0, 0, 0)}, 100,
			func(pc, clk uint32) []uint32 { return []uint32{rv32im.EndOutOfGas, 0, pc / 4, 0, 0, clk} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(8, uint64(len(c.name))))
			code := append(append([]uint32{}, base...), append(replayCode(rng, 150), c.tail...)...)
			p := rvtest.Program(t, code)
			if p.HeapStart != heap {
				t.Fatalf("heap at %#x", p.HeapStart)
			}
			recorder, err := exec.NewRecorder(p, nil, exec.Options{GasLimit: c.gas})
			if err != nil {
				t.Fatal(err)
			}
			run, err := recorder.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			s := newReplay(t, p)
			zero, _ := branchZero(t)
			second := run.Second
			x := Row{}
			for i := range run.Records.Len() {
				x = Row{Record: *run.Records.At(i), Clk: uint32(i) + 1}
				x.Inst, _ = p.Code.At(x.PC)
				if len(second) > 0 && second[0].Index == uint32(i) {
					x.Second, second = &second[0], second[1:]
				}
				chip, ok := s.chips[x.Inst.Op]
				if isInPlace(&x.Inst) {
					chip = s.addiInPlace
				}
				if !ok {
					chip = s.memory.of(&x).testChip
				}
				if x.Inst.ComparesWithZero() {
					chip = zero
				}
				s.row(t, chip, &x)
			}
			if run.Exit.Kind != exec.Halt {
				x = Row{Record: exec.Record{PC: run.EndPC}, Clk: uint32(run.Records.Len()) + 1}
				if run.Trap != nil {
					x.Record = *run.Trap
				}
				x.Inst, _ = p.Code.At(x.PC)
				s.row(t, s.trapChip(t, &x, run.Exit.Kind), &x)
			}
			for i, want := range c.end(x.PC, x.Clk) {
				if len(s.end) == 0 || uint32(s.end[i]) != want {
					t.Fatalf("ends with %d, want %d", s.end, c.end(x.PC, x.Clk))
				}
			}
		})
	}
}
