package rv_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/rvtest"
)

// The words of this table were made with clang 14's assembler.
var decodeTable = []struct {
	word uint32
	text string
}{
	{0x12345537, "lui a0,0x12345"},
	{0xfffff0b7, "lui ra,0xfffff"},
	{0x00001517, "auipc a0,0x1"},
	{0x0080006f, "jal zero,0x10008"},
	{0xffdff0ef, "jal ra,0xfffc"},
	{0x00008067, "jalr zero,0(ra)"},
	{0x800500e7, "jalr ra,-2048(a0)"},
	{0x00b50463, "beq a0,a1,0x10008"},
	{0xfeb51ee3, "bne a0,a1,0xfffc"},
	{0x00b54463, "blt a0,a1,0x10008"},
	{0x00b55463, "bge a0,a1,0x10008"},
	{0x00b56463, "bltu a0,a1,0x10008"},
	{0x7eb57fe3, "bgeu a0,a1,0x10ffe"},
	{0x00810503, "lb a0,8(sp)"},
	{0xfff11503, "lh a0,-1(sp)"},
	{0x7ff12503, "lw a0,2047(sp)"},
	{0x80014503, "lbu a0,-2048(sp)"},
	{0x00015503, "lhu a0,0(sp)"},
	{0x00a10423, "sb a0,8(sp)"},
	{0xfea11fa3, "sh a0,-1(sp)"},
	{0x7ea12fa3, "sw a0,2047(sp)"},
	{0x00000013, "addi zero,zero,0"},
	{0xffb50513, "addi a0,a0,-5"},
	{0x7ff52593, "slti a1,a0,2047"},
	{0x80053593, "sltiu a1,a0,-2048"},
	{0xfff54513, "xori a0,a0,-1"},
	{0x00156513, "ori a0,a0,1"},
	{0x0ff57513, "andi a0,a0,255"},
	{0x01f51513, "slli a0,a0,0x1f"},
	{0x00155513, "srli a0,a0,0x1"},
	{0x41f55513, "srai a0,a0,0x1f"},
	{0x00c58533, "add a0,a1,a2"},
	{0x40c58533, "sub a0,a1,a2"},
	{0x00c59533, "sll a0,a1,a2"},
	{0x00c5a533, "slt a0,a1,a2"},
	{0x00c5b533, "sltu a0,a1,a2"},
	{0x00c5c533, "xor a0,a1,a2"},
	{0x00c5d533, "srl a0,a1,a2"},
	{0x40c5d533, "sra a0,a1,a2"},
	{0x00c5e533, "or a0,a1,a2"},
	{0x00c5f533, "and a0,a1,a2"},
	{0x02c58533, "mul a0,a1,a2"},
	{0x02c59533, "mulh a0,a1,a2"},
	{0x02c5a533, "mulhsu a0,a1,a2"},
	{0x02c5b533, "mulhu a0,a1,a2"},
	{0x02c5c533, "div a0,a1,a2"},
	{0x02c5d533, "divu a0,a1,a2"},
	{0x02c5e533, "rem a0,a1,a2"},
	{0x02c5f533, "remu a0,a1,a2"},
	{0x0ff0000f, "fence iorw,iorw"},
	{0x0310000f, "fence rw,w"},
	{0x0100000f, "fence w,0"},
	{0x8330000f, "fence.tso"},
	{0x00000073, "ecall"},
	{0x00100073, "ebreak"},
	{0x01ff8fb3, "add t6,t6,t6"},
}

var illegalWords = []struct {
	name string
	word uint32
}{
	{"zero", 0x00000000},
	{"all ones", 0xffffffff},
	{"fence.i", 0x0000100f},
	{"misc-mem funct3 2 (cbo)", 0x0000200f},
	{"csrrw a0,mstatus,a1", 0x30059573},
	{"rdcycle a0", 0xc0002573},
	{"csrrci", 0x3002f573},
	{"mret", 0x30200073},
	{"sret", 0x10200073},
	{"wfi", 0x10500073},
	{"sfence.vma", 0x12000073},
	{"ecall with rd", 0x000000f3},
	{"ecall with rs1", 0x00008073},
	{"ebreak with rd", 0x001000f3},
	{"uret", 0x00200073},
	{"c.nop twice", 0x00010001},
	{"c.ebreak", 0x00009002},
	{"lr.w a0,(a1)", 0x1005a52f},
	{"amoadd.w", 0x00c5a52f},
	{"flw fa0,0(a0)", 0x00052507},
	{"fsw", 0x00a52027},
	{"fadd.s", 0x00c5f553},
	{"fmadd.s", 0x68c5f543},
	{"ld (RV64)", 0x00013503},
	{"lwu (RV64)", 0x00016503},
	{"load funct3 7", 0x00017503},
	{"sd (RV64)", 0x00a13423},
	{"store funct3 7", 0x00a17023},
	{"addiw (RV64)", 0x0005051b},
	{"addw (RV64)", 0x00c5853b},
	{"slli with shamt 32", 0x02051513},
	{"slli with funct7 0x20", 0x40151513},
	{"srai with bit 25", 0x42155513},
	{"srli with funct7 1", 0x02155513},
	{"branch funct3 2", 0x00b52463},
	{"branch funct3 3", 0x00b53463},
	{"jalr funct3 1", 0x00009067},
	{"op funct7 2", 0x04c58533},
	{"andn (Zbb)", 0x40c5f533},
	{"xnor (Zbb)", 0x40c5c533},
	{"sll funct7 0x20", 0x40c59533},
	{"mul with funct7 0x21", 0x42c58533},
	{"custom-0", 0x0000000b},
	{"48-bit prefix", 0x0000001f},
}

