package verifier

import (
	"errors"
	"slices"
	"testing"

	"github.com/orrery/orrery/air"
	"github.com/orrery/orrery/air/rv32im"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/proof"
	"github.com/orrery/orrery/soundness"
)

var hashes = []hash.ID{hash.Blake2s, hash.Poseidon2}

func newKey(t testing.TB, profile soundness.Profile, id hash.ID) *Key {
	t.Helper()
	k, err := NewKey(profile, id)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Every profile has a key for every hash, and no two keys are alike.
func TestKeys(t *testing.T) {
	seen := map[hash.Digest]string{}
	for _, profile := range soundness.Profiles() {
		for _, id := range hashes {
			k := newKey(t, profile, id)
			name := profile.String() + " " + id.String()
			if other, ok := seen[k.Digest()]; ok {
				t.Errorf("%s and %s have one digest", name, other)
			}
			seen[k.Digest()] = name
			if again := newKey(t, profile, id); again.Digest() != k.Digest() {
				t.Errorf("%s: the digest changes", name)
			}
		}
	}
	for _, bad := range []struct {
		profile soundness.Profile
		id      hash.ID
	}{{0, hash.Blake2s}, {4, hash.Blake2s}, {soundness.Fast, 0}, {soundness.Fast, 3}} {
		if _, err := NewKey(bad.profile, bad.id); !errors.Is(err, ErrKey) {
			t.Errorf("key for %+v: %v", bad, err)
		}
	}
}

// withAIR is the machine with one compiled chip changed.
func withAIR(m *rv32im.Machine, chip int, change func(a *air.AIR)) *rv32im.Machine {
	a := *m.AIRs[chip]
	a.Main, a.Preprocessed = slices.Clone(a.Main), slices.Clone(a.Preprocessed)
	a.Nodes, a.Constraints = slices.Clone(a.Nodes), slices.Clone(a.Constraints)
	a.Messages, a.Quotients, a.Derived = slices.Clone(a.Messages), slices.Clone(a.Quotients), slices.Clone(a.Derived)
	change(&a)
	out := &rv32im.Machine{Chips: m.Chips, AIRs: slices.Clone(m.AIRs)}
	out.AIRs[chip] = &a
	return out
}

// TestAttack30ConstraintsBound: a machine with another constraint system has another key,
// whatever is changed, in whichever chip.
func TestAttack30ConstraintsBound(t *testing.T) {
	k := newKey(t, soundness.Fast, hash.Blake2s)
	seen := map[hash.Digest]string{k.Digest(): "the machine itself"}
	differs := func(what string, m *rv32im.Machine) {
		t.Helper()
		d := MakeKey(k.Profile, k.Hash, m, k.Preprocessed[0]).Digest()
		if other, ok := seen[d]; ok {
			t.Errorf("%s has the digest of %s", what, other)
		}
		seen[d] = what
	}
	for chip, a := range k.Machine.AIRs {
		change := func(what string, f func(a *air.AIR)) {
			t.Helper()
			differs(a.Name+": "+what, withAIR(k.Machine, chip, f))
		}
		if a.Own > 0 {
			change("a constraint dropped", func(a *air.AIR) { a.Constraints, a.Own = a.Constraints[1:], a.Own-1 })
			change("a constraint trivial", func(a *air.AIR) { a.Constraints[0].Node = 0 })
			change("constraints swapped", func(a *air.AIR) {
				last := len(a.Constraints) - 1
				a.Constraints[0], a.Constraints[last] = a.Constraints[last], a.Constraints[0]
			})
			change("another count of its own constraints", func(a *air.AIR) { a.Own-- })
		}
		change("the last interaction constraint dropped", func(a *air.AIR) { a.Constraints = a.Constraints[:len(a.Constraints)-1] })
		change("a message dropped", func(a *air.AIR) { a.Messages = a.Messages[1:] })
		change("a message on another bus", func(a *air.AIR) { a.Messages[0].Bus.ID++ })
		change("another multiplicity", func(a *air.AIR) { a.Messages[0].Mult = a.Messages[0].Tuple[0] })
		change("another tuple", func(a *air.AIR) {
			a.Messages[0].Tuple = slices.Clone(a.Messages[0].Tuple)
			a.Messages[0].Tuple[0]++
		})
		change("a fraction dropped", func(a *air.AIR) { a.Quotients = a.Quotients[1:] })
		change("a fraction upside down", func(a *air.AIR) { a.Quotients[0].N, a.Quotients[0].D = a.Quotients[0].D, a.Quotients[0].N })
		if len(a.Derived) > 0 {
			change("a derived column dropped", func(a *air.AIR) { a.Derived = a.Derived[1:] })
			change("another value of a derived column", func(a *air.AIR) { a.Derived[0].Node = 0 })
			change("another name of a derived column", func(a *air.AIR) { a.Derived[0].Name += "'" })
		}
		change("a column more", func(a *air.AIR) { a.Main = append(a.Main, a.Main[0]) })
		change("another kind of column", func(a *air.AIR) { a.Main[0].Kind ^= 3 })
		change("fewer public values", func(a *air.AIR) { a.Publics-- })
		change("another name", func(a *air.AIR) { a.Name += "'" })
		for i, n := range a.Nodes {
			switch {
			case n.Op == air.OpConst && i%11 == 0:
				change("a constant", func(a *air.AIR) { a.Nodes[i].Value++ })
			case n.Leaf() && i%23 == 0:
				change("a leaf", func(a *air.AIR) { a.Nodes[i].Index++ })
			case n.Op == air.OpAdd && i%29 == 0:
				change("an operation", func(a *air.AIR) { a.Nodes[i].Op = air.OpSub })
			case !n.Leaf() && i%31 == 0 && n.A > 0:
				change("an operand", func(a *air.AIR) { a.Nodes[i].A-- })
			}
		}
	}
	swapped := &rv32im.Machine{Chips: k.Machine.Chips, AIRs: slices.Clone(k.Machine.AIRs)}
	swapped.AIRs[0], swapped.AIRs[1] = swapped.AIRs[1], swapped.AIRs[0]
	differs("two chips swapped", swapped)
	differs("a chip less", &rv32im.Machine{Chips: k.Machine.Chips, AIRs: k.Machine.AIRs[:len(k.Machine.AIRs)-1]})
	if len(seen) < 500 {
		t.Errorf("only %d changes", len(seen))
	}
}

// TestAttack37KeyHoldsEverything: profile, hash and every word of the preprocessed root are
// part of the digest, and the transcript begins with it.
func TestAttack37KeyHoldsEverything(t *testing.T) {
	for _, id := range hashes {
		k := newKey(t, soundness.Fast, id)
		s := &proof.Statement{Header: testHeader()}
		honest := NewTranscript(k, s).DrawE(LabelAlpha)
		differs := func(what string, other *Key) {
			t.Helper()
			if other.Digest() == k.Digest() {
				t.Errorf("%v: %s isn't part of the digest", id, what)
			}
			if NewTranscript(other, s).DrawE(LabelAlpha) == honest {
				t.Errorf("%v: %s isn't part of the transcript", id, what)
			}
		}
		for i := range id.DigestWords() {
			root := k.Preprocessed[0]
			root[i] ^= 1
			differs("the preprocessed root", MakeKey(k.Profile, id, k.Machine, root))
		}
		differs("the profile", MakeKey(soundness.Compact, id, k.Machine, k.Preprocessed[0]))
		other := hash.Blake2s + hash.Poseidon2 - id
		if d := MakeKey(k.Profile, other, k.Machine, k.Preprocessed[0]).Digest(); d == k.Digest() {
			t.Errorf("%v: the hash isn't part of the digest", id)
		}
	}
}
