package prover

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"testing"

	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
)

func loadGuest(t testing.TB, name string) *rv.Program {
	t.Helper()
	elf, err := os.ReadFile("../testdata/guests/" + name + ".elf")
	if err != nil {
		t.Fatal(err)
	}
	p, err := rv.Load(elf, rv.LoadOptions{MemoryLimit: rv.DefaultMemory})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProveSHA256(t *testing.T) {
	p := loadGuest(t, "sha256")
	for _, profile := range []soundness.Profile{soundness.Fast, soundness.Balanced, soundness.Compact} {
		for _, id := range []hash.ID{hash.Blake2s, hash.Poseidon2} {
			t.Run(profile.String()+" "+id.String(), func(t *testing.T) {
				if testing.Short() && profile != soundness.Fast {
					t.Skip("-short: profile fast is enough")
				}
				input := []byte("abc")
				r, err := Prove(context.Background(), p, input, Options{Profile: profile, Hash: id})
				if err != nil {
					t.Fatal(err)
				}
				want := sha256.Sum256(input)
				if !bytes.Equal(r.Claim.Output, want[:]) {
					t.Errorf("output %x, want %x", r.Claim.Output, want)
				}
				t.Logf("%d cycles, proof of %d bytes, %.1f bits, execute %v, trace %v, verify %v, total %v", r.Cycles, len(r.Proof), r.Rounds.Bits(), r.Execute, r.Trace, r.Verify, r.Total)
			})
		}
	}
}
