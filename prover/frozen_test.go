package prover

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/circle"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/transcript"
	"github.com/orrery/orrery/verifier"
)

// Frozen challenges: a second verifier, written for these tests, checks a proof against
// given challenges. Parts of the honest proof are changed together so that all its checks
// hold for the honest challenges; then only what the transcript absorbs protects the real
// verifier, and each part must alter all challenges drawn after it.

// challenges is what the verifier draws.
type challenges struct {
	alpha, beta, lambda, point, gamma field.E
	fri                               fri.Challenges
}

// list gives the draws in their order, as text.
func (c *challenges) list() []string {
	out := []string{
		fmt.Sprint("alpha ", c.alpha), fmt.Sprint("beta ", c.beta), fmt.Sprint("lambda ", c.lambda),
		fmt.Sprint("point ", c.point), fmt.Sprint("gamma ", c.gamma),
	}
	for i, a := range c.fri.Alphas {
		out = append(out, fmt.Sprint("fold ", i, a))
	}
	return append(out, fmt.Sprint("queries ", c.fri.Indices))
}

// Positions in that list.
const (
	drawAlpha  = 0
	drawLambda = 2
	drawPoint  = 3
	drawGamma  = 4
	drawFold   = 5
)

// frozen is an honest proof with its challenges.
type frozen struct {
	*honest
	test       fri.Params
	batchGrind int
	challenges challenges
}

func newFrozen(t testing.TB) *frozen {
	t.Helper()
	h := honestProof(t)
	params := h.parameters(t)
	f := &frozen{honest: h, test: verifier.FRI(h.layout, params), batchGrind: params.BatchGrind}
	f.challenges = f.draw(h.decode(t))
	return f
}

// upToQueries absorbs everything before the grinding of the queries, and draws what is
// drawn on the way.
func (f *frozen) upToQueries(p *single) (c challenges, tr *transcript.Transcript, label string) {
	tr = verifier.NewTranscript(f.key, p.mustStatement())
	tr.Digests(verifier.LabelMain, p.Caps[proof.Main])
	c.alpha = tr.DrawE(verifier.LabelAlpha)
	c.beta = tr.DrawE(verifier.LabelBeta)
	tr.Digests(verifier.LabelInteraction, p.Caps[proof.Interaction])
	tr.Ext(verifier.LabelSums, p.Sums)
	c.lambda = tr.DrawE(verifier.LabelLambda)
	tr.Digests(verifier.LabelComposition, p.Caps[proof.Composition])
	c.point = tr.DrawE(verifier.LabelPoint)
	tr.Ext(verifier.LabelValues, p.Values)
	tr.CheckGrind(verifier.LabelBatchGrind, p.BatchNonce, f.batchGrind)
	c.gamma = tr.DrawE(verifier.LabelBatch)
	fri.AbsorbParams(tr, f.test)
	for _, root := range p.FRI.Caps {
		c.fri.Alphas = append(c.fri.Alphas, fri.AbsorbLayer(tr, root))
	}
	return c, tr, fri.AbsorbLast(tr, p.FRI.Last)
}

// draw replays the transcript, whether nonces are good enough or not.
func (f *frozen) draw(p *single) challenges {
	c, tr, label := f.upToQueries(p)
	tr.CheckGrind(label, p.FRI.Nonce, f.test.GrindBits)
	c.fri.Indices = fri.DrawIndices(tr, f.test)
	return c
}

// Failures of check.
var (
	errFrozenBuses       = errors.New("buses don't balance")
	errFrozenConstraints = errors.New("constraints don't hold")
)

