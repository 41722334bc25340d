package main

import (
	"fmt"
	"strconv"

	"github.com/orrery/orrery/prover"
)

// segmentCycles is the most cycles that a segment has; 0 stands for the prover's choice.
type segmentCycles uint64

// UnmarshalText reads a decimal number from 1 to what a segment can have.
func (c *segmentCycles) UnmarshalText(b []byte) error {
	v, err := oneTo(b, prover.MaxSegmentCycles)
	*c = segmentCycles(v)
	return err
}

// workers is a number of segments that are proven at a time; 0 stands for the prover's choice.
type workers int

// UnmarshalText reads a decimal number from 1 to the most threads.
func (w *workers) UnmarshalText(b []byte) error {
	v, err := oneTo(b, maxThreads)
	*w = workers(v)
	return err
}

// oneTo reads a decimal number from 1 to most.
func oneTo(b []byte, most uint64) (uint64, error) {
	v, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || v < 1 || v > most {
		return 0, fmt.Errorf("%q is no decimal number from 1 to %d", b, most)
	}
	return v, nil
}
