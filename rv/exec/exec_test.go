package exec_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

var (
	ecall  = rvtest.Encode(rv.ECALL, 0, 0, 0, 0)
	ebreak = rvtest.Encode(rv.EBREAK, 0, 0, 0, 0)
	nop    = rvtest.I(rv.ADDI, 0, 0, 0)
)

func halt(code uint32) exec.Exit { return exec.Exit{Kind: exec.Halt, Code: code} }

func trap(cause, pc, value uint32) exec.Exit {
	return exec.Exit{Kind: exec.Trap, Cause: cause, PC: pc, Value: value}
}

func outOfGas(pc uint32) exec.Exit { return exec.Exit{Kind: exec.OutOfGas, PC: pc} }

func join(parts ...[]uint32) []uint32 { return slices.Concat(parts...) }

// Each way to end, by hand. The code lies at 0x10000; x5 is 0x50000 (heap), x6
// 0x20000 (read-only), x7 0x10000 (code), set by the first six instructions, so that
// the instructions in the table begin at 0x10018.
func TestExits(t *testing.T) {
	const pc = 0x10018
	setup := join(rvtest.LoadImm(5, 0x50000), rvtest.LoadImm(6, 0x20000), rvtest.LoadImm(7, 0x10000))
	far := func(addr uint32, then ...uint32) []uint32 { return append(rvtest.LoadImm(8, addr), then...) }
	for _, c := range []struct {
		name   string
		code   []uint32
		want   exec.Exit
		cycles uint64 // behind the setup
	}{
		{"exit", []uint32{rvtest.I(rv.ADDI, 10, 0, -1), rvtest.I(rv.ADDI, 17, 0, 93), ecall}, halt(math.MaxUint32), 3},
		{"exit 0", rvtest.Exit(), halt(0), 2},
		{"nothing behind exit", append(rvtest.Exit(), 0), halt(0), 2},

		{"jal to +2", []uint32{rvtest.J(1, 6)}, trap(0, pc, pc+6), 0},
		{"jal to -2", []uint32{nop, rvtest.J(1, -2)}, trap(0, pc+4, pc+2), 1},
		{"jalr to +2", []uint32{rvtest.I(rv.JALR, 1, 7, 2)}, trap(0, pc, 0x10002), 0},
		{"jalr to +3 clears bit 0", []uint32{rvtest.I(rv.JALR, 1, 7, 3)}, trap(0, pc, 0x10002), 0},
		{"jalr to +1 clears bit 0", []uint32{rvtest.I(rv.JALR, 1, 7, 0x18+13), nop, nop, ebreak}, trap(3, pc+12, pc+12), 1},
		{"odd target without code is misaligned first", []uint32{rvtest.I(rv.JALR, 1, 0, 2)}, trap(0, pc, 2), 0},
		{"branch to +2", []uint32{rvtest.B(rv.BEQ, 0, 0, 6)}, trap(0, pc, pc+6), 0},
		{"branch to +2 not taken", []uint32{rvtest.B(rv.BNE, 0, 0, 6), ebreak}, trap(3, pc+4, pc+4), 1},

		{"falls off the end", []uint32{nop}, trap(1, pc+4, pc+4), 1},
		{"jump to null", []uint32{rvtest.I(rv.JALR, 1, 0, 0)}, trap(1, 0, 0), 1},
		{"jump behind the code", []uint32{rvtest.J(0, 8)}, trap(1, pc+8, pc+8), 1},
		{"jump before the code", []uint32{rvtest.J(0, -0x1c)}, trap(1, 0xfffc, 0xfffc), 1},
		{"jump to the top", []uint32{rvtest.I(rv.JALR, 0, 0, -4)}, trap(1, 0xfffffffc, 0xfffffffc), 1},
		{"jump to data", []uint32{rvtest.I(rv.JALR, 0, 5, 0)}, trap(1, 0x50000, 0x50000), 1},
		{"branch behind the code", []uint32{rvtest.B(rv.BEQ, 0, 0, 16)}, trap(1, pc+16, pc+16), 1},

		{"zero word", []uint32{0}, trap(2, pc, 0), 0},
		{"all ones", []uint32{nop, 0xffffffff}, trap(2, pc+4, 0xffffffff), 1},
		{"csrrs", []uint32{0xc0002573}, trap(2, pc, 0xc0002573), 0},
		{"fence.i", []uint32{0x0000100f}, trap(2, pc, 0x0000100f), 0},
		{"fence with odd fields", []uint32{0xffff8f8f, ebreak}, trap(3, pc+4, pc+4), 1},
		{"ebreak", []uint32{ebreak}, trap(3, pc, pc), 0},

		{"load null", []uint32{rvtest.I(rv.LW, 1, 0, 4)}, trap(5, pc, 4), 0},
		{"load below null", []uint32{rvtest.I(rv.LB, 1, 0, -1)}, trap(5, pc, 0xffffffff), 0},
		{"load around the top", []uint32{rvtest.I(rv.LW, 1, 0, -2)}, trap(5, pc, 0xfffffffe), 0},
		{"load in a gap", far(0x30000, rvtest.I(rv.LHU, 1, 8, 0)), trap(5, pc+8, 0x30000), 2},
		{"load up to a gap", far(0x30000, rvtest.I(rv.LW, 1, 8, -4), ebreak), trap(3, pc+12, pc+12), 3},
		{"load into a gap", far(0x30000, rvtest.I(rv.LW, 1, 8, -3)), trap(5, pc+8, 0x2fffd), 2},
		{"load from a gap", far(0x40000, rvtest.I(rv.LW, 1, 8, -1)), trap(5, pc+8, 0x3ffff), 2},
		{"load behind the heap", far(0x150000, rvtest.I(rv.LB, 1, 8, 0)), trap(5, pc+8, 0x150000), 2},
		{"load the heap's last byte", far(0x150000, rvtest.I(rv.LB, 1, 8, -1), ebreak), trap(3, pc+12, pc+12), 3},
		{"load half behind the heap", far(0x150000, rvtest.I(rv.LH, 1, 8, -1)), trap(5, pc+8, 0x14ffff), 2},
		{"load from code", []uint32{rvtest.I(rv.LW, 1, 7, 2), ebreak}, trap(3, pc+4, pc+4), 1},
		{"load behind the code in its page", []uint32{rvtest.I(rv.LW, 1, 7, 0x700), ebreak}, trap(3, pc+4, pc+4), 1},
		{"load from code into read-only", far(0x1ffff, rvtest.I(rv.LW, 1, 8, 0), ebreak), trap(3, pc+12, pc+12), 3},
		{"load before the input", far(0x40000000, rvtest.I(rv.LB, 1, 8, -1)), trap(5, pc+8, 0x3fffffff), 2},
		{"load from input into output", far(0x80000000, rvtest.I(rv.LW, 1, 8, -2), ebreak), trap(3, pc+12, pc+12), 3},
		{"load behind the output", far(0x80100000, rvtest.I(rv.LW, 1, 8, -1)), trap(5, pc+8, 0x800fffff), 2},

		{"store to null", []uint32{rvtest.S(rv.SW, 1, 8, 0)}, trap(7, pc, 8), 0},
		{"store to code", []uint32{rvtest.S(rv.SB, 1, 0, 7)}, trap(7, pc, 0x10000), 0},
		{"store to read-only", []uint32{rvtest.S(rv.SH, 1, 0, 6)}, trap(7, pc, 0x20000), 0},
		{"store to input", far(0x40000000, rvtest.S(rv.SW, 1, 16, 8)), trap(7, pc+8, 0x40000010), 2},
		{"store from input into output", far(0x80000000, rvtest.S(rv.SW, 1, -1, 8)), trap(7, pc+8, 0x7fffffff), 2},
		{"store from a gap into data", far(0x40000, rvtest.S(rv.SW, 1, -1, 8)), trap(7, pc+8, 0x3ffff), 2},
		{"store around the heap's end", far(0x150000, rvtest.S(rv.SW, 1, -2, 8)), trap(7, pc+8, 0x14fffe), 2},
		{"store to the heap's end", far(0x150000, rvtest.S(rv.SW, 1, -4, 8), ebreak), trap(3, pc+12, pc+12), 3},
		{"store to the output's end", far(0x80100000, rvtest.S(rv.SB, 1, -1, 8), ebreak), trap(3, pc+12, pc+12), 3},

		{"call 0", []uint32{ecall}, trap(8, pc, 0), 0},
		{"call 94", []uint32{rvtest.I(rv.ADDI, 17, 0, 94), ecall}, trap(8, pc+4, 0), 1},
		{"accelerator", append(rvtest.LoadImm(17, exec.CallAccelerator), ecall), trap(8, pc+8, 0), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := testProgram(t, join(setup, c.code))
			total := uint64(len(setup)) + c.cycles
			trace := runAll(t, p, []byte("input"), 1000)
			if trace.Exit != c.want || trace.Cycles != total {
				t.Fatalf("%+v after %d cycles, want %+v after %d", trace.Exit, trace.Cycles, c.want, total)
			}
			if (trace.Trap != nil) != (c.want.Kind == exec.Trap) {
				t.Errorf("Trap = %v", trace.Trap)
			}
			checkGas(t, p, c.want, total)
		})
	}
}

