//go:build linux && amd64 && !purego

package jit

import (
	"math/bits"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// Shifts by a constant and unsigned comparisons are put off until their result is
// used, overwritten or the block ends: two shifts and an OR are a rotation, a shift and
// an addition an address, a comparison and an addition an addition of the host's carry.
// What is put off and overwritten is never computed; an exit from within the block
// knows how to compute it.

// later is a value that is put off, a function of what is in the places of guest
// registers a and, for a comparison, b. They aren't written as long as that is so. The
// place of the register itself may be one of them.
type later struct {
	kind    uint8
	a, b, n uint8
}

// Kinds of values that are put off.
const (
	shiftedLeft  = iota // a << n
	shiftedRight        // a >> n
	less                // 1 if a < b, else 0
)

// value computes what is put off from what is in the places.
func (l later) value(places *[32]uint32) uint32 {
	switch l.kind {
	case shiftedLeft:
		return places[l.a] << l.n
	case shiftedRight:
		return places[l.a] >> l.n
	}
	if places[l.a] < places[l.b] {
		return 1
	}
	return 0
}

// postpone puts off the instruction at index i, if it can be.
func (c *compiler) postpone(in *rv.Inst, i uint32) bool {
	rd, a := in.Rd, in.Rs1
	l := later{a: a, b: a, n: uint8(in.Imm)}
	switch {
	case rd == 0:
		return false
	case in.Op == rv.SLLI && in.Imm != 0 && c.known>>a&1 == 0:
		l.kind = shiftedLeft
	case in.Op == rv.SRLI && in.Imm != 0 && c.known>>a&1 == 0:
		l.kind = shiftedRight
	case in.Op == rv.SLTU && in.Rs2 != 0 && in.Rs2 != a:
		l.kind, l.b = less, in.Rs2
	default:
		return false
	}
	c.settle(l.a)
	c.settle(l.b)
	own := rd == l.a || rd == l.b
	if !own {
		c.deferred &^= 1 << rd
		c.settleSources(rd)
	}
	if c.cached {
		after := &c.after[i-c.start0]
		c.next[a] = after[0]
		if l.kind == less {
			c.next[l.b] = after[1]
		}
		c.next[rd] = after[2]
		if h := c.loc[rd]; h != amd64.NoReg && !own {
			c.vacate(h, rd)
		}
	}
	c.wrote(rd)
	c.deferred |= 1 << rd
	c.lazy[rd] = l
	if l.kind == shiftedLeft && l.n >= 2 {
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

// settleSources computes what is put off and depends on the place of rd, but for rd
// itself.
func (c *compiler) settleSources(rd uint8) {
	for set := c.deferred; set != 0; set &= set - 1 {
		if r := uint8(bits.TrailingZeros32(set)); r != rd && (c.lazy[r].a == rd || c.lazy[r].b == rd) {
			c.settle(r)
		}
	}
}

// settle computes the value of r if it is put off. It changes the flags, RAX and RDX.
func (c *compiler) settle(r uint8) {
	if c.deferred>>r&1 == 0 {
		return
	}
	c.deferred &^= 1 << r
	c.settled |= 1 << r
	l := c.lazy[r]
	if l.a == r || l.b == r {
		c.settleSources(r)
	}
	h := c.loc[r]
	if c.cached && h == amd64.NoReg {
		h = c.room(c.next[r], c.pins(l.a, l.b))
	}
	t := h
	if t == amd64.NoReg {
		t = amd64.RAX
	}
	switch {
	case l.kind == less:
		if t == c.loc[l.a] || t == c.loc[l.b] {
			t = amd64.RAX
		}
		c.AluRR(amd64.Xor, t, t)
		c.compare(l.a, l.b)
		c.Setcc(amd64.CondB, t)
	case l.a == r && h == amd64.NoReg:
		c.ShiftMI(l.shift(), slot(r), l.n)
		return
	case l.kind == shiftedLeft && l.n <= 3 && c.in(l.a) && l.a != r:
		c.Lea(t, amd64.Mem{Base: amd64.NoReg, Index: c.loc[l.a], Scale: l.n})
	default:
		c.get(t, l.a)
		c.ShiftRI(l.shift(), t, l.n)
	}
	if h == amd64.NoReg {
		c.MovMR(slot(r), t)
		return
	}
	if t != h {
		c.MovRR(h, t)
	}
	c.occupy(h, r)
}

// shift is the host's operation for a shift.
func (l later) shift() amd64.Shift {
	if l.kind == shiftedLeft {
		return amd64.Shl
	}
	return amd64.Shr
}

// pins are the bits of the host registers that hold guest registers.
func (c *compiler) pins(guest ...uint8) (pinned uint32) {
	for _, r := range guest {
		if c.in(r) {
			pinned |= 1 << c.loc[r]
		}
	}
	return pinned
}

// settleAll computes all that is put off. It changes the flags.
func (c *compiler) settleAll() {
	for c.deferred != 0 {
		c.settle(uint8(bits.TrailingZeros32(c.deferred)))
	}
}

// combine translates the instruction at index i if it makes something of values that
// are put off: a rotation, a shift of two words, an address, a carry or a borrow.
func (c *compiler) combine(in *rv.Inst, i uint32) bool {
	if c.deferred == 0 || in.Rd == 0 || in.Rs1 == 0 || in.Rs2 == 0 || in.Rs1 == in.Rs2 {
		return false
	}
	switch in.Op {
	case rv.OR, rv.XOR:
		return c.combineShifts(in, i)
	case rv.ADD:
		return c.combineShifts(in, i) ||
			c.combineCarry(in, i, amd64.Adc, in.Rs2, in.Rs1) || c.combineCarry(in, i, amd64.Adc, in.Rs1, in.Rs2) ||
			c.combineAddress(in, i, in.Rs2, in.Rs1) || c.combineAddress(in, i, in.Rs1, in.Rs2)
	case rv.SUB:
		return c.combineCarry(in, i, amd64.Sbb, in.Rs1, in.Rs2)
	}
	return false
}

// isLater reports whether r is put off, as a value of the kind.
func (c *compiler) isLater(r, kind uint8) bool { return c.deferred>>r&1 != 0 && c.lazy[r].kind == kind }

// combineCarry is rd = x op y, where y is a comparison that is put off.
func (c *compiler) combineCarry(in *rv.Inst, i uint32, op amd64.Alu, x, y uint8) bool {
	if !c.isLater(y, less) {
		return false
	}
	c.settle(x)
	if !c.isLater(y, less) {
		return false // it depended on what was in the place of x
	}
	l := c.lazy[y]
	if !c.prepareCombined(in, i, l.a, l.b, x) {
		return false
	}
	t := c.target()
	c.compare(l.a, l.b)
	c.get(t, x)
	c.AluRI(op, t, 0)
	c.done(in.Rd, t)
	return true
}

// combineAddress is rd = x + y, where y is a short shift to the left that is put off.
func (c *compiler) combineAddress(in *rv.Inst, i uint32, x, y uint8) bool {
	if !c.isLater(y, shiftedLeft) || c.lazy[y].n > 3 || c.deferred>>x&1 != 0 || c.known>>x&1 != 0 {
		return false
	}
	l := c.lazy[y]
	if !c.prepareCombined(in, i, l.a, x) {
		return false
	}
	t := c.target()
	if c.in(l.a) && c.in(x) {
		c.Lea(t, amd64.Mem{Base: c.loc[x], Index: c.loc[l.a], Scale: l.n})
	} else {
		t = amd64.RAX
		c.get(t, l.a)
		c.ShiftRI(amd64.Shl, t, l.n)
		c.alu(amd64.Add, t, x)
	}
	c.done(in.Rd, t)
	return true
}

// combineShifts is the OR, which may be an XOR or an ADD, of two shifts that are put off
// and whose results share no bit.
func (c *compiler) combineShifts(in *rv.Inst, i uint32) bool {
	right, left := in.Rs1, in.Rs2
	if !c.isLater(right, shiftedRight) {
		right, left = left, right
	}
	if !c.isLater(right, shiftedRight) || !c.isLater(left, shiftedLeft) || c.lazy[right].n+c.lazy[left].n != 32 {
		return false
	}
	x, y := c.lazy[right], c.lazy[left]
	if !c.prepareCombined(in, i, x.a, y.a) {
		return false
	}
	t := c.target()
	switch {
	case x.a != y.a:
		c.get(amd64.RDX, y.a)
		c.ShiftRI(amd64.Shl, amd64.RDX, y.n)
		c.get(t, x.a)
		c.ShiftRI(amd64.Shr, t, x.n)
		c.AluRR(amd64.Or, t, amd64.RDX)
	case c.in(x.a):
		c.Rorx(t, c.loc[x.a], x.n)
	default:
		c.RorxM(t, 4*int32(x.a), x.n)
	}
	c.done(in.Rd, t)
	return true
}

// prepareCombined is prepare for an instruction whose operands are in the places of the
// guest registers given. It fails if what is in one of them had to be overwritten.
func (c *compiler) prepareCombined(in *rv.Inst, i uint32, operands ...uint8) bool {
	c.settled = 0
	c.settleSources(in.Rd)
	for _, r := range operands {
		if c.settled>>r&1 != 0 {
			return false
		}
	}
	c.deferred &^= 1 << in.Rd
	if !c.cached {
		c.dest = c.loc[in.Rd]
		return true
	}
	after := &c.after[i-c.start0]
	pinned := c.pins(operands...)
	for _, r := range operands {
		next := c.next[r]
		switch r {
		case in.Rs1:
			next = after[0]
		case in.Rs2:
			next = after[1]
		}
		c.fetch(r, next, &pinned)
	}
	if c.dest = c.loc[in.Rd]; c.dest == amd64.NoReg {
		c.dest = c.room(after[2], pinned)
	}
	c.next[in.Rs1], c.next[in.Rs2] = after[0], after[1]
	c.next[in.Rd] = after[2]
	return true
}
