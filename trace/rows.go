package trace

import (
	"cmp"
	"slices"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// rows makes Rows out of a recorded run: it adds the decoded instruction, the second words
// of accesses across a word boundary, and the timestamps that go on the memory bus.
type rows struct {
	program *rv.Program
	run     *exec.Trace
	start   uint32 // of the code
	kinds   []kind // of the words that are executed, by slot of the code
	whole   []kind // the same if slots are numbered like words; nil for a part of the code
}

func newRows(p *rv.Program, run *exec.Trace) *rows {
	s := &rows{program: p, run: run, start: p.Code.Start, kinds: make([]kind, p.Code.Listed())}
	for _, w := range run.ExecutedCode {
		if slot, ok := p.Code.Slot(w); ok {
			s.kinds[slot] = kindOf(p.Code.Inst(s.start + 4*w))
		}
	}
	s.whole = s.kinds[:len(p.Code.Insts)]
	return s
}

// word is the number of the code word at pc.
func (s *rows) word(pc uint32) uint32 { return (pc - s.start) / 4 }

// kind is that of a word whose instruction completes. Only words that the file has can.
func (s *rows) kind(word uint32) *kind {
	if word < uint32(len(s.whole)) {
		return &s.whole[word]
	}
	return s.kindOfPart(word)
}

func (s *rows) kindOfPart(word uint32) *kind {
	slot, _ := s.program.Code.Slot(word)
	return &s.kinds[slot]
}

// isDecoded reports whether the decoder reads the word at a word address.
func (s *rows) isDecoded(address uint32) bool {
	return isDecoded(s.program, s.run, address)
}

func isDecoded(p *rv.Program, run *exec.Trace, address uint32) bool {
	words, w := run.ExecutedCode, address-p.Code.Start/4
	if len(words) == 0 || w > words[len(words)-1] {
		return false // most data is above the code
	}
	_, ok := slices.BinarySearch(words, w)
	return ok
}

// initialTs is the timestamp of a memory word before its first data access.
func (s *rows) initialTs(address uint32) uint32 {
	if s.isDecoded(address) {
		return 1
	}
	return 0
}

// refresh is a row of the refresh chip, or a later start of a word.
type refresh struct{ address, value, ts, newTs uint32 }

// starts reports whether the access is the first one to the word: the page chip gives the word
// its new timestamp to begin with.
func (x *refresh) starts() bool { return x.ts == 0 }

// row fills x from record i. Refreshes that its accesses need are appended to list, if
// that isn't nil.
func (s *rows) row(i int, x *Row, list *[]refresh) {
	rec := s.run.Records.At(i)
	s.record(i, rec, s.kind(s.word(rec.PC)), x, list)
}

// record is row, given record i and the kind of its word.
func (s *rows) record(i int, rec *exec.Record, k *kind, x *Row, list *[]refresh) {
	x.Record = *rec
	x.Clk = uint32(i) + 1
	x.Inst = k.inst
	x.Second, x.Trapped = nil, false
	if k.isPlain(rec, 4*x.Clk) {
		return
	}
	if size := x.Inst.Op.AccessSize(); size > 1 && (x.A+x.Inst.Imm)%4+size > 4 {
		x.Second = s.second(uint32(i))
	}
	s.stamp(x, list)
}

// second is a copy of the second word of the access of record i, nil if it has none.
func (s *rows) second(i uint32) *exec.Second {
	at, ok := slices.BinarySearchFunc(s.run.Second, i, func(x exec.Second, i uint32) int { return cmp.Compare(x.Index, i) })
	if !ok {
		return nil
	}
	c := s.run.Second[at]
	return &c
}

// trapRow fills x from the instruction that trapped or couldn't be paid for.
func (s *rows) trapRow(x *Row, list *[]refresh) {
	x.Record = exec.Record{PC: s.run.EndPC}
	if s.run.Trap != nil {
		x.Record = *s.run.Trap
	}
	x.Clk = uint32(s.run.Records.Len()) + 1
	x.Inst, _ = s.program.Code.At(x.PC)
	x.Second, x.Trapped = nil, true
	if s.run.Trap != nil {
		s.stampReads(x, list)
	}
}

// stamp replaces the recorded previous timestamps by those on the bus.
func (s *rows) stamp(x *Row, list *[]refresh) {
	s.stampReads(x, list)
	now := 4 * x.Clk
	op := x.Inst.Op
	switch {
	case op.IsLoad():
		s.memory(x.A+x.Inst.Imm, x.B, &x.TsB, x.Clk, list)
	case op.IsStore():
		s.memory(x.A+x.Inst.Imm, x.Old, &x.TsD, x.Clk, list)
	}
	if x.Second != nil {
		s.memory(x.A+x.Inst.Imm+4, x.Second.Word, &x.Second.Ts, x.Clk, list)
	}
	if isInPlace(&x.Inst) {
		return
	}
	if op.WritesRd() {
		bridge(rv32im.RegisterBase+destination(x.Inst.Rd), x.Old, &x.TsD, now+rv32im.SlotRd, list)
	} else if op == rv.FENCE {
		bridge(rv32im.RegisterBase+rv32im.JunkRegister, x.Old, &x.TsD, now+rv32im.SlotRd, list)
	}
}

func (s *rows) stampReads(x *Row, list *[]refresh) {
	now := 4 * x.Clk
	rs1, rs2, reads1, reads2 := x.sources()
	if reads1 {
		slot := uint32(rv32im.SlotRs1)
		if isInPlace(&x.Inst) {
			slot = rv32im.SlotRd
		}
		bridge(rv32im.RegisterBase+rs1, x.A, &x.TsA, now+slot, list)
	}
	if reads2 {
		bridge(rv32im.RegisterBase+rs2, x.B, &x.TsB, now+rv32im.SlotRs2, list)
	}
}

// memory stamps the access to the memory word at byte address at.
func (s *rows) memory(at, value uint32, ts *uint32, clk uint32, list *[]refresh) {
	if *ts == 0 {
		*ts = s.initialTs(at / 4)
	}
	bridge(at/4, value, ts, clk+rv32im.MemoryTime, list)
}

// bridge moves a timestamp that lies too far back to the last multiple of the refresh
// unit before now, by a row of the refresh chip or, where there was no access yet, of the
// page chip.
func bridge(address, value uint32, ts *uint32, now uint32, list *[]refresh) {
	if now-*ts-1 < 1<<rv32im.GapBits {
		return
	}
	moved := (now - 1) / rv32im.RefreshUnit * rv32im.RefreshUnit
	if list != nil {
		*list = append(*list, refresh{address, value, *ts, moved})
	}
	*ts = moved
}

// sources names the registers that the instruction reads, and whether it reads them.
func (x *Row) sources() (rs1, rs2 uint32, reads1, reads2 bool) {
	if x.Inst.Op == rv.ECALL {
		return 17, 10, true, true
	}
	op := x.Inst.Op
	reads2 = op.ReadsRs2()
	if x.Trapped {
		reads2 = reads2 && !op.IsStore() // whose row proves its address only
	} else {
		reads2 = reads2 && !x.Inst.ComparesWithZero()
	}
	return uint32(x.Inst.Rs1), uint32(x.Inst.Rs2), op.ReadsRs1(), reads2
}