// checkGas runs a program that ends in want after total cycles with limits at
// and around the border.
func checkGas(t *testing.T, p *rv.Program, want exec.Exit, total uint64) {
	t.Helper()
	last := runAll(t, p, []byte("input"), total)
	unpaid := want.Kind == exec.Trap && want.Cause != exec.CauseFetchFault && want.Cause != exec.CauseIllegal
	expect := want
	if unpaid {
		expect = outOfGas(want.PC) // its own gas is missing
	}
	if last.Exit != expect || last.Cycles != total {
		t.Errorf("limit %d: %+v after %d, want %+v", total, last.Exit, last.Cycles, expect)
	}
	if unpaid {
		if r := runAll(t, p, []byte("input"), total+1); r.Exit != want || r.Cycles != total {
			t.Errorf("limit %d: %+v after %d, want %+v", total+1, r.Exit, r.Cycles, want)
		}
	}
	for _, limit := range []uint64{0, 1, total / 2, total - 1} {
		if limit >= total {
			continue
		}
		r := runAll(t, p, []byte("input"), limit)
		if r.Exit.Kind != exec.OutOfGas || r.Cycles != limit || r.Trap != nil {
			t.Errorf("limit %d: %+v after %d", limit, r.Exit, r.Cycles)
		}
		if limit == 0 && r.Exit.PC != p.Header.Entry {
			t.Errorf("limit 0: out of gas at %#x", r.Exit.PC)
		}
	}
}