// residue is the sum of all LogUp fractions; zero in a good proof.
func (f *frozen) residue(p *single, c *challenges) (field.E, error) {
	messages, err := verifier.PublicMessages(p.mustStatement())
	if err != nil {
		return field.E{}, err
	}
	var sum field.E
	for _, m := range messages {
		// Horner from the end of the tuple.
		var x field.E
		for _, v := range slices.Backward(m.Tuple) {
			x = x.AddBase(v).Mul(c.beta)
		}
		inverse := c.alpha.Sub(x).SubBase(field.M31(m.Bus.ID)).Inv()
		if m.Take {
			sum = sum.Sub(inverse)
		} else {
			sum = sum.Add(inverse)
		}
	}
	for _, s := range p.Sums {
		sum = sum.Add(s)
	}
	return sum, nil
}

// coordinates puts six values together.
func coordinates(v []field.E) (x field.E) {
	for k := range field.Degree {
		x = x.Add(field.Basis(k).Mul(v[k]))
	}
	return x
}

// difference is what the constraints give at the out-of-domain point less what the
// composition gives; zero in a good proof. vanishing is the vanishing polynomial there.
func (f *frozen) difference(p *single, c *challenges, z circle.PointE) (d, vanishing field.E) {
	publics := rv32im.Publics(&p.Header)
	betas := fri.Powers(c.beta, 64)
	var total field.E
	// Horner from the last constraint of the last table.
	for i := len(f.layout.Tables) - 1; i >= 0; i-- {
		t := &f.layout.Tables[i]
		main, pre := p.Values[t.First[proof.Main]:], p.Values[t.First[proof.Preprocessed]:]
		inter := p.Values[t.First[proof.Interaction]:]
		results := air.Eval(t.AIR.Nodes, air.RingE{}, func(n air.Node) field.E {
			switch n.Op {
			case air.OpMain:
				return main[n.Index]
			case air.OpPre:
				return pre[n.Index]
			case air.OpPublic:
				return field.FromBase(publics[n.Index])
			case air.OpInter:
				return coordinates(inter[field.Degree*n.Index:])
			case air.OpInterNext:
				return coordinates(p.Values[t.Next:])
			case air.OpAlpha:
				return c.alpha
			case air.OpBeta:
				return betas[n.Index]
			}
			return p.Sums[i].Mul(field.FromBase(field.New(1 << t.LogHeight)).Inv())
		}, nil)
		for _, k := range slices.Backward(t.AIR.Constraints) {
			total = total.Mul(c.lambda).Add(results[k.Node])
		}
	}
	v := z.X
	for range f.layout.LogHeight - 1 {
		v = circle.DoubleXE(v)
	}
	q := p.Values[f.layout.Groups[proof.Composition][0].First:]
	lo, hi := coordinates(q), coordinates(q[field.Degree:])
	return total.Sub(lo.Mul(v)).Sub(hi.Mul(v).Mul(v)), v
}

// batch is a set of columns opened at one point.
type batch struct {
	tree, layer, from, width int
	first                    int // position of the values
	next                     bool
}

func (f *frozen) batches() []batch {
	var out []batch
	for tree := range f.layout.Groups {
		for layer, g := range f.layout.Groups[tree] {
			out = append(out, batch{tree: tree, layer: layer, width: g.Width, first: g.First})
			if tree != proof.Interaction {
				continue
			}
			for _, i := range g.Tables {
				t := &f.layout.Tables[i]
				sum := t.First[tree] + field.Degree*(t.AIR.Interactions()-1)
				out = append(out, batch{tree: tree, layer: layer, from: sum - g.First, width: field.Degree, first: t.Next, next: true})
			}
		}
	}
	return out
}

