// Package parallel verifies proofs on several threads, those of many segments in memory for
// a few.
package parallel

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/hash/lanes"
	"github.com/orrery/orrery/internal/par"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Info is what there is to say about an accepted proof beside its claim.
type Info struct {
	Segments int
	Rounds   soundness.Rounds // of the segment with the fewest bits
	Cells    uint64           // committed base field cells of all segments
}

// VerifyReader is verifier.Verify for a proof that is read from r, which should be
// buffered, with the vector kernels of the hash functions. As many segments are verified at a time
// as there are threads (at least one), and one more is in memory; a segment has several threads if
// there are fewer segments. The error is that of the first segment with one, an *verifier.Error,
// or what the reader or the context gave.
func VerifyReader(ctx context.Context, key *verifier.Key, r io.Reader, policy verifier.Policy, threads int) (abi.Claim, Info, error) {
	chain, err := verifier.NewChain(key, r, policy)
	if err != nil {
		return abi.Claim{}, Info{}, err
	}
	h, err := hash.New(key.Hash)
	if err != nil {
		return abi.Claim{}, Info{}, err
	}
	threads = max(1, threads)
	p := pool{means: verifier.Means{Each: on(max(1, threads/chain.Segments())), Hasher: lanes.Many(h)}}
	checks := make(chan *verifier.Check)
	var workers sync.WaitGroup
	for range min(threads, chain.Segments()) {
		workers.Go(func() {
			for k := range checks {
				p.verify(key, k)
			}
		})
	}
	err = p.feed(ctx, chain, checks)
	close(checks)
	workers.Wait()
	// Segments are handed out in order, so those that fail stand before the one at which
	// reading ended.
	if p.err != nil {
		err = p.err
	}
	if err != nil {
		return abi.Claim{}, Info{}, err
	}
	claim, err := chain.Claim()
	if err != nil {
		return abi.Claim{}, Info{}, err
	}
	p.info.Segments = chain.Segments()
	return claim, p.info, nil
}

// Segment is verifier.VerifySegment on several threads. It hashes without kernels: a prover checks
// with it what it has made with them.
func Segment(key *verifier.Key, p *proof.Segment, policy verifier.Policy, threads int) error {
	return verifier.VerifySegmentWith(key, p, policy, verifier.Means{Each: on(threads)})
}

// on makes checks on a number of threads. The last check, the low-degree test, takes longest and
// comes first.
func on(threads int) verifier.Each {
	return func(n int, f func(int)) { par.For(threads, n, func(i int) { f(n - 1 - i) }) }
}

// pool collects what the workers find.
type pool struct {
	means verifier.Means // for each segment

	mu      sync.Mutex
	info    Info
	weakest int // the segment that info.Rounds is of
	failed  int // the first segment that failed, if err isn't nil
	err     error
}

// feed hands out the segments of the chain until there are no more, one of them has failed,
// or the context ends.
func (p *pool) feed(ctx context.Context, chain *verifier.Chain, checks chan<- *verifier.Check) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		k, err := chain.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case checks <- k:
		case <-ctx.Done():
			return ctx.Err()
		}
		if p.hasFailed() {
			return nil
		}
	}
}

func (p *pool) hasFailed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err != nil
}

// verify verifies a segment and adds what it says to the info.
func (p *pool) verify(key *verifier.Key, k *verifier.Check) {
	var rounds soundness.Rounds
	var cells uint64
	err := k.VerifyWith(p.means)
	if err == nil {
		rounds, cells, err = measure(key, k)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if p.err == nil || k.Index < p.failed {
			p.failed, p.err = k.Index, err
		}
		return
	}
	bits, least := rounds.Bits(), p.info.Rounds.Bits()
	if p.info.Rounds == nil || bits < least || bits == least && k.Index < p.weakest {
		p.info.Rounds, p.weakest = rounds, k.Index
	}
	p.info.Cells += cells
}

// measure gives the bits and the cells of a segment's tables.
func measure(key *verifier.Key, k *verifier.Check) (soundness.Rounds, uint64, error) {
	layout, err := verifier.NewLayout(key.Machine, k.Instances)
	if err != nil {
		return nil, 0, err
	}
	_, rounds, err := key.Parameters(layout)
	return rounds, layout.Cells(), err
}
