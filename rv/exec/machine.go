// Package exec runs guest programs: Machine is the interpreter, Recorder one that
// also records what the prover's trace builder needs. Both give the same result to
// the cycle, the gas unit and the trap.
package exec

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/orrery/orrery/rv"
)

// DefaultGasLimit is the limit where none is told.
const DefaultGasLimit = 1 << 40

// Errors of New, Run and Record. A guest that fails is no error but a Result.
var (
	ErrInputTooLong  = errors.New("exec: input too long")
	ErrUsed          = errors.New("exec: this machine has run already")
	ErrTooManyCycles = errors.New("exec: the run is longer than can be recorded")
)

// quantum is the number of instructions between two looks at the context.
const quantum = 1 << 16

// Options of a run.
type Options struct {
	// GasLimit is taken as it is: with 0 no instruction can be paid for.
	GasLimit uint64
	// MaxCycles bounds a recording; 0 and values above the constant MaxCycles
	// mean that constant. Run doesn't look at it.
	MaxCycles uint64
	// Buffers, if given, lends a recorder memory; Recorder.Release gives it back.
	Buffers *Buffers
}

// Result of a run.
type Result struct {
	Exit Exit
	// Cycles is the number of instructions that completed, and the gas used.
	Cycles uint64
	Output []byte
	// MisalignedAccesses counts loads and stores that completed at an address
	// that is no multiple of their size.
	MisalignedAccesses uint64
}

// Machine is one run of a program. It is not safe for concurrent use.
type Machine struct {
	memory memory
	ops    []fusedOp
	// x holds the slots; 256 of them so that any uint8 is in range. It is no part of this
	// struct, because with one base for registers and pages a Zen 4 takes twice as long.
	x          *[256]uint32
	next       uint32 // index of the next instruction, counted from the code's start
	limit      uint64
	cycles     uint64
	misaligned uint64
	exit       Exit
	used       bool
	ended      bool
}

// New prepares a run. The input is not copied and must not change before the
// run has ended.
func New(program *rv.Program, input []byte, opts Options) (*Machine, error) {
	if err := checkInput(input); err != nil {
		return nil, err
	}
	return &Machine{
		memory: memory{source: source{program: program, input: input}},
		ops:    fuse(lower(&program.Code)),
		x:      new([256]uint32),
		next:   (program.Header.Entry - program.Code.Start) / 4,
		limit:  opts.GasLimit,
	}, nil
}

func checkInput(input []byte) error {
	if uint64(len(input)) > rv.MaxInput {
		return fmt.Errorf("%w: %d bytes, the input region has room for %d", ErrInputTooLong, len(input), uint64(rv.MaxInput))
	}
	return nil
}

// PC returns the address of the next instruction; after the end of a run, of
// the one that ended it.
func (m *Machine) PC() uint32 { return m.memory.source.program.Code.Start + 4*m.next }

// Register returns the value of x0..x31.
func (m *Machine) Register(r uint8) uint32 { return m.x[r&31] }

// Word returns the memory word that holds address addr, 0 where the guest can't
// read.
func (m *Machine) Word(addr uint32) uint32 { return m.memory.word(addr) }

// Run runs the program to its end, or until ctx is cancelled, whose error it
// then returns. A machine runs once.
func (m *Machine) Run(ctx context.Context) (Result, error) {
	if m.used {
		return Result{}, ErrUsed
	}
	m.used = true
	if _, err := m.RunTo(ctx, math.MaxUint64); err != nil {
		return Result{}, err
	}
	return m.Result(), nil
}

// RunTo is as in Engine.
func (m *Machine) RunTo(ctx context.Context, cycles uint64) (ended bool, err error) {
	look := m.cycles
	for !m.ended && m.cycles < cycles {
		if m.cycles >= look {
			if err := ctx.Err(); err != nil {
				return false, fmt.Errorf("exec: run cancelled after %d cycles: %w", m.cycles, err)
			}
			look = m.cycles + quantum
		}
		n := min(look, m.limit, cycles) - m.cycles
		left := m.loop(n)
		m.cycles += n - left
		if left != 0 || m.cycles == m.limit && m.cycles < cycles {
			m.step()
		}
	}
	return m.ended, nil
}

// step executes one instruction of any kind.
func (m *Machine) step() {
	s := Step{PC: m.PC(), X: (*[32]uint32)(m.x[:]), Memory: &m.memory, Gas: m.cycles < m.limit, Sink: &m.x[sink]}
	exit, ended := s.Do(m.memory.source.program)
	if s.Completed {
		m.cycles++
	}
	if s.Misaligned {
		m.misaligned++
	}
	m.next = (s.PC - m.memory.source.program.Code.Start) / 4
	m.exit, m.ended = exit, ended
}

// fetch returns the instruction at pc, or how the run ends before it reads its
// operands. The order of these checks is the ABI's.
func fetch(p *rv.Program, pc uint32, gas bool) (rv.Inst, Exit, bool) {
	in, ok := p.Code.At(pc)
	switch {
	case !ok:
		return in, Exit{Kind: Trap, Cause: CauseFetchFault, PC: pc, Value: pc}, false
	case in.Op == rv.ILLEGAL:
		return in, Exit{Kind: Trap, Cause: CauseIllegal, PC: pc, Value: in.Word}, false
	case !gas:
		return in, Exit{Kind: OutOfGas, PC: pc}, false
	}
	return in, Exit{}, true
}