func TestDecodeTable(t *testing.T) {
	for _, c := range decodeTable {
		if got := rv.Disassemble(0x10000, rv.Decode(c.word)); got != c.text {
			t.Errorf("%08x: %q, want %q", c.word, got, c.text)
		}
	}
	for _, c := range illegalWords {
		in := rv.Decode(c.word)
		if in != (rv.Inst{Word: c.word}) {
			t.Errorf("%s (%08x) decodes to %+v", c.name, c.word, in)
		}
		if got, want := rv.Disassemble(0, in), fmt.Sprintf(".word 0x%08x", c.word); got != want {
			t.Errorf("%s: %q, want %q", c.name, got, want)
		}
	}
}

// Each operation with random operands survives encoding and decoding; every
// legal word is what the encoder makes of it.
func TestEncodeDecode(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200_000 {
		w := rng.Uint32()
		if n%2 == 0 { // half of the words with a likely opcode
			w = w&^0x7f | uint32(decodeTable[n/2%len(decodeTable)].word&0x7f)
		}
		checkWord(t, w)
	}
}

func checkWord(t *testing.T, w uint32) {
	t.Helper()
	in := rv.Decode(w)
	if in.Word != w {
		t.Fatalf("%08x: the word became %08x", w, in.Word)
	}
	text := rv.Disassemble(0x2000_0000, in)
	if in.Op == rv.ILLEGAL {
		if in != (rv.Inst{Word: w}) || !strings.HasPrefix(text, ".word ") {
			t.Fatalf("%08x: %+v %q", w, in, text)
		}
		return
	}
	if in.Op != rv.FENCE {
		if back := rvtest.Encode(in.Op, in.Rd, in.Rs1, in.Rs2, int32(in.Imm)); back != w {
			t.Fatalf("%08x: %+v encodes to %08x", w, in, back)
		}
	}
	back, err := assemble(0x2000_0000, text)
	if err != nil {
		t.Fatalf("%08x: %q: %v", w, text, err)
	}
	mask := ^uint32(0)
	if in.Op == rv.FENCE && text != "fence.tso" {
		mask = 0x0ff0707f // the text has no place for fm, rd and rs1
	}
	if back&mask != w&mask {
		t.Fatalf("%08x: %q assembles to %08x", w, text, back)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range decodeTable {
		f.Add(c.word)
	}
	for _, c := range illegalWords {
		f.Add(c.word)
	}
	f.Fuzz(func(t *testing.T, w uint32) { checkWord(t, w) })
}

// assemble is the opposite of rv.Disassemble.
func assemble(pc uint32, text string) (uint32, error) {
	mnemonic, rest, _ := strings.Cut(text, " ")
	switch mnemonic {
	case "ecall":
		return 0x73, nil
	case "ebreak":
		return 0x00100073, nil
	case "fence.tso":
		return 0x8330000f, nil
	case "fence":
		pred, succ, _ := strings.Cut(rest, ",")
		return 0x0f | fenceBits(pred)<<24 | fenceBits(succ)<<20, nil
	}
	op := rv.ILLEGAL + 1
	for op.String() != mnemonic {
		if op++; int(op) >= rv.NumOps {
			return 0, fmt.Errorf("unknown mnemonic %q", mnemonic)
		}
	}
	rest = strings.NewReplacer("(", ",", ")", "").Replace(rest)
	args := strings.Split(rest, ",")
	var regs []uint8
	var imms []int64
	for _, a := range args {
		if r, ok := register(a); ok {
			regs = append(regs, r)
			continue
		}
		v, err := strconv.ParseInt(a, 0, 64)
		if err != nil {
			return 0, err
		}
		imms = append(imms, v)
	}
	if want := strings.Count(rest, ",") + 1; len(regs)+len(imms) != want || len(imms) > 1 {
		return 0, fmt.Errorf("operands %q", rest)
	}
	reg := func(i int) uint8 {
		if i < len(regs) {
			return regs[i]
		}
		return 0
	}
	var imm int32
	if len(imms) == 1 {
		imm = int32(imms[0])
	}
	switch {
	case op == rv.LUI || op == rv.AUIPC:
		return rvtest.Encode(op, reg(0), 0, 0, imm<<12), nil
	case op == rv.JAL:
		return rvtest.Encode(op, reg(0), 0, 0, imm-int32(pc)), nil
	case op.IsBranch():
		return rvtest.Encode(op, 0, reg(0), reg(1), imm-int32(pc)), nil
	case op.IsStore():
		return rvtest.Encode(op, 0, reg(1), reg(0), imm), nil
	}
	return rvtest.Encode(op, reg(0), reg(1), reg(2), imm), nil
}

func register(name string) (uint8, bool) {
	for r := range uint8(32) {
		if rv.RegisterName(r) == name {
			return r, true
		}
	}
	return 0, false
}

func fenceBits(set string) uint32 {
	var bits uint32
	for i, c := range "iorw" {
		if strings.ContainsRune(set, c) {
			bits |= 8 >> i
		}
	}
	return bits
}

// The operand predicates must say what the decoder fills in.
func TestOpPredicates(t *testing.T) {
	for op := rv.ILLEGAL + 1; int(op) < rv.NumOps; op++ {
		in := rv.Decode(rvtest.Encode(op, 31, 30, 29, 0))
		if in.Op != op {
			t.Fatalf("%v decodes to %v", op, in.Op)
		}
		if (in.Rd == 31) != op.WritesRd() || (in.Rs1 == 30) != op.ReadsRs1() || (in.Rs2 == 29) != op.ReadsRs2() {
			t.Errorf("%v: %+v but writes rd %v, reads rs1 %v, reads rs2 %v", op, in, op.WritesRd(), op.ReadsRs1(), op.ReadsRs2())
		}
		if (op.AccessSize() > 0) != (op.IsLoad() || op.IsStore()) {
			t.Errorf("%v: access size %d", op, op.AccessSize())
		}
	}
	if got := rv.Op(255).String(); got != "illegal" {
		t.Errorf("Op(255) = %q", got)
	}
}

// TestOrdered: operands are exchanged where the operation allows it and the destination is
// the second one only, and nothing else changes.
func TestOrdered(t *testing.T) {
	commutative := map[rv.Op]bool{rv.ADD: true, rv.AND: true, rv.OR: true, rv.XOR: true}
	for op := rv.ILLEGAL; int(op) < rv.NumOps; op++ {
		for _, r := range [][3]uint8{{0, 0, 0}, {5, 6, 7}, {5, 5, 7}, {5, 6, 5}, {5, 0, 5}, {5, 5, 5}, {0, 6, 0}, {0, 0, 6}, {5, 6, 6}} {
			in := rv.Inst{Op: op, Rd: r[0], Rs1: r[1], Rs2: r[2], Imm: 9, Word: 77}
			want := in
			if commutative[op] && (r == [3]uint8{5, 6, 5} || r == [3]uint8{5, 0, 5}) {
				want.Rs1, want.Rs2 = r[2], r[1]
			}
			if got := in.Ordered(); got != want {
				t.Errorf("%v %v: %+v", op, r, got)
			}
			if got := want.Ordered(); got != want {
				t.Errorf("%v %v, twice: %+v", op, r, got)
			}
		}
	}
}

// What clang's assembler makes of the disassembly must be the word again.
func TestDisassembleAgainstClang(t *testing.T) {
	clang, err := exec.LookPath("clang")
	if err != nil {
		t.Skip("clang is not installed: the disassembly is not compared with a stock assembler")
	}
	rng := rand.New(rand.NewPCG(3, 4))
	var words []uint32
	var text strings.Builder
	for len(words) < 3000 {
		w := rng.Uint32()&^0x7f | decodeTable[rng.IntN(len(decodeTable))].word&0x7f
		in := rv.Decode(w)
		if in.Op == rv.ILLEGAL || in.Op == rv.FENCE {
			continue
		}
		// LLVM takes a bare number behind a branch as its offset.
		fmt.Fprintln(&text, rv.Disassemble(0, in))
		words = append(words, w)
	}
	dir := t.TempDir()
	src, obj := filepath.Join(dir, "a.s"), filepath.Join(dir, "a.o")
	if err := os.WriteFile(src, []byte(".option norvc\n.option norelax\n"+signedTargets(text.String())), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(clang, "--target=riscv32-unknown-elf", "-march=rv32im", "-c", "-o", obj, src).CombinedOutput()
	if err != nil {
		t.Skipf("this clang can't assemble for riscv32: %v: %.300s", err, out)
	}
	file, err := os.ReadFile(obj)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(file), string(rvtest.Words(words...))) {
		t.Error("clang assembles the disassembly to other words")
	}
}

// signedTargets writes the targets of backward jumps from pc 0 as negative
// offsets.
func signedTargets(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		at := strings.LastIndexByte(line, ',')
		if len(line) == 0 || line[0] != 'b' && !strings.HasPrefix(line, "jal ") {
			continue
		}
		v, err := strconv.ParseUint(line[at+1:], 0, 32)
		if err == nil {
			lines[i] = line[:at+1] + strconv.Itoa(int(int32(v)))
		}
	}
	return strings.Join(lines, "\n")
}
