package prover

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/field"
	"github.com/orrery/orrery/fri"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/merkle"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// tampering changes a proof's parts; the proof must be refused at one of the stages.
type tampering struct {
	name   string
	change func(p *single)
	stages []verifier.Stage
}

func stages(s ...verifier.Stage) []verifier.Stage { return s }

// checkTampering applies each change to the honest proof.
func checkTampering(t *testing.T, list []tampering) {
	t.Helper()
	h := honestProof(t)
	for _, c := range list {
		p := h.decode(t)
		c.change(p)
		rejected(t, h.key, c.name, p.Encode(), c.stages...)
	}
}

// TestAttack28ChangedClaims: a proof is for its own claim. A change of any part of the
// statement is refused, even where no constraint reads the part.
func TestAttack28ChangedClaims(t *testing.T) {
	decode, statement, buses := stages(verifier.StageDecode), stages(verifier.StageStatement), stages(verifier.StageBuses)
	chain := stages(verifier.StageChain)
	list := []tampering{
		{"gas limit higher", func(p *single) { p.GasLimit++ }, buses},
		{"gas limit lower", func(p *single) { p.GasLimit = p.GasUsed }, buses},
		{"gas limit too low", func(p *single) { p.GasLimit = p.GasUsed - 1 }, statement},
		{"gas used higher", func(p *single) { p.GasUsed++ }, buses},
		{"gas used lower", func(p *single) { p.GasUsed-- }, chain},
		{"cycles higher", func(p *single) { p.Cycles++ }, chain},
		{"cycles lower", func(p *single) { p.Cycles-- }, buses},
		{"gas and cycles higher", func(p *single) { p.used(p.GasUsed + 1) }, buses},
		{"gas and cycles lower", func(p *single) { p.used(p.GasUsed - 1) }, buses},
		{"gas and cycles, modulo p", func(p *single) { p.used(p.GasUsed + field.P) }, statement},
		{"a cycle too many for a clock", func(p *single) { p.used(1 << rv32im.MaxClockLog) }, statement},
		{"gas used above the limit", func(p *single) { p.GasUsed = p.GasLimit + 1 }, statement},
		{"exit code", func(p *single) { p.Exit.Code = 0 }, buses},
		{"exit code, high", func(p *single) { p.Exit.Code |= 1 << 31 }, buses},
		{"exit kind out-of-gas", func(p *single) {
			p.Exit = abi.Exit{Kind: abi.OutOfGas, PC: p.Header.Entry}
			p.GasLimit = p.GasUsed
		}, buses},
		{"exit kind out-of-gas with gas left", func(p *single) { p.Exit = abi.Exit{Kind: abi.OutOfGas, PC: p.Header.Entry} }, statement},
		{"exit kind trap", func(p *single) {
			p.Exit = abi.Exit{Kind: abi.Trap, Cause: abi.CauseIllegal, PC: p.Header.Entry}
		}, buses},
		{"exit kind unknown", func(p *single) { p.Exit.Kind = 3 }, statement},
		{"exit cause", func(p *single) { p.Exit.Cause = 1 }, statement},
		{"exit pc", func(p *single) { p.Exit.PC = p.Header.Entry }, statement},
		{"exit value", func(p *single) { p.Exit.Value = 1 }, statement},
		{"output byte", func(p *single) { p.Output.Blocks[16] ^= 1 }, buses},
		{"byte behind the output", func(p *single) { p.Output.Blocks[16+9] ^= 1 }, buses},
		{"output one byte shorter", func(p *single) { p.Output.Blocks[0]-- }, buses},
		{"output longer than its blocks", func(p *single) { p.Output.Blocks[1]++ }, statement},
		{"output frontier", func(p *single) { p.Output.Frontier[0][0] ^= 1 }, buses},
		{"output frontier cut", func(p *single) { p.Output.Frontier = p.Output.Frontier[1:] }, statement},
		{"no output", func(p *single) { p.Output.Blocks = nil }, statement},
		{"input digest", func(p *single) { p.InputDigest[4] ^= 1 }, buses},
		{"image digest", func(p *single) { p.Image[8] ^= 1 }, buses},
		{"entry", func(p *single) { p.Header.Entry += 4 }, buses},
		{"code start", func(p *single) { p.Header.CodeStart += 4; p.Header.Entry += 4 }, buses},
		{"code end", func(p *single) { p.Header.CodeEnd += 4 }, buses},
		{"memory limit", func(p *single) { p.Header.MemoryLimit -= abi.PageSize }, buses},
		{"abi version", func(p *single) { p.Header.ABIVersion++ }, decode},
		{"code region writable", func(p *single) { p.Header.Regions[1].Kind = abi.KindReadWrite }, decode},
		{"quarter not opened", func(p *single) { p.Opened &^= 1 }, buses},
		{"registers not opened", func(p *single) { p.Opened &^= 1 << 3 }, buses},
		{"output not opened", func(p *single) { p.Opened &^= 1 << 2 }, statement},
		{"input opened, or not", func(p *single) { p.Opened ^= 1 << 1 }, buses},
		{"a fifth quarter", func(p *single) { p.Opened |= 1 << 4 }, decode},
		{"no segments", func(p *single) { p.Segments = 0 }, chain},
		{"a segment more", func(p *single) { p.Segments++ }, nil},
	}
	h := honestProof(t)
	for i, r := range h.decode(t).Header.Regions {
		if r.Kind == abi.KindReadOnly {
			list = append(list, tampering{"read-only region", func(p *single) { p.Header.Regions[i].Kind = abi.KindReadWrite }, nil})
		}
	}
	checkTampering(t, list)
}

