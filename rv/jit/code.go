//go:build linux && amd64 && !purego

package jit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/rv/jit/amd64"
)

// maxInsts bounds the code: 64 MiB of guest code, so that distances within the
// host's stay below 2^31.
const maxInsts = 1 << 24

// Supported reports whether the recompiler works here.
func Supported() bool { return cpuid.CPU.Supports(cpuid.BMI2) && install() == nil }

// Code is a translated program. It may be shared between goroutines.
type Code struct {
	program *rv.Program
	opts    Options
	stats   Stats
	piece   span
	users   atomic.Int64 // its creator, until Close, and machines

	// The same program for runs with many misaligned accesses.
	once     sync.Once
	other    atomic.Pointer[Code]
	otherErr error

	count              bool
	plan               *plan
	accesses           []access
	table              int // offset of the jump table in the piece
	prologue, epilogue uintptr
}

// Compile translates a program. Time and space are linear in its code.
func Compile(program *rv.Program, opts Options) (*Code, error) { return compile(program, opts, false) }

// compile translates a program; count says that misaligned accesses are made and
// counted in place.
func compile(program *rv.Program, opts Options, count bool) (*Code, error) {
	start := time.Now()
	if !cpuid.CPU.Supports(cpuid.BMI2) {
		return nil, ErrUnsupported
	}
	if err := install(); err != nil {
		return nil, err
	}
	n := len(program.Code.Insts)
	if n > maxInsts {
		return nil, fmt.Errorf("%w: %d instructions are more than %d", ErrTooLarge, n, maxInsts)
	}
	piece, err := codeArena.alloc(n*(maxBytes+8) + fixedBytes)
	if err != nil {
		return nil, err
	}
	plan := makePlan(program)
	c := compiler{
		plan:    plan,
		Buf:     amd64.Buf{B: codeArena.memory[piece.start:piece.end]},
		opts:    opts,
		count:   count,
		insts:   program.Code.Insts,
		start:   program.Code.Start,
		address: codeArena.address(piece.start),
		wanted:  noIndex,

		accesses: make([]access, 0, plan.accesses),
	}
	c.translate()
	if piece, err = codeArena.seal(piece, c.N); err != nil {
		return nil, err
	}
	code := &Code{
		program: program, opts: opts, piece: piece, count: count,
		plan: c.plan, accesses: c.accesses, table: c.table,
		prologue: c.address + uintptr(c.prologue), epilogue: c.address + uintptr(c.epilogue),
	}
	code.users.Store(1)
	code.stats = Stats{Instructions: n, Bytes: c.N, Time: time.Since(start)}
	return code, nil
}

// Stats says what the translation took.
func (c *Code) Stats() Stats { return c.stats }

// Close frees the translation once no machine uses it.
func (c *Code) Close() error {
	if c.users.Add(-1) != 0 {
		return nil
	}
	err := codeArena.release(c.piece)
	if c.other.Load() != nil {
		err = errors.Join(err, c.other.Load().Close())
	}
	return err
}

// forMisaligned is the same program for runs with many misaligned accesses. It is
// translated when it is first wanted, and freed with c.
func (c *Code) forMisaligned() (*Code, error) {
	c.once.Do(func() {
		var other *Code
		if other, c.otherErr = compile(c.program, c.opts, true); c.otherErr == nil {
			c.other.Store(other)
		}
	})
	return c.other.Load(), c.otherErr
}

// entry is the address of the code of the leader at index i.
func (c *Code) entry(i uint32) uintptr {
	b := codeArena.memory[c.piece.start+c.table+8*int(i):]
	return uintptr(binary.LittleEndian.Uint64(b))
}

// inside says where guest registers are at the access at index i, by translating its
// block up to there once more.
func (c *Code) inside(i uint32) inside {
	start := i
	for !c.plan.leaders.has(start) {
		start--
	}
	again := compiler{
		plan:   c.plan,
		Buf:    amd64.Buf{B: make([]byte, int(i-start+1)*maxBytes+fixedBytes)},
		opts:   c.opts,
		count:  c.count,
		insts:  c.program.Code.Insts,
		start:  c.program.Code.Start,
		wanted: i,
		home:   c.plan.canonical(),
	}
	again.block(start, uint32(len(again.insts)))
	return again.found
}
