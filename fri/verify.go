package fri

import (
	"fmt"
	"slices"

	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/transcript"
)

// Proof is what the prover of one instance sends. Caps, Last and Nonce belong to the commit
// phase, Layers to the openings. All field elements are canonical; a decoder sees to it.
type Proof struct {
	Caps   [][]hash.Digest // the cap of each layer's tree
	Last   []field.E       // coefficients of the last layer, see EvalLast
	Nonce  uint64          // of the grinding before the queries
	Layers []LayerOpening  // the opened leaves of each layer
}

// LayerOpening opens the distinct leaves of one layer that the queries come by, by increasing
// index. A leaf has the 2^k values that are folded to one, six elements each; in layer 0 the
// values of the conjugate points are the second half.
type LayerOpening struct {
	Rows  []field.M31
	Proof merkle.Proof
}

// Challenges is what the verifier draws.
type Challenges struct {
	Alphas  []field.E // one for each layer
	Indices []uint32  // storage indices on the domain, in the order drawn, maybe repeated
}

// Labels in the transcript.
const (
	labelParams  = "fri parameters"
	labelCap     = "fri layer"
	labelAlpha   = "fri folding"
	labelLast    = "fri last layer"
	labelGrind   = "fri grinding"
	labelIndices = "fri queries"
)

// AbsorbParams starts the instance in the transcript. Replay does it for the verifier.
func AbsorbParams(tr *transcript.Transcript, p Params) { tr.Elements(labelParams, p.words()) }

// AbsorbLayer absorbs the cap of the next layer and draws the challenge that folds it.
func AbsorbLayer(tr *transcript.Transcript, cap []hash.Digest) field.E {
	tr.Digests(labelCap, cap)
	return tr.DrawE(labelAlpha)
}

// AbsorbLast absorbs the last layer and returns the label of the grinding that comes next.
func AbsorbLast(tr *transcript.Transcript, last []field.E) (grindLabel string) {
	tr.Ext(labelLast, last)
	return labelGrind
}

// DrawIndices draws the queries; the grinding nonce has been absorbed.
func DrawIndices(tr *transcript.Transcript, p Params) []uint32 {
	return tr.DrawIndices(labelIndices, p.LogDomain, p.Queries)
}

// Replay absorbs the commit phase of a proof, checks its shape and its grinding, and draws all
// challenges: each layer's cap before its folding challenge, the last layer and the nonce
// before the queries.
func Replay(tr *transcript.Transcript, p Params, proof *Proof) (Challenges, error) {
	if err := p.Check(); err != nil {
		return Challenges{}, err
	}
	if len(proof.Caps) != p.Layers() {
		return Challenges{}, fmt.Errorf("%w: %d layers committed, not %d", ErrShape, len(proof.Caps), p.Layers())
	}
	for i, c := range proof.Caps {
		if len(c) != 1<<p.CapLog {
			return Challenges{}, fmt.Errorf("%w: cap of layer %d has %d nodes, not 2^%d", ErrShape, i, len(c), p.CapLog)
		}
		for _, d := range c {
			if !d.Canonical(tr.Hash()) {
				return Challenges{}, fmt.Errorf("%w: cap of layer %d isn't canonical", ErrShape, i)
			}
		}
	}
	// The length is the degree bound: whatever stands here has fewer coefficients than allowed.
	if len(proof.Last) != 1<<p.LogLast {
		return Challenges{}, fmt.Errorf("%w: last layer has %d coefficients, not 2^%d", ErrShape, len(proof.Last), p.LogLast)
	}

	var ch Challenges
	AbsorbParams(tr, p)
	for _, c := range proof.Caps {
		ch.Alphas = append(ch.Alphas, AbsorbLayer(tr, c))
	}
	label := AbsorbLast(tr, proof.Last)
	if !tr.CheckGrind(label, proof.Nonce, p.GrindBits) {
		return Challenges{}, fmt.Errorf("%w: %d bits", ErrGrind, p.GrindBits)
	}
	ch.Indices = DrawIndices(tr, p)
	return ch, nil
}