// TestAttack29ChangedTables: the list of tables is the one that was committed to.
func TestAttack29ChangedTables(t *testing.T) {
	h := honestProof(t)
	shape, later := stages(verifier.StageShape), stages(verifier.StageShape, verifier.StageBuses)
	n := len(h.layout.Tables)
	list := []tampering{
		{"no tables", func(p *single) { p.Instances = nil }, shape},
		{"no constants", func(p *single) { p.Instances = slices.Delete(p.Instances, n-2, n-1) }, shape},
		{"no limbs", func(p *single) { p.Instances = p.Instances[:n-1] }, shape},
		{"another limb table", func(p *single) { p.Instances = append(p.Instances, p.Instances[n-1]) }, shape},
		{"a chip that doesn't exist", func(p *single) { p.Instances[n-1].Chip = rv32im.NumChips }, shape},
		{"another that doesn't exist", func(p *single) { p.Instances = append(p.Instances, proof.Instance{Chip: 255, LogHeight: 9}) }, shape},
		{"a sum less", func(p *single) { p.Sums = p.Sums[:n-1] }, shape},
		{"a sum more", func(p *single) { p.Sums = append(p.Sums, field.E{}) }, shape},
		{"a value less", func(p *single) { p.Values = p.Values[1:] }, shape},
		{"a value more", func(p *single) { p.Values = append(p.Values, field.E{}) }, shape},
		{"no cap", func(p *single) { p.Caps[proof.Main] = nil }, shape},
		{"a cap twice", func(p *single) {
			p.Caps[proof.Interaction] = append(p.Caps[proof.Interaction], p.Caps[proof.Interaction]...)
		}, shape},
	}
	for i := range n {
		list = append(list,
			tampering{fmt.Sprint("table left out ", i), func(p *single) { p.Instances = slices.Delete(p.Instances, i, i+1) }, shape},
			tampering{fmt.Sprint("table twice ", i), func(p *single) { p.Instances = slices.Insert(p.Instances, i, p.Instances[i]) }, shape},
			tampering{fmt.Sprint("table taller ", i), func(p *single) { p.Instances[i].LogHeight++ }, later},
			tampering{fmt.Sprint("table shorter ", i), func(p *single) { p.Instances[i].LogHeight-- }, later},
			tampering{fmt.Sprint("table of height 1 ", i), func(p *single) { p.Instances[i].LogHeight = 0 }, shape},
			tampering{fmt.Sprint("absurd table ", i), func(p *single) { p.Instances[i].LogHeight = 255 }, shape})
		if i > 0 {
			list = append(list, tampering{fmt.Sprint("tables swapped ", i), func(p *single) {
				p.Instances[i-1], p.Instances[i] = p.Instances[i], p.Instances[i-1]
			}, shape})
		}
	}
	checkTampering(t, list)
}

