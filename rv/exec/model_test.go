package exec_test

import (
	"cmp"
	"context"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// model is a slow and simple twin of the interpreters: memory is a map of words,
// arithmetic is done with big integers, nothing is shared with package exec but
// the types of the result.
type model struct {
	program *rv.Program
	input   []byte
	x, xTs  [33]uint32
	mem     map[uint32]*modelWord // by address/4
	pc      uint32
	clk     uint32
	trace   exec.Trace
	records []exec.Record
	code    map[uint32]bool
}

type modelWord struct{ initial, v, ts uint32 }

func (m *model) initialByte(addr uint32) byte {
	if m.program.Header.Regions.Kind(addr) == rv.KindInput {
		off := addr - 0x40000000
		switch {
		case off < 4:
			return byte(len(m.input) >> (8 * off))
		case off >= 16 && off-16 < uint32(len(m.input)):
			return m.input[off-16]
		}
		return 0
	}
	return byte(m.program.Image.Word(addr) >> (8 * (addr % 4)))
}

func (m *model) word(addr uint32) *modelWord {
	w := m.mem[addr/4]
	if w == nil {
		w = new(modelWord)
		for i := range uint32(4) {
			w.v |= uint32(m.initialByte(addr&^3+i)) << (8 * i)
		}
		w.initial = w.v
		m.mem[addr/4] = w
	}
	return w
}

func signed(v uint32) *big.Int   { return big.NewInt(int64(int32(v))) }
func unsigned(v uint32) *big.Int { return big.NewInt(int64(v)) }

// low returns bits [shift, shift+32) of v as two's complement.
func low(v *big.Int, shift uint) uint32 {
	v = new(big.Int).Rsh(v, shift)
	return uint32(v.And(v, big.NewInt(0xffffffff)).Uint64())
}

func (m *model) alu(op rv.Op, a, b uint32) uint32 {
	var z big.Int
	flag := func(c bool) uint32 {
		if c {
			return 1
		}
		return 0
	}
	switch op {
	case rv.ADD, rv.ADDI:
		return low(z.Add(unsigned(a), unsigned(b)), 0)
	case rv.SUB:
		return low(z.Sub(unsigned(a), unsigned(b)), 0)
	case rv.SLL, rv.SLLI:
		return low(z.Lsh(unsigned(a), uint(b%32)), 0)
	case rv.SRL, rv.SRLI:
		return low(unsigned(a), uint(b%32))
	case rv.SRA, rv.SRAI:
		return low(signed(a), uint(b%32))
	case rv.SLT, rv.SLTI:
		return flag(signed(a).Cmp(signed(b)) < 0)
	case rv.SLTU, rv.SLTIU:
		return flag(unsigned(a).Cmp(unsigned(b)) < 0)
	case rv.XOR, rv.XORI:
		return low(z.Xor(unsigned(a), unsigned(b)), 0)
	case rv.OR, rv.ORI:
		return low(z.Or(unsigned(a), unsigned(b)), 0)
	case rv.AND, rv.ANDI:
		return low(z.And(unsigned(a), unsigned(b)), 0)
	case rv.MUL:
		return low(z.Mul(unsigned(a), unsigned(b)), 0)
	case rv.MULH:
		return low(z.Mul(signed(a), signed(b)), 32)
	case rv.MULHSU:
		return low(z.Mul(signed(a), unsigned(b)), 32)
	case rv.MULHU:
		return low(z.Mul(unsigned(a), unsigned(b)), 32)
	}
	if b == 0 {
		if op == rv.DIV || op == rv.DIVU {
			return 0xffffffff
		}
		return a
	}
	switch op {
	case rv.DIV: // Quo and Rem round towards zero
		return low(z.Quo(signed(a), signed(b)), 0)
	case rv.DIVU:
		return low(z.Quo(unsigned(a), unsigned(b)), 0)
	case rv.REM:
		return low(z.Rem(signed(a), signed(b)), 0)
	case rv.REMU:
		return low(z.Rem(unsigned(a), unsigned(b)), 0)
	}
	panic(op)
}

func (m *model) branch(op rv.Op, a, b uint32) bool {
	s, u := signed(a).Cmp(signed(b)), unsigned(a).Cmp(unsigned(b))
	return map[rv.Op]bool{rv.BEQ: u == 0, rv.BNE: u != 0, rv.BLT: s < 0, rv.BGE: s >= 0, rv.BLTU: u < 0, rv.BGEU: u >= 0}[op]
}

// step executes one instruction and reports whether the run has ended.
func (m *model) step(gas uint64) bool {
	m.clk++
	rec := exec.Record{PC: m.pc}
	trap := func(cause, value uint32) bool {
		m.trace.Exit = exec.Exit{Kind: exec.Trap, Cause: cause, PC: m.pc, Value: value}
		m.trace.Trap = &rec
		return true
	}
	code := &m.program.Code
	if m.pc < code.Start || m.pc >= code.End {
		return trap(1, m.pc)
	}
	m.code[(m.pc-code.Start)/4] = true
	in := rv.Decode(m.program.Image.Word(m.pc)).Ordered()
	if in.Op == rv.ILLEGAL {
		return trap(2, in.Word)
	}
	if uint64(len(m.records)) >= gas {
		m.trace.Exit = exec.Exit{Kind: exec.OutOfGas, PC: m.pc}
		return true
	}

	op := in.Op
	rs1, rs2 := in.Rs1, in.Rs2
	has1, has2 := op.ReadsRs1(), op.ReadsRs2()
	if op == rv.ECALL {
		rs1, rs2, has1, has2 = 17, 10, true, true
	}
	x, xTs := m.x, m.xTs
	if has1 {
		rec.A, rec.TsA = x[rs1], xTs[rs1]
		xTs[rs1] = 4 * m.clk
	}
	if has2 {
		rec.B, rec.TsB = x[rs2], xTs[rs2]
		xTs[rs2] = 4*m.clk + 1
	}
	a, b := rec.A, rec.B
	next := m.pc + 4
	var result uint32
	switch {
	case op == rv.LUI:
		result = in.Imm
	case op == rv.AUIPC:
		result = m.pc + in.Imm
	case op == rv.JAL:
		result, next = m.pc+4, m.pc+in.Imm
	case op == rv.JALR:
		result, next = m.pc+4, (a+in.Imm)/2*2
	case op.IsBranch():
		if m.branch(op, a, b) {
			next = m.pc + in.Imm
		}
	case op == rv.EBREAK:
		return trap(3, m.pc)
	case op == rv.ECALL:
		if a != 93 {
			return trap(8, 0)
		}
		m.trace.Exit = exec.Exit{Kind: exec.Halt, Code: b}
	case rv.ADDI <= op && op <= rv.SRAI:
		result = m.alu(op, a, in.Imm)
	case rv.ADD <= op && op <= rv.REMU:
		result = m.alu(op, a, b)
	}
	if next%4 != 0 {
		return trap(0, next)
	}
	if op.IsLoad() || op.IsStore() {
		addr, size := a+in.Imm, op.AccessSize()
		for i := range size {
			kind := m.program.Header.Regions.Kind(addr + i)
			if op.IsLoad() && (kind == rv.KindNone) {
				return trap(5, addr)
			}
			if op.IsStore() && kind != rv.KindReadWrite && kind != rv.KindOutput {
				return trap(7, addr)
			}
		}
		if addr%size != 0 {
			m.trace.MisalignedAccesses++
		}
		first, second := m.word(addr), m.word(addr)
		if addr/4 != (addr+size-1)/4 {
			second = m.word(addr + 4)
			m.trace.Second = append(m.trace.Second, exec.Second{Index: uint32(len(m.records)), Word: second.v, Ts: second.ts})
		}
		if op.IsLoad() {
			rec.B, rec.TsB = first.v, first.ts
			for i := range size {
				result |= m.word(addr+i).v >> (8 * ((addr + i) % 4)) & 0xff << (8 * i)
			}
			if op == rv.LB && result >= 0x80 || op == rv.LH && result >= 0x8000 {
				result -= 1 << (8 * size)
			}
		} else {
			rec.Old, rec.TsD = first.v, first.ts
			for i := range size {
				w, shift := m.word(addr+i), 8*((addr+i)%4)
				w.v = w.v - w.v>>shift&0xff<<shift + b>>(8*i)&0xff<<shift
			}
		}
		first.ts, second.ts = m.clk+1, m.clk+1
	}
	if (op == rv.BEQ || op == rv.BNE) && in.Rs2 == 0 { // which completes without a read of x0
		rec.TsB, xTs[0] = 0, m.xTs[0]
		if in.Rs1 == 0 {
			xTs[0] = 4 * m.clk
		}
	}
	m.x, m.xTs = x, xTs
	if op.WritesRd() || op == rv.FENCE {
		d := in.Rd
		if d == 0 {
			d = 32
		}
		rec.Old, rec.TsD = m.x[d], m.xTs[d]
		m.x[d], m.xTs[d] = result, 4*m.clk+2
	}
	m.records = append(m.records, rec)
	if op == rv.ECALL {
		return true
	}
	m.pc = next
	return false
}

// runModel runs a program in the model.
func runModel(p *rv.Program, input []byte, gas uint64) *model {
	m := &model{program: p, input: input, mem: map[uint32]*modelWord{}, code: map[uint32]bool{}, pc: p.Header.Entry}
	for !m.step(gas) {
	}
	t := &m.trace
	t.Start.PC, t.Ended = p.Header.Entry, true
	t.EndPC, t.Cycles = m.pc, uint64(len(m.records))
	t.Registers, t.RegisterTs = m.x, m.xTs
	blocks := map[uint32]bool{}
	for i := range m.code {
		t.ExecutedCode = append(t.ExecutedCode, i)
		blocks[(p.Code.Start+4*i)/64] = true
	}
	slices.Sort(t.ExecutedCode)
	for a, w := range m.mem {
		if w.ts != 0 {
			blocks[a/16] = true
		}
	}
	for i := range blocks {
		b := exec.Block{Index: i}
		for j := range b.Ts {
			w := m.word(64*i + 4*uint32(j))
			b.Initial[j], b.Final[j], b.Ts[j] = w.initial, w.v, w.ts
		}
		t.Blocks = append(t.Blocks, b)
	}
	slices.SortFunc(t.Blocks, func(a, b exec.Block) int { return cmp.Compare(a.Index, b.Index) })
	n := min(m.word(0x80000000).v, 1<<20-16)
	t.Output = make([]byte, n)
	for a, w := range m.mem { // words that the guest never touched are zero
		for i := range uint32(4) {
			if at := 4*a + i - 0x80000010; 4*a >= 0x80000010 && at < n {
				t.Output[at] = byte(w.v >> (8 * i))
			}
		}
	}
	return m
}

// lent is memory for the recorders of tests, which run one after the other.
var lent exec.Buffers

// runAll runs a program in the interpreter, the recorder and the model, checks
// that all of them agree in everything, and returns the trace.
func runAll(t *testing.T, p *rv.Program, input []byte, gas uint64) *exec.Trace {
	t.Helper()
	machine, err := exec.New(p, input, exec.Options{GasLimit: gas})
	if err != nil {
		t.Fatal(err)
	}
	result, err := machine.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := exec.NewRecorder(p, input, exec.Options{GasLimit: gas, Buffers: &lent})
	if err != nil {
		t.Fatal(err)
	}
	trace, err := recorder.Run(context.Background())
	recorder.Release()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(result, trace.Result) {
		t.Fatalf("run and recording differ:\n%+v\n%+v", result, trace.Result)
	}
	want := runModel(p, input, gas)
	if !reflect.DeepEqual(trace.Result, want.trace.Result) {
		t.Fatalf("the result is %+v, the model's %+v", trace.Result, want.trace.Result)
	}
	if trace.Records.Len() != len(want.records) {
		t.Fatalf("%d records, the model has %d", trace.Records.Len(), len(want.records))
	}
	for i := range want.records {
		if got := *trace.Records.At(i); got != want.records[i] {
			t.Fatalf("record %d (%s):\n%+v, the model's\n%+v", i, disassemble(p, got.PC), got, want.records[i])
		}
	}
	n := 0
	for first, chunk := range trace.Records.Chunks() {
		if first != n || !slices.Equal(chunk, want.records[n:n+len(chunk)]) {
			t.Fatalf("Chunks yields other records from %d on", n)
		}
		n += len(chunk)
	}
	if n != len(want.records) {
		t.Fatalf("Chunks yields %d of %d records", n, len(want.records))
	}
	got := *trace
	got.Records = exec.Records{}
	if !reflect.DeepEqual(got, want.trace) {
		t.Fatalf("the trace differs:\n%+v\n%+v", got, want.trace)
	}
	for r := range uint8(32) {
		if machine.Register(r) != trace.Registers[r] {
			t.Fatalf("x%d is %#x in the run, %#x in the recording", r, machine.Register(r), trace.Registers[r])
		}
	}
	for _, b := range trace.Blocks {
		for i, w := range b.Final {
			if addr := 64*b.Index + 4*uint32(i); machine.Word(addr) != w {
				t.Fatalf("the word at %#x is %#x in the run, %#x in the recording", addr, machine.Word(addr), w)
			}
		}
	}
	if machine.PC() != trace.EndPC {
		t.Fatalf("the run ends at %#x, the recording at %#x", machine.PC(), trace.EndPC)
	}
	return trace
}

func disassemble(p *rv.Program, pc uint32) string {
	in, _ := p.Code.At(pc)
	return rv.Disassemble(pc, in)
}
