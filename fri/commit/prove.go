// Package commit is the prover of circle FRI: it folds a function given by its values, commits
// to every layer, and opens what the verifier asks for. It also forms the function itself, the
// sum of the DEEP quotients of all columns. Mathematics and verification are package fri's.
//
// All results are independent of the number of threads.
package commit

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/field/vec"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/internal/arena"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/transcript"
	"github.com/orrery/orrery/transcript/grind"
)

var (
	// ErrLength reports a function with another number of values than its domain has points.
	ErrLength = errors.New("commit: function doesn't have one value for each point")
	// ErrDegree reports a function that isn't in the FFT space, so that no proof exists.
	ErrDegree = errors.New("commit: function has too high a degree")
)

// Committed is an instance after its commit phase.
type Committed struct {
	params fri.Params
	trees  []*tree.Tree
	proof  fri.Proof
	ch     fri.Challenges
}

// Commit runs the commit phase for the function g, whose values on the canonic coset of
// 2^LogDomain points stand in storage order: it commits to each layer and draws the challenge
// that folds it, sends the last layer, grinds, and draws the queries. The layers have memory of mem,
// nil for the heap, and the columns of g go back there.
func Commit(ctx context.Context, tr *transcript.Transcript, h hash.Hasher, p fri.Params, g vec.Planes, threads int, mem *arena.Arena) (*Committed, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	for _, plane := range g {
		if len(plane) != 1<<p.LogDomain {
			return nil, fmt.Errorf("%w: %d values, 2^%d points", ErrLength, len(plane), p.LogDomain)
		}
	}
	c := &Committed{params: p}
	fri.AbsorbParams(tr, p)
	for i, k := range p.FoldLogs {
		l := newLayer(g, k, i == 0, threads, mem)
		mem.FreeAll(g[:])
		t, err := tree.Build(ctx, h, []tree.Group{{LogHeight: l.logLeaves, Columns: l.columns()}}, p.CapLog, threads, mem)
		if err != nil {
			return nil, fmt.Errorf("commit: layer %d: %w", i, err)
		}
		c.trees = append(c.trees, t)
		c.proof.Caps = append(c.proof.Caps, t.Cap())
		alpha := fri.AbsorbLayer(tr, t.Cap())
		c.ch.Alphas = append(c.ch.Alphas, alpha)
		g = l.fold(alpha, i == 0, threads, mem)
	}
	last, err := interpolate(g, p.LogLeaves(p.Layers()-1), p.LogLast)
	if err != nil {
		return nil, err
	}
	c.proof.Last = last
	label := fri.AbsorbLast(tr, last)
	if c.proof.Nonce, err = grind.Grind(ctx, tr, label, p.GrindBits, threads); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	c.ch.Indices = fri.DrawIndices(tr, p)
	return c, nil
}

// Challenges returns what was drawn; the columns behind g are to be opened at its indices.
func (c *Committed) Challenges() fri.Challenges { return c.ch }

// Open returns the whole proof, with the leaves that the queries drawn come by.
func (c *Committed) Open(threads int) (*fri.Proof, error) {
	leaves := make([]uint32, len(c.ch.Indices))
	for i, s := range c.ch.Indices {
		leaves[i] = c.params.Leaf(s)
	}
	proof := c.proof
	proof.Layers = make([]fri.LayerOpening, len(c.trees))
	for i, t := range c.trees {
		if i > 0 {
			for j := range leaves {
				leaves[j] >>= c.params.FoldLogs[i]
			}
		}
		leaves = merkle.Distinct(leaves, 0)
		rows, nodes, err := t.Open(leaves, threads)
		if err != nil {
			return nil, fmt.Errorf("commit: layer %d: %w", i, err)
		}
		proof.Layers[i] = fri.LayerOpening{Rows: rows[0], Proof: nodes}
	}
	return &proof, nil
}

// interpolate finds the 2^logLast coefficients of a function on the line domain of 2^log
// values. That it has no more is what FRI shows.
func interpolate(values vec.Planes, log, logLast int) ([]field.E, error) {
	c := make([]field.E, 1<<log)
	for s := range c {
		c[s] = vec.At(&values, s)
	}
	// Unfold: neighbours g(x), g(-x) to g0(pi(x)), g1(pi(x)), which keep their places; level
	// by level bit 0 of the index, then bit 1, and so on.
	scale := field.M31(1)
	invs := make([]field.M31, len(c)/2)
	for level := range log {
		stride := 1 << level
		invs = invs[:len(c)>>(level+1)]
		for t := range invs {
			invs[t] = fri.LineX(log-level, uint32(2*t))
		}
		field.BatchInverseM31(invs, invs)
		for t, inv := range invs {
			for j := range stride {
				i := 2*t*stride + j
				u, v := c[i], c[i+stride]
				c[i], c[i+stride] = u.Add(v), u.Sub(v).MulBase(inv)
			}
		}
		scale = scale.Halve()
	}
	for s := range c {
		c[s] = c[s].MulBase(scale)
	}
	for _, x := range c[1<<logLast:] {
		if !x.IsZero() {
			return nil, ErrDegree
		}
	}
	return c[:1<<logLast], nil
}
