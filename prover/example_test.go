package prover_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
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

// Proves a run in segments and watches. Observers get all events; this one keeps those that
// say how far the proof is.
func ExampleObserver() {
	elf, err := os.ReadFile("../testdata/guests/exit42.elf")
	if err != nil {
		log.Fatal(err)
	}
	program, err := rv.Load(elf, rv.LoadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	done := uint64(0)
	watch := prover.ObserverFunc(func(e prover.Event) {
		switch e.Kind {
		case prover.EventPlanned:
			fmt.Printf("%d cycles in %d segments\n", e.Cycles, e.Segments)
		case prover.EventFinished:
			done += e.Cycles
			fmt.Printf("segment %d of %d, %d cycles done\n", e.Segment, e.Segments, done)
		}
	})
	_, err = prover.Prove(context.Background(), program, nil, prover.Options{SegmentCycles: 60, Workers: 1, Observer: watch})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 156 cycles in 3 segments
	// segment 1 of 3, 60 cycles done
	// segment 2 of 3, 120 cycles done
	// segment 3 of 3, 156 cycles done
}

// Writes what happens to a log.
func ExampleLogObserver() {
	elf, err := os.ReadFile("../testdata/guests/exit42.elf")
	if err != nil {
		log.Fatal(err)
	}
	program, err := rv.Load(elf, rv.LoadOptions{})
	if err != nil {
		log.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "duration", "bytes":
				return slog.Attr{} // other ones each time
			}
			return a
		},
	}))
	_, err = prover.Prove(context.Background(), program, nil, prover.Options{SegmentCycles: 100, Workers: 1, Observer: prover.LogObserver(logger)})
	if err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// level=INFO msg=planned segments=2 cycles=156
	// level=INFO msg=started segment=1 segments=2 cycles=100
	// level=INFO msg=finished segment=1 segments=2 cycles=100
	// level=INFO msg=started segment=2 segments=2 cycles=56
	// level=INFO msg=finished segment=2 segments=2 cycles=56
}
