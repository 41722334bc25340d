package trace

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
)

// kind is a code word as the rows of its instruction need it. Chip and times are computed once
// for each word, not for each record.
type kind struct {
	inst          rv.Inst
	chip          uint8 // of an access: that for aligned words
	size          uint8 // of an access, in bytes; else 0
	timeA         moment
	timeB, timeD  moment
	useA, useB, d uint32 // all ones if the record has such an access, else 0
}

// moment says when a cycle has an access.
type moment struct{ shift, slot uint8 }

// inMemory is that of accesses to words of memory.
var inMemory = moment{2, rv32im.MemoryTime}

// at is the timestamp in the cycle with 4*clk = now.
func (m moment) at(now uint32) uint32 { return now>>(m.shift&31) + uint32(m.slot) }

func kindOf(in *rv.Inst) kind {
	op := in.Op
	k := kind{
		inst: *in, size: uint8(op.AccessSize()),
		timeA: moment{slot: rv32im.SlotRs1}, timeB: moment{slot: rv32im.SlotRs2}, timeD: moment{slot: rv32im.SlotRd},
	}
	if op == rv.ILLEGAL || op == rv.EBREAK { // which never complete
		return k
	}
	// The register part of an address isn't known yet; a multiple of four stands for it.
	k.chip = uint8(chipOf(&rv.Inst{Op: op, Rd: in.Rd, Rs1: in.Rs1, Rs2: in.Rs2}, &exec.Record{}))
	mask := func(b bool) uint32 {
		if b {
			return ^uint32(0)
		}
		return 0
	}
	k.useA = mask(op.ReadsRs1() || op == rv.ECALL)
	k.useB = mask(op.ReadsRs2() && !in.ComparesWithZero() || op == rv.ECALL || op.IsLoad())
	k.d = mask(op.WritesRd() || op == rv.FENCE || op.IsStore())
	if isInPlace(in) {
		k.timeA, k.d = k.timeD, 0
	}
	if op.IsLoad() {
		k.timeB = inMemory
	}
	if op.IsStore() {
		k.timeD = inMemory
	}
	return k
}

// chipOf names the chip that executes the instruction.
func (k *kind) chipOf(rec *exec.Record) uint8 {
	if k.size > 1 && (rec.A+k.inst.Imm)&uint32(k.size-1) != 0 {
		return misaligned(k.chip)
	}
	return k.chip
}

// misaligned is the chip for misaligned accesses that belongs to another one of accesses.
func misaligned(chip uint8) uint8 {
	if chip >= rv32im.ChipStoreWord {
		return rv32im.ChipStoreMisaligned
	}
	return rv32im.ChipLoadMisaligned
}

// isLong reports whether an access lies too far behind the one before, in the cycle with 4*clk = now.
func (k *kind) isLong(rec *exec.Record, now uint32) bool {
	return ((k.timeA.at(now)-rec.TsA-1)&k.useA|
		(k.timeB.at(now)-rec.TsB-1)&k.useB|
		(k.timeD.at(now)-rec.TsD-1)&k.d)>>rv32im.GapBits != 0
}

// isPlain reports whether the row has the record's timestamps as they are, and no second word.
func (k *kind) isPlain(rec *exec.Record, now uint32) bool {
	if k.isLong(rec, now) {
		return false
	}
	size := uint32(k.size)
	return size == 0 || rec.TsB != 0 && rec.TsD != 0 && (rec.A+k.inst.Imm)%4+size <= 4
}