// Check verifies the openings: values[i] is the tested function's value at ch.Indices[i], as
// the caller computed it from its own openings. Every opened leaf matches its cap, every value
// folds to the one in the next layer, and the last ones lie on the polynomial sent.
func Check(h hash.Hasher, p Params, ch Challenges, proof *Proof, values []field.E) error {
	if err := p.Check(); err != nil {
		return err
	}
	if len(ch.Alphas) != p.Layers() || len(ch.Indices) == 0 || len(values) != len(ch.Indices) {
		return fmt.Errorf("%w: %d challenges, %d indices, %d values", ErrParams, len(ch.Alphas), len(ch.Indices), len(values))
	}
	if len(proof.Layers) != p.Layers() || len(proof.Caps) != p.Layers() || len(proof.Last) != 1<<p.LogLast {
		return fmt.Errorf("%w: %d layers opened, %d committed, %d last coefficients", ErrShape, len(proof.Layers), len(proof.Caps), len(proof.Last))
	}

	var points []query
	for i, s := range ch.Indices {
		if s>>p.LogDomain != 0 {
			return fmt.Errorf("%w: index %d", ErrParams, s)
		}
		leaf, place := p.leafOf(s)
		points = append(points, query{leaf, place, values[i]})
	}
	for layer := range p.Layers() {
		folded, err := checkLayer(h, p, layer, ch.Alphas[layer], proof, points)
		if err != nil {
			return err
		}
		points = points[:0]
		if layer+1 < p.Layers() {
			k := p.FoldLogs[layer+1]
			for _, f := range folded {
				points = append(points, query{f.index >> k, int(f.index & (1<<k - 1)), f.value})
			}
			continue
		}
		log := p.LogLeaves(layer)
		for _, f := range folded {
			if EvalLast(proof.Last, LineX(log, f.index)) != f.value {
				return fmt.Errorf("%w: last layer, index %d", ErrFold, f.index)
			}
		}
	}
	return nil
}

// query is a value that must stand at a place of a leaf.
type query struct {
	leaf  uint32
	place int
	value field.E
}

// point is a value at an index of a line domain.
type point struct {
	index uint32
	value field.E
}

// checkLayer verifies the opened leaves of a layer, finds the queried values in them, and folds
// each leaf once. The result is ordered by index.
func checkLayer(h hash.Hasher, p Params, layer int, alpha field.E, proof *Proof, queries []query) ([]point, error) {
	leaves := make([]uint32, len(queries))
	for i, q := range queries {
		leaves[i] = q.leaf
	}
	leaves = merkle.Distinct(leaves, 0)
	open := &proof.Layers[layer]
	width := p.Width(layer)
	shape := merkle.Shape{{LogHeight: p.LogLeaves(layer), Width: width}}
	if err := merkle.Verify(h, proof.Caps[layer], p.CapLog, shape, leaves, merkle.Rows{open.Rows}, open.Proof); err != nil {
		return nil, fmt.Errorf("%w: layer %d: %w", ErrOpening, layer, err)
	}

	rows := elements(open.Rows)
	size := width / field.Degree
	for _, q := range queries {
		i, ok := slices.BinarySearch(leaves, q.leaf)
		if !ok || rows[i*size+q.place] != q.value {
			return nil, fmt.Errorf("%w: layer %d, leaf %d", ErrFold, layer, q.leaf)
		}
	}
	f := newFolder(p, layer)
	out := make([]point, len(leaves))
	for i, t := range leaves {
		out[i] = point{t, f.fold(t, rows[i*size:(i+1)*size], alpha)}
	}
	return out, nil
}

// elements reads values of six elements each.
func elements(words []field.M31) []field.E {
	out := make([]field.E, len(words)/field.Degree)
	for i := range out {
		out[i] = field.FromCoords([field.Degree]field.M31(words[field.Degree*i:]))
	}
	return out
}
