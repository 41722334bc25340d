// Package grind solves the puzzles of transcripts for the prover.
package grind

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/transcript"
)

// ErrBits is returned for a difficulty that no nonce can meet.
var ErrBits = errors.New("grind: bits out of range")

// piece is the number of nonces that a goroutine tries between two looks at the context.
const piece = 1 << 12

// Grind finds the smallest nonce that solves the puzzle of t under the label, absorbs it
// with t.CheckGrind and returns it. The nonce doesn't depend on the number of threads. It
// takes 2^bits tries in the mean.
func Grind(ctx context.Context, t *transcript.Transcript, label string, bits, threads int) (uint64, error) {
	if bits < 0 || bits > transcript.MaxGrindBits {
		return 0, fmt.Errorf("%w: %d", ErrBits, bits)
	}
	nonce, err := solve(ctx, t.Puzzle(label, bits), max(1, threads))
	if err != nil {
		return 0, err
	}
	t.CheckGrind(label, nonce, bits)
	return nonce, nil
}

// solve searches piece after piece. Pieces are handed out in order, and those that begin below the
// least solution known are searched up to there, so that it is the least of all in the end.
func solve(ctx context.Context, p transcript.Puzzle, threads int) (uint64, error) {
	var next, best atomic.Uint64
	best.Store(math.MaxUint64)
	par.For(threads, threads, func(int) {
		works := newTries(&p)
		for ctx.Err() == nil {
			lo := next.Add(piece) - piece
			if lo >= best.Load() {
				return
			}
			search(&p, works, lo, &best)
		}
	})
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("grind: %w", err)
	}
	return best.Load(), nil
}

// search lowers best to the least solution of the piece from lo on, if there is one below it.
func search(p *transcript.Puzzle, works tries, lo uint64, best *atomic.Uint64) {
	for n := lo; n < lo+piece && n < best.Load(); n += lanes.Width {
		for j, w := range works(n) {
			if nonce := n + uint64(j); p.Meets(w) && p.Solves(nonce) {
				lower(best, nonce)
				return
			}
		}
	}
}

// lower sets best to n unless it is lower already.
func lower(best *atomic.Uint64, n uint64) {
	for {
		old := best.Load()
		if old <= n || best.CompareAndSwap(old, n) {
			return
		}
	}
}
