package prover

import (
	"bytes"
	"context"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// honest is a proof of a small run, which tests take apart.
type honest struct {
	key     *verifier.Key
	layout  *verifier.Layout
	encoded []byte
	claim   abi.Claim
	rounds  soundness.Rounds
}

// exit42 is a proof of the guest of that name, which is made once: 156 cycles, output
// "forty-two", exit code 42.
var exit42 = sync.OnceValues(func() (*honest, error) {
	elf, err := os.ReadFile("../testdata/guests/exit42.elf")
	if err != nil {
		return nil, err
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: rv.DefaultMemory})
	if err != nil {
		return nil, err
	}
	r, err := Prove(context.Background(), p, nil, Options{Threads: 2})
	if err != nil {
		return nil, err
	}
	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		return nil, err
	}
	return &honest{key: key, layout: r.Layout, encoded: r.Proof, claim: r.Claim, rounds: r.Rounds}, nil
})

// honestProof gives that proof.
func honestProof(t testing.TB) *honest {
	t.Helper()
	h, err := exit42()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// decode gives the proof's parts, anew in each call.
func (h *honest) decode(t testing.TB) *single {
	t.Helper()
	return decodeSingle(t, h.encoded)
}

// parameters gives those of the proof's layout.
func (h *honest) parameters(t testing.TB) soundness.Params {
	t.Helper()
	params, _, err := h.key.Parameters(h.layout)
	if err != nil {
		t.Fatal(err)
	}
	return params
}

// rejected checks that the verifier refuses a proof, at one of the stages if any are
// given, with an empty claim.
func rejected(t testing.TB, key *verifier.Key, what string, encoded []byte, stages ...verifier.Stage) {
	t.Helper()
	claim, err := verifier.Verify(key, encoded, verifier.Policy{})
	var e *verifier.Error
	if !errors.As(err, &e) {
		t.Errorf("%s: %v", what, err)
		return
	}
	if claim.GasLimit != 0 || claim.Output != nil || claim.ProgramID != (abi.ID{}) {
		t.Errorf("%s: rejected with the claim %+v", what, claim)
	}
	for _, s := range stages {
		if e.Stage == s {
			return
		}
	}
	if len(stages) > 0 {
		t.Errorf("%s: %v, want stage %v", what, err, stages)
	}
}

func TestHonestProof(t *testing.T) {
	h := honestProof(t)
	if !bytes.Equal(h.claim.Output, []byte("forty-two")) || h.claim.Exit != (abi.Exit{Kind: abi.Halt, Code: 42}) {
		t.Errorf("claim %+v", h.claim)
	}
	if got := h.decode(t).Encode(); !bytes.Equal(got, h.encoded) {
		t.Error("decoded and encoded, the proof differs")
	}
	t.Logf("%d bytes, %d tables, %d values, parameters %+v", len(h.encoded), len(h.layout.Tables), h.layout.Values, h.parameters(t))
}
