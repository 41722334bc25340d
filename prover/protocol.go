package prover

import (
	"context"
	"errors"
	"fmt"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/fri/commit"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle/tree"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/prover/vm"
	"github.com/orrery/orrery/transcript/grind"
	"github.com/orrery/orrery/verifier"
)

// ErrWitness says that tables don't fit the statement.
var ErrWitness = errors.New("prover: tables don't fit the statement")

// Witness is a statement with the tables that prove it, in the order of
// Statement.Instances: main columns with trace values, which the prover gives up.
type Witness struct {
	Statement proof.Statement
	Main      [][][]field.M31
	Workspace *Workspace // whose memory the columns have; nil if that is of the heap

	last bool // no other proof follows in the workspace
}

// proveWitness runs the protocol. It doesn't check the witness: a wrong one gives a proof that
// the verifier rejects.
func proveWitness(ctx context.Context, key *verifier.Key, w *Witness, threads int, obs phaser) (*proof.Segment, error) {
	layout, err := verifier.NewLayout(key.Machine, w.Statement.Instances)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWitness, err)
	}
	params, _, err := key.Parameters(layout)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	hasher, err := hash.New(key.Hash)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	c := newClock(obs)
	c.Phase(PhaseMain)
	c.part(PartPrepare)
	e := w.Workspace.engine(ctx, layout, params, hasher, threads)
	e.clock = c
	p := &proof.Segment{Statement: w.Statement}
	tr := verifier.NewTranscript(key, &p.Statement)
	var trees [proof.Trees]*tree.Tree
	var cols committed

	// Preprocessed and main columns.
	fixed, err := w.Workspace.fixed(e, key)
	if err != nil {
		return nil, err
	}
	var pre [][][]field.M31
	pre, cols.tables[proof.Preprocessed] = fixed.of(layout)
	trees[proof.Preprocessed] = fixed.tree
	if got := trees[proof.Preprocessed].Cap(); len(got) != 1 || got[0] != key.Preprocessed[0] {
		return nil, fmt.Errorf("prover: the preprocessed tree has root %v, the key another", got)
	}
	if cols.tables[proof.Main], err = e.extendTables(w.Main, true); err != nil {
		return nil, err
	}
	if trees[proof.Main], err = e.commit(proof.Main, cols.tables[proof.Main]); err != nil {
		return nil, err
	}
	p.Caps[proof.Main] = trees[proof.Main].Cap()
	tr.Digests(verifier.LabelMain, p.Caps[proof.Main])

	// Interaction columns.
	c.Phase(PhaseInteraction)
	scalars := vm.Scalars{Publics: rv32im.Publics(&p.Header), Alpha: tr.DrawE(verifier.LabelAlpha)}
	scalars.Betas = fri.Powers(tr.DrawE(verifier.LabelBeta), layout.MaxArity)
	if cols.tables[proof.Interaction], p.Sums, err = e.interactAll(w.Main, pre, scalars); err != nil {
		return nil, err
	}
	w.Main = nil
	shares := make([]vm.Scalars, len(layout.Tables))
	for i, sum := range p.Sums {
		shares[i] = scalars
		shares[i].Share = sum.MulBase(field.New(1 << layout.Tables[i].LogHeight).Inv())
	}
	if trees[proof.Interaction], err = e.commit(proof.Interaction, cols.tables[proof.Interaction]); err != nil {
		return nil, err
	}
	p.Caps[proof.Interaction] = trees[proof.Interaction].Cap()
	tr.Digests(verifier.LabelInteraction, p.Caps[proof.Interaction])
	tr.Ext(verifier.LabelSums, p.Sums)

	// The composition polynomial.
	e.collect()
	c.Phase(PhaseConstraints)
	lambda := tr.DrawE(verifier.LabelLambda)
	coeffs, err := e.compose(cols.tables[proof.Preprocessed], cols.tables[proof.Main], cols.tables[proof.Interaction], shares, lambda)
	if err != nil {
		return nil, err
	}
	e.collect()
	if cols.composition, err = e.extend(coeffs); err != nil {
		return nil, err
	}
	if trees[proof.Composition], err = e.commitComposition(cols.composition); err != nil {
		return nil, err
	}
	p.Caps[proof.Composition] = trees[proof.Composition].Cap()
	tr.Digests(verifier.LabelComposition, p.Caps[proof.Composition])

	// Out-of-domain values and the batched quotient.
	c.Phase(PhaseOpen)
	z, err := circle.FromParam(tr.DrawE(verifier.LabelPoint))
	if err != nil {
		return nil, fmt.Errorf("prover: out-of-domain point: %w", err)
	}
	if p.Values, err = e.evaluate(&cols, z); err != nil {
		return nil, err
	}
	tr.Ext(verifier.LabelValues, p.Values)
	c.part(PartGrind)
	if p.BatchNonce, err = grind.Grind(ctx, tr, verifier.LabelBatchGrind, params.BatchGrind, threads); err != nil {
		return nil, err
	}
	weights := fri.Powers(tr.DrawE(verifier.LabelBatch), layout.Values)
	g, err := e.quotient(&cols, p.Values, weights, z)
	if err != nil {
		return nil, err
	}

	// The low-degree test, then all trees at its queries.
	c.Phase(PhaseTest)
	c.part(PartFold)
	friParams := verifier.FRI(layout, params)
	test, err := commit.Commit(ctx, tr, hasher, friParams, g, threads, e.mem)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	c.part(PartRows)
	opened, err := test.Open(threads)
	if err != nil {
		return nil, fmt.Errorf("prover: %w", err)
	}
	p.FRI = *opened
	for which, t := range trees {
		top := t.Shape()[0].LogHeight
		indices := make([]uint32, 0, friParams.Queries)
		for _, s := range test.Challenges().Indices {
			indices = append(indices, s>>(friParams.LogDomain-top))
		}
		rows, nodes, err := t.Open(indices, threads)
		if err != nil {
			return nil, fmt.Errorf("prover: %w", err)
		}
		p.Openings[which] = proof.Opening{Rows: rows, Nodes: nodes.Nodes}
	}
	return p, nil
}
