// Command chipdoc prints the chips of the machine as Markdown: what verifier and prover
// evaluate, read from the same compiled constraint systems. docs/chips.md is its output;
//
//	go generate ./internal/chipdoc
//
// writes it again.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/orrery/orrery/air/rv32im"
)

//go:generate go run . -source ../../air/rv32im -o ../../docs/chips.md

func main() {
	out := flag.String("o", "", "write to this file, not to the standard output")
	source := flag.String("source", "air/rv32im", "directory of package rv32im, whose comments are quoted")
	flag.Parse()
	if err := run(*source, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(source, out string) error {
	machine, err := rv32im.New()
	if err != nil {
		return fmt.Errorf("chipdoc: %w", err)
	}
	comments, err := readComments(source)
	if err != nil {
		return fmt.Errorf("chipdoc: %w", err)
	}
	page := document(machine, comments)
	if out == "" {
		_, err = os.Stdout.Write(page)
	} else {
		err = os.WriteFile(out, page, 0o644)
	}
	if err != nil {
		return fmt.Errorf("chipdoc: %w", err)
	}
	return nil
}
