//go:build linux && amd64 && !purego

package jit

import (
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// operand gives the host operand for a load or store, once it has checked that the
// address is a multiple of the size or has sent control to a stub.
func (c *compiler) operand(in *rv.Inst, i uint32) amd64.Mem {
	if i == c.wanted {
		c.found = inside{c.loc, c.deferred, c.lazy}
	}
	r, disp := in.Rs1, int32(in.Imm)
	size := in.Op.AccessSize()
	if c.known>>r&1 != 0 {
		addr := c.value[r] + in.Imm
		if addr%size != 0 {
			c.Jmp(amd64.Forward)
			c.misaligned(i)
		}
		if addr < 1<<31 {
			return amd64.At(amd64.RBX, int32(addr))
		}
		c.MovRI(amd64.RAX, addr)
		return amd64.Mem{Base: amd64.RBX, Index: amd64.RAX}
	}
	h := c.loc[r]
	if h == amd64.NoReg {
		h = amd64.RAX
		c.MovRM(h, slot(r))
	}
	m := amd64.Mem{Base: amd64.RBX, Index: h, Disp: disp}
	if size == 1 || c.aligned>>r&1 != 0 && (uint32(c.low[r])+in.Imm)%size == 0 {
		return m
	}
	if in.Imm%size != 0 {
		c.Lea(amd64.RAX, amd64.At(h, disp))
		// The sum wraps around at 2^32, as it must.
		m.Index, m.Disp = amd64.RAX, 0
	}
	c.TestRI8(m.Index, uint8(size-1))
	c.Jcc(amd64.CondNE, amd64.Forward)
	c.misaligned(i)
	if size == 4 && !c.count {
		c.aligned |= 1 << r
		c.low[r] = uint8(-in.Imm & 3)
	}
	return m
}

// misaligned is the stub for the jump just written, of the access at index i.
func (c *compiler) misaligned(i uint32) {
	if c.count {
		c.stubs = append(c.stubs, stub{kind: stubCount, end: c.N, back: c.N})
		return
	}
	c.stubs = append(c.stubs, stub{kind: exitInside, end: c.N, target: c.start + 4*i})
}

// load translates a load.
func (c *compiler) load(in *rv.Inst, i uint32) {
	m := c.operand(in, i)
	t := c.target()
	c.accesses = append(c.accesses, access{uint32(c.N), i})
	switch in.Op {
	case rv.LB:
		c.ExtRM(amd64.SignByte, t, m)
	case rv.LBU:
		c.ExtRM(amd64.ZeroByte, t, m)
	case rv.LH:
		c.ExtRM(amd64.SignHalf, t, m)
	case rv.LHU:
		c.ExtRM(amd64.ZeroHalf, t, m)
	default:
		c.MovRM(t, m)
	}
	if in.Rd != 0 {
		c.done(in.Rd, t)
	}
}

// store translates a store.
func (c *compiler) store(in *rv.Inst, i uint32) {
	m := c.operand(in, i)
	v := in.Rs2
	h := c.loc[v]
	if c.known>>v&1 == 0 && h == amd64.NoReg {
		h = amd64.RDX
		c.MovRM(h, slot(v))
	}
	c.accesses = append(c.accesses, access{uint32(c.N), i})
	switch constant := c.known>>v&1 != 0; {
	case constant && in.Op == rv.SB:
		c.MovMI8(m, uint8(c.value[v]))
	case constant && in.Op == rv.SH:
		c.MovMI16(m, uint16(c.value[v]))
	case constant:
		c.MovMI(m, c.value[v])
	case in.Op == rv.SB:
		c.MovMR8(m, h)
	case in.Op == rv.SH:
		c.MovMR16(m, h)
	default:
		c.MovMR(m, h)
	}
}
