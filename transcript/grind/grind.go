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

// batch is the number of nonces tried between two looks at the context, for each thread.
const batch = 1 << 13

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

// solve searches batch after batch; within one, the least of the nonces found by all
// goroutines is the least of the batch.
func solve(ctx context.Context, p transcript.Puzzle, threads int) (uint64, error) {
	size := batch * threads
	for base := uint64(0); ; base += uint64(size) {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("grind: %w", err)
		}
		var best atomic.Uint64
		best.Store(math.MaxUint64)
		par.Chunks(threads, size, func(lo, hi int) {
			search(p, base+uint64(lo), base+uint64(hi), &best)
		})
		if n := best.Load(); n != math.MaxUint64 {
			return n, nil
		}
	}
}

// search lowers best to the least solution from lo on and below hi and best, if there is
// one.
func search(p transcript.Puzzle, lo, hi uint64, best *atomic.Uint64) {
	works := newTries(&p)
	for n := lo; n < hi && n < best.Load(); n += lanes.Width {
		for j, w := range works(n) {
			nonce := n + uint64(j)
			if nonce < hi && p.Meets(w) && p.Solves(nonce) {
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
