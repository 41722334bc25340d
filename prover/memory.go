package prover

import (
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/trace"
	"github.com/orrery/orrery/verifier"
)

// Bytes of memory, as the process holds them at its peak.
const (
	// fixedMemory is what a process needs before it proves anything: the program, the
	// runtime, the compiled chips.
	fixedMemory = 40 << 20
	// segmentMemory is what a proof needs beside its columns: preprocessed columns, counters
	// of look-ups, blocks in work, openings.
	segmentMemory = 36 << 20
	// elementBytes is the size of a field element in memory.
	elementBytes = 4
	// digestBytes is the size of a hash.Digest.
	digestBytes = 36
	// recordBytes is the size of a recorded instruction.
	recordBytes = 28
	// leafBytes and nodeBytes are what an opened leaf and node of the memory tree take until
	// the tables are built.
	leafBytes = 450
	nodeBytes = 260
	// timedPage is the size of a page that a segment under recording touches: with timestamps.
	timedPage = 128 << 10
	// pageMemory is what a 64 KiB page of the guest's memory that isn't all zero takes in the
	// cutter: its content, and its digests.
	pageMemory = 64<<10 + 2<<10*digestBytes
)

// SegmentMemory is about how much memory the proof of a segment with this layout takes at its
// peak, in bytes. The columns' values on the committed domain are most of it.
func SegmentMemory(l *verifier.Layout, logBlowup int) uint64 {
	var main, inter uint64
	for _, t := range l.Tables {
		main += uint64(t.AIR.Width()) << t.LogHeight
		inter += uint64(t.AIR.Cells()-t.AIR.Width()) << t.LogHeight
	}
	rows := uint64(1) << (l.LogHeight + logBlowup)
	composition := uint64(verifier.CompositionWidth) * rows
	values := elementBytes * ((main+inter)<<logBlowup + composition)
	// A tree keeps two nodes for each eighth row of the tallest columns. The quotient of the
	// low-degree test is over E, and its layers are a seventh of that.
	trees := uint64(proof.Trees-1) * 2 * rows / 8 * digestBytes
	quotient := elementBytes * field.Degree * rows * 8 / 7
	return segmentMemory + values + trees + quotient
}

// recordingMemory is what a recorded segment takes besides its records, in bytes, with the memory of
// the recorder.
func recordingMemory(rows *trace.Rows) uint64 {
	n := func(chip int) uint64 { return uint64(rows[chip]) }
	return n(rv32im.ChipPage)*leafBytes + n(rv32im.ChipNode)*nodeBytes + n(rv32im.ChipRegion)*timedPage
}

// Memory is about how much memory proving the run takes with as many segments at a time, in
// bytes.
func (p *Plan) Memory(workers int) uint64 {
	return fixedMemory + p.Guest + uint64(workers)*p.Segment
}