// check verifies a proof against the challenges: everything that the verifier checks but
// the transcript.
func (f *frozen) check(p *single, c *challenges) error {
	hasher, err := hash.New(f.key.Hash)
	if err != nil {
		return err
	}
	if sum, err := f.residue(p, c); err != nil {
		return err
	} else if !sum.IsZero() {
		return errFrozenBuses
	}
	z, err := circle.FromParam(c.point)
	if err != nil {
		return err
	}
	if d, _ := f.difference(p, c, z); !d.IsZero() {
		return errFrozenConstraints
	}
	weights := fri.Powers(c.gamma, f.layout.Values)
	rows := make([]map[[2]uint32][]field.M31, proof.Trees) // by layer and index
	for tree := range proof.Trees {
		shape := f.layout.Shape(tree, f.test.LogBlowup)
		var indices []uint32
		for _, s := range c.fri.Indices {
			indices = append(indices, s>>(f.test.LogDomain-shape[0].LogHeight))
		}
		root := p.Caps[tree]
		if tree == proof.Preprocessed {
			root = f.key.Preprocessed
		}
		o := &p.Openings[tree]
		if err := merkle.Verify(hasher, root, 0, shape, indices, o.Rows, merkle.Proof{Nodes: o.Nodes}); err != nil {
			return err
		}
		rows[tree] = map[[2]uint32][]field.M31{}
		for layer, l := range shape {
			for i, s := range merkle.Distinct(c.fri.Indices, f.test.LogDomain-l.LogHeight) {
				rows[tree][[2]uint32{uint32(layer), s}] = o.Rows[layer][i*l.Width : (i+1)*l.Width]
			}
		}
	}
	values := make([]field.E, len(c.fri.Indices))
	for _, b := range f.batches() {
		log := f.layout.Groups[b.tree][b.layer].LogHeight
		w := weights[b.first : b.first+b.width]
		quotient, err := fri.NewQuotient(f.layout.OpenedPoint(z, log, b.next), p.Values[b.first:b.first+b.width], w)
		if err != nil {
			return err
		}
		domain := circle.Canonic(log + f.test.LogBlowup)
		for i, s := range c.fri.Indices {
			at := s >> (f.layout.LogHeight - log)
			row := rows[b.tree][[2]uint32{uint32(b.layer), at}][b.from : b.from+b.width]
			var sum field.E
			for k, x := range row {
				sum = sum.Add(w[k].MulBase(x))
			}
			values[i] = values[i].Add(quotient.At(domain.At(int(at)), sum))
		}
	}
	return fri.Check(hasher, f.test, c.fri, &p.FRI, values)
}

// solve solves a system of linear equations over E, given as rows of coefficients with the
// right side at the end.
func solve(t testing.TB, m [][]field.E) []field.E {
	t.Helper()
	n := len(m)
	for col := range n {
		pivot := slices.IndexFunc(m[col:], func(r []field.E) bool { return !r[col].IsZero() })
		if pivot < 0 {
			t.Fatal("singular")
		}
		m[col], m[col+pivot] = m[col+pivot], m[col]
		inverse := m[col][col].Inv()
		for k := range m[col] {
			m[col][k] = m[col][k].Mul(inverse)
		}
		for r := range m {
			if factor := m[r][col]; r != col {
				for k := range m[r] {
					m[r][k] = m[r][k].Sub(factor.Mul(m[col][k]))
				}
			}
		}
	}
	out := make([]field.E, n)
	for i := range out {
		out[i] = m[i][n]
	}
	return out
}

// disguise changes three values of one batch, from position first on, by amounts that the
// batched quotient doesn't show: their weighted sum is zero, that of their conjugates too,
// and the sum of their products with the factors is want.
func (f *frozen) disguise(t testing.TB, p *single, c *challenges, first int, factors [3]field.E, want field.E) {
	t.Helper()
	w := fri.Powers(c.gamma, f.layout.Values)[first : first+3]
	deltas := solve(t, [][]field.E{
		{w[0], w[1], w[2], {}},
		{w[0].Conj(), w[1].Conj(), w[2].Conj(), {}},
		{factors[0], factors[1], factors[2], want},
	})
	for i, d := range deltas {
		p.Values[first+i] = p.Values[first+i].Add(d)
	}
}

