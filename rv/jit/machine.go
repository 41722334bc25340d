//go:build linux && amd64 && !purego

package jit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/exec"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// quantum is the number of instructions between two looks at the context and, since
// Go's scheduler can't preempt translated code, the longest stretch of it.
const quantum = 1 << 18

// manyMisaligned is the number of misaligned accesses, each a single step, behind
// which a run goes on in code that makes them itself and checks each address.
const manyMisaligned = 256

// stepCost is what an exit from translated code or a single step counts in a
// quantum.
const stepCost = 64

// Machine is one run of a translated program. It is not safe for concurrent use.
type Machine struct {
	origin     *Code // what Close gives back
	code       *Code // what runs: origin, or its form for misaligned accesses
	slow       int   // exits for misaligned accesses
	memory     *memory
	frame      frame
	limit      uint64
	cycles     uint64
	misaligned uint64
	pc         uint32
	step       bool // the next instruction is for a single step
	ended      bool
	exit       exec.Exit
}

// New prepares a run of the program. The input is copied.
func (c *Code) New(input []byte, opts exec.Options) (*Machine, error) {
	if uint64(len(input)) > rv.MaxInput {
		return nil, fmt.Errorf("%w: %d bytes, the input region has room for %d", exec.ErrInputTooLong, len(input), uint64(rv.MaxInput))
	}
	memory, err := newMemory(c.program, input)
	if err != nil {
		return nil, err
	}
	c.users.Add(1)
	m := &Machine{origin: c, code: c, memory: memory, limit: opts.GasLimit, pc: c.program.Header.Entry}
	m.frame.epilogue, m.frame.memory = c.epilogue, memory.address()
	return m, nil
}

// Close frees the machine's memory.
func (m *Machine) Close() error {
	if m.memory == nil {
		return nil
	}
	err := m.memory.close()
	m.memory = nil
	return errors.Join(err, m.origin.Close())
}

// Cycles is as in exec.Engine.
func (m *Machine) Cycles() uint64 { return m.cycles }

// PC is as in exec.Engine.
func (m *Machine) PC() uint32 { return m.pc }

// Register is as in exec.Engine.
func (m *Machine) Register(r uint8) uint32 { return m.frame.x[r&31] }

// Word is as in exec.Engine.
func (m *Machine) Word(addr uint32) uint32 { return m.memory.word(addr) }

// Result is as in exec.Engine.
func (m *Machine) Result() exec.Result {
	return exec.Result{Exit: m.exit, Cycles: m.cycles, Output: m.memory.output(), MisalignedAccesses: m.misaligned}
}

// TouchedPages is as in exec.Engine.
func (m *Machine) TouchedPages() []uint32 { return m.memory.watchWrites() }

// RunTo is as in exec.Engine.
func (m *Machine) RunTo(ctx context.Context, cycles uint64) (ended bool, err error) {
	work := uint64(quantum)
	for !m.ended && m.cycles < cycles {
		if work >= quantum {
			if err := ctx.Err(); err != nil {
				return false, fmt.Errorf("jit: run cancelled after %d cycles: %w", m.cycles, err)
			}
			work = 0
		}
		work += stepCost
		gas := min(cycles, m.limit) - m.cycles
		if i, ok := m.code.leader(m.pc); ok && !m.step && gas >= uint64(m.code.rest(i)) {
			gas = min(gas, quantum)
			if err := m.run(i, gas); err != nil {
				return false, err
			}
			work += gas - m.frame.gas
			continue
		}
		if err := m.single(); err != nil {
			return false, err
		}
		if m.memory.err != nil {
			return false, m.memory.err
		}
	}
	return m.ended, nil
}

// leader is the index of the instruction at pc if a block begins there.
func (c *Code) leader(pc uint32) (uint32, bool) {
	i := (pc - c.program.Code.Start) / 4
	return i, i < uint32(len(c.program.Code.Insts)) && c.plan.leaders.has(i)
}

// rest is the number of instructions from i to the end of the block.
func (c *Code) rest(i uint32) uint32 {
	return c.plan.leaders.next(i, uint32(len(c.program.Code.Insts))) - i
}

// run executes translated code from the leader at index i on until it leaves, which is
// before `gas` instructions have completed or then.
func (m *Machine) run(i uint32, gas uint64) error {
	f := &m.frame
	f.entry, f.gas, f.fault, f.misaligned = m.code.entry(i), gas, 0, 0
	m.toHost()
	enter(f, m.code.prologue)
	if f.fault != 0 {
		if err := m.faulted(); err != nil {
			return err
		}
	}
	at, _ := m.code.index(f.pc)
	if f.kind == exitInside {
		in := m.code.inside(at)
		m.fromHost(in.loc)
		places := m.frame.x
		for r := range places {
			if in.deferred>>r&1 != 0 {
				m.frame.x[r] = in.lazy[r].value(&places)
			}
		}
		if in := &m.code.program.Code.Insts[at]; m.code.count && (f.x[in.Rs1]+in.Imm)%in.Op.AccessSize() != 0 {
			f.misaligned-- // counted, but not made
		}
	} else {
		m.fromHost(m.code.plan.host)
	}
	m.pc = f.pc
	m.step = f.kind >= exitStep
	m.cycles += gas - f.gas
	m.misaligned += f.misaligned
	if !m.code.opts.NoGas && (f.kind == exitGas || f.kind >= exitSlow) {
		m.cycles -= uint64(m.code.rest(at))
	}
	return nil
}

// toHost sets the host registers to what the guest registers in them hold.
func (m *Machine) toHost() {
	for r, h := range m.code.plan.host {
		if h != amd64.NoReg {
			m.frame.host[hostIndex[h]] = m.frame.x[r]
		}
	}
}

// fromHost takes the guest registers that are in host registers from there.
func (m *Machine) fromHost(loc [32]amd64.Reg) {
	for r, h := range loc {
		if h != amd64.NoReg {
			m.frame.x[r] = m.frame.host[hostIndex[h]]
		}
	}
}

func (c *Code) index(pc uint32) (uint32, bool) {
	i := (pc - c.program.Code.Start) / 4
	return i, i < uint32(len(c.program.Code.Insts))
}

// faulted turns a fault into the exit that a single step follows, which finds out what
// is wrong with the access.
func (m *Machine) faulted() error {
	f := &m.frame
	offset := uint32(f.fault - codeArena.address(m.code.piece.start))
	at, ok := slices.BinarySearchFunc(m.code.accesses, offset, func(a access, o uint32) int { return int(a.offset) - int(o) })
	if !ok {
		return fmt.Errorf("jit: fault in code that doesn't access memory, at offset %#x", offset)
	}
	i := m.code.accesses[at].index
	f.pc, f.kind = m.code.program.Code.Start+4*i, exitInside
	return nil
}

// single executes one instruction by the rules of package exec.
func (m *Machine) single() error {
	s := exec.Step{PC: m.pc, X: &m.frame.x, Memory: m.memory, Gas: m.cycles < m.limit}
	m.exit, m.ended = s.Do(m.code.program)
	m.pc, m.step = s.PC, false
	if s.Completed {
		m.cycles++
	}
	if s.Misaligned {
		m.misaligned++
		if m.slow++; m.slow == manyMisaligned {
			code, err := m.origin.forMisaligned()
			if err != nil {
				return err
			}
			m.code = code
			m.frame.epilogue = code.epilogue
		}
	}
	return nil
}
