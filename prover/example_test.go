package prover_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/hash"
	"github.com/orrery/orrery/prover"
	"github.com/orrery/orrery/rv"
	"github.com/orrery/orrery/soundness"
	"github.com/orrery/orrery/verifier"
)

// Proves that a guest halts with a certain code, and verifies it as another party would:
// from the proof, the key and the program's id.
func ExampleProve() {
	elf, err := os.ReadFile("../testdata/guests/exit42.elf")
	if err != nil {
		log.Fatal(err)
	}
	program, err := rv.Load(elf, rv.LoadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	made, err := prover.Prove(context.Background(), program, nil, prover.Options{})
	if err != nil {
		log.Fatal(err)
	}
	wanted := made.Claim.ProgramID // in earnest: known beforehand, from prove-block id

	key, err := verifier.NewKey(soundness.Fast, hash.Blake2s)
	if err != nil {
		log.Fatal(err)
	}
	claim, err := verifier.Verify(key, made.Proof, verifier.Policy{MinSecurity: 128})
	if err != nil {
		log.Fatal(err)
	}
	if claim.ProgramID != wanted || claim.Exit.Kind != abi.Halt {
		log.Fatal("not what was asked for")
	}
	fmt.Printf("%v, output %q\n", claim.Exit, claim.Output)
	// Output: halt with code 42, output "forty-two"
}
