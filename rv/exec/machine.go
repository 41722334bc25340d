// Package exec runs guest programs: Machine is the interpreter, Recorder one that
// also records what the prover's trace builder needs. Both give the same result to
// the cycle, the gas unit and the trap.
package exec

import (
	"context"
	"errors"
	"fmt"

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
	memory     memory
	ops        []microOp
	x          [256]uint32 // slots; 256 so that any uint8 is in range
	next       uint32      // index of the next instruction, counted from the code's start
	limit      uint64
	misaligned uint64
	used       bool
}

// New prepares a run. The input is not copied and must not change before the
// run has ended.
func New(program *rv.Program, input []byte, opts Options) (*Machine, error) {
	if err := checkInput(input); err != nil {
		return nil, err
	}
	return &Machine{
		memory: memory{source: source{program: program, input: input}},
		ops:    lower(&program.Code),
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
	var cycles, look uint64
	for {
		if cycles >= look {
			if err := ctx.Err(); err != nil {
				return Result{}, fmt.Errorf("exec: run cancelled after %d cycles: %w", cycles, err)
			}
			look = cycles + quantum
		}
		n := min(look, m.limit) - cycles
		left := m.loop(n)
		cycles += n - left
		if left == 0 && cycles < m.limit {
			continue
		}
		exit, ends, completed := m.step(cycles < m.limit)
		if completed {
			cycles++
		}
		if ends {
			return Result{exit, cycles, output(m.memory.word), m.misaligned}, nil
		}
	}
}

// step executes one instruction of any kind; gas tells whether it can be paid
// for. It says whether and how the run ends, and whether the instruction
// completed.
func (m *Machine) step(gas bool) (exit Exit, ends, completed bool) {
	pc := m.PC()
	in, refusal, ok := fetch(m.memory.source.program, pc, gas)
	if !ok {
		return refusal, true, false
	}
	rs1, rs2, _, _ := operands(&in)
	a, b := m.x[rs1], m.x[rs2]
	e := evaluate(pc, &in, a, b)
	if e.ends {
		return e.exit, true, e.exit.Kind == Halt
	}
	switch {
	case in.Op.IsLoad():
		var ok bool
		if e.result, ok = m.memory.load(in.Op, e.addr); !ok {
			return trap(CauseLoadFault, pc, e.addr).exit, true, false
		}
	case in.Op.IsStore():
		if !m.memory.store(in.Op, e.addr, b) {
			return trap(CauseStoreFault, pc, e.addr).exit, true, false
		}
	}
	if size := in.Op.AccessSize(); size > 0 && e.addr%size != 0 {
		m.misaligned++
	}
	if in.Op.WritesRd() || in.Op == rv.FENCE {
		m.x[slot(in.Rd)] = e.result
	}
	m.next = (e.next - m.memory.source.program.Code.Start) / 4
	return Exit{}, false, true
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