// TestTamperedCommitments changes what the prover commits to and what it says of it.
func TestTamperedCommitments(t *testing.T) {
	h := honestProof(t)
	rng := rand.New(rand.NewPCG(1, 1))
	buses, constraints := stages(verifier.StageBuses), stages(verifier.StageConstraints)
	list := []tampering{
		{"main cap", func(p *single) { p.Caps[proof.Main][0][0] ^= 1 }, buses},
		{"interaction cap", func(p *single) { p.Caps[proof.Interaction][0][7] ^= 1 }, constraints},
		{"composition cap", func(p *single) { p.Caps[proof.Composition][0][3] ^= 1 }, constraints},
		{"caps swapped", func(p *single) {
			p.Caps[proof.Main], p.Caps[proof.Interaction] = p.Caps[proof.Interaction], p.Caps[proof.Main]
		}, buses},
		{"batch nonce", func(p *single) { p.BatchNonce++ }, stages(verifier.StageGrinding)},
		{"batch nonce, high", func(p *single) { p.BatchNonce |= 1 << 63 }, stages(verifier.StageGrinding)},
		{"all sums zero", func(p *single) { clear(p.Sums) }, buses},
		{"all values zero", func(p *single) { clear(p.Values) }, constraints},
		{"composition halves swapped", func(p *single) {
			at := h.layout.Groups[proof.Composition][0].First
			for k := range field.Degree {
				i, j := at+k, at+field.Degree+k
				p.Values[i], p.Values[j] = p.Values[j], p.Values[i]
			}
		}, constraints},
	}
	for i := range h.layout.Tables {
		list = append(list, tampering{fmt.Sprint("sum ", i), func(p *single) { p.Sums[i] = p.Sums[i].AddBase(1) }, buses})
		if i > 0 {
			list = append(list, tampering{fmt.Sprint("two sums ", i), func(p *single) {
				p.Sums[i-1], p.Sums[i] = p.Sums[i-1].AddBase(1), p.Sums[i].SubBase(1)
			}, constraints})
		}
	}
	for range 60 {
		i, k := rng.IntN(h.layout.Values), rng.IntN(field.Degree)
		list = append(list, tampering{fmt.Sprint("value ", i), func(p *single) { p.Values[i] = p.Values[i].Add(field.Basis(k)) }, constraints})
	}
	checkTampering(t, list)
}

// TestAttack35Openings: each tree opens the queried rows, each once, with the nodes that
// lead from them to its own cap, and nothing else.
func TestAttack35Openings(t *testing.T) {
	h := honestProof(t)
	rng := rand.New(rand.NewPCG(4, 4))
	openings := stages(verifier.StageOpenings)
	var list []tampering
	for tree := range proof.Trees {
		name := func(s string) string { return fmt.Sprintf("tree %d: %s", tree, s) }
		open := func(f func(o *proof.Opening)) func(p *single) {
			return func(p *single) { f(&p.Openings[tree]) }
		}
		layers := len(h.layout.Groups[tree])
		list = append(list,
			tampering{name("node"), open(func(o *proof.Opening) { o.Nodes[rng.IntN(len(o.Nodes))][0] ^= 1 }), openings},
			tampering{name("nodes swapped"), open(func(o *proof.Opening) { o.Nodes[0], o.Nodes[1] = o.Nodes[1], o.Nodes[0] }), openings},
			tampering{name("node missing"), open(func(o *proof.Opening) { o.Nodes = o.Nodes[1:] }), openings},
			tampering{name("surplus node"), open(func(o *proof.Opening) { o.Nodes = append(o.Nodes, o.Nodes[0]) }), openings},
			tampering{name("no nodes"), open(func(o *proof.Opening) { o.Nodes = nil }), openings},
			tampering{name("no rows"), open(func(o *proof.Opening) { o.Rows = nil }), openings},
			tampering{name("layer missing"), open(func(o *proof.Opening) { o.Rows = o.Rows[1:] }), openings},
			tampering{name("surplus layer"), open(func(o *proof.Opening) { o.Rows = append(o.Rows, []field.M31{0}) }), openings},
		)
		for layer := range layers {
			width := h.layout.Groups[tree][layer].Width
			list = append(list,
				tampering{name("row"), open(func(o *proof.Opening) { r := o.Rows[layer]; i := rng.IntN(len(r)); r[i] = r[i].Add(1) }), openings},
				tampering{name("rows swapped"), open(func(o *proof.Opening) {
					r := o.Rows[layer]
					first := slices.Clone(r[:width])
					copy(r[:width], r[width:2*width])
					copy(r[width:], first)
				}), openings},
				tampering{name("row missing"), open(func(o *proof.Opening) { o.Rows[layer] = o.Rows[layer][width:] }), openings},
				tampering{name("element missing"), open(func(o *proof.Opening) { o.Rows[layer] = o.Rows[layer][1:] }), openings},
				tampering{name("surplus element"), open(func(o *proof.Opening) { o.Rows[layer] = append(o.Rows[layer], 0) }), openings},
				tampering{name("row twice"), open(func(o *proof.Opening) { o.Rows[layer] = append(o.Rows[layer], o.Rows[layer][:width]...) }), openings},
				tampering{name("empty layer"), open(func(o *proof.Opening) { o.Rows[layer] = nil }), openings})
			if layer > 0 {
				list = append(list, tampering{name("rows of another height"), open(func(o *proof.Opening) {
					o.Rows[layer-1], o.Rows[layer] = o.Rows[layer], o.Rows[layer-1]
				}), openings})
			}
		}
		if tree > 0 {
			list = append(list, tampering{name("openings swapped with the tree before"), func(p *single) {
				p.Openings[tree-1], p.Openings[tree] = p.Openings[tree], p.Openings[tree-1]
			}, openings})
			list = append(list, tampering{name("nodes of the tree before"), func(p *single) {
				p.Openings[tree].Nodes = p.Openings[tree-1].Nodes
			}, openings})
		}
	}
	if testing.Short() {
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		list = list[:80]
	}
	checkTampering(t, list)
}

