package verifier

import (
	"errors"
	"fmt"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/memtree"
	"github.com/orrery/orrery/proof"
)

// Public is a message that the statement puts on a bus, or takes from it.
type Public struct {
	Bus   air.Bus
	Take  bool
	Tuple []field.M31
}

// limbs gives a 32-bit value as the buses carry it.
func limbs(v uint32) (lo, hi field.M31) { return field.M31(v & 0xffff), field.M31(v >> 16) }

// CheckGas checks the gas of a run against its exit. An instruction needs its gas before it
// completes or traps, except where it can't be fetched or decoded (causes 1 and 2).
func CheckGas(limit, used uint64, exit abi.Exit) error {
	switch {
	case used > limit:
		return fmt.Errorf("%d units of gas used, the limit is %d", used, limit)
	case exit.Kind == abi.OutOfGas && used != limit:
		return fmt.Errorf("out of gas after %d units, the limit is %d", used, limit)
	case exit.Kind == abi.Trap && exit.Cause != abi.CauseFetch && exit.Cause != abi.CauseIllegal && used == limit:
		return fmt.Errorf("trap of cause %d with no gas left for the instruction", exit.Cause)
	}
	return nil
}

// exitMessage is the message that ends the run after so many cycles of its last segment:
// the end message of the exit, or, where the next instruction lies outside the code, the state itself. The exit has one form:
// fields that don't belong to it are zero.
func exitMessage(h *abi.Header, cycles uint64, e abi.Exit) (Public, error) {
	clk := field.M31(cycles + 1)
	pc := field.M31(e.PC / 4)
	end := func(kind, cause uint32, pc, v0, v1 field.M31) (Public, error) {
		return Public{Bus: rv32im.End, Take: true, Tuple: []field.M31{field.M31(kind), field.M31(cause), pc, v0, v1, clk}}, nil
	}
	bad := func() (Public, error) { return Public{}, fmt.Errorf("impossible exit status %+v", e) }
	if e.PC%4 != 0 {
		return bad()
	}
	inCode := e.PC >= h.CodeStart && e.PC < h.CodeEnd
	switch e.Kind {
	case abi.Halt:
		if e != (abi.Exit{Kind: abi.Halt, Code: e.Code}) {
			return bad()
		}
		lo, hi := limbs(e.Code)
		return end(rv32im.EndHalt, 0, 0, lo, hi)
	case abi.OutOfGas:
		if !inCode || e != (abi.Exit{Kind: abi.OutOfGas, PC: e.PC}) {
			return bad()
		}
		return end(rv32im.EndOutOfGas, 0, pc, 0, 0)
	case abi.Trap:
		if e.Code != 0 || inCode == (e.Cause == abi.CauseFetch) {
			return bad()
		}
		lo, hi := limbs(e.Value)
		switch {
		case e.Cause == abi.CauseFetch && e.Value == e.PC:
			return Public{Bus: rv32im.State, Take: true, Tuple: []field.M31{pc, clk}}, nil
		case e.Cause == abi.CauseMisalignedJump && e.Value%4 == 2:
			return end(rv32im.EndTrap, e.Cause, pc, field.M31(e.Value/4), 0)
		case e.Cause == abi.CauseBreakpoint && e.Value == e.PC, e.Cause == abi.CauseEcall && e.Value == 0:
			return end(rv32im.EndTrap, e.Cause, pc, 0, 0)
		case e.Cause == abi.CauseIllegal, e.Cause == abi.CauseLoad, e.Cause == abi.CauseStore:
			return end(rv32im.EndTrap, e.Cause, pc, lo, hi)
		}
	}
	return bad()
}

// checkStatement checks what the messages of a statement rely on: clocks below the bound of
// the machine, a step forward in each segment but the last, states in their one form, and
// that what the segment doesn't open, or doesn't say, stays what it was.
func checkStatement(s *proof.Statement) error {
	if s.Cycles >= 1<<rv32im.MaxClockLog {
		return fmt.Errorf("%d cycles in one segment, at most 2^%d - 1 are possible", s.Cycles, rv32im.MaxClockLog)
	}
	for _, x := range []proof.State{s.Before, s.After} {
		if x.PC%4 != 0 {
			return fmt.Errorf("pc %#x between segments is no multiple of 4", x.PC)
		}
		for q, d := range x.Quarters {
			if !d.Canonical(hash.Poseidon2) {
				return fmt.Errorf("the digest of quarter %d is not canonical", q)
			}
		}
	}
	if s.Last {
		if s.After != s.Before.End(s.After.Quarters[memtree.OutputQuarter]) {
			return errors.New("the last segment leaves more than the output")
		}
	} else if s.Cycles == 0 || s.Exit != (abi.Exit{}) {
		return fmt.Errorf("%d cycles and exit status %+v in a segment that isn't the last", s.Cycles, s.Exit)
	}
	if s.Opened>>len(s.Before.Quarters) != 0 {
		return fmt.Errorf("opened quarters %#x; there are %d", s.Opened, len(s.Before.Quarters))
	}
	for q := range s.Before.Quarters {
		if s.Opened>>q&1 == 0 && s.Before.Quarters[q] != s.After.Quarters[q] {
			return fmt.Errorf("quarter %d changes without being opened", q)
		}
	}
	return nil
}

// PublicMessages are the messages of the statement: the first state, the state after or the
// end of the run, and the quarters of the memory tree that the tables open. Of the memory
// that the last segment leaves only the output is wanted.
func PublicMessages(s *proof.Statement) ([]Public, error) {
	if err := checkStatement(s); err != nil {
		return nil, err
	}
	end := Public{Bus: rv32im.State, Take: true, Tuple: []field.M31{field.M31(s.After.PC / 4), field.M31(s.Cycles + 1)}}
	if s.Last {
		var err error
		if end, err = exitMessage(&s.Header, s.Cycles, s.Exit); err != nil {
			return nil, err
		}
	}
	out := []Public{{Bus: rv32im.State, Tuple: []field.M31{field.M31(s.Before.PC / 4), 1}}, end}
	for q := range s.Before.Quarters {
		if s.Opened>>q&1 == 0 {
			continue
		}
		drop := field.M31(0)
		if s.Last && q != memtree.OutputQuarter {
			drop = 1
		}
		tuple := []field.M31{memtree.QuarterLevel, field.M31(q), drop}
		for _, w := range s.Before.Quarters[q] {
			tuple = append(tuple, field.M31(w))
		}
		for _, w := range s.After.Quarters[q] {
			tuple = append(tuple, field.M31(w))
		}
		out = append(out, Public{Bus: rv32im.Node, Tuple: tuple})
	}
	return out, nil
}

// publicSum adds the fractions of the public messages, LogUp's share of the statement. A
// denominator of zero, which honest challenges give with a probability of about 2^-180, is
// an error: it would take the message out of the sum.
func publicSum(messages []Public, alpha field.E, betas []field.E) (field.E, error) {
	var sum field.E
	for _, m := range messages {
		d := alpha.SubBase(field.New(uint64(m.Bus.ID)))
		for i, x := range m.Tuple {
			d = d.Sub(betas[i+1].MulBase(x))
		}
		if d.IsZero() {
			return field.E{}, errDenominator
		}
		f := d.Inv()
		if m.Take {
			f = f.Neg()
		}
		sum = sum.Add(f)
	}
	return sum, nil
}
