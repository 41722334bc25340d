package exec

import "github.com/orrery/orrery/rv"

// Memory is what loads and stores of a Step go to. Both report whether the access
// is allowed; where it isn't, nothing is written.
type Memory interface {
	Load(op rv.Op, addr uint32) (value uint32, ok bool)
	Store(op rv.Op, addr, value uint32) (ok bool)
}

// Step is one instruction of any kind on the state of some engine.
type Step struct {
	PC     uint32 // the instruction's address; behind it, that of the next
	X      *[32]uint32
	Memory Memory
	Gas    bool // whether the instruction can be paid for
	// Sink, if it isn't nil, takes what is written to x0, and 0 for FENCE.
	Sink *uint32

	// Completed and Misaligned tell of the instruction whether it completed, and
	// whether it accessed memory at an address that is no multiple of the size.
	Completed, Misaligned bool
}

// Do executes the instruction and says whether and how the run ends with it. A step
// that ends the run leaves PC, registers and memory as they were.
func (s *Step) Do(program *rv.Program) (exit Exit, ends bool) {
	in, refusal, ok := fetch(program, s.PC, s.Gas)
	if !ok {
		return refusal, true
	}
	rs1, rs2, _, _ := operands(&in)
	a, b := s.X[rs1], s.X[rs2]
	e := evaluate(s.PC, &in, a, b)
	if e.ends {
		s.Completed = e.exit.Kind == Halt
		return e.exit, true
	}
	switch {
	case in.Op.IsLoad():
		if e.result, ok = s.Memory.Load(in.Op, e.addr); !ok {
			return trap(CauseLoadFault, s.PC, e.addr).exit, true
		}
	case in.Op.IsStore():
		if !s.Memory.Store(in.Op, e.addr, b) {
			return trap(CauseStoreFault, s.PC, e.addr).exit, true
		}
	}
	if size := in.Op.AccessSize(); size > 0 && e.addr%size != 0 {
		s.Misaligned = true
	}
	switch {
	case in.Op.WritesRd() && in.Rd != 0:
		s.X[in.Rd] = e.result
	case s.Sink != nil && (in.Op.WritesRd() || in.Op == rv.FENCE):
		*s.Sink = e.result
	}
	s.PC, s.Completed = e.next, true
	return Exit{}, false
}