// The words between the file size and the memory size of the code are zero,
// so they are illegal, and the code ends behind them.
func TestCodeTail(t *testing.T) {
	load := func(code ...uint32) *rv.Program {
		p, err := rv.Load(rvtest.ELF{Entry: 0x10000, Segments: []rvtest.Segment{
			{Flags: 5, Addr: 0x10000, Data: rvtest.Words(code...), MemSize: 0x20001}}}.Bytes(), rv.LoadOptions{MemoryLimit: 1 << 16})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		p    *rv.Program
		want exec.Exit
		code []uint32
	}{
		{load(nop), trap(2, 0x10004, 0), []uint32{0, 1}},
		{load(rvtest.J(0, 0x20000)), trap(2, 0x30000, 0), []uint32{0, 0x8000}},
		{load(rvtest.J(0, 0x20004)), trap(1, 0x30004, 0x30004), []uint32{0}},
	} {
		got := runAll(t, c.p, nil, 100)
		if got.Exit != c.want || !slices.Equal(got.ExecutedCode, c.code) {
			t.Errorf("%+v, code %v, want %+v, %v", got.Exit, got.ExecutedCode, c.want, c.code)
		}
	}
}

// Every size at every offset around a word border, a block border and a page
// border, each against bytes written one by one.
func TestMisaligned(t *testing.T) {
	for _, border := range []uint32{0x50104, 0x50140, 0x60000} {
		for offset := int32(-5); offset <= 5; offset++ {
			for _, op := range []rv.Op{rv.LB, rv.LBU, rv.LH, rv.LHU, rv.LW, rv.SB, rv.SH, rv.SW} {
				code := rvtest.LoadImm(5, border)
				var memory [20]byte // from border-8 on
				for i := range memory {
					memory[i] = byte(0x71 + 17*i)
					code = append(code, rvtest.I(rv.ADDI, 6, 0, int32(memory[i])), rvtest.S(rv.SB, 6, int32(i)-8, 5))
				}
				code = append(code, rvtest.LoadImm(7, 0xdeadbeef)...)
				var want uint32
				at := memory[offset+8:]
				switch op {
				case rv.LB:
					want = uint32(int8(at[0]))
				case rv.LBU:
					want = uint32(at[0])
				case rv.LH:
					want = uint32(int16(at[0]) | int16(at[1])<<8)
				case rv.LHU:
					want = uint32(at[0]) | uint32(at[1])<<8
				case rv.LW:
					want = uint32(at[0]) | uint32(at[1])<<8 | uint32(at[2])<<16 | uint32(at[3])<<24
				}
				if op.IsLoad() {
					code = append(code, rvtest.I(op, 10, 5, offset))
				} else {
					code = append(code, rvtest.S(op, 7, offset, 5))
					copy(at, []byte{0xef, 0xbe, 0xad, 0xde}[:op.AccessSize()])
				}
				trace := runAll(t, testProgram(t, append(code, rvtest.Exit()...)), nil, 1000)
				if trace.Exit != halt(want) {
					t.Errorf("%v at border%+d: %+v, want %#x", op, offset, trace.Exit, want)
				}
				var got [20]byte
				for _, b := range trace.Blocks {
					for i := range got {
						if addr := border - 8 + uint32(i); addr/64 == b.Index {
							got[i] = byte(b.Final[addr/4%16] >> (8 * (addr % 4)))
						}
					}
				}
				if got != memory {
					t.Errorf("%v at border%+d: memory %x, want %x", op, offset, got, memory)
				}
				odd := uint64(0)
				if uint32(offset+8)%op.AccessSize() != 0 {
					odd = 1
				}
				if trace.MisalignedAccesses != odd {
					t.Errorf("%v at border%+d: %d misaligned accesses, want %d", op, offset, trace.MisalignedAccesses, odd)
				}
			}
		}
	}
}