// TestAttack31FRIParts: the low-degree test has the layers, the lengths and the values that
// the parameters ask for.
func TestAttack31FRIParts(t *testing.T) {
	test := stages(verifier.StageFRI)
	list := []tampering{
		{"no layer committed", func(p *single) { p.FRI.Caps = nil }, test},
		{"first layer missing", func(p *single) { p.FRI.Caps = p.FRI.Caps[1:] }, test},
		{"last layer missing", func(p *single) { p.FRI.Caps = p.FRI.Caps[:len(p.FRI.Caps)-1] }, test},
		{"a layer more", func(p *single) { p.FRI.Caps = append(p.FRI.Caps, p.FRI.Caps[0]) }, test},
		{"a layer less, opened and committed", func(p *single) {
			p.FRI.Caps, p.FRI.Layers = p.FRI.Caps[1:], p.FRI.Layers[1:]
		}, test},
		{"a layer more, opened and committed", func(p *single) {
			p.FRI.Caps, p.FRI.Layers = append(p.FRI.Caps, p.FRI.Caps[0]), append(p.FRI.Layers, p.FRI.Layers[0])
		}, test},
		{"cap of two", func(p *single) { p.FRI.Caps[0] = append(p.FRI.Caps[0], p.FRI.Caps[0][0]) }, test},
		{"empty cap", func(p *single) { p.FRI.Caps[0] = nil }, test},
		{"cap", func(p *single) { p.FRI.Caps[0][0][0] ^= 1 }, test},
		{"caps swapped", func(p *single) { p.FRI.Caps[0], p.FRI.Caps[1] = p.FRI.Caps[1], p.FRI.Caps[0] }, test},
		{"polynomial of twice the degree", func(p *single) { p.FRI.Last = append(p.FRI.Last, p.FRI.Last...) }, test},
		{"polynomial with a zero more", func(p *single) { p.FRI.Last = append(p.FRI.Last, field.E{}) }, test},
		{"polynomial cut", func(p *single) { p.FRI.Last = p.FRI.Last[:len(p.FRI.Last)-1] }, test},
		{"no polynomial", func(p *single) { p.FRI.Last = nil }, test},
		{"coefficient", func(p *single) { p.FRI.Last[1] = p.FRI.Last[1].AddBase(1) }, test},
		{"nonce", func(p *single) { p.FRI.Nonce++ }, test},
		{"nonce, high", func(p *single) { p.FRI.Nonce |= 1 << 63 }, test},
		{"no layer opened", func(p *single) { p.FRI.Layers = nil }, test},
		{"a layer less opened", func(p *single) { p.FRI.Layers = p.FRI.Layers[1:] }, test},
		{"a layer more opened", func(p *single) { p.FRI.Layers = append(p.FRI.Layers, fri.LayerOpening{}) }, test},
		{"layers swapped", func(p *single) { p.FRI.Layers[0], p.FRI.Layers[1] = p.FRI.Layers[1], p.FRI.Layers[0] }, test},
	}
	for i := range honestProof(t).decode(t).FRI.Layers {
		layer := func(f func(l *fri.LayerOpening)) func(p *single) {
			return func(p *single) { f(&p.FRI.Layers[i]) }
		}
		list = append(list,
			tampering{"row", layer(func(l *fri.LayerOpening) { l.Rows[7] = l.Rows[7].Add(1) }), test},
			tampering{"row cut", layer(func(l *fri.LayerOpening) { l.Rows = l.Rows[1:] }), test},
			tampering{"no rows", layer(func(l *fri.LayerOpening) { l.Rows = nil }), test},
			tampering{"node", layer(func(l *fri.LayerOpening) { l.Proof.Nodes[0][2] ^= 1 }), test},
			tampering{"surplus node", layer(func(l *fri.LayerOpening) { l.Proof.Nodes = append(l.Proof.Nodes, hash.Digest{}) }), test},
			tampering{"no nodes", layer(func(l *fri.LayerOpening) { l.Proof.Nodes = nil }), test})
	}
	checkTampering(t, list)
}

