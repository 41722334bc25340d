//go:build linux && amd64 && !purego

package jit

import (
	"math/bits"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// Shifts by a constant are put off until their result is used, overwritten or the
// block ends: two of them and an OR are a rotation, one and an addition an address.
// What is put off and overwritten is never computed; an exit from within the block
// knows how to compute it.

// shifted is a value that is put off: what is in the place of guest register src,
// shifted by n bits. That place isn't written as long as that is so. src may be the
// register itself.
type shifted struct {
	src, n uint8
	left   bool
}

func (s shifted) of(v uint32) uint32 {
	if s.left {
		return v << s.n
	}
	return v >> s.n
}

// postpone puts off the shift at index i, if it can be.
func (c *compiler) postpone(in *rv.Inst, i uint32) bool {
	rd, a := in.Rd, in.Rs1
	if in.Op != rv.SLLI && in.Op != rv.SRLI || rd == 0 || c.known>>a&1 != 0 || in.Imm == 0 {
		return false
	}
	if a == rd {
		c.settle(a)
	} else {
		c.settleOperands(in)
	}
	if c.cached {
		after := &c.after[i-c.start0]
		c.next[a], c.next[rd] = after[0], after[2]
		if h := c.loc[rd]; h != amd64.NoReg && a != rd {
			c.vacate(h, rd)
		}
	}
	c.wrote(rd)
	c.deferred |= 1 << rd
	c.lazy[rd] = shifted{a, uint8(in.Imm), in.Op == rv.SLLI}
	if in.Op == rv.SLLI && in.Imm >= 2 {
		c.aligned |= 1 << rd
		c.low[rd] = 0
	}
	return true
}

// settleOperands computes what is put off and read by the instruction, or depends on
// what it writes.
func (c *compiler) settleOperands(in *rv.Inst) {
	if c.deferred == 0 {
		return
	}
	if in.Op.ReadsRs1() {
		c.settle(in.Rs1)
	}
	if in.Op.ReadsRs2() {
		c.settle(in.Rs2)
	}
	if in.Op.WritesRd() && in.Rd != 0 {
		if !in.Op.IsLoad() { // they may leave rd as it was
			c.deferred &^= 1 << in.Rd
		}
		c.settleSources(in.Rd)
	}
}

// settleSources computes what is put off and depends on rd.
func (c *compiler) settleSources(rd uint8) {
	for set := c.deferred; set != 0; set &= set - 1 {
		if r := uint8(bits.TrailingZeros32(set)); c.lazy[r].src == rd {
			c.settle(r)
		}
	}
}

// settle computes the value of r if it is put off.
func (c *compiler) settle(r uint8) {
	if c.deferred>>r&1 == 0 {
		return
	}
	c.deferred &^= 1 << r
	s := c.lazy[r]
	h := c.loc[r]
	if s.src == r {
		c.settleSources(r)
	}
	if c.cached && h == amd64.NoReg {
		var pinned uint32
		if c.in(s.src) {
			pinned = 1 << c.loc[s.src]
		}
		h = c.room(c.next[r], pinned)
	}
	t := h
	if t == amd64.NoReg {
		t = amd64.RAX
	}
	op := amd64.Shr
	if s.left {
		op = amd64.Shl
	}
	if s.src == r && h == amd64.NoReg {
		c.ShiftMI(op, slot(r), s.n)
		return
	}
	if s.left && s.n <= 3 && c.in(s.src) && s.src != r {
		c.Lea(t, amd64.Mem{Base: amd64.NoReg, Index: c.loc[s.src], Scale: s.n})
	} else {
		c.get(t, s.src)
		c.ShiftRI(op, t, s.n)
	}
	if h == amd64.NoReg {
		c.MovMR(slot(r), t)
		return
	}
	c.occupy(h, r)
}

// settleAll computes all that is put off. It changes the flags.
func (c *compiler) settleAll() {
	for c.deferred != 0 {
		c.settle(uint8(bits.TrailingZeros32(c.deferred)))
	}
}

// combine translates an OR, XOR or ADD at index i of values that are put off, if they
// make a rotation, a shift of two words or an address.
func (c *compiler) combine(in *rv.Inst, i uint32) bool {
	if c.deferred == 0 || in.Op != rv.OR && in.Op != rv.XOR && in.Op != rv.ADD || in.Rd == 0 {
		return false
	}
	a, b := in.Rs1, in.Rs2
	if c.deferred>>a&1 == 0 || in.Op == rv.ADD && c.deferred>>b&1 != 0 && c.lazy[b].left && c.lazy[b].n <= 3 {
		a, b = b, a
	}
	if c.deferred>>a&1 == 0 || a == b {
		return false
	}
	s := c.lazy[a]
	if c.deferred>>b&1 == 0 {
		// b + (src << n)
		if in.Op != rv.ADD || !s.left || s.n > 3 || b == 0 || c.known>>b&1 != 0 {
			return false
		}
		c.prepareCombined(in, i, s.src, b)
		if !c.in(s.src) || !c.in(b) {
			// Too few registers.
			t := amd64.RAX
			c.get(t, s.src)
			c.ShiftRI(amd64.Shl, t, s.n)
			c.alu(amd64.Add, t, b)
			c.done(in.Rd, t)
			return true
		}
		t := c.target()
		c.Lea(t, amd64.Mem{Base: c.loc[b], Index: c.loc[s.src], Scale: s.n})
		c.done(in.Rd, t)
		return true
	}
	u := c.lazy[b]
	if s.left == u.left || s.n+u.n != 32 {
		return false
	}
	if s.left {
		s, u = u, s
	}
	// src of s to the right, src of u to the left.
	c.prepareCombined(in, i, s.src, u.src)
	t := c.target()
	switch {
	case s.src != u.src:
		c.get(amd64.RDX, u.src)
		c.ShiftRI(amd64.Shl, amd64.RDX, u.n)
		c.get(t, s.src)
		c.ShiftRI(amd64.Shr, t, s.n)
		c.AluRR(amd64.Or, t, amd64.RDX)
	case c.in(s.src):
		c.Rorx(t, c.loc[s.src], s.n)
	default:
		c.RorxM(t, 4*int32(s.src), s.n)
	}
	c.done(in.Rd, t)
	return true
}

// prepareCombined is prepare for an instruction whose operands are x and y instead of
// those that it names.
func (c *compiler) prepareCombined(in *rv.Inst, i uint32, x, y uint8) {
	c.deferred &^= 1 << in.Rd
	c.settleSources(in.Rd)
	if !c.cached {
		c.dest = c.loc[in.Rd]
		return
	}
	after := &c.after[i-c.start0]
	var pinned uint32
	if c.in(x) {
		pinned |= 1 << c.loc[x]
	}
	if c.in(y) {
		pinned |= 1 << c.loc[y]
	}
	nx, ny := c.next[x], c.next[y]
	if in.Rs1 == y || in.Rs2 == y {
		ny = after[0]
		if in.Rs2 == y {
			ny = after[1]
		}
	}
	c.fetch(x, nx, &pinned)
	c.fetch(y, ny, &pinned)
	if c.dest = c.loc[in.Rd]; c.dest == amd64.NoReg {
		c.dest = c.room(after[2], pinned)
	}
	c.next[in.Rs1], c.next[in.Rs2] = after[0], after[1]
	c.next[in.Rd] = after[2]
}