// repair makes all checks hold for the challenges: it moves what is missing on the buses
// into the sum of table 0, and what is missing in the constraints into the composition.
func (f *frozen) repair(t testing.TB, p *single, c *challenges) {
	t.Helper()
	sum, err := f.residue(p, c)
	if err != nil {
		t.Fatal(err)
	}
	p.Sums[0] = p.Sums[0].Sub(sum)
	z, err := circle.FromParam(c.point)
	if err != nil {
		t.Fatal(err)
	}
	d, v := f.difference(p, c, z)
	f.disguise(t, p, c, f.layout.Groups[proof.Composition][0].First,
		[3]field.E{field.Basis(0), field.Basis(1), field.Basis(2)}, d.Mul(v.Inv()))
}

// forged checks that a changed proof passes all checks under the honest challenges, that
// the real verifier refuses it, and that the real challenges differ from the draw on.
func (f *frozen) forged(t testing.TB, what string, p *single, draw int) {
	t.Helper()
	if err := f.check(p, &f.challenges); err != nil {
		t.Errorf("%s: under frozen challenges: %v", what, err)
	}
	rejected(t, f.key, what, p.Encode())
	f.differs(t, what, p, draw)
}

// differs checks that a changed proof has other challenges from the given draw on, and the
// same ones before.
func (f *frozen) differs(t testing.TB, what string, p *single, draw int) {
	t.Helper()
	c := f.draw(p)
	for i, x := range c.list() {
		if same := x == f.challenges.list()[i]; same != (i < draw) {
			t.Errorf("%s: draw %d: same is %v", what, i, same)
		}
	}
}

// The second verifier accepts the honest proof with the challenges that the replay draws,
// which so are those of the prover: queries, openings and the nonces fit.
func TestFrozenAccepts(t *testing.T) {
	f := newFrozen(t)
	p := f.decode(t)
	if err := f.check(p, &f.challenges); err != nil {
		t.Fatal(err)
	}
	_, tr, label := f.upToQueries(p)
	if !tr.CheckGrind(label, p.FRI.Nonce, f.test.GrindBits) {
		t.Error("the nonce doesn't fit the replay")
	}
	// It refuses what is changed without care.
	q := f.decode(t)
	q.Sums[0] = q.Sums[0].AddBase(1)
	if err := f.check(q, &f.challenges); !errors.Is(err, errFrozenBuses) {
		t.Errorf("sum changed: %v", err)
	}
	q = f.decode(t)
	q.Values[0] = q.Values[0].AddBase(1)
	if err := f.check(q, &f.challenges); !errors.Is(err, errFrozenConstraints) {
		t.Errorf("value changed: %v", err)
	}
	f.repair(t, q, &f.challenges)
	if err := f.check(q, &f.challenges); !errors.Is(err, fri.ErrFold) {
		t.Errorf("value changed, composition repaired: %v", err)
	}
}

// TestAttack22SumsAbsorbed: sums that cancel for the honest alpha and beta, with a
// composition that fits them for the honest lambda, are refused, because lambda is drawn
// after the sums.
func TestAttack22SumsAbsorbed(t *testing.T) {
	f := newFrozen(t)
	for _, i := range []int{1, len(f.layout.Tables) - 1} {
		p := f.decode(t)
		p.Sums[i] = p.Sums[i].Add(field.FromBase(12345))
		f.repair(t, p, &f.challenges)
		f.forged(t, fmt.Sprint("sums of tables 0 and ", i), p, drawLambda)
	}
	// A statement that isn't true, with sums that balance it.
	p := f.decode(t)
	p.Exit.Code = 0
	f.repair(t, p, &f.challenges)
	f.forged(t, "exit code", p, drawAlpha)
}

