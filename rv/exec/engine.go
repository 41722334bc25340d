package exec

import "context"

// Engine is one run of a program that can be stopped and continued. All engines
// give the same state at every clock. None is safe for concurrent use.
type Engine interface {
	// RunTo executes until `cycles` instructions have completed since the start,
	// or the end of the run, which it reports; it may be called again with a
	// larger number. An error of ctx ends the call, not the run.
	RunTo(ctx context.Context, cycles uint64) (ended bool, err error)
	// Cycles is the number of instructions that have completed.
	Cycles() uint64
	// PC is the address of the next instruction; after the end of the run, of the
	// one that ended it.
	PC() uint32
	// Register returns the value of x0..x31.
	Register(r uint8) uint32
	// Word returns the memory word that holds address addr, 0 where the guest
	// can't read.
	Word(addr uint32) uint32
	// Result is the result of a run that has ended.
	Result() Result
	// TouchedPages returns the pages of rv.PageSize bytes (address divided by
	// that) that stores wrote since the last call, in increasing order. The first
	// call begins the watch and returns none. Without a call nothing is watched.
	TouchedPages() []uint32
	// Close frees what the run holds. Nothing may be called after it.
	Close() error
}

// Cycles is as in Engine.
func (m *Machine) Cycles() uint64 { return m.cycles }

// Result is as in Engine.
func (m *Machine) Result() Result {
	return Result{m.exit, m.cycles, output(m.memory.word), m.misaligned}
}

// TouchedPages is as in Engine.
func (m *Machine) TouchedPages() []uint32 { return m.memory.watchWrites() }

// Close is as in Engine.
func (m *Machine) Close() error { return nil }

var _ Engine = (*Machine)(nil)