// The edge values of the specification for multiplication and division.
func TestMulDiv(t *testing.T) {
	const min, ones = 0x80000000, 0xffffffff
	for _, c := range []struct {
		op         rv.Op
		a, b, want uint32
	}{
		{rv.MUL, ones, ones, 1},
		{rv.MUL, min, min, 0},
		{rv.MUL, 0x10001, 0x10001, 0x20001},
		{rv.MULH, ones, ones, 0},
		{rv.MULH, min, min, 0x40000000},
		{rv.MULH, min, ones, 0},
		{rv.MULH, min, 1, ones},
		{rv.MULH, 0x7fffffff, 0x7fffffff, 0x3fffffff},
		{rv.MULHU, ones, ones, 0xfffffffe},
		{rv.MULHU, min, 2, 1},
		{rv.MULHSU, ones, ones, ones},
		{rv.MULHSU, min, ones, min},
		{rv.MULHSU, 1, ones, 0},
		{rv.MULHSU, ones, 1, ones},
		{rv.MULHSU, 0, ones, 0},
		{rv.DIV, 7, 0, ones},
		{rv.DIV, 0, 0, ones},
		{rv.DIV, min, ones, min},
		{rv.DIV, min, 0, ones},
		{rv.DIV, min, min, 1},
		{rv.DIV, ones, min, 0},
		{rv.DIV, uint32(0xfffffff9), 2, uint32(0xfffffffd)}, // -7/2 = -3
		{rv.DIV, 7, uint32(0xfffffffe), uint32(0xfffffffd)}, // 7/-2 = -3
		{rv.DIVU, 7, 0, ones},
		{rv.DIVU, min, ones, 0},
		{rv.DIVU, ones, ones, 1},
		{rv.DIVU, ones, 2, 0x7fffffff},
		{rv.REM, 7, 0, 7},
		{rv.REM, 0, 0, 0},
		{rv.REM, min, 0, min},
		{rv.REM, min, ones, 0},
		{rv.REM, uint32(0xfffffff9), 3, ones},                  // -7%3 = -1
		{rv.REM, 7, uint32(0xfffffffd), 1},                     // 7%-3 = 1
		{rv.REM, uint32(0xfffffff9), uint32(0xfffffffd), ones}, // -7%-3 = -1
		{rv.REMU, 7, 0, 7},
		{rv.REMU, ones, min, 0x7fffffff},
		{rv.REMU, min, ones, min},
	} {
		code := join(rvtest.LoadImm(5, c.a), rvtest.LoadImm(6, c.b), []uint32{rvtest.R(c.op, 10, 5, 6)}, rvtest.Exit())
		if got := runAll(t, testProgram(t, code), nil, 100).Exit; got != halt(c.want) {
			t.Errorf("%v %#x, %#x = %#x, want %#x", c.op, c.a, c.b, got.Code, c.want)
		}
	}
}

