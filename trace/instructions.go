package trace

import (
	"slices"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// chips names the chips of completed instructions, for loads and stores those of aligned
// words, for branches those that read two registers.
var chips = [rv.NumOps]uint8{
	rv.ADD: rv32im.ChipAdd, rv.SUB: rv32im.ChipAdd,
	rv.ADDI: rv32im.ChipAddi,
	rv.XOR:  rv32im.ChipBitwise, rv.OR: rv32im.ChipBitwise, rv.AND: rv32im.ChipBitwise,
	rv.XORI: rv32im.ChipBitwiseImm, rv.ORI: rv32im.ChipBitwiseImm, rv.ANDI: rv32im.ChipBitwiseImm,
	rv.SLL: rv32im.ChipShift, rv.SRL: rv32im.ChipShift, rv.SRA: rv32im.ChipShift,
	rv.SLLI: rv32im.ChipShiftLogicImm, rv.SRLI: rv32im.ChipShiftLogicImm, rv.SRAI: rv32im.ChipShiftArithImm,
	rv.SLT: rv32im.ChipCompare, rv.SLTU: rv32im.ChipCompare,
	rv.SLTI: rv32im.ChipCompareImm, rv.SLTIU: rv32im.ChipCompareImm,
	rv.LUI: rv32im.ChipConst, rv.AUIPC: rv32im.ChipConst, rv.JAL: rv32im.ChipConst, rv.FENCE: rv32im.ChipConst,
	rv.BEQ: rv32im.ChipBranchEq, rv.BNE: rv32im.ChipBranchEq,
	rv.BLT: rv32im.ChipBranchLess, rv.BGE: rv32im.ChipBranchLess,
	rv.BLTU: rv32im.ChipBranchLessUnsigned, rv.BGEU: rv32im.ChipBranchLessUnsigned,
	rv.JALR: rv32im.ChipJalr,
	rv.LB:   rv32im.ChipLoadWord, rv.LH: rv32im.ChipLoadWord, rv.LW: rv32im.ChipLoadWord,
	rv.LBU: rv32im.ChipLoadWord, rv.LHU: rv32im.ChipLoadWord,
	rv.SB: rv32im.ChipStoreWord, rv.SH: rv32im.ChipStoreWord, rv.SW: rv32im.ChipStoreWord,
	rv.MUL:  rv32im.ChipMul,
	rv.MULH: rv32im.ChipMulh, rv.MULHSU: rv32im.ChipMulh, rv.MULHU: rv32im.ChipMulh,
	rv.DIV: rv32im.ChipDiv, rv.DIVU: rv32im.ChipDiv, rv.REM: rv32im.ChipDiv, rv.REMU: rv32im.ChipDiv,
	rv.ECALL: rv32im.ChipEcall,
}

// inPlace names the chips of completed instructions whose rd is rs1, and neither x0 nor rs2; 0 for
// operations that have none.
var inPlace = [rv.NumOps]uint8{
	rv.ADD: rv32im.ChipAddInPlace, rv.SUB: rv32im.ChipAddInPlace,
	rv.ADDI: rv32im.ChipAddiInPlace,
	rv.XOR:  rv32im.ChipBitwiseInPlace, rv.OR: rv32im.ChipBitwiseInPlace, rv.AND: rv32im.ChipBitwiseInPlace,
}

// isInPlace reports whether the instruction's chip reads rs1 and writes rd in one access.
func isInPlace(in *rv.Inst) bool {
	return in.Rd == in.Rs1 && in.Rd != in.Rs2 && in.Rd != 0 && inPlace[in.Op] != 0
}

// chipOf names the chip that executes a completed instruction.
func chipOf(in *rv.Inst, rec *exec.Record) int {
	chip, size := int(chips[in.Op]), in.Op.AccessSize()
	switch {
	case isInPlace(in):
		chip = int(inPlace[in.Op])
	case size == 0:
		if in.ComparesWithZero() {
			chip = rv32im.ChipBranchZero
		}
	case (rec.A+in.Imm)%size != 0:
		chip += rv32im.ChipLoadMisaligned - rv32im.ChipLoadWord
	case size < 4:
		chip += rv32im.ChipLoadSmall - rv32im.ChipLoadWord
	}
	return chip
}

// partRecords is the number of records that one task writes the rows of.
const partRecords = 1 << 14

// part is a piece of the run.
type part struct {
	first   int // number of the first record
	records []exec.Record
	count   [rv32im.NumChips]int     // records by chip
	at      [rv32im.NumChips]int     // where the chip's rows begin in its sheet
	sheets  *[rv32im.NumChips]*sheet // of all parts
	// refreshes that the accesses need, in the order of execution
	refreshes []refresh
}

// instructions adds the rows of all completed instructions. The parts have their refreshes
// when the tasks have run.
func (b *builder) instructions() []part {
	var parts []part
	sheets := new([rv32im.NumChips]*sheet)
	for first, chunk := range b.run.Records.Chunks() {
		for piece := range slices.Chunk(chunk, partRecords) {
			parts = append(parts, part{first: first, records: piece, sheets: sheets})
			first += len(piece)
		}
	}
	par.For(b.threads, len(parts), func(k int) {
		p := &parts[k]
		var count [256]int // an index of a byte needs no check
		for i := range p.records {
			rec := &p.records[i]
			count[b.rows.kind(b.rows.word(rec.PC)).chipOf(rec)]++
		}
		copy(p.count[:], count[:])
	})
	var total [rv32im.NumChips]int
	for k := range parts {
		p := &parts[k]
		p.at = total
		for chip, n := range p.count {
			total[chip] += n
		}
	}
	for chip, n := range total {
		if n > 0 {
			sheets[chip] = b.newSheet(chip, n)
		}
	}
	for k := range parts {
		b.tasks = append(b.tasks, parts[k].fill)
	}
	return parts
}

// fill writes the rows of all records: they gather by chip until there are enough for a block.
func (p *part) fill(w *worker) error {
	at := p.at
	for i := range p.records {
		rec := &p.records[i]
		k := w.rows.kind(w.rows.word(rec.PC))
		chip := k.chipOf(rec)
		block := w.next(chip)
		w.rows.record(p.first+i, rec, k, &block[len(block)-1], &w.refreshes)
		if len(block) == blockRows {
			if err := w.writeBlock(p, int(chip), &at); err != nil {
				return err
			}
		}
	}
	for chip := range w.blocks {
		if err := w.writeBlock(p, chip, &at); err != nil {
			return err
		}
	}
	p.refreshes = slices.Clone(w.refreshes)
	w.refreshes = w.refreshes[:0]
	return nil
}

// next adds a row to the chip's block, and gives the block.
func (w *worker) next(chip uint8) []Row {
	block := w.blocks[chip]
	if block == nil {
		block = make([]Row, 0, blockRows)
	}
	block = block[:len(block)+1]
	w.blocks[chip] = block
	return block
}

// writeBlock writes the rows of the chip's block, and empties it.
func (w *worker) writeBlock(p *part, chip int, at *[rv32im.NumChips]int) error {
	block := w.blocks[chip]
	if len(block) == 0 {
		return nil
	}
	w.blocks[chip] = block[:0]
	err := w.write(p.sheets[chip], at[chip], len(block), func(cols columns) { w.fillers[chip](cols, block) })
	at[chip] += len(block)
	return err
}

// lastRow adds the row of the instruction that ended the run without completing. It gives
// it, with the refreshes that its reads need; nil if there is none or the fetch failed.
func (b *builder) lastRow() (*Row, []refresh) {
	exit := &b.run.Exit
	chip := rv32im.ChipTrapOp
	x := new(Row)
	switch {
	case exit.Kind == exec.Halt || exit.Kind == exec.Trap && exit.Cause == exec.CauseFetchFault:
		return nil, nil
	case exit.Kind == exec.OutOfGas:
	case exit.Cause == exec.CauseLoadFault || exit.Cause == exec.CauseStoreFault:
		chip = rv32im.ChipTrapMemory
	case exit.Cause == exec.CauseUnknownCall:
		chip = rv32im.ChipEcall
	}
	var list []refresh
	b.rows.trapRow(x, &list)
	if exit.Kind == exec.Trap && exit.Cause == exec.CauseMisalignedFetch {
		switch x.Inst.Op {
		case rv.BEQ, rv.BNE:
			chip = rv32im.ChipTrapBranchEq
		case rv.BLT, rv.BGE:
			chip = rv32im.ChipTrapBranchLess
		case rv.BLTU, rv.BGEU:
			chip = rv32im.ChipTrapBranchLessUnsigned
		case rv.JALR:
			chip = rv32im.ChipTrapJalr
		}
	}
	b.fillBlocks(chip, 1, func(w columns, _, _ int) {
		rows := []Row{*x}
		switch c := b.m.Chips[chip].(type) {
		case *rv32im.TrapMemory:
			fillTrapMemory(c, w, rows, b.program.Header.Regions)
		case *rv32im.TrapOp:
			if exit.Kind == exec.OutOfGas {
				fillOutOfGas(c, w, rows)
			} else {
				fillTrapOp(c, w, rows)
			}
		default:
			b.filler(chip)(w, rows)
		}
	})
	return x, list
}

// filler gives the function that writes a chip's rows from instructions.
func (b *builder) filler(chip int) func(w columns, rows []Row) {
	switch c := b.m.Chips[chip].(type) {
	case *rv32im.Add:
		return func(w columns, rows []Row) { fillAdd(c, w, rows) }
	case *rv32im.Addi:
		return func(w columns, rows []Row) { fillAddi(c, w, rows) }
	case *rv32im.Bitwise:
		return func(w columns, rows []Row) { fillBitwise(c, w, rows) }
	case *rv32im.BitwiseImm:
		return func(w columns, rows []Row) { fillBitwiseImm(c, w, rows) }
	case *rv32im.Shifter:
		return func(w columns, rows []Row) { fillShifter(c, w, rows) }
	case *rv32im.ShiftImm:
		return func(w columns, rows []Row) { fillShiftImm(c, w, rows) }
	case *rv32im.Compare:
		return func(w columns, rows []Row) { fillCompare(c, w, rows) }
	case *rv32im.Const:
		return func(w columns, rows []Row) { fillConst(c, w, rows) }
	case *rv32im.BranchEq:
		return func(w columns, rows []Row) { fillBranchEq(c, w, rows) }
	case *rv32im.BranchLess:
		return func(w columns, rows []Row) { fillBranchLess(c, w, rows) }
	case *rv32im.Jalr:
		return func(w columns, rows []Row) { fillJalr(c, w, rows) }
	case *rv32im.LoadWord:
		return func(w columns, rows []Row) { fillLoadWord(c, w, rows) }
	case *rv32im.LoadSmall:
		return func(w columns, rows []Row) { fillLoadSmall(c, w, rows) }
	case *rv32im.LoadMisaligned:
		return func(w columns, rows []Row) { fillLoadMisaligned(c, w, rows) }
	case *rv32im.StoreWord:
		return func(w columns, rows []Row) { fillStoreWord(c, w, rows) }
	case *rv32im.StoreSmall:
		return func(w columns, rows []Row) { fillStoreSmall(c, w, rows) }
	case *rv32im.StoreMisaligned:
		return func(w columns, rows []Row) { fillStoreMisaligned(c, w, rows) }
	case *rv32im.Mul:
		return func(w columns, rows []Row) { fillMul(c, w, rows) }
	case *rv32im.Mulh:
		return func(w columns, rows []Row) { fillMulh(c, w, rows) }
	case *rv32im.Div:
		return func(w columns, rows []Row) { fillDiv(c, w, rows) }
	case *rv32im.Ecall:
		return func(w columns, rows []Row) { fillEcall(c, w, rows) }
	}
	return nil
}
