package prover

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Workspace is what proofs that are made one after the other can share: memory, domains, and the
// tree that belongs to the key. It serves one proof at a time, and makes no difference to it. A nil
// *Workspace has memory of Go's heap and keeps nothing.
//
// Its memory lies outside of Go's heap, as much as the largest proof so far took, and goes back to
// the system with Close.
type Workspace struct {
	busy      atomic.Bool
	used      bool         // by a proof, which may have left columns
	mem       *arena.Arena // of a proof
	kept      *arena.Arena // of the constants
	domains   *domains
	constants *constants
	giving    sync.WaitGroup // memory back to the system
	given     error          // what came of it
}

// NewWorkspace makes an empty workspace.
func NewWorkspace() *Workspace { return &Workspace{mem: arena.New(), kept: arena.New()} }

// Close gives the memory back. No proof may be running.
func (w *Workspace) Close() error {
	w.giving.Wait()
	w.domains, w.constants = nil, nil
	if err := errors.Join(w.given, w.mem.Close(), w.kept.Close()); err != nil {
		return fmt.Errorf("prover: %w", err)
	}
	return nil
}

// giveUp gives the columns' memory back on another goroutine: unmapping it takes longer than
// writing the proof.
func (w *Workspace) giveUp() {
	w.giving.Wait()
	old := w.mem
	w.mem, w.used = arena.New(), false
	w.giving.Go(func() { w.given = errors.Join(w.given, old.Close()) })
}

// ErrBusy says that another proof uses the workspace.
var ErrBusy = errors.New("prover: the workspace is in use")

// memory is what columns are taken from; nil stands for Go's heap.
func (w *Workspace) memory() *arena.Arena {
	if w == nil {
		return nil
	}
	return w.mem
}

// begin gives up the columns of the last proof, and keeps other proofs out until end.
func (w *Workspace) begin() error {
	if !w.busy.CompareAndSwap(false, true) {
		return ErrBusy
	}
	if w.used {
		w.mem.Reset()
	}
	w.used = true
	return nil
}

func (w *Workspace) end() { w.busy.Store(false) }

// engine is newEngine with what is there already.
func (w *Workspace) engine(ctx context.Context, l *verifier.Layout, p soundness.Params, h hash.Hasher, threads int) *engine {
	if w == nil {
		return newEngine(ctx, l, p, h, threads)
	}
	if d := w.domains; d == nil || d.logHeight != l.LogHeight || d.logBlowup != p.LogBlowup {
		w.domains = newDomains(l.LogHeight, p.LogBlowup, threads)
	}
	return &engine{
		ctx: ctx, layout: l, params: p, hasher: h, threads: threads, clock: newClock(nil),
		mem: w.mem, spare: &machines{}, domains: w.domains,
	}
}

// constants are the preprocessed columns by chip, values and extensions, with their tree.
type constants struct {
	logBlowup int
	hash      hash.ID
	values    map[int][][]field.M31
	columns   map[int]columns
	tree      *tree.Tree
}

// of gives the columns of each table of a layout.
func (c *constants) of(l *verifier.Layout) (values [][][]field.M31, extended []columns) {
	for _, t := range l.Tables {
		values, extended = append(values, c.values[t.Chip]), append(extended, c.columns[t.Chip])
	}
	return values, extended
}

// fixed gives the preprocessed columns of the engine's machine. They have memory of their own, and
// outlive the proof.
func (w *Workspace) fixed(e *engine, key *verifier.Key) (*constants, error) {
	if w != nil && w.constants != nil {
		c := w.constants
		if c.logBlowup == e.params.LogBlowup && c.hash == key.Hash && c.tree.Cap()[0] == key.Preprocessed[0] {
			return c, nil
		}
	}
	c := &constants{logBlowup: e.params.LogBlowup, hash: key.Hash, values: map[int][][]field.M31{}, columns: map[int]columns{}}
	own := *e
	own.mem = nil
	if w != nil {
		w.constants = nil
		w.kept.Reset()
		own.mem = w.kept
	}
	values := preprocessedValues(key.Machine, e.layout)
	extended, err := own.preprocess(values)
	if err != nil {
		return nil, err
	}
	if c.tree, err = own.commit(proof.Preprocessed, extended); err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	for i, t := range e.layout.Tables {
		c.values[t.Chip], c.columns[t.Chip] = values[i], extended[i]
	}
	if w != nil {
		w.constants = c
	}
	return c, nil
}
