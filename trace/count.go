package trace

import (
	"context"
	"fmt"
	"sync"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/rv"
)

// counter counts look-ups: for each bus, how often each entry of the table that serves it
// is taken. The messages come from the compiled chips.
type counter struct {
	limbs  [8][1 << rv32im.TableLog]uint32 // by limbColumn
	shifts [32]uint32
	code   codeCounter
	pages  [1 << 16][2]uint32 // by page: read facts, write facts
	hashes map[[24]field.M31]uint32
}

// Columns of the table of limbs.
const (
	limbRange = iota
	limbSmall
	limbFull
	limbAnd
	limbOr
	limbXor
	limbTop
	limbSign
)

// codeCounter counts fetches of code words. A segment may be much longer in memory than in
// the file, but a run ends at the first word that the file doesn't have: there is one at most.
type codeCounter struct {
	code   *rv.Code
	words  []uint32 // by slot of the code
	behind uint64   // number of the word behind the file's, where the run ended; 0 for none
	last   uint32   // count of that word
}

func newCodeCounter(code *rv.Code, executed []uint32) codeCounter {
	c := codeCounter{code: code, words: make([]uint32, code.Listed())}
	if n := len(executed); n > 0 {
		if _, ok := code.Slot(executed[n-1]); !ok {
			c.behind = uint64(executed[n-1])
		}
	}
	return c
}

// empty is a counter of the same code, with all counts 0.
func (c *codeCounter) empty() codeCounter {
	return codeCounter{code: c.code, words: make([]uint32, len(c.words)), behind: c.behind}
}

// at is the count of the word at a word address, nil if it isn't counted.
func (c *codeCounter) at(address field.M31) *uint32 {
	w := uint64(address) - uint64(c.code.Start/4)
	if w>>32 != 0 {
		return nil
	}
	if slot, ok := c.code.Slot(uint32(w)); ok {
		return &c.words[slot]
	}
	if w == c.behind {
		return &c.last
	}
	return nil
}

func (c *codeCounter) merge(d *codeCounter) {
	for i, n := range d.words {
		c.words[i] += n
	}
	c.last += d.last
}

// left reports fetches of words that the decoder doesn't have.
func (c *codeCounter) left() error {
	for i, n := range c.words {
		if n != 0 {
			return fmt.Errorf("trace: code word %d is executed, but not decoded", i)
		}
	}
	if c.last != 0 {
		return fmt.Errorf("trace: code word %d is executed, but not decoded", c.behind)
	}
	return nil
}

func newCounter(code codeCounter) *counter {
	return &counter{code: code, hashes: make(map[[24]field.M31]uint32)}
}

// served reports whether a bus is served by a table whose multiplicities are counted.
func served(bus air.Bus) bool {
	switch bus.ID {
	case rv32im.Range16.ID, rv32im.RangeSmall.ID, rv32im.Bytes.ID, rv32im.Top.ID, rv32im.Sign.ID,
		rv32im.Shift.ID, rv32im.Program.ID, rv32im.Region.ID, rv32im.Hash.ID:
		return true
	}
	return false
}

// add counts one message. ok is false if no table has the entry. Elements that are a
// function of the others aren't compared: if they are wrong, the buses don't balance.
func (c *counter) add(bus uint32, x []field.M31, n uint32) (ok bool) {
	limb := func(col int, row field.M31) bool {
		if row >= 1<<rv32im.TableLog {
			return false
		}
		c.limbs[col][row] += n
		return true
	}
	switch bus {
	case rv32im.Range16.ID:
		return limb(limbRange, x[0])
	case rv32im.RangeSmall.ID:
		if x[0] == 1<<rv32im.TableLog {
			return limb(limbFull, x[1])
		}
		return x[0]&(x[0]-1) == 0 && x[1] < x[0] && limb(limbSmall, x[0]-1+x[1])
	case rv32im.Bytes.ID:
		return x[0] <= rv32im.ByteXor && x[1] < 256 && x[2] < 256 && limb(limbAnd+int(x[0]), x[1]+256*x[2])
	case rv32im.Top.ID:
		return limb(limbTop, x[0])
	case rv32im.Sign.ID:
		return limb(limbSign, x[0])
	case rv32im.Shift.ID:
		if x[0] >= 32 {
			return false
		}
		c.shifts[x[0]] += n
	case rv32im.Program.ID:
		p := c.code.at(x[0])
		if p == nil {
			return false
		}
		*p += n
	case rv32im.Region.ID:
		if x[0] > rv32im.CannotWrite || x[1] >= 1<<16 {
			return false
		}
		write := x[0] == rv32im.CanWrite || x[0] == rv32im.CannotWrite
		if write {
			c.pages[x[1]][1] += n
		} else {
			c.pages[x[1]][0] += n
		}
	case rv32im.Hash.ID:
		c.hashes[[24]field.M31(x[:24])] += n
	}
	return true
}