// Every operation on all pairs of edge values, against the model.
func TestEdgeOperands(t *testing.T) {
	for _, a := range edgeValues {
		code := rvtest.LoadImm(5, a)
		for _, b := range edgeValues {
			code = append(code, rvtest.LoadImm(6, b)...)
			for op := rv.ADD; op <= rv.REMU; op++ {
				code = append(code, rvtest.R(op, 7, 5, 6))
			}
			for op := rv.BEQ; op <= rv.BGEU; op++ {
				code = append(code, rvtest.B(op, 5, 6, 8), rvtest.I(rv.ADDI, 10, 10, 1))
			}
		}
		for op := rv.ADDI; op <= rv.SRAI; op++ {
			for _, imm := range []int32{0, 1, 31, 2047, -2048, -1} {
				if op >= rv.SLLI {
					imm &= 31
				}
				code = append(code, rvtest.I(op, 7, 5, imm))
			}
		}
		trace := runAll(t, testProgram(t, append(code, rvtest.Exit()...)), nil, 1<<20)
		if trace.Exit.Kind != exec.Halt {
			t.Errorf("%#x: %+v", a, trace.Exit)
		}
	}
}

// Operands that name one register, and x0 in every role.
func TestSameRegisters(t *testing.T) {
	var code []uint32
	for op := rv.ADD; op <= rv.REMU; op++ {
		for _, r := range [][3]uint8{{5, 5, 5}, {0, 5, 5}, {5, 0, 5}, {5, 5, 0}, {0, 0, 0}, {6, 5, 5}} {
			code = append(code, rvtest.R(op, r[0], r[1], r[2]))
		}
		code = append(code, rvtest.LoadImm(5, 0x87654321)...)
	}
	code = append(code, rvtest.LoadImm(5, 0x50000)...)
	code = append(code,
		rvtest.S(rv.SW, 5, 0, 5), rvtest.S(rv.SB, 5, 1, 5), rvtest.S(rv.SW, 0, 4, 5),
		rvtest.I(rv.LW, 0, 5, 0), rvtest.I(rv.LW, 0, 5, 1), rvtest.I(rv.LH, 5, 5, 3),
		rvtest.Encode(rv.AUIPC, 5, 0, 0, 0), rvtest.I(rv.JALR, 5, 5, 8), rvtest.J(0, 4), rvtest.I(rv.JALR, 0, 5, 8))
	trace := runAll(t, testProgram(t, append(code, rvtest.Exit()...)), nil, 1000)
	if trace.Exit.Kind != exec.Halt || trace.Registers[0] != 0 || trace.RegisterTs[32] == 0 {
		t.Errorf("%+v, x0 = %d", trace.Exit, trace.Registers[0])
	}
}