// TestAttack34Truncated: a proof cut short, or with bytes behind it, is no proof.
func TestAttack34Truncated(t *testing.T) {
	h := honestProof(t)
	rng := rand.New(rand.NewPCG(2, 2))
	n := len(h.encoded)
	lengths := []int{0, 1, 7, 8, 12, 14, 100, n / 2, n - 36, n - 4, n - 1}
	for range 50 {
		lengths = append(lengths, rng.IntN(n))
	}
	for _, k := range lengths {
		rejected(t, h.key, fmt.Sprint("first bytes ", k), h.encoded[:k:k], verifier.StageDecode)
	}
	for _, tail := range [][]byte{{0}, make([]byte, 36), h.encoded} {
		rejected(t, h.key, "bytes behind", slices.Concat(h.encoded, tail), verifier.StageDecode)
	}
	rejected(t, h.key, "bytes before", slices.Concat([]byte{0}, h.encoded), verifier.StageDecode)
}

// flip flips one bit in each of count equal parts of a proof, and of some in the first
// bytes, which hold the statement. It gives the number of rejections by stage.
func flip(t *testing.T, key *verifier.Key, encoded []byte, count int) map[verifier.Stage]int {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(count)))
	var places []int
	for i := range count {
		from, to := i*len(encoded)/count, (i+1)*len(encoded)/count
		places = append(places, from+rng.IntN(to-from))
	}
	for i := 0; i < 2000; i += 4000 / count {
		places = append(places, i)
	}
	bits := make([]int, len(places))
	for i := range bits {
		bits[i] = rng.IntN(8)
	}
	workers := min(runtime.GOMAXPROCS(0), 8)
	seen := make([]map[verifier.Stage]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		seen[w] = map[verifier.Stage]int{}
		wg.Go(func() {
			b := slices.Clone(encoded)
			for i := w; i < len(places); i += workers {
				at, bit := places[i], byte(1)<<bits[i]
				b[at] ^= bit
				_, err := verifier.Verify(key, b, verifier.Policy{})
				b[at] ^= bit
				var e *verifier.Error
				if !errors.As(err, &e) {
					t.Errorf("byte %d, bit %#x: %v", at, bit, err)
					continue
				}
				seen[w][e.Stage]++
			}
		})
	}
	wg.Wait()
	all := map[verifier.Stage]int{}
	for _, m := range seen {
		for s, n := range m {
			all[s] += n
		}
	}
	t.Logf("%d places: %v", len(places), all)
	return all
}

// TestFlippedBits flips single bits of the honest proof; all stages have something to notice.
func TestFlippedBits(t *testing.T) {
	h := honestProof(t)
	if testing.Short() {
		flip(t, h.key, h.encoded, 200)
		return
	}
	all := flip(t, h.key, h.encoded, 2000)
	for _, s := range stages(verifier.StageDecode, verifier.StageKey, verifier.StageStatement, verifier.StageShape, verifier.StageBuses, verifier.StageConstraints, verifier.StageOpenings, verifier.StageFRI) {
		if all[s] == 0 {
			t.Errorf("no flipped bit is noticed at stage %s", s)
		}
	}
}

// TestFlippedBitsPoseidon2 does so with a proof of the other hash and another profile.
func TestFlippedBitsPoseidon2(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: hundreds of verifications take long")
	}
	r, err := Prove(context.Background(), loadGuest(t, "exit42"), nil, Options{Profile: soundness.Balanced, Hash: hash.Poseidon2})
	if err != nil {
		t.Fatal(err)
	}
	key, err := verifier.NewKey(soundness.Balanced, hash.Poseidon2)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, key, r.Proof, 100)
}