// TestAttack27ValuesAbsorbed: false values that the batched quotient doesn't show for the
// honest gamma are refused, because gamma is drawn after the values.
func TestAttack27ValuesAbsorbed(t *testing.T) {
	f := newFrozen(t)
	for tree := range proof.Trees {
		for _, g := range f.layout.Groups[tree] {
			if g.Width < 3 {
				continue
			}
			p := f.decode(t)
			f.disguise(t, p, &f.challenges, g.First, [3]field.E{field.One()}, field.FromBase(7))
			f.repair(t, p, &f.challenges)
			if slices.Equal(p.Values, f.decode(t).Values) {
				continue // of the composition's own change nothing is left
			}
			f.forged(t, fmt.Sprintf("values of tree %d, height 2^%d", tree, g.LogHeight), p, drawGamma)
		}
	}
}

// TestAttack28FrozenStatement: parts of the statement that no check reads, and parts whose
// check can be repaired for the honest challenges.
func TestAttack28FrozenStatement(t *testing.T) {
	f := newFrozen(t)
	for name, change := range map[string]func(p *single){
		"gas limit":      func(p *single) { p.GasLimit++ },
		"memory limit":   func(p *single) { p.Header.MemoryLimit >>= 1 },
		"gas used":       func(p *single) { p.used(p.GasUsed - 1) },
		"exit code":      func(p *single) { p.Exit.Code++ },
		"output":         func(p *single) { p.Output.Blocks[16] ^= 1 },
		"input digest":   func(p *single) { p.InputDigest[0] ^= 1 },
		"image":          func(p *single) { p.Image[0] ^= 1 },
		"entry":          func(p *single) { p.Header.Entry += 4 },
		"opened quarter": func(p *single) { p.Opened &^= 1 },
	} {
		p := f.decode(t)
		change(p)
		f.repair(t, p, &f.challenges)
		f.forged(t, name, p, drawAlpha)
	}
}

// Every part of a proof that is absorbed alters all challenges after it, and none before.
func TestEverythingIsAbsorbed(t *testing.T) {
	f := newFrozen(t)
	last := drawFold + f.test.Layers()
	list := []struct {
		name   string
		change func(p *single)
		draw   int
	}{
		{"main cap", func(p *single) { p.Caps[proof.Main][0][0] ^= 1 }, drawAlpha},
		{"interaction cap", func(p *single) { p.Caps[proof.Interaction][0][7] ^= 1 }, drawLambda},
		{"composition cap", func(p *single) { p.Caps[proof.Composition][0][4] ^= 1 }, drawPoint},
		{"batch nonce", func(p *single) { p.BatchNonce++ }, drawGamma},
		{"last layer, first", func(p *single) { p.FRI.Last[0] = p.FRI.Last[0].AddBase(1) }, last},
		{"last layer, last", func(p *single) {
			n := len(p.FRI.Last) - 1
			p.FRI.Last[n] = p.FRI.Last[n].Add(field.Basis(5))
		}, last},
		{"last layer, longer", func(p *single) { p.FRI.Last = append(p.FRI.Last, field.E{}) }, last},
		{"query nonce", func(p *single) { p.FRI.Nonce++ }, last},
		{"query nonce, high", func(p *single) { p.FRI.Nonce ^= 1 << 63 }, last},
	}
	for i := range f.test.Layers() {
		list = append(list, struct {
			name   string
			change func(p *single)
			draw   int
		}{fmt.Sprint("layer ", i), func(p *single) { p.FRI.Caps[i][0][2] ^= 1 << 31 }, drawFold + i})
	}
	for _, c := range list {
		p := f.decode(t)
		c.change(p)
		f.differs(t, c.name, p, c.draw)
	}
	for i := range f.layout.Tables {
		p := f.decode(t)
		p.Sums[i] = p.Sums[i].Add(field.Basis(i % field.Degree))
		f.differs(t, fmt.Sprint("sum ", i), p, drawLambda)
	}
	for i := 0; i < f.layout.Values; i += 97 {
		p := f.decode(t)
		p.Values[i] = p.Values[i].Add(field.Basis(i % field.Degree))
		f.differs(t, fmt.Sprint("value ", i), p, drawGamma)
	}
}

