//go:build linux && amd64 && !purego

package jit

import (
	"math/bits"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// Between blocks each guest register is where the plan says: in its host register, or
// in its slot. Within a long block that uses registers without a host register, host
// registers are a cache of slots: what is used again soonest stays (Belady 1966, with
// the block as the future).
const (
	minCached = 8 // instructions of a block from which on it pays
	minCold   = 4 // uses of registers without a host register, likewise
)

// residence says where guest registers are at a point of a block.
type residence struct {
	loc   [32]amd64.Reg // host register, or NoReg: the slot holds the value
	owner [16]uint8     // guest register in a host register, 0 for none
	dirty uint32        // bits of guest registers whose slot is out of date
	free  uint32        // bits of host registers that hold nothing
	// Bits of guest registers whose value is put off: lazy says what it is, and both
	// slot and host register may hold anything.
	deferred uint32
}

// future is what a block does with registers.
type future struct {
	cached bool
	start0 uint32 // index of the first instruction
	length uint16 // in instructions
	// By instruction of the block: when, counted in instructions of the block, the
	// registers rs1, rs2 and rd are used next.
	after [maxBlock][3]uint16
	// next is the same by register, from the present instruction on.
	next [32]uint16
}

// canonical is the residence that holds between blocks.
func (p *plan) canonical() residence {
	home := residence{loc: p.host}
	for r, h := range p.host {
		if h != amd64.NoReg {
			home.owner[h] = uint8(r)
			home.dirty |= 1 << r
		}
	}
	for _, h := range hostRegs {
		if home.owner[h] == 0 {
			home.free |= 1 << h
		}
	}
	return home
}

// foresee looks ahead over the block [i, end).
func (c *compiler) foresee(i, end uint32) {
	c.start0, c.length = i, uint16(end-i)
	c.cached = false
	if end-i < minCached {
		return
	}
	cold := 0
	for r := range c.next {
		c.next[r] = uint16(end - i)
		if c.host[r] == amd64.NoReg {
			c.next[r]++ // not needed even at the block's end
		}
	}
	for at := end; at > i; {
		at--
		in := &c.insts[at]
		k := uint16(at - i)
		after := &c.after[k]
		reads1, reads2, writes := in.Op.ReadsRs1(), in.Op.ReadsRs2(), in.Op.WritesRd()
		if writes {
			after[2] = c.next[in.Rd]
		}
		if reads1 {
			after[0] = c.next[in.Rs1]
		}
		if reads2 {
			after[1] = c.next[in.Rs2]
		}
		use := func(r uint8) {
			c.next[r] = k
			if r != 0 && c.host[r] == amd64.NoReg {
				cold++
			}
		}
		if writes {
			use(in.Rd)
		}
		if reads1 {
			use(in.Rs1)
		}
		if reads2 {
			use(in.Rs2)
		}
	}
	c.cached = cold >= minCold
}

// prepare brings the operands of the instruction at index i to host registers where
// that pays, and chooses the place of its result.
func (c *compiler) prepare(in *rv.Inst, i uint32) {
	c.settleOperands(in)
	c.dest = amd64.NoReg
	if !c.cached {
		if in.Op.WritesRd() {
			c.dest = c.loc[in.Rd]
		}
		return
	}
	after := &c.after[i-c.start0]
	var pinned uint32 // host registers
	reads1, reads2 := in.Op.ReadsRs1(), in.Op.ReadsRs2()
	if reads1 && c.in(in.Rs1) {
		pinned |= 1 << c.loc[in.Rs1]
	}
	if reads2 && c.in(in.Rs2) {
		pinned |= 1 << c.loc[in.Rs2]
	}
	if reads1 {
		c.fetch(in.Rs1, after[0], &pinned)
	}
	if reads2 {
		c.fetch(in.Rs2, after[1], &pinned)
	}
	if in.Op.WritesRd() && in.Rd != 0 {
		if c.dest = c.loc[in.Rd]; c.dest == amd64.NoReg {
			c.dest = c.room(after[2], pinned)
		}
	}
	if reads1 {
		c.next[in.Rs1] = after[0]
	}
	if reads2 {
		c.next[in.Rs2] = after[1]
	}
	if in.Op.WritesRd() {
		c.next[in.Rd] = after[2]
	}
}

// fetch loads guest register r, which is used next at the time given, if there is room.
func (c *compiler) fetch(r uint8, next uint16, pinned *uint32) {
	if r == 0 || c.in(r) || c.known>>r&1 != 0 {
		return
	}
	h := c.room(next, *pinned)
	if h == amd64.NoReg {
		return
	}
	c.MovRM(h, slot(r))
	c.occupy(h, r)
	c.dirty &^= 1 << r
	*pinned |= 1 << h
}

// room frees a host register for what is used next at the time given, unless all
// others hold what is used sooner.
func (c *compiler) room(next uint16, pinned uint32) amd64.Reg {
	if free := c.free &^ pinned; free != 0 {
		return amd64.Reg(bits.TrailingZeros32(free))
	}
	if next > c.length {
		return amd64.NoReg
	}
	best, at := amd64.NoReg, next
	for _, h := range hostRegs {
		if n := c.next[c.owner[h]]; n > at && pinned>>h&1 == 0 {
			best, at = h, n
		}
	}
	if best != amd64.NoReg {
		c.evict(best)
	}
	return best
}

// evict puts what a host register holds into its slot.
func (c *compiler) evict(h amd64.Reg) {
	r := c.owner[h]
	if c.dirty>>r&1 != 0 {
		c.MovMR(slot(r), h)
	}
	c.vacate(h, r)
}

// occupy notes that host register h now holds guest register r, newer than the slot.
func (c *compiler) occupy(h amd64.Reg, r uint8) {
	c.loc[r], c.owner[h] = h, r
	c.free &^= 1 << h
	c.dirty |= 1 << r
}

// vacate notes that host register h no longer holds guest register r.
func (c *compiler) vacate(h amd64.Reg, r uint8) {
	c.loc[r], c.owner[h] = amd64.NoReg, 0
	c.free |= 1 << h
	c.dirty &^= 1 << r
}

// restore brings about the residence that holds between blocks. It leaves the flags if
// nothing is put off.
func (c *compiler) restore() {
	c.settleAll()
	if !c.cached {
		return
	}
	for _, h := range hostRegs {
		if r := c.owner[h]; r != 0 && c.host[r] != h {
			c.evict(h)
		}
	}
	for r, h := range c.host {
		if h != amd64.NoReg && c.loc[r] != h {
			c.MovRM(h, slot(uint8(r)))
		}
	}
	c.residence = c.home
}