// The key says which profile and hash a proof must be for.
func TestWrongKey(t *testing.T) {
	h := honestProof(t)
	for _, profile := range soundness.Profiles() {
		for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
			if profile == h.key.Profile && id == h.key.Hash {
				continue
			}
			key, err := verifier.NewKey(profile, id)
			if err != nil {
				t.Fatal(err)
			}
			rejected(t, key, fmt.Sprint(profile, id), h.encoded, verifier.StageKey)
			if id != h.key.Hash {
				continue
			}
			// The proof says that it is for this key.
			p := h.decode(t)
			p.Profile = uint8(profile.ID())
			rejected(t, key, fmt.Sprint("in the guise of ", profile), p.Encode(), verifier.StageBuses)
			rejected(t, h.key, fmt.Sprint("in the guise of ", profile), p.Encode(), verifier.StageKey)
		}
	}
	for _, profile := range []uint8{0, 4, 255} {
		p := h.decode(t)
		p.Profile = profile
		rejected(t, h.key, "unknown profile", p.Encode(), verifier.StageKey)
	}
}

// TestAttack37AnotherRoot: a key with another preprocessed tree refuses the proof, however
// little differs.
func TestAttack37AnotherRoot(t *testing.T) {
	h := honestProof(t)
	root := h.key.Preprocessed[0]
	root[5] ^= 1 << 20
	key := verifier.MakeKey(h.key.Profile, h.key.Hash, h.key.Machine, root)
	rejected(t, key, "another root", h.encoded, verifier.StageBuses)
}

// TestAttack38NoWayAround: no policy lets a proof through that another policy refuses but
// for its security, and the least demand is not less than soundness.MinBits. (That the
// verifier reads no environment and has no build tags is tested in internal/deps.)
func TestAttack38NoWayAround(t *testing.T) {
	h := honestProof(t)
	bits := h.rounds.Bits()
	if bits < soundness.MinBits {
		t.Fatalf("%f bits", bits)
	}
	broken := h.decode(t)
	broken.Openings[proof.Main].Rows[0][0] ^= 1
	empty := (&single{broken.Profile, broken.Hash, broken.Run, &proof.Segment{Statement: broken.Statement}}).Encode()
	for _, c := range []struct {
		min float64
		ok  bool
	}{
		{0, true}, {1, true}, {soundness.MinBits, true}, {bits, true},
		{math.Nextafter(bits, 1000), false}, {bits + 1, false}, {200, false}, {math.Inf(1), false},
		{-1, true}, {math.Inf(-1), true},
	} {
		policy := verifier.Policy{MinSecurity: c.min}
		claim, err := verifier.Verify(h.key, h.encoded, policy)
		var e *verifier.Error
		switch {
		case c.ok && (err != nil || claim.Exit != h.claim.Exit):
			t.Errorf("at least %f bits: %v", c.min, err)
		case !c.ok && (!errors.As(err, &e) || e.Stage != verifier.StageSecurity):
			t.Errorf("at least %f bits: %v", c.min, err)
		}
		for _, bad := range [][]byte{broken.Encode(), empty, nil} {
			if _, err := verifier.Verify(h.key, bad, policy); !errors.As(err, &e) {
				t.Errorf("at least %f bits, a broken proof: %v", c.min, err)
			}
		}
	}
}

// An error names its stage and leads to the cause.
func TestErrors(t *testing.T) {
	h := honestProof(t)
	p := h.decode(t)
	p.Openings[proof.Main].Nodes = p.Openings[proof.Main].Nodes[1:]
	_, err := verifier.Verify(h.key, p.Encode(), verifier.Policy{})
	if !errors.Is(err, merkle.ErrMissingNodes) || !strings.Contains(err.Error(), string(verifier.StageOpenings)) {
		t.Errorf("nodes missing: %v", err)
	}
	if _, err = verifier.Verify(h.key, h.encoded[1:], verifier.Policy{}); !errors.Is(err, proof.ErrEncoding) {
		t.Errorf("bad bytes: %v", err)
	}
	p = h.decode(t)
	p.FRI.Nonce++
	if _, err = verifier.Verify(h.key, p.Encode(), verifier.Policy{}); !errors.Is(err, fri.ErrGrind) {
		t.Errorf("bad nonce: %v", err)
	}
}
