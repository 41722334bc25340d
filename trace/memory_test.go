package trace

import (
	"math/rand/v2"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// memoryChip is a load or store chip with the cells that a row leaves open.
type memoryChip struct {
	testChip
	free func(x *Row) []air.Col
}

// memoryChips are the chips by kind of access.
type memoryChips struct {
	loadWord, loadSmall, loadMisaligned    memoryChip
	storeWord, storeSmall, storeMisaligned memoryChip

	small           *rv32im.LoadSmall
	smallStore      *rv32im.StoreSmall
	misaligned      *rv32im.LoadMisaligned
	misalignedStore *rv32im.StoreMisaligned
}

func newMemoryChips(t testing.TB) memoryChips {
	lw, sw := rv32im.NewLoadWord(), rv32im.NewStoreWord()
	ls, ss := rv32im.NewLoadSmall(), rv32im.NewStoreSmall()
	lm, sm := rv32im.NewLoadMisaligned(), rv32im.NewStoreMisaligned()
	chip := func(c air.Chip, fill func(w columns, rows []Row), free func(x *Row) []air.Col) memoryChip {
		return memoryChip{compileChip(t, c, fill), free}
	}
	none := func(*Row) []air.Col { return nil }
	return memoryChips{
		loadWord:  chip(lw, func(w columns, rows []Row) { fillLoadWord(lw, w, rows) }, none),
		loadSmall: chip(ls, func(w columns, rows []Row) { fillLoadSmall(ls, w, rows) }, none),
		loadMisaligned: chip(lm, func(w columns, rows []Row) { fillLoadMisaligned(lm, w, rows) }, func(x *Row) []air.Col {
			if x.Second != nil {
				return nil
			}
			return []air.Col{lm.NextWord.CarryLo, lm.NextWord.CarryHi, lm.Second.Ts, lm.Second.Value.Lo, lm.Second.Value.Hi}
		}),
		storeWord:  chip(sw, func(w columns, rows []Row) { fillStoreWord(sw, w, rows) }, none),
		storeSmall: chip(ss, func(w columns, rows []Row) { fillStoreSmall(ss, w, rows) }, none),
		storeMisaligned: chip(sm, func(w columns, rows []Row) { fillStoreMisaligned(sm, w, rows) }, func(x *Row) []air.Col {
			if x.Second != nil {
				return nil
			}
			return []air.Col{sm.NextWord.CarryLo, sm.NextWord.CarryHi, sm.Second.Ts, sm.Second.Old.Lo}
		}),
		small: ls, smallStore: ss, misaligned: lm, misalignedStore: sm,
	}
}

// of is the chip for the row.
func (m *memoryChips) of(x *Row) memoryChip {
	word := x.Inst.Op.AccessSize() == 4
	switch load := x.Inst.Op.IsLoad(); {
	case load && x.misaligned():
		return m.loadMisaligned
	case load && word:
		return m.loadWord
	case load:
		return m.loadSmall
	case x.misaligned():
		return m.storeMisaligned
	case word:
		return m.storeWord
	}
	return m.storeSmall
}

var memoryOps = []struct {
	op           rv.Op
	code         uint32
	size         uint32
	load, signed bool
}{
	{rv.LB, rv32im.OpLb, 1, true, true},
	{rv.LH, rv32im.OpLh, 2, true, true},
	{rv.LW, rv32im.OpLw, 4, true, false},
	{rv.LBU, rv32im.OpLbu, 1, true, false},
	{rv.LHU, rv32im.OpLhu, 2, true, false},
	{rv.SB, rv32im.OpSb, 1, false, false},
	{rv.SH, rv32im.OpSh, 2, false, false},
	{rv.SW, rv32im.OpSw, 4, false, false},
}

// newAccess is a load or store at address a + inst.Imm, of memory that holds first and, if
// the access crosses into it, second in the following word. value is what a store stores.
func newAccess(rng *rand.Rand, inst rv.Inst, a, value, first, second uint32) *Row {
	clk := 1<<16 + rng.Uint32N(1<<20)
	before := func(slot uint32) uint32 { return 4*clk + slot - 1 - rng.Uint32N(1<<16) }
	inMemory := func() uint32 { return clk + rv32im.MemoryTime - 1 - rng.Uint32N(1<<16) }
	x := &Row{
		Record: exec.Record{PC: 4 * rng.Uint32N(1<<28), A: a, TsA: before(rv32im.SlotRs1)},
		Inst:   inst, Clk: clk,
	}
	if inst.Op.IsLoad() {
		x.B, x.TsB = first, inMemory()
		x.Old, x.TsD = rng.Uint32(), before(rv32im.SlotRd)
	} else {
		x.B, x.TsB = value, before(rv32im.SlotRs2)
		x.Old, x.TsD = first, inMemory()
		if inst.Rs1 == inst.Rs2 {
			x.B, x.TsB = a, 4*clk+rv32im.SlotRs1
		}
	}
	if (a+inst.Imm)%4+inst.Op.AccessSize() > 4 {
		x.Second = &exec.Second{Word: second, Ts: inMemory()}
	}
	return x
}

// accessDemands is what a load or store must send and take, worked out byte by byte.
func accessDemands(x *Row, code, size uint32, load, signed bool) links {
	at := x.A + x.Inst.Imm
	reg := uint32(x.Inst.Rs2)
	if load {
		reg = destination(x.Inst.Rd)
	}
	l := demands(x, x.PC+4, code, reg, uint32(x.Inst.Rs1), x.Inst.Imm&0xffff, x.Inst.Imm>>16)
	l.rs1(x)
	first, firstTs, permission := x.Old, x.TsD, uint32(rv32im.CanWrite)
	if load {
		first, firstTs, permission = x.B, x.TsB, rv32im.CanRead
	}
	var memory [8]byte
	for i := range 4 {
		memory[i] = byte(first >> (8 * i))
		if x.Second != nil {
			memory[4+i] = byte(x.Second.Word >> (8 * i))
		}
	}
	var value uint32
	for i := range size {
		if load {
			value |= uint32(memory[at%4+i]) << (8 * i)
		} else {
			memory[at%4+i] = byte(x.B >> (8 * i))
		}
	}
	var after [2]uint32
	for i, v := range memory {
		after[i/4] |= uint32(v) << (i % 4 * 8)
	}
	l.memory(x, at/4, first, firstTs, after[0])
	l.add(received(rv32im.Region, permission, at>>16))
	if x.Second != nil {
		l.memory(x, (at+4)/4, x.Second.Word, x.Second.Ts, after[1])
		l.add(received(rv32im.Region, permission, (at+4)>>16))
	}
	if !load {
		l.rs2(x)
		return l
	}
	if signed && value>>(8*size-1) != 0 {
		value |= ^uint32(0) << (8 * size)
	}
	l.rd(x, value)
	return l
}

func TestMemory(t *testing.T) {
	chips := newMemoryChips(t)
	for _, c := range []struct {
		chip  memoryChip
		cells int
	}{
		{chips.loadWord, 56},
		{chips.storeWord, 56},
		{chips.loadSmall, 70},
		{chips.storeSmall, 72},
		{chips.loadMisaligned, 107},
		{chips.storeMisaligned, 116},
	} {
		c.chip.checkCost(t, c.cells)
		c.chip.checkPadding(t)
	}
	rng := rand.New(rand.NewPCG(5, 1))
	bases := []uint32{0x1_0000, 0x1_0800, 0x1_fff8, 0x2_fffc, 0x3fff_fffc, 0x8000_0000, 0x7fff_fffc, 0xffff_fff0, 0xffff_fffc, 0}
	immediates := []uint32{0, 4, 0x7fc, 0xffff_fffc, 0xffff_f800}
	n := 0
	for _, o := range memoryOps {
		for _, base := range bases {
			for _, imm := range immediates {
				for offset := range uint32(4) {
					first := edgeWords[rng.IntN(len(edgeWords))]
					if rng.IntN(2) == 0 {
						first = rng.Uint32()
					}
					a := base + offset
					if rng.IntN(2) == 0 {
						a = base - imm + offset // so that the access is around base
					}
					x := newAccess(rng, newInst(rng, o.op, imm), a, rng.Uint32(), first, rng.Uint32())
					c := chips.of(x)
					row := c.checkHonest(t, x, accessDemands(x, o.code, o.size, o.load, o.signed))
					if n++; n%4 == 0 && !t.Failed() {
						c.checkMutationsBut(t, x, rng, row, c.free(x)...)
					}
				}
			}
		}
	}
}
