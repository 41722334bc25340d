//go:build linux && amd64 && !purego

package jit

import (
	"math/bits"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// maxBlock bounds the instructions of a block, and so what is left to single steps
// where gas or the clock ends in the middle of one.
const maxBlock = 512

// hostRegs hold guest registers, the most used first. Of the others RBX holds the
// address of guest memory, R15 the gas left, RSP the frame; RAX and RDX are free for
// use within an instruction.
var hostRegs = [...]amd64.Reg{
	amd64.RCX, amd64.RSI, amd64.RDI, amd64.RBP,
	amd64.R8, amd64.R9, amd64.R10, amd64.R11, amd64.R12, amd64.R13, amd64.R14,
}

// hostIndex is the inverse of hostRegs.
var hostIndex = func() (index [16]uint8) {
	for k, h := range hostRegs {
		index[h] = uint8(k)
	}
	return index
}()

// bitmap is a set of instructions, by index.
type bitmap []uint64

func newBitmap(n int) bitmap { return make(bitmap, n/64+1) }

func (b bitmap) set(i uint32) { b[i/64] |= 1 << (i % 64) }

func (b bitmap) has(i uint32) bool { return b[i/64]>>(i%64)&1 != 0 }

// next returns the first member above i, or limit if there is none below it.
func (b bitmap) next(i, limit uint32) uint32 {
	i++
	w := i / 64
	if i >= limit {
		return limit
	}
	word := b[w] >> (i % 64) << (i % 64)
	for word == 0 {
		if w++; w*64 >= limit {
			return limit
		}
		word = b[w]
	}
	return min(limit, w*64+uint32(bits.TrailingZeros64(word)))
}

// plan is what the first walk over the code finds.
type plan struct {
	// leaders are the instructions at which a block begins. A block ends before
	// the next leader; what changes the order of execution ends a block.
	leaders bitmap
	// host is the register of each guest register, or amd64.NoReg.
	host [32]amd64.Reg
	// accesses is the number of loads and stores.
	accesses int
}

// makePlan finds the leaders: targets of jumps and branches, what stands behind
// them, what a single step executes and what stands behind that, and each
// instruction whose address the code or the data holds, since indirect jumps go there
// (to others they go too, only slower).
func makePlan(p *rv.Program) *plan {
	insts := p.Code.Insts
	n := uint32(len(insts))
	pl := &plan{leaders: newBitmap(len(insts) + 1)}
	loops := make([]int32, n+1) // change of the loop depth
	ends := make([]uint32, n)   // by head of a loop, what stands behind it
	mark := func(addr uint32) {
		if i := (addr - p.Code.Start) / 4; i < n && addr%4 == 0 {
			pl.leaders.set(i)
		}
	}
	mark(p.Code.Start)
	mark(p.Header.Entry)
	for i := range insts {
		in, pc := &insts[i], p.Code.Start+4*uint32(i)
		switch {
		case in.Op == rv.JAL || in.Op.IsBranch():
			mark(pc + 4)
			if in.Imm%4 != 0 {
				mark(pc)
				break
			}
			mark(pc + in.Imm)
			if to := uint32(i) + uint32(int32(in.Imm)>>2); to <= uint32(i) && in.Rd == 0 {
				// A loop, or more of the one with the same head.
				if ends[to] == 0 {
					loops[to]++
				} else {
					loops[ends[to]]++
				}
				ends[to] = uint32(i) + 1
				loops[i+1]--
			}
		case in.Op == rv.JALR:
			mark(pc + 4)
		case in.Op.IsLoad() || in.Op.IsStore():
			pl.accesses++
		case stepped(in):
			mark(pc)
			mark(pc + 4)
		case in.Op == rv.LUI || in.Op == rv.AUIPC:
			if i+1 < len(insts) && insts[i+1].Rs1 == in.Rd && (insts[i+1].Op == rv.ADDI || insts[i+1].Op == rv.JALR) {
				mark(upper(in, pc) + insts[i+1].Imm)
			}
		}
	}
	for _, b := range p.Image {
		if addr := b.Index * rv.BlockSize; addr >= p.Code.Start && addr < p.Code.End {
			continue
		}
		for _, w := range b.Words {
			mark(w)
		}
	}
	pl.allocate(insts, loops)
	return pl
}

// allocate gives host registers to the guest registers that are used most, a use
// counting eight times for each loop around it.
func (pl *plan) allocate(insts []rv.Inst, loops []int32) {
	var uses [32]uint64
	depth := int32(0)
	for i := range insts {
		in := &insts[i]
		depth += loops[i]
		w := uint64(1) << (3 * min(depth, 5))
		if in.Op.ReadsRs1() {
			uses[in.Rs1] += w
		}
		if in.Op.ReadsRs2() {
			uses[in.Rs2] += w
		}
		if in.Op.WritesRd() {
			uses[in.Rd] += w
		}
	}
	for r := range pl.host {
		pl.host[r] = amd64.NoReg
	}
	uses[0] = 0
	for _, h := range hostRegs {
		best := 0
		for r, u := range uses {
			if u > uses[best] {
				best = r
			}
		}
		if best == 0 {
			break
		}
		pl.host[best], uses[best] = h, 0
	}
}

// stepped reports whether translated code leaves the instruction to a single step.
func stepped(in *rv.Inst) bool {
	switch in.Op {
	case rv.ILLEGAL, rv.ECALL, rv.EBREAK:
		return true
	}
	return (in.Op == rv.JAL || in.Op.IsBranch()) && in.Imm%4 != 0
}

// upper is the value that LUI or AUIPC at pc computes.
func upper(in *rv.Inst, pc uint32) uint32 {
	if in.Op == rv.AUIPC {
		return pc + in.Imm
	}
	return in.Imm
}