// TestAttack30ConstraintsAbsorbed: a verifier whose machine has a constraint less draws
// other challenges, so that no proof passes under both.
func TestAttack30ConstraintsAbsorbed(t *testing.T) {
	f := newFrozen(t)
	m := &rv32im.Machine{Chips: f.key.Machine.Chips, AIRs: slices.Clone(f.key.Machine.AIRs)}
	// A constraint made trivial: that another one holds in its place.
	a := *m.AIRs[rv32im.ChipAddi]
	a.Constraints = slices.Clone(a.Constraints)
	a.Constraints[0].Node = a.Constraints[1].Node
	m.AIRs[rv32im.ChipAddi] = &a
	other := *f
	h := *f.honest
	h.key = verifier.MakeKey(f.key.Profile, f.key.Hash, m, f.key.Preprocessed[0])
	other.honest = &h
	c := other.draw(f.decode(t))
	for i, x := range c.list() {
		if x == f.challenges.list()[i] {
			t.Errorf("draw %d is the same", i)
		}
	}
	rejected(t, h.key, "a machine with another constraint", f.encoded, verifier.StageBuses)
}

// TestAttack32OtherNonce: the queries depend on the nonce, so a second good nonce opens
// other rows; the puzzle depends on all that was absorbed before.
func TestAttack32OtherNonce(t *testing.T) {
	f := newFrozen(t)
	p := f.decode(t)
	_, tr, label := f.upToQueries(p)
	puzzle := tr.Puzzle(label, f.test.GrindBits)
	if !puzzle.Solves(p.FRI.Nonce) {
		t.Fatal("the honest nonce doesn't solve the puzzle")
	}
	if f.test.GrindBits < 16 {
		t.Fatalf("%d bits", f.test.GrindBits)
	}
	p.FRI.Nonce++
	for !puzzle.Solves(p.FRI.Nonce) {
		p.FRI.Nonce++
	}
	f.differs(t, "nonce", p, drawFold+f.test.Layers())
	rejected(t, f.key, "another good nonce", p.Encode(), verifier.StageOpenings)
	// The same nonce for fewer bits, or after something else, is another puzzle.
	good := f.decode(t).FRI.Nonce
	if tr.Puzzle(label, f.test.GrindBits-1).Solves(good) && tr.Puzzle(label, f.test.GrindBits+1).Solves(good) {
		t.Error("the puzzle's difficulty isn't part of it")
	}
	p = f.decode(t)
	p.FRI.Last[0] = p.FRI.Last[0].AddBase(1)
	if _, tr, label := f.upToQueries(p); tr.CheckGrind(label, good, f.test.GrindBits) {
		t.Error("the nonce solves another transcript's puzzle")
	}
	// Nonces near 0 and the largest ones are worth nothing by themselves.
	for _, n := range []uint64{0, 1, 1<<64 - 1} {
		if n != good && puzzle.Solves(n) {
			t.Errorf("nonce %d solves the puzzle", n)
		}
	}
}

// TestAttack32Queries: queries spread over the domain and repeat no more than they should.
func TestAttack32Queries(t *testing.T) {
	f := newFrozen(t)
	indices := f.challenges.fri.Indices
	if len(indices) != f.test.Queries {
		t.Fatalf("%d queries, not %d", len(indices), f.test.Queries)
	}
	var halves [2]int
	for _, s := range indices {
		if s>>f.test.LogDomain != 0 {
			t.Fatalf("query %d on 2^%d points", s, f.test.LogDomain)
		}
		halves[s&1]++
	}
	distinct := len(merkle.Distinct(indices, 0))
	if distinct < len(indices)-5 || min(halves[0], halves[1]) < len(indices)/4 {
		t.Errorf("%d distinct queries of %d, %v by parity", distinct, len(indices), halves)
	}
}

