package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// chipOf names the chip that executes a completed instruction.
func chipOf(in *rv.Inst, rec *exec.Record) int {
	op := in.Op
	switch op {
	case rv.ADD, rv.SUB:
		return rv32im.ChipAdd
	case rv.ADDI:
		return rv32im.ChipAddi
	case rv.XOR, rv.OR, rv.AND:
		return rv32im.ChipBitwise
	case rv.XORI, rv.ORI, rv.ANDI:
		return rv32im.ChipBitwiseImm
	case rv.SLL, rv.SRL, rv.SRA:
		return rv32im.ChipShift
	case rv.SLLI, rv.SRLI, rv.SRAI:
		return rv32im.ChipShiftImm
	case rv.SLT, rv.SLTU:
		return rv32im.ChipCompare
	case rv.SLTI, rv.SLTIU:
		return rv32im.ChipCompareImm
	case rv.LUI, rv.AUIPC, rv.JAL, rv.FENCE:
		return rv32im.ChipConst
	case rv.BEQ, rv.BNE:
		return rv32im.ChipBranchEq
	case rv.BLT, rv.BGE, rv.BLTU, rv.BGEU:
		return rv32im.ChipBranchLess
	case rv.JALR:
		return rv32im.ChipJalr
	case rv.MUL:
		return rv32im.ChipMul
	case rv.MULH, rv.MULHSU, rv.MULHU:
		return rv32im.ChipMulh
	case rv.DIV, rv.DIVU, rv.REM, rv.REMU:
		return rv32im.ChipDiv
	case rv.ECALL:
		return rv32im.ChipEcall
	}
	at, size := (rec.A+in.Imm)%4, op.AccessSize()
	chip := rv32im.ChipLoadWord
	if op.IsStore() {
		chip = rv32im.ChipStoreWord
	}
	switch {
	case at%size != 0:
		chip += rv32im.ChipLoadMisaligned - rv32im.ChipLoadWord
	case size < 4:
		chip += rv32im.ChipLoadSmall - rv32im.ChipLoadWord
	}
	return chip
}

// instructions adds the rows of all executed instructions and of the one that ended the
// run. It returns the refreshes that their accesses need, in a fixed order, and the row of
// the instruction that trapped, couldn't be paid for, or nil.
func (b *builder) instructions() ([]refresh, *Row) {
	n := b.run.Records.Len()
	byChip := make([][]uint32, rv32im.NumChips)
	for first, chunk := range b.run.Records.Chunks() {
		for i := range chunk {
			in, _ := b.program.Code.At(chunk[i].PC)
			chip := chipOf(&in, &chunk[i])
			byChip[chip] = append(byChip[chip], uint32(first+i))
		}
	}
	for chip, list := range byChip {
		fill := b.filler(chip)
		b.fill(chip, len(list), func(i int) func(columns, int) {
			return func(w columns, r int) {
				var x Row
				b.rows.row(int(list[i]), &x, nil)
				fill(w, r, &x)
			}
		})
	}
	const part = 1 << 14
	lists := make([][]refresh, (n+part-1)/part+1)
	par.For(b.threads, len(lists)-1, func(k int) {
		var x Row
		for i := k * part; i < min((k+1)*part, n); i++ {
			b.rows.row(i, &x, &lists[k])
		}
	})
	last := b.lastRow(&lists[len(lists)-1])
	var all []refresh
	for _, l := range lists {
		all = append(all, l...)
	}
	return all, last
}

