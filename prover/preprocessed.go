package prover

import (
	"context"
	"fmt"

	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// preprocessedValues gives the preprocessed columns of each table.
func preprocessedValues(m *rv32im.Machine, l *verifier.Layout) [][][]field.M31 {
	out := make([][][]field.M31, len(l.Tables))
	for i, t := range l.Tables {
		out[i] = m.Preprocessed(t.Chip)
	}
	return out
}

// preprocess interpolates and extends preprocessed columns.
func (e *engine) preprocess(values [][][]field.M31) ([]columns, error) {
	return e.extendTables(values, true)
}

// PreprocessedRoot computes the root of the preprocessed tree, the only part of a key that
// isn't read off the chips. Package verifier holds the roots as constants.
func PreprocessedRoot(ctx context.Context, profile soundness.Profile, id hash.ID, m *rv32im.Machine, threads int) (hash.Digest, error) {
	var instances []proof.Instance
	for chip := range m.AIRs {
		if log := m.FixedLogHeight(chip); log >= 0 {
			instances = append(instances, proof.Instance{Chip: uint8(chip), LogHeight: uint8(log)})
		}
	}
	layout, err := verifier.NewLayout(m, instances)
	if err != nil {
		return hash.Digest{}, fmt.Errorf("prover: %w", err)
	}
	hasher, err := hash.New(id)
	if err != nil {
		return hash.Digest{}, fmt.Errorf("prover: %w", err)
	}
	e := newEngine(ctx, layout, soundness.Params{LogBlowup: profile.LogBlowup()}, hasher, threads)
	cols, err := e.preprocess(preprocessedValues(m, layout))
	if err != nil {
		return hash.Digest{}, err
	}
	t, err := e.commit(proof.Preprocessed, cols)
	if err != nil {
		return hash.Digest{}, fmt.Errorf("prover: %w", err)
	}
	return t.Cap()[0], nil
}