// merge adds the counts of d.
func (c *counter) merge(d *counter) {
	for k := range c.limbs {
		for i, n := range &d.limbs[k] {
			c.limbs[k][i] += n
		}
	}
	for i, n := range d.shifts {
		c.shifts[i] += n
	}
	c.code.merge(&d.code)
	for i, n := range &d.pages {
		c.pages[i][0] += n[0]
		c.pages[i][1] += n[1]
	}
	for k, n := range d.hashes {
		c.hashes[k] += n
	}
}

// countTable counts the look-ups of one table on the given number of goroutines.
func (c *counter) countTable(ctx context.Context, a *air.AIR, main, pre [][]field.M31, publics []field.M31, threads int) error {
	var messages []air.Message
	width := 0
	for _, m := range a.Messages {
		if served(m.Bus) {
			messages = append(messages, m)
			width += 1 + m.Bus.Arity
		}
	}
	if len(messages) == 0 {
		return nil
	}
	program := vm.CompileMessages(a, messages)
	bound := program.Bind(vm.Scalars{Publics: publics})
	in := &vm.Columns{Main: main, Pre: pre}
	height := len(main[0])
	var mu sync.Mutex
	var failure error
	part := (height + threads - 1) / threads
	par.For(threads, threads, func(i int) {
		lo, hi := i*part, min((i+1)*part, height)
		if lo >= hi {
			return
		}
		own := newCounter(c.code.empty())
		err := own.countRows(ctx, bound, in, a, messages, width, lo, hi)
		mu.Lock()
		defer mu.Unlock()
		if err != nil && failure == nil {
			failure = err
		}
		c.merge(own)
	})
	if failure == nil {
		failure = ctx.Err()
	}
	return failure
}

func (c *counter) countRows(ctx context.Context, bound *vm.Bound, in *vm.Columns, a *air.AIR, messages []air.Message, width, lo, hi int) error {
	m := vm.NewMachine(bound.Program())
	out := make([][]field.M31, width)
	for i := range out {
		out[i] = make([]field.M31, vm.BlockRows)
	}
	tuple := make([]field.M31, rv32im.Hash.Arity)
	for ; lo < hi && ctx.Err() == nil; lo += vm.BlockRows {
		n := min(vm.BlockRows, hi-lo)
		m.Run(bound, in, lo, lo+n, func(i int, v vm.Output) { copy(out[i], v.Base) })
		at := 0
		for _, msg := range messages {
			for r := range n {
				mult := out[at][r]
				if mult == 0 {
					continue
				}
				for k := range msg.Bus.Arity {
					tuple[k] = out[at+1+k][r]
				}
				// Look-ups receive, so a row's multiplicity is minus their number.
				taken := mult.Neg()
				if taken > 1<<16 || !c.add(msg.Bus.ID, tuple[:msg.Bus.Arity], uint32(taken)) {
					return fmt.Errorf("trace: table %s, row %d: no table serves message %v of bus %s (multiplicity %d)", a.Name, lo+r, tuple[:msg.Bus.Arity], msg.Bus.Name, mult)
				}
			}
			at += 1 + msg.Bus.Arity
		}
	}
	return nil
}
