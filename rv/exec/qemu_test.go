package exec_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/rvtest"
)

// The program for qemu: random code over a scratch area, then all registers are
// stored and everything is written to stdout by a Linux system call. Our machine
// runs the same file, traps at that call, which it doesn't know, and is looked at.
const (
	scratch     = 0x100000 // x31 points to its middle
	scratchSize = 4096 + 16
	registers   = scratch + scratchSize // x1 to x30
	dumpSize    = scratchSize + 30*4

	counter = 29 // of loops
	base    = 31
)

// unit is a piece of code that jumps enter at its start only. Where skip isn't 0,
// jump makes its last instruction, which goes to the unit that many units on, from
// the distance in bytes.
type unit struct {
	words []uint32
	skip  int
	jump  func(distance int32) uint32
}

func (u *unit) len() int {
	if u.skip != 0 {
		return len(u.words) + 1
	}
	return len(u.words)
}

// qemuBody returns random code of n units. Branches and jumps go forward, but
// for loops that run three times at most.
func qemuBody(rng *rand.Rand, n int) []uint32 {
	reg := func() uint8 { return uint8(rng.IntN(32)) }
	dest := func() uint8 {
		for {
			if r := reg(); r != counter && r != base {
				return r
			}
		}
	}
	pick := func(first, last rv.Op) rv.Op { return first + rv.Op(rng.IntN(int(last-first)+1)) }
	units := make([]unit, n)
	loop := -1
	for i := range units {
		u := &units[i]
		rd, rs1, rs2 := dest(), reg(), reg()
		imm := int32(rng.IntN(4096) - 2048)
		switch k := rng.IntN(20); {
		case k < 8:
			u.words = []uint32{rvtest.R(pick(rv.ADD, rv.REMU), rd, rs1, rs2)}
		case k < 10:
			u.words = []uint32{rvtest.I(pick(rv.ADDI, rv.ANDI), rd, rs1, imm)}
		case k == 10:
			u.words = []uint32{rvtest.I(pick(rv.SLLI, rv.SRAI), rd, rs1, imm&31)}
		case k < 13:
			u.words = []uint32{rvtest.I(pick(rv.LB, rv.LHU), rd, base, imm)}
		case k < 15:
			u.words = []uint32{rvtest.S(pick(rv.SB, rv.SW), rs2, imm, base)}
		case k == 15:
			u.words = rvtest.LoadImm(rd, edgeValues[rng.IntN(len(edgeValues))])
		case k == 16:
			u.words = []uint32{rvtest.Encode(rv.AUIPC, rd, 0, 0, imm<<20), 0x0ff0000f}
		case k == 17:
			op := pick(rv.BEQ, rv.BGEU)
			u.skip = 1 + rng.IntN(6)
			u.jump = func(d int32) uint32 { return rvtest.B(op, rs1, rs2, d) }
		case k == 18:
			u.skip = 1 + rng.IntN(4)
			u.jump = func(d int32) uint32 { return rvtest.J(rd, d) }
			if rng.IntN(2) == 0 && rd != 0 {
				// Bit 0 of the target is cleared.
				u.words = []uint32{rvtest.Encode(rv.AUIPC, rd, 0, 0, 0)}
				u.jump = func(d int32) uint32 { return rvtest.I(rv.JALR, rd, rd, d+4+imm&1) }
			}
		case loop < 0:
			u.words = []uint32{rvtest.I(rv.ADDI, counter, 0, 3)}
			loop = i
		default:
			// Jumps over the counter's start find it used up; those out of the
			// loop leave something in it, which the next start overwrites.
			u.words = []uint32{rvtest.I(rv.ADDI, counter, counter, -1)}
			u.skip = loop + 1 - i
			u.jump = func(d int32) uint32 { return rvtest.B(rv.BLT, 0, counter, d) }
			loop = -1
		}
	}
	return link(units)
}