// TestAttack33PointInDomain: a point of the trace domain, of the committed domain, of the
// base field's circle, or on the line of its own conjugate, is refused where the columns
// are opened.
func TestAttack33PointInDomain(t *testing.T) {
	f := newFrozen(t)
	p := f.decode(t)
	points := map[string]circle.PointE{}
	for log := verifier.MinLogHeight; log <= f.test.LogDomain; log++ {
		for _, i := range []int{0, 1, 1<<log - 1} {
			points[fmt.Sprintf("point %d of 2^%d", i, log)] = circle.Canonic(log).At(i).Lift()
		}
		points[fmt.Sprint("subgroup ", log)] = circle.Generator(log).Lift()
	}
	for _, n := range []field.M31{2, 3, 1 << 20, field.P - 1} {
		z, err := circle.FromParam(field.FromBase(n))
		if err != nil {
			t.Fatal(err)
		}
		points[fmt.Sprint("parameter ", n)] = z
	}
	// y fixed by the conjugation, x not: x^2 = 1 - y^2 where that is no square there.
	for y := field.M31(2); len(points) < 100 && y < 1000; y++ {
		x2 := field.One().SubBase(y.Square())
		x, ok := imaginaryRoot(x2)
		if ok {
			points[fmt.Sprint("y = ", y)] = circle.PointE{X: x, Y: field.FromBase(y)}
		}
	}
	g := f.layout.Groups[proof.Main][0]
	weights := fri.Powers(f.challenges.gamma, g.Width)
	for name, z := range points {
		if !z.OnCircle() {
			t.Fatalf("%s isn't on the circle", name)
		}
		if _, err := fri.NewQuotient(z, p.Values[g.First:g.First+g.Width], weights); !errors.Is(err, fri.ErrPoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Off the circle.
	if _, err := fri.NewQuotient(circle.PointE{X: f.challenges.alpha, Y: f.challenges.beta}, nil, nil); !errors.Is(err, fri.ErrPoint) {
		t.Errorf("off the circle: %v", err)
	}
	// The point that was drawn stays away from all of them when it is doubled down to the
	// heights of the tables, and moved on by a row.
	z, err := circle.FromParam(f.challenges.point)
	if err != nil {
		t.Fatal(err)
	}
	for log := verifier.MinLogHeight; log <= f.layout.LogHeight; log++ {
		for _, next := range []bool{false, true} {
			if at := f.layout.OpenedPoint(z, log, next); at.Sigma() == at || at.Y.Conj() == at.Y {
				t.Errorf("point at height 2^%d is its own conjugate", log)
			}
		}
		if circle.VanishingE(log, f.layout.OpenedPoint(z, log, false).X).IsZero() {
			t.Errorf("the point lies in the trace domain of height 2^%d", log)
		}
	}
	// The parametrisation has two poles, at the roots of -1.
	var i field.E
	i.C0.B = 1
	for _, pole := range []field.E{i, i.Neg()} {
		if _, err := circle.FromParam(pole); !errors.Is(err, circle.ErrPole) {
			t.Errorf("parameter %v: %v", pole, err)
		}
	}
}

// imaginaryRoot gives i times a root of -a, if a lies in the base field and -a is a square
// there.
func imaginaryRoot(a field.E) (x field.E, ok bool) {
	b := a.Neg().C0.A
	r := b.Exp((field.P + 1) / 4)
	x.C0.B = r
	return x, r.Square() == b
}

// Grinding nonces are the smallest, so that a proof is the same whoever makes it.
func TestNonceIsSmallest(t *testing.T) {
	f := newFrozen(t)
	p := f.decode(t)
	_, tr, label := f.upToQueries(p)
	puzzle := tr.Puzzle(label, f.test.GrindBits)
	for n := range p.FRI.Nonce {
		if puzzle.Solves(n) {
			t.Fatalf("nonce %d would do, the proof has %d", n, p.FRI.Nonce)
		}
	}
}