// A guest that copies its input to the output.
func TestInputOutput(t *testing.T) {
	code := join(rvtest.LoadImm(5, rv.InputStart), rvtest.LoadImm(6, rv.OutputStart), []uint32{
		rvtest.I(rv.LW, 7, 5, 0),
		rvtest.S(rv.SW, 7, 0, 6),
		rvtest.I(rv.LW, 29, 5, 4),  // zeros up to +15
		rvtest.I(rv.LW, 30, 5, 12), // zeros up to +15
		rvtest.R(rv.OR, 10, 29, 30),
		rvtest.R(rv.ADD, 8, 5, 7), // end of the input - 16
		rvtest.B(rv.BEQ, 5, 8, 24),
		rvtest.I(rv.LBU, 9, 5, 16),
		rvtest.S(rv.SB, 9, 16, 6),
		rvtest.I(rv.ADDI, 5, 5, 1),
		rvtest.I(rv.ADDI, 6, 6, 1),
		rvtest.J(0, -20),
		rvtest.I(rv.LW, 9, 5, 16), // zero behind the input
		rvtest.R(rv.OR, 10, 10, 9),
	}, rvtest.Exit())
	p := testProgram(t, code)
	for _, n := range []int{0, 1, 2, 3, 4, 5, 63, 64, 65, 65535 - 16, 65536 - 16, 65537 - 16, 70001} {
		input := make([]byte, n)
		for i := range input {
			input[i] = byte(i*i + 1)
		}
		trace := runAll(t, p, input, 1<<20)
		if trace.Exit != halt(0) || !bytes.Equal(trace.Output, input) {
			t.Errorf("%d bytes: %+v, output of %d bytes", n, trace.Exit, len(trace.Output))
		}
	}
}

// Output counts however the run ends, and its length is cut to the room.
func TestOutputLength(t *testing.T) {
	for _, c := range []struct{ says, want uint32 }{
		{0, 0}, {1, 1}, {5, 5}, {rv.MaxOutput - 1, rv.MaxOutput - 1}, {rv.MaxOutput, rv.MaxOutput}, {rv.MaxOutput + 1, rv.MaxOutput}, {1 << 31, rv.MaxOutput}, {math.MaxUint32, rv.MaxOutput},
	} {
		code := join(rvtest.LoadImm(5, rv.OutputStart), rvtest.LoadImm(6, c.says), []uint32{
			rvtest.S(rv.SW, 6, 0, 5), rvtest.I(rv.ADDI, 7, 0, 0x5a), rvtest.S(rv.SB, 7, 16, 5), ebreak})
		trace := runAll(t, testProgram(t, code), nil, 100)
		if uint32(len(trace.Output)) != c.want || c.want > 0 && trace.Output[0] != 0x5a {
			t.Errorf("length %d gives an output of %d bytes, want %d", c.says, len(trace.Output), c.want)
		}
	}
}

