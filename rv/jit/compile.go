//go:build linux && amd64 && !purego

package jit

import (
	"encoding/binary"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// maxBytes bounds the host code of a guest instruction, its share of stubs and the
// entry of its block included; entries of the jump table come on top, 8 bytes each.
const maxBytes = 96

// fixedBytes is the room for prologue, epilogue and the end of the code.
const fixedBytes = 1024

// maxStubs is the number of stubs from which on they are written even where code is
// reached from above.
const maxStubs = 1 << 12

// compiler is the second walk over the code: it translates block after block.
type compiler struct {
	*plan
	amd64.Buf
	residence
	home residence // between blocks
	future
	opts    Options
	count   bool // misaligned accesses are made and counted here, not by single steps
	insts   []rv.Inst
	start   uint32 // address of the first instruction
	address uintptr
	table   int // offset of the jump table: an address for each instruction

	// Offsets of the fixed code.
	prologue, epilogue, noLeader int
	exits                        [numExits]int

	forward  []fixup
	stubs    []stub
	accesses []access

	// What is known about guest registers at this point of the block: a bit for each
	// of which the value is known, and the values.
	known uint32
	value [32]uint32
	// Bits of those that are multiples of 4 plus low, where code goes on only if so.
	aligned uint32
	low     [32]uint8

	lazy    [32]later
	settled uint32    // bits of registers that settle was called for, for prepareCombined
	dest    amd64.Reg // for the result of the instruction; NoReg stands for its slot

	// The access at index wanted is where translation ends, but for noIndex, and found
	// is where registers are there.
	wanted uint32
	found  inside
}

// inside is where guest registers are at some point of a block.
type inside struct {
	loc      [32]amd64.Reg
	deferred uint32
	lazy     [32]later
}

const noIndex = ^uint32(0)

// fixup is a jump (its end) to a block further on.
type fixup struct {
	end    int
	target uint32
}

// access is an instruction that may fault, by the offset of the host instruction.
type access struct {
	offset uint32
	index  uint32
}

// stub is code for a rare case. It stands behind the next jump that always jumps.
type stub struct {
	kind   uint8
	op     rv.Op
	a      uint8     // guest register
	reg    amd64.Reg // where it is
	end    int       // of the jump to the stub
	back   int       // where the stub goes on, if it comes back
	target uint32    // guest pc
}

// Kinds of stubs. Those below numExits leave with pc target and are kinds of exits.
const (
	stubCount    = numExits + iota // count a misaligned access
	stubDivision                   // a division that the host's instruction can't do
)

// translate writes the whole program to the buffer.
func (c *compiler) translate() {
	c.table = c.N
	c.N += 8 * len(c.insts)
	c.fixedCode()
	n := uint32(len(c.insts))
	c.home = c.canonical()
	for i := uint32(0); i < n; {
		i = c.block(i, n)
	}
	// Behind the last instruction of the file.
	c.exit(exitFree, c.start+4*n)
	c.flush()
	for _, f := range c.forward {
		c.Patch(f.end, c.place(f.target))
	}
}

// place is the offset of the code of a leader that is translated already.
func (c *compiler) place(i uint32) int {
	return int(uintptr(binary.LittleEndian.Uint64(c.B[c.table+8*int(i):])) - c.address)
}

func (c *compiler) setEntry(i uint32, offset int) {
	if c.wanted != noIndex {
		return
	}
	binary.LittleEndian.PutUint64(c.B[c.table+8*int(i):], uint64(c.address)+uint64(offset))
}

// fixedCode writes prologue, epilogue and common ends.
func (c *compiler) fixedCode() {
	rsp := func(at int32) amd64.Mem { return amd64.At(amd64.RSP, at) }
	c.prologue = c.N
	c.PopM(rsp(frameBack))
	c.MovRM64(amd64.RBX, rsp(frameMemory))
	c.MovRM64(amd64.R15, rsp(frameGas))
	for k, h := range hostRegs {
		c.MovRM(h, rsp(frameHost+4*int32(k)))
	}
	c.JmpM(rsp(frameEntry))

	c.epilogue = c.N
	for k, h := range hostRegs {
		c.MovMR(rsp(frameHost+4*int32(k)), h)
	}
	c.MovMR64(rsp(frameGas), amd64.R15)
	c.JmpM(rsp(frameBack))

	for kind := range c.exits {
		c.exits[kind] = c.N
		c.MovMR(rsp(framePC), amd64.RAX)
		c.MovMI(rsp(frameKind), uint32(kind))
		c.Jmp(c.epilogue)
	}

	// Indirect jumps to what is no leader: RAX is the index of the instruction.
	c.noLeader = c.N
	c.Lea(amd64.RAX, amd64.Mem{Base: amd64.NoReg, Index: amd64.RAX, Scale: 2, Disp: int32(c.start)})
	c.Jmp(c.exits[exitFree])
}

// exit leaves translated code with the kind and the guest pc.
func (c *compiler) exit(kind int, pc uint32) {
	c.MovRI(amd64.RAX, pc)
	c.Jmp(c.exits[kind])
}

// block translates the block that begins at i and returns the index behind it.
func (c *compiler) block(i, n uint32) uint32 {
	if len(c.stubs) >= maxStubs {
		c.Jmp(amd64.Forward)
		over := c.N
		c.flush()
		c.Patch(over, c.N)
	}
	c.setEntry(i, c.N)
	c.known, c.aligned = 1, 0
	c.residence = c.home
	if in := &c.insts[i]; stepped(in) {
		c.exit(exitStep, c.start+4*i)
		c.flush()
		return i + 1
	}
	end := c.leaders.next(i, min(n, i+maxBlock))
	if !c.leaders.has(end) {
		c.leaders.set(end) // the block is cut
	}
	if !c.opts.NoGas {
		c.AluRI64(amd64.Sub, amd64.R15, int32(end-i))
		c.Jcc(amd64.CondB, amd64.Forward)
		c.stubs = append(c.stubs, stub{kind: exitGas, end: c.N, target: c.start + 4*i})
	}
	c.foresee(i, end)
	for at := i; at < end && at <= c.wanted; {
		for next := c.inst(at, end); at < next; {
			if at++; at < end {
				c.setEntry(at, c.noLeader)
			}
		}
	}
	c.restore()
	return end
}

// jump goes from the instruction at index from, the last of its block, to a guest
// address: to the code that is there, or by an exit.
func (c *compiler) jump(target uint32, from uint32) {
	i, ok := c.index(target)
	switch {
	case !ok:
		c.exit(exitFree, target)
	case i == from+1:
		return // falls through
	case i <= from:
		c.Jmp(c.place(i))
	default:
		c.Jmp(amd64.Forward)
		c.forward = append(c.forward, fixup{c.N, i})
	}
	c.flush()
}

// branch goes to a guest address if cond holds.
func (c *compiler) branch(cond amd64.Cond, target uint32, from uint32) {
	i, ok := c.index(target)
	switch {
	case !ok:
		c.Jcc(cond, amd64.Forward)
		c.stubs = append(c.stubs, stub{kind: exitFree, end: c.N, target: target})
	case i <= from:
		c.Jcc(cond, c.place(i))
	default:
		c.Jcc(cond, amd64.Forward)
		c.forward = append(c.forward, fixup{c.N, i})
	}
}

// index is the index of the instruction at a guest address, if code is there and a
// block begins with it.
func (c *compiler) index(addr uint32) (uint32, bool) {
	i := (addr - c.start) / 4
	return i, i < uint32(len(c.insts)) && addr%4 == 0 && c.leaders.has(i)
}

// flush writes the stubs. It is called where code isn't reached from above.
func (c *compiler) flush() {
	for i := range c.stubs {
		s := &c.stubs[i]
		c.Patch(s.end, c.N)
		switch s.kind {
		case stubCount:
			c.IncM64(amd64.At(amd64.RSP, frameMisaligned))
			c.Jmp(s.back)
		case stubDivision:
			c.divisionStub(s)
		default:
			c.exit(int(s.kind), s.target)
		}
	}
	c.stubs = c.stubs[:0]
}