// link puts units one behind the other and fills the jumps in; those that lead
// behind the last unit go to its end.
func link(units []unit) []uint32 {
	start := make([]int, len(units)+1)
	for i := range units {
		start[i+1] = start[i] + units[i].len()
	}
	var code []uint32
	for i := range units {
		u := &units[i]
		code = append(code, u.words...)
		if u.skip != 0 {
			target := start[min(i+u.skip, len(units))]
			code = append(code, u.jump(int32(target-len(code))*4))
		}
	}
	return code
}

func qemuProgram(rng *rand.Rand) []byte {
	var code []uint32
	for r := uint8(1); r < 31; r++ {
		v := rng.Uint32()
		if r == counter {
			v = 0
		}
		code = append(code, rvtest.LoadImm(r, v)...)
	}
	code = append(code, rvtest.LoadImm(base, scratch+scratchSize/2)...)
	code = append(code, qemuBody(rng, 300)...)
	code = append(code, rvtest.LoadImm(base, registers)...)
	for r := uint8(1); r < 31; r++ {
		code = append(code, rvtest.S(rv.SW, r, int32(r-1)*4, base))
	}
	code = append(code, rvtest.I(rv.ADDI, 10, 0, 1))
	code = append(code, rvtest.LoadImm(11, scratch)...)
	code = append(code, rvtest.LoadImm(12, dumpSize)...)
	code = append(code, rvtest.I(rv.ADDI, 17, 0, 64), ecall, rvtest.I(rv.ADDI, 10, 0, 0))
	code = append(code, rvtest.Exit()...)

	data := make([]byte, scratchSize)
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return rvtest.ELF{Entry: rvtest.CodeStart, Mappable: true, Segments: []rvtest.Segment{
		{Flags: 5, Addr: rvtest.CodeStart, Data: rvtest.Words(code...)},
		{Flags: 6, Addr: scratch, Data: data, MemSize: 0x4000},
	}}.Bytes()
}

// Registers and memory after random programs are those that qemu finds.
// ORRERY_QEMU gives the number of programs.
func TestAgainstQEMU(t *testing.T) {
	qemu, err := osexec.LookPath("qemu-riscv32")
	if err != nil {
		t.Skip("qemu-riscv32 is not installed: the interpreter is not compared with another implementation of RISC-V")
	}
	n := 200
	if testing.Short() {
		n = 40
	}
	if s := os.Getenv("ORRERY_QEMU"); s != "" {
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("ORRERY_QEMU: %v", err)
		}
	}
	name := filepath.Join(t.TempDir(), "guest")
	var cycles uint64
	for seed := range uint64(n) {
		file := qemuProgram(rand.New(rand.NewPCG(seed, 17)))
		if err := os.WriteFile(name, file, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd := osexec.CommandContext(t.Context(), qemu, name)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		want, err := cmd.Output()
		if err != nil || len(want) != dumpSize {
			t.Fatalf("seed %d: qemu: %v, %d bytes, %s", seed, err, len(want), stderr.Bytes())
		}

		p, err := rv.Load(file, rv.LoadOptions{MemoryLimit: 1 << 16})
		if err != nil {
			t.Fatal(err)
		}
		m, err := exec.New(p, nil, exec.Options{GasLimit: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Run(context.Background())
		if err != nil || r.Exit.Kind != exec.Trap || r.Exit.Cause != exec.CauseUnknownCall || m.Register(17) != 64 {
			t.Fatalf("seed %d: %+v, %v", seed, r.Exit, err)
		}
		cycles += r.Cycles
		for at := uint32(0); at < dumpSize; at += 4 {
			if got, want := m.Word(scratch+at), binary.LittleEndian.Uint32(want[at:]); got != want {
				if at >= scratchSize {
					t.Errorf("seed %d: x%d is %#x, with qemu %#x", seed, (at-scratchSize)/4+1, got, want)
				} else {
					t.Errorf("seed %d: the word at %#x is %#x, with qemu %#x", seed, scratch+at, got, want)
				}
			}
		}
	}
	t.Logf("%d programs, %d cycles", n, cycles)
}