func TestInputTooLong(t *testing.T) {
	if testing.Short() || math.MaxInt == math.MaxInt32 {
		t.Skip("1 GiB of address space: not with -short or on 32 bits")
	}
	p := testProgram(t, rvtest.Exit())
	most := make([]byte, rv.MaxInput+1) // never touched, so no real memory
	for _, c := range []struct {
		n    int
		want error
	}{{rv.MaxInput, nil}, {rv.MaxInput + 1, exec.ErrInputTooLong}} {
		_, err := exec.New(p, most[:c.n], exec.Options{})
		_, err2 := exec.NewRecorder(p, most[:c.n], exec.Options{})
		if !errors.Is(err, c.want) || !errors.Is(err2, c.want) {
			t.Errorf("%d bytes: %v, %v", c.n, err, err2)
		}
	}
	// The last word of the largest input.
	code := join(rvtest.LoadImm(5, rv.InputEnd), []uint32{rvtest.I(rv.LW, 10, 5, -4)}, rvtest.Exit())
	most[rv.MaxInput-1] = 9
	m, err := exec.New(testProgram(t, code), most[:rv.MaxInput], exec.Options{GasLimit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := m.Run(context.Background()); err != nil || r.Exit != halt(9<<24) {
		t.Errorf("%+v, %v", r.Exit, err)
	}
}

// Loops longer than a quantum and a chunk of records, exact in gas and cycles.
func TestLongRuns(t *testing.T) {
	p := testProgram(t, []uint32{rvtest.I(rv.ADDI, 5, 5, 1), rvtest.J(0, -4)})
	for _, n := range []uint64{1<<16 - 1, 1 << 16, 1<<16 + 1, 2<<16 - 1, 2 << 16, 2<<16 + 1, 200_000} {
		trace := runAll(t, p, nil, n)
		if trace.Exit != outOfGas(0x10000+uint32(n%2)*4) || trace.Cycles != n || trace.Registers[5] != uint32(n+1)/2 {
			t.Errorf("limit %d: %+v after %d cycles, x5 = %d", n, trace.Exit, trace.Cycles, trace.Registers[5])
		}
	}
}

func TestCancel(t *testing.T) {
	p := testProgram(t, []uint32{rvtest.J(0, 0)})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, run := range engines(p, exec.Options{GasLimit: exec.DefaultGasLimit}) {
		if err := run(t, ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A deadline ends an endless loop.
	ctx, cancel = context.WithTimeout(context.Background(), 1)
	defer cancel()
	for name, run := range engines(p, exec.Options{GasLimit: exec.DefaultGasLimit}) {
		if err := run(t, ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRunsOnce(t *testing.T) {
	p := testProgram(t, rvtest.Exit())
	for name, run := range engines(p, exec.Options{GasLimit: 10}) {
		if err := run(t, context.Background()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := run(t, context.Background()); !errors.Is(err, exec.ErrUsed) {
			t.Errorf("%s: second run: %v", name, err)
		}
	}
}

// engines returns a function for each engine that runs one machine.
func engines(p *rv.Program, opts exec.Options) map[string]func(t *testing.T, ctx context.Context) error {
	m, err := exec.New(p, nil, opts)
	r, err2 := exec.NewRecorder(p, nil, opts)
	return map[string]func(t *testing.T, ctx context.Context) error{
		"run": func(t *testing.T, ctx context.Context) error {
			if err != nil {
				t.Fatal(err)
			}
			_, err := m.Run(ctx)
			return err
		},
		"record": func(t *testing.T, ctx context.Context) error {
			if err2 != nil {
				t.Fatal(err2)
			}
			_, err := r.Run(ctx)
			return err
		},
	}
}

func TestMaxCycles(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    []uint32
		cycles uint64 // that the end takes
	}{{"exit", rvtest.Exit(), 2}, {"trap", []uint32{ebreak}, 0}, {"illegal", []uint32{0}, 0}, {"fetch", nil, 0}} {
		code := append(slices.Repeat([]uint32{nop}, 10), c.end...)
		total := 10 + c.cycles
		for _, limit := range []uint64{1, total - 1, total, total + 1, 0} {
			r, err := exec.NewRecorder(testProgram(t, code), nil, exec.Options{GasLimit: 1000, MaxCycles: limit})
			if err != nil {
				t.Fatal(err)
			}
			trace, err := r.Run(context.Background())
			switch {
			case limit != 0 && limit < total:
				if !errors.Is(err, exec.ErrTooManyCycles) {
					t.Errorf("%s, at most %d cycles: %v", c.name, limit, err)
				}
			case err != nil || trace.Cycles != total:
				t.Errorf("%s, at most %d cycles: %v", c.name, limit, err)
			}
		}
	}
	// A run that is out of gas in time is no error.
	r, err := exec.NewRecorder(testProgram(t, []uint32{rvtest.J(0, 0)}), nil, exec.Options{GasLimit: 70_000, MaxCycles: 70_000})
	if err != nil {
		t.Fatal(err)
	}
	if trace, err := r.Run(context.Background()); err != nil || trace.Exit.Kind != exec.OutOfGas {
		t.Errorf("%v", err)
	}
}