// lastRow adds the row of the instruction that ended the run without completing. A fetch
// fault has none.
func (b *builder) lastRow(list *[]refresh) *Row {
	exit := &b.run.Exit
	chip := rv32im.ChipTrapOp
	x := new(Row)
	switch {
	case exit.Kind == exec.Halt || exit.Kind == exec.Trap && exit.Cause == exec.CauseFetchFault:
		return nil
	case exit.Kind == exec.OutOfGas:
	case exit.Cause == exec.CauseLoadFault || exit.Cause == exec.CauseStoreFault:
		chip = rv32im.ChipTrapMemory
	case exit.Cause == exec.CauseUnknownCall:
		chip = rv32im.ChipEcall
	}
	b.rows.trapRow(x, list)
	if exit.Kind == exec.Trap && exit.Cause == exec.CauseMisalignedFetch {
		switch x.Inst.Op {
		case rv.BEQ, rv.BNE:
			chip = rv32im.ChipTrapBranchEq
		case rv.BLT, rv.BGE, rv.BLTU, rv.BGEU:
			chip = rv32im.ChipTrapBranchLess
		case rv.JALR:
			chip = rv32im.ChipTrapJalr
		}
	}
	b.fill(chip, 1, func(int) func(columns, int) {
		return func(w columns, r int) {
			switch c := b.m.Chips[chip].(type) {
			case *rv32im.TrapMemory:
				fillTrapMemory(c, w, r, x, b.program.Header.Regions)
			case *rv32im.TrapOp:
				if exit.Kind == exec.OutOfGas {
					fillOutOfGas(c, w, r, x)
				} else {
					fillTrapOp(c, w, r, x)
				}
			default:
				b.filler(chip)(w, r, x)
			}
		}
	})
	return x
}

// filler gives the function that writes a chip's row from an instruction.
func (b *builder) filler(chip int) func(w columns, r int, x *Row) {
	switch c := b.m.Chips[chip].(type) {
	case *rv32im.Add:
		return func(w columns, r int, x *Row) { fillAdd(c, w, r, x) }
	case *rv32im.Addi:
		return func(w columns, r int, x *Row) { fillAddi(c, w, r, x) }
	case *rv32im.Bitwise:
		return func(w columns, r int, x *Row) { fillBitwise(c, w, r, x) }
	case *rv32im.BitwiseImm:
		return func(w columns, r int, x *Row) { fillBitwiseImm(c, w, r, x) }
	case *rv32im.Shifter:
		return func(w columns, r int, x *Row) { fillShifter(c, w, r, x) }
	case *rv32im.Compare:
		return func(w columns, r int, x *Row) { fillCompare(c, w, r, x) }
	case *rv32im.Const:
		return func(w columns, r int, x *Row) { fillConst(c, w, r, x) }
	case *rv32im.BranchEq:
		return func(w columns, r int, x *Row) { fillBranchEq(c, w, r, x) }
	case *rv32im.BranchLess:
		return func(w columns, r int, x *Row) { fillBranchLess(c, w, r, x) }
	case *rv32im.Jalr:
		return func(w columns, r int, x *Row) { fillJalr(c, w, r, x) }
	case *rv32im.LoadWord:
		return func(w columns, r int, x *Row) { fillLoadWord(c, w, r, x) }
	case *rv32im.LoadSmall:
		return func(w columns, r int, x *Row) { fillLoadSmall(c, w, r, x) }
	case *rv32im.LoadMisaligned:
		return func(w columns, r int, x *Row) { fillLoadMisaligned(c, w, r, x) }
	case *rv32im.StoreWord:
		return func(w columns, r int, x *Row) { fillStoreWord(c, w, r, x) }
	case *rv32im.StoreSmall:
		return func(w columns, r int, x *Row) { fillStoreSmall(c, w, r, x) }
	case *rv32im.StoreMisaligned:
		return func(w columns, r int, x *Row) { fillStoreMisaligned(c, w, r, x) }
	case *rv32im.Mul:
		return func(w columns, r int, x *Row) { fillMul(c, w, r, x) }
	case *rv32im.Mulh:
		return func(w columns, r int, x *Row) { fillMulh(c, w, r, x) }
	case *rv32im.Div:
		return func(w columns, r int, x *Row) { fillDiv(c, w, r, x) }
	case *rv32im.Ecall:
		return func(w columns, r int, x *Row) { fillEcall(c, w, r, x) }
	}
	return nil
}
